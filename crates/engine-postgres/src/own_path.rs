//! Statements that run a user's routine, whose text may name things without their schema: they run with the path that sessions have in
//! this database, where all else of a script runs with none (manual, "Writing SECURITY DEFINER Functions Safely", and what `pg_dump` says of
//! `search_path`).

use std::collections::HashSet;

use cadastre_model::*;

use crate::dialect::qualified;

/// The path that a session begins with.
const OWN: &str = "RESET search_path";
/// As the preamble has it.
const NONE: &str = "SET search_path = ''";

/// The statements with the session's own path around them.
pub(crate) fn with_own_path(statements: &mut Vec<String>) {
    statements.insert(0, OWN.to_owned());
    statements.push(NONE.to_owned());
}

/// Takes the path off again, if there is one; says so.
pub(crate) fn take_path_off(statements: &mut Vec<String>) -> bool {
    let has_path =
        statements.len() > 2 && statements[0] == OWN && statements.last().is_some_and(|it| it == NONE);
    if has_path {
        statements.remove(0);
        statements.pop();
    }
    has_path
}

/// Whether statements about an object call a routine that looks for things by the session's path, for rows that are there or to plan what
/// they do: not one in C, and not one that says its own path.
pub(crate) fn call_by_path(model: &Model, id: ObjectId, statements: &[String]) -> bool {
    let has = |words: &[&str]| statements.iter().any(|sql| words.iter().any(|word| sql.contains(word)));
    let object = model.object(id);
    match &object.body {
        Body::Index(_) | Body::Check(_) | Body::Exclusion(_) => {
            has(&["CREATE INDEX ", "CREATE UNIQUE INDEX ", " ADD CONSTRAINT ", " VALIDATE CONSTRAINT "])
                && calls(model, id, &mut HashSet::new())
        }
        Body::Column(_) => {
            has(&[" ADD COLUMN "]) && calls(model, id, &mut HashSet::new())
                || has(&[" TYPE "]) && object.parent.is_some_and(|table| rows_call(model, table))
                || has(&[" ADD COLUMN ", " TYPE "])
                    && domain_of(model, id).is_some_and(|it| checks_call(model, it))
        }
        Body::Table(_) => {
            has(&[" SET LOGGED", " SET UNLOGGED", " SET ACCESS METHOD "]) && rows_call(model, id)
        }
        Body::View(view) => {
            view.materialized
                && has(&["CREATE MATERIALIZED VIEW "])
                && !has(&[crate::render::WITH_NO_DATA])
                && calls(model, id, &mut HashSet::new())
        }
        _ => false,
    }
}

fn calls(model: &Model, id: ObjectId, seen: &mut HashSet<ObjectId>) -> bool {
    seen.insert(id)
        && model.object(id).depends_on.iter().any(|&needed| match &model.object(needed).body {
            Body::Routine(routine) => {
                !matches!(routine.language.as_str(), "c" | "internal")
                    && !routine.definition.contains("\n SET search_path ")
            }
            Body::View(_) | Body::Operator(_) | Body::Cast(_) => calls(model, needed, seen),
            Body::Domain(_) => checks_call(model, needed),
            _ => false,
        })
}

/// The domain that a column is of. The catalogue says of tables, not of columns, which types they stand on.
fn domain_of(model: &Model, column: ObjectId) -> Option<ObjectId> {
    let Body::Column(Column { data_type, .. }) = &model.object(column).body else { return None };
    let name = data_type.split(['[', '(']).next().filter(|it| it.contains('.'))?;
    let mut domains = model.objects().filter(|(_, object)| object.kind() == Kind::Domain);
    domains.find(|(id, _)| qualified(&model.walk(*id).qualified_name()) == name).map(|(id, _)| id)
}

/// Whether a check of a domain calls such a routine.
fn checks_call(model: &Model, domain: ObjectId) -> bool {
    model.children(domain).iter().any(|&check| calls(model, check, &mut HashSet::new()))
}

/// Whether rows of a table that are written anew call such a routine: in its checks, indexes and computed columns.
fn rows_call(model: &Model, table: ObjectId) -> bool {
    model.children(table).iter().any(|&id| match &model.object(id).body {
        Body::Check(_) | Body::Index(_) | Body::Exclusion(_) => calls(model, id, &mut HashSet::new()),
        Body::Column(column) => column.generated.is_some() && calls(model, id, &mut HashSet::new()),
        _ => false,
    })
}
