//! The plan from one model to another. What `ALTER TABLE` cannot do is done by making the table anew, as the manual says ("ALTER TABLE",
//! section 7): foreign keys off before the transaction, the new table, the rows, the old one dropped, indexes and triggers put back.

use std::collections::BTreeSet;

use cadastre_diff::{ChangeKind, Diff};
use cadastre_model::*;
use cadastre_plan::{Group, Hazard, LockClass, Plan, Reason, Step, TableLock, TimeOuts, WorkClass};

use crate::dialect::quote;
use crate::orphans::guard;
use crate::render::{column_item, create_statement};

/// What is aside while its successor is filled.
const ASIDE: &str = "__cadastre_old";

/// What means the same is written the same: comments are part of the text of a statement and no part of the schema.
pub(crate) fn comparable(model: &Model) -> Model {
    model.adjusted(|_, _, object| object.comment = None)
}

/// Of the preamble: `busy_timeout`.
pub(crate) const TIME_OUTS: TimeOuts = TimeOuts { lock: 5, statement: 0 };

/// The plan that leads from `from` to `to`.
pub(crate) fn plan(from: &Model, to: &Model, diff: &Diff) -> Plan {
    let mut result = Plan::new("sqlite", from.fingerprint().to_string(), to.fingerprint().to_string());
    let mut planning = Planning { from, to, diff, rebuilt: BTreeSet::new(), steps: Vec::new() };
    planning.run();
    if planning.steps.is_empty() {
        return result;
    }
    // Within a transaction the switch for foreign keys does nothing, and rows of other tables would go with a table.
    result.preamble =
        ["PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON", "PRAGMA busy_timeout = 5000"]
            .map(str::to_owned)
            .into();
    let mut steps = planning.steps;
    if let Some((before, after)) = guard(from, to, diff, &planning.rebuilt) {
        steps.insert(0, before);
        steps.push(after);
    }
    result.groups = vec![Group { transaction: true, steps }];
    result.closing = vec!["PRAGMA legacy_alter_table = OFF".into()];
    result
}

/// `ALTER TABLE … RENAME`; SQLite renames nothing else.
pub(crate) fn rename_step(model: &Model, id: ObjectId, to: &str) -> Option<Step> {
    let object = model.object(id);
    let (table, what) = match (object.kind(), object.parent) {
        (Kind::Column, Some(table)) => {
            (&model.object(table).name, format!("COLUMN {} ", quote(&object.name)))
        }
        (Kind::Table, _) => (&object.name, String::new()),
        _ => return None,
    };
    let sql = format!("ALTER TABLE {} RENAME {what}TO {}", quote(table), quote(to));
    let lock = TableLock { table: table.clone(), lock: LockClass::AccessExclusive };
    let mut step = Step::renaming(sql, vec![lock]);
    // What refers to it follows, which the plan's own way of renaming keeps from happening (manual: "PRAGMA legacy_alter_table").
    step.statements.insert(0, "PRAGMA legacy_alter_table = OFF".into());
    step.statements.push("PRAGMA legacy_alter_table = ON".into());
    Some(step)
}

struct Planning<'m> {
    from: &'m Model,
    to: &'m Model,
    diff: &'m Diff,
    /// Tables of the new model that are made anew.
    rebuilt: BTreeSet<ObjectId>,
    steps: Vec<Step>,
}

