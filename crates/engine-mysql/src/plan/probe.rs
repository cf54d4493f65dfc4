//! How one sees whether a step is done, for every statement is final by itself: a query for one boolean on `information_schema`. An
//! `ALTER TABLE` happens as a whole, so that one of the things it changes tells for all of them.

use cadastre_diff::Diff;
use cadastre_model::*;

use super::TableChange;
use crate::dialect::literal;

/// Whether what a step makes is there.
pub(super) fn is_made(model: &Model, id: ObjectId) -> Option<String> {
    entry(model, id).map(|it| format!("SELECT {}", it.there()))
}

/// Whether what a step takes away is gone.
pub(super) fn is_gone(model: &Model, id: ObjectId) -> Option<String> {
    entry(model, id).map(|it| format!("SELECT NOT {}", it.there()))
}

/// Whether a table has been altered: nothing where all that changes is what the server tells in other words than the model.
pub(super) fn is_altered(
    from: &Model,
    to: &Model,
    diff: &Diff,
    table: ObjectId,
    change: &TableChange,
) -> Option<String> {
    let old = diff.from(table)?;
    let is_named = |model: &Model, siblings: ObjectId, object: &Object| {
        let mut all = model.children(siblings).iter().map(|&id| model.object(id));
        all.any(|it| it.kind() == object.kind() && it.name == object.name)
    };
    // Foreign keys come and go by themselves, what changes at a column in its own words.
    let tells = |object: &Object| match &object.body {
        Body::Check(check) => check.column.is_none(),
        Body::Column(_) | Body::Index(_) | Body::PrimaryKey(_) => true,
        _ => false,
    };
    let come = change.come.iter().copied().find(|&id| {
        let object = to.object(id);
        tells(object) && !is_named(from, old, object)
    });
    let gone = || {
        change.gone.iter().copied().find(|&id| {
            let object = from.object(id);
            tells(object) && !is_named(to, table, object)
        })
    };
    come.or_else(|| change.renamed.first().map(|(_, new)| *new))
        .and_then(|id| is_made(to, id))
        .or_else(|| gone().and_then(|id| is_gone(from, id)))
        .or_else(|| change.restated.iter().find_map(|&id| is_restated(from, to, diff, id)))
        .or_else(|| change.own.then(|| has_options(from, old, to, table)).flatten())
}

/// Whether a column is what it is to be, by one of the things that change of it.
fn is_restated(from: &Model, to: &Model, diff: &Diff, id: ObjectId) -> Option<String> {
    let (old, new) = (from.object(diff.from(id)?), to.object(id));
    let (Body::Column(a), Body::Column(b)) = (&old.body, &new.body) else { return None };
    let fact = if a.data_type != b.data_type {
        ("COLUMN_TYPE", b.data_type.clone())
    } else if a.not_null != b.not_null {
        ("IS_NULLABLE", if b.not_null { "NO" } else { "YES" }.to_owned())
    } else if old.comment != new.comment {
        ("COLUMN_COMMENT", new.comment.clone().unwrap_or_default())
    } else if a.collation != b.collation && b.collation.is_some() {
        ("COLLATION_NAME", b.collation.clone().unwrap_or_default())
    } else {
        return None;
    };
    let entry = entry(to, id)?;
    Some(format!("SELECT {}", Entry { facts: [entry.facts, vec![fact]].concat(), ..entry }.there()))
}

/// Whether a table has the option that changes.
fn has_options(from: &Model, old: ObjectId, to: &Model, new: ObjectId) -> Option<String> {
    let (a, b) = (from.object(old), to.object(new));
    let (Body::Table(x), Body::Table(y)) = (&a.body, &b.body) else { return None };
    let fact = if a.comment != b.comment {
        ("TABLE_COMMENT", b.comment.clone().unwrap_or_default())
    } else if x.access_method != y.access_method {
        ("ENGINE", y.access_method.clone()?)
    } else if x.collation != y.collation {
        ("TABLE_COLLATION", y.collation.clone()?)
    } else if x.system_versioned != y.system_versioned {
        ("TABLE_TYPE", if y.system_versioned { "SYSTEM VERSIONED" } else { "BASE TABLE" }.to_owned())
    } else {
        let entry = entry(to, new)?;
        return Some(format!("SELECT {}", Entry { also: told_option(x, y)?, ..entry }.there()));
    };
    let entry = entry(to, new)?;
    Some(format!("SELECT {}", Entry { facts: [entry.facts, vec![fact]].concat(), ..entry }.there()))
}

