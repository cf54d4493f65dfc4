//! Rows without a counterpart are counted before and after tables are made anew: foreign keys are off meanwhile, and more of them than
//! before must end the transaction. A plain `PRAGMA foreign_key_check` only lists them.

use std::collections::{BTreeSet, HashMap};

use cadastre_diff::Diff;
use cadastre_model::*;
use cadastre_plan::{Hazard, Reason, Step, WorkClass};

use crate::dialect::quote;

/// What is said when the count has grown.
const REFUSAL: &str = "foreign keys: rows without a counterpart";

/// The steps before and after, if there is a table to look at: one that is made anew, or that leads to one.
pub(crate) fn guard(
    from: &Model,
    to: &Model,
    diff: &Diff,
    rebuilt: &BTreeSet<ObjectId>,
) -> Option<(Step, Step)> {
    if rebuilt.is_empty() {
        return None;
    }
    let (old_names, new_names) = (Names::of(from), Names::of(to));
    let looked_at: Vec<(ObjectId, ObjectId)> = to
        .tables()
        .filter(|table| new_names.is_concerned(*table, rebuilt) && new_names.can_be_checked(*table))
        .filter_map(|table| Some((diff.from(table.id())?, table.id())))
        .filter(|(old, _)| from.relation(*old).is_some_and(|old| old_names.can_be_checked(old)))
        .collect();
    if looked_at.is_empty() {
        return None;
    }
    let count = |model: &Model, tables: &[ObjectId]| {
        let one = |id: &ObjectId| {
            let name = model.object(*id).name.replace('\'', "''");
            format!("(SELECT count(*) FROM pragma_foreign_key_check('{name}'))")
        };
        tables.iter().map(one).collect::<Vec<_>>().join(" + ")
    };
    let (old, new): (Vec<ObjectId>, Vec<ObjectId>) = looked_at.into_iter().unzip();
    let table = "temp.cadastre_orphans";
    let step = |statements: Vec<String>| Step {
        object: "foreign keys".into(),
        statements,
        work: WorkClass::Scan,
        time_outs: Some(crate::plan::TIME_OUTS),
        ..Step::default()
    };
    let before = step(vec![
        format!(
            "CREATE TABLE {table} (before INTEGER, after INTEGER, CONSTRAINT {} CHECK (after <= before))",
            quote(REFUSAL)
        ),
        format!("INSERT INTO {table} (before) SELECT {}", count(from, &old)),
    ]);
    let mut after =
        step(vec![format!("UPDATE {table} SET after = {}", count(to, &new)), format!("DROP TABLE {table}")]);
    after.hazards.push(Hazard::new(Reason::NewOrphans));
    Some((before, after))
}

/// Tables and views by name, which is the same whatever its letters' case.
struct Names<'m>(HashMap<String, RelationWalker<'m>>);

impl<'m> Names<'m> {
    fn of(model: &'m Model) -> Self {
        Self(model.relations().map(|it| (it.name().to_lowercase(), it)).collect())
    }

    fn target(&self, key: &ForeignKey) -> Option<RelationWalker<'m>> {
        self.0.get(&key.references.name.to_lowercase()).copied()
    }

    fn is_concerned(&self, table: RelationWalker<'_>, rebuilt: &BTreeSet<ObjectId>) -> bool {
        let leads_there = |key: ForeignKeyWalker<'_>| {
            self.target(key.key).is_some_and(|target| rebuilt.contains(&target.id()))
        };
        let mut keys = table.foreign_keys().peekable();
        keys.peek().is_some() && (rebuilt.contains(&table.id()) || keys.any(leads_there))
    }

    /// The check itself fails where a foreign key leads to columns that are no key (manual, "SQLite Foreign Key Support", section 3).
    fn can_be_checked(&self, table: RelationWalker<'_>) -> bool {
        table
            .foreign_keys()
            .all(|key| self.target(key.key).is_none_or(|target| leads_to_key(target, key.key)))
    }
}

fn leads_to_key(target: RelationWalker<'_>, key: &ForeignKey) -> bool {
    let Some(Table { kind: TableKind::Ordinary, .. }) = target.table() else { return false };
    let names = |columns: &[String]| columns.iter().map(|it| it.to_lowercase()).collect::<BTreeSet<_>>();
    if key.referenced_columns.is_empty() {
        return target.primary_key().is_some_and(|it| it.columns.len() == key.columns.len());
    }
    let wanted = names(&key.referenced_columns);
    let by_key = target.keys().any(|(_, it)| it.collations.is_empty() && names(&it.columns) == wanted);
    by_key
        || target.indexes().any(|(_, index)| {
            let column = |part: &IndexPart| match &part.target {
                IndexTarget::Column(name) if part.collation.is_none() => Some(name.clone()),
                _ => None,
            };
            let columns: Option<Vec<String>> = index.parts.iter().map(column).collect();
            index.unique && index.predicate.is_none() && columns.is_some_and(|it| names(&it) == wanted)
        })
}