impl Planning<'_> {
    fn run(&mut self) {
        let mut altered: BTreeSet<ObjectId> = BTreeSet::new();
        let (mut gone, mut come): (BTreeSet<ObjectId>, BTreeSet<ObjectId>) = Default::default();
        for change in &self.diff.changes {
            let of_table = |model: &Model, id: ObjectId| {
                let object = model.object(id);
                let in_statement = !matches!(
                    object.kind(),
                    Kind::Table | Kind::View | Kind::Index | Kind::Trigger | Kind::Namespace
                );
                object.parent.filter(|_| in_statement)
            };
            let table = match (change.from, change.to) {
                (_, Some(to)) if of_table(self.to, to).is_some() => of_table(self.to, to),
                (Some(from), None) => of_table(self.from, from).and_then(|table| self.diff.to(table)),
                _ => None,
            };
            if let Some(table) = table {
                altered.insert(table);
                continue;
            }
            match (change.kind, change.from, change.to) {
                (ChangeKind::Changed, Some(_), Some(to)) if self.to.object(to).kind() == Kind::Table => {
                    altered.insert(to);
                }
                (ChangeKind::Changed, Some(from), Some(to)) => {
                    gone.insert(from);
                    come.insert(to);
                }
                (_, from, to) => {
                    gone.extend(from);
                    come.extend(to);
                }
            }
        }
        // The columns of a view follow from its query.
        altered.retain(|&table| self.to.object(table).kind() == Kind::Table);
        self.take_down(&gone);
        let altered: Vec<ObjectId> = altered.into_iter().collect();
        self.remove_tables(&gone);
        self.make(&come, Kind::Table);
        for table in altered {
            self.alter_table(table, &mut come);
        }
        for kind in [Kind::Index, Kind::View, Kind::Trigger] {
            self.make(&come, kind);
        }
    }

    /// Triggers, views and indexes that go, before the tables they read.
    fn take_down(&mut self, gone: &BTreeSet<ObjectId>) {
        for kind in [Kind::Trigger, Kind::View, Kind::Index] {
            for &id in gone.iter().filter(|&&id| self.from.object(id).kind() == kind) {
                let word = kind.word().to_uppercase();
                // With its table or view it is gone already.
                let exists = if kind == Kind::View { "" } else { "IF EXISTS " };
                let sql = format!("DROP {word} {exists}{}", quote(&self.from.object(id).name));
                self.push(self.from, id, vec![sql], WorkClass::Metadata);
            }
        }
    }

    fn remove_tables(&mut self, gone: &BTreeSet<ObjectId>) {
        for &id in gone.iter().filter(|&&id| self.from.object(id).kind() == Kind::Table) {
            let sql = format!("DROP TABLE {}", quote(&self.from.object(id).name));
            self.push(self.from, id, vec![sql], WorkClass::Metadata);
            if let Some(step) = self.steps.last_mut() {
                step.hazards.push(Hazard::new(Reason::RowsGone));
                step.hazards.push(Hazard::new(Reason::OnlyBackup));
            }
        }
    }

    fn make(&mut self, come: &BTreeSet<ObjectId>, kind: Kind) {
        // What hangs on something new comes with it.
        let is_relation = |id: &&ObjectId| matches!(self.to.object(**id).kind(), Kind::Table | Kind::View);
        let hanging = come.iter().filter(is_relation).flat_map(|id| self.to.children(*id));
        let all: BTreeSet<ObjectId> = come.iter().chain(hanging).copied().collect();
        all.into_iter().filter(|id| self.to.object(*id).kind() == kind).for_each(|id| self.make_one(id));
    }

    fn make_one(&mut self, id: ObjectId) {
        if let Some(sql) = create_statement(self.to, id) {
            let work =
                if self.to.object(id).kind() == Kind::Index { WorkClass::Scan } else { WorkClass::Metadata };
            self.push(self.to, id, vec![sql], work);
            let is_unique = matches!(&self.to.object(id).body, Body::Index(index) if index.unique);
            if let Some(step) = self.steps.last_mut().filter(|_| is_unique) {
                step.hazards.push(Hazard::new(Reason::Duplicates));
            }
        }
    }

    fn push(&mut self, model: &Model, id: ObjectId, statements: Vec<String>, work: WorkClass) {
        let object = format!("{} {}", model.object(id).kind().word(), model.display_name(id));
        let table = match model.object(id).kind() {
            Kind::Table | Kind::View => model.object(id).name.clone(),
            _ => model.object(id).parent.map(|parent| model.object(parent).name.clone()).unwrap_or_default(),
        };
        let locks = vec![TableLock { table, lock: LockClass::AccessExclusive }];
        self.steps.push(Step {
            object,
            statements,
            locks,
            work,
            time_outs: Some(TIME_OUTS),
            ..Step::default()
        });
    }

    fn alter_table(&mut self, table: ObjectId, come: &mut BTreeSet<ObjectId>) {
        let Some(old) = self.diff.from(table) else { return };
        match self.columns_to_add(old, table) {
            Some(columns) => {
                let name = quote(&self.to.object(table).name);
                for column in columns {
                    if let Body::Column(it) = &self.to.object(column).body {
                        let item = column_item(self.to.object(column), it);
                        self.push(
                            self.to,
                            column,
                            vec![format!("ALTER TABLE {name} ADD COLUMN {item}")],
                            WorkClass::Metadata,
                        );
                    }
                }
            }
            None => self.rebuild(old, table, come),
        }
    }

    /// The columns to add, if adding them is all there is to do and `ALTER TABLE` can (manual: "ALTER TABLE ADD COLUMN").
    fn columns_to_add(&self, old: ObjectId, new: ObjectId) -> Option<Vec<ObjectId>> {
        let own = |model: &Model, id: ObjectId, table: ObjectId| {
            model.object(id).parent == Some(table)
                && !matches!(model.object(id).kind(), Kind::Index | Kind::Trigger)
        };
        let mut added = BTreeSet::new();
        for change in &self.diff.changes {
            match (change.kind, change.from, change.to) {
                (ChangeKind::Added, _, Some(id)) if own(self.to, id, new) => {
                    if self.to.object(id).kind() != Kind::Column || !self.can_be_added(id) {
                        return None;
                    }
                    added.insert(id);
                }
                (ChangeKind::Removed, Some(id), _) if own(self.from, id, old) => return None,
                (ChangeKind::Changed, Some(id), Some(to))
                    if id == old || own(self.from, id, old) || own(self.to, to, new) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        let columns: Vec<ObjectId> = self
            .to
            .children(new)
            .iter()
            .copied()
            .filter(|&id| self.to.object(id).kind() == Kind::Column)
            .collect();
        let last = columns.iter().rev().take(added.len()).all(|id| added.contains(id));
        last.then(|| columns.into_iter().filter(|id| added.contains(id)).collect())
    }

    fn can_be_added(&self, id: ObjectId) -> bool {
        let Body::Column(column) = &self.to.object(id).body else { return false };
        let is_stored = column.generated.as_ref().is_some_and(|it| it.storage == GeneratedStorage::Stored);
        let has_value = column.default.as_ref().is_some_and(|default| !default.eq_ignore_ascii_case("null"));
        !column.autoincrement
            && !is_stored
            && column.default.as_ref().is_none_or(|default| is_literal(default))
            && (!column.not_null || has_value)
    }

    fn rebuild(&mut self, old: ObjectId, new: ObjectId, come: &mut BTreeSet<ObjectId>) {
        self.rebuilt.insert(new);
        let (before, after) = (self.from.object(old), self.to.object(new));
        let name = quote(&after.name).to_string();
        let Some(create) = create_statement(self.to, new) else { return };
        let is_virtual =
            |object: &Object| matches!(&object.body, Body::Table(table) if table.virtual_table.is_some());
        if is_virtual(before) || is_virtual(after) {
            self.push(
                self.to,
                new,
                vec![format!("DROP TABLE {}", quote(&before.name)), create],
                WorkClass::Rewrite,
            );
            if let Some(step) = self.steps.last_mut() {
                step.hazards.push(Hazard::new(Reason::VirtualTableAnew));
            }
            return;
        }
        let aside = quote(&format!("{}{ASIDE}", after.name)).to_string();
        let kept = self.common_columns(old, new);
        let mut statements = vec![format!("ALTER TABLE {name} RENAME TO {aside}"), create];
        if !kept.is_empty() {
            let list = kept.join(", ");
            statements.push(format!("INSERT INTO {name} ({list}) SELECT {list} FROM {aside}"));
        }
        if self.numbers_itself(self.from, old) && self.numbers_itself(self.to, new) {
            let (own, other) = (literal(&after.name), literal(&format!("{}{ASIDE}", after.name)));
            statements.push(format!("DELETE FROM sqlite_sequence WHERE name = {own}"));
            statements.push(format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT {own}, seq FROM sqlite_sequence WHERE name = {other}"
            ));
        }
        statements.push(format!("DROP TABLE {aside}"));
        self.push(self.to, new, statements, WorkClass::Rewrite);
        let lost = self.lost_columns(old, new);
        if let Some(step) = self.steps.last_mut() {
            step.hazards.push(Hazard::new(Reason::Copied));
            step.hazards.push(Hazard::new(Reason::MayNotFit));
            if !lost.is_empty() {
                step.hazards.push(Hazard::about(Reason::ValuesGone, vec![lost.join(", ")]));
            }
        }
        let hanging = self.to.children(new).iter().copied();
        come.extend(hanging.filter(|&id| matches!(self.to.object(id).kind(), Kind::Index | Kind::Trigger)));
    }

    fn columns_of(model: &Model, table: ObjectId) -> Vec<(&Object, &Column)> {
        model.relation(table).map(|relation| relation.columns().collect()).unwrap_or_default()
    }

    /// What is in both and not computed.
    fn common_columns(&self, old: ObjectId, new: ObjectId) -> Vec<String> {
        let before = Self::columns_of(self.from, old);
        let is_there = |name: &str| {
            before.iter().any(|(object, column)| same_name(&object.name, name) && column.generated.is_none())
        };
        let after =
            Self::columns_of(self.to, new).into_iter().filter(|(_, column)| column.generated.is_none());
        after
            .filter(|(object, _)| is_there(&object.name))
            .map(|(object, _)| quote(&object.name).to_string())
            .collect()
    }

    fn lost_columns(&self, old: ObjectId, new: ObjectId) -> Vec<String> {
        let after = Self::columns_of(self.to, new);
        let is_kept = |name: &str| after.iter().any(|(object, _)| same_name(&object.name, name));
        let before =
            Self::columns_of(self.from, old).into_iter().filter(|(_, column)| column.generated.is_none());
        before.filter(|(object, _)| !is_kept(&object.name)).map(|(object, _)| object.name.clone()).collect()
    }

    fn numbers_itself(&self, model: &Model, table: ObjectId) -> bool {
        Self::columns_of(model, table).iter().any(|(_, column)| column.autoincrement)
    }
}

/// Whether a default is a literal: with any other, a column can only be added to a table without rows (manual: "ALTER TABLE ADD COLUMN").
fn is_literal(default: &str) -> bool {
    let number = default.trim_start_matches(['+', '-']).to_lowercase();
    let text = number.strip_prefix('x').unwrap_or(&number);
    let inside = text.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
    ["null", "true", "false"].contains(&number.as_str())
        || number.starts_with("0x")
        || number.parse::<f64>().is_ok()
        || inside.is_some_and(|it| !it.replace("''", "").contains('\''))
}

fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn literal(text: &str) -> String {
    cadastre_engine::quote_literal(text, cadastre_engine::Backslash::Plain).to_string()
}