/// A condition on the options that a table was made with, by one that goes or comes.
fn told_option(before: &Table, after: &Table) -> Option<String> {
    let has = |table: &Table, name: &str| table.options.iter().any(|it| it.name == name);
    let told = |it: &SettingPair, value: &str| literal(&format!("%{}={value}%", it.name.to_lowercase()));
    let gone = before.options.iter().find(|it| !has(after, &it.name));
    let come = || after.options.iter().find(|it| !has(before, &it.name));
    gone.map(|it| format!(" AND CREATE_OPTIONS NOT LIKE {}", told(it, "")))
        .or_else(|| come().map(|it| format!(" AND CREATE_OPTIONS LIKE {}", told(it, &it.value))))
}

/// Where an object stands in `information_schema`, and by what.
struct Entry {
    list: &'static str,
    schema: &'static str,
    facts: Vec<(&'static str, String)>,
    /// A condition in SQL that follows them.
    also: String,
}

impl Entry {
    fn there(&self) -> String {
        let facts: String =
            self.facts.iter().map(|(column, value)| format!(" AND {column} = {}", literal(value))).collect();
        format!(
            "EXISTS (SELECT 1 FROM information_schema.{} WHERE {} = DATABASE(){facts}{})",
            self.list, self.schema, self.also
        )
    }
}

fn entry(model: &Model, id: ObjectId) -> Option<Entry> {
    let object = model.object(id);
    let name = || object.name.clone();
    let table = || object.parent.map(|parent| model.object(parent).name.clone());
    let (list, schema, facts) = match &object.body {
        Body::Table(_) | Body::View(_) | Body::Sequence(_) => {
            ("TABLES", "TABLE_SCHEMA", vec![("TABLE_NAME", name())])
        }
        Body::Column(_) => {
            ("COLUMNS", "TABLE_SCHEMA", vec![("TABLE_NAME", table()?), ("COLUMN_NAME", name())])
        }
        Body::PrimaryKey(_) => {
            ("STATISTICS", "TABLE_SCHEMA", vec![("TABLE_NAME", table()?), ("INDEX_NAME", "PRIMARY".into())])
        }
        Body::Index(_) => {
            ("STATISTICS", "TABLE_SCHEMA", vec![("TABLE_NAME", table()?), ("INDEX_NAME", name())])
        }
        Body::ForeignKey(_) | Body::Check(_) => {
            let sort = if object.kind() == Kind::Check { "CHECK" } else { "FOREIGN KEY" };
            let facts = vec![
                ("TABLE_NAME", table()?),
                ("CONSTRAINT_NAME", name()),
                ("CONSTRAINT_TYPE", sort.to_owned()),
            ];
            ("TABLE_CONSTRAINTS", "TABLE_SCHEMA", facts)
        }
        Body::Trigger(_) => ("TRIGGERS", "TRIGGER_SCHEMA", vec![("TRIGGER_NAME", name())]),
        Body::Event(_) => ("EVENTS", "EVENT_SCHEMA", vec![("EVENT_NAME", name())]),
        Body::Routine(routine) => {
            let sort = if routine.kind == RoutineKind::Procedure { "PROCEDURE" } else { "FUNCTION" };
            let facts = vec![("ROUTINE_NAME", name()), ("ROUTINE_TYPE", sort.to_owned())];
            ("ROUTINES", "ROUTINE_SCHEMA", facts)
        }
        _ => return None,
    };
    Some(Entry { list, schema, facts, also: String::new() })
}
