//! The plan from one model to another. Every statement commits by itself; a table is changed by one `ALTER TABLE` with the whole of each
//! column restated (manual: "ALTER TABLE"). Foreign keys are taken away before and put back after, programs and views likewise.

mod algorithm;
mod probe;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use cadastre_diff::{ChangeKind, Diff, Naming, Rename, TextsFollow, renamed_parts};
use cadastre_engine::{DbError, ErrorCode};
use cadastre_model::*;
use cadastre_plan::{Group, Hazard, LockClass, Plan, Reason, Step, TableLock, TimeOuts, WorkClass};

use crate::dialect::{is_mariadb, quote};
use crate::render::{column_item, part_item};
use crate::script::{session_statements, statement};

const PREAMBLE: [&str; 5] = [
    "SET NAMES utf8mb4",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION lock_wait_timeout = 10",
    UNCHECKED,
    OWN_MODE,
];

/// Of the preamble.
const TIME_OUTS: TimeOuts = TimeOuts { lock: 10, statement: 0 };

/// Rows are held against foreign keys, and keys against tables that are there.
const CHECKED: &str = "SET SESSION foreign_key_checks = 1";
const UNCHECKED: &str = "SET SESSION foreign_key_checks = 0";

/// Strict, or values that do not fit a new type would be cut with no more than a warning.
const OWN_MODE: &str =
    "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'";

/// The model with what means something here and elsewhere does not: the order of columns; and with the character set of a
/// column that is its table's left to the table, which it may not be where changes were chosen one by one.
pub(crate) fn comparable(model: &Model) -> Model {
    model.adjusted(|model, id, object| {
        let Some(table) = object.parent.filter(|&it| model.object(it).kind() == Kind::Table) else { return };
        if let Body::Column(column) = &mut object.body {
            if let Body::Table(of) = &model.object(table).body
                && (&of.character_set, &of.collation) == (&column.character_set, &column.collation)
            {
                (column.character_set, column.collation) = (None, None);
            }
            let columns = model.children(table).iter().filter(|&&it| model.object(it).kind() == Kind::Column);
            let before = columns.take_while(|&&it| it != id).last();
            column.after = Some(before.map(|&it| model.object(it).name.clone()).unwrap_or_default());
        }
    })
}

/// The plan that leads from `from` to `to`.
pub(crate) fn plan(from: &Model, to: &Model, diff: &Diff) -> Plan {
    let mut result = Plan::new("mysql", from.fingerprint().to_string(), to.fingerprint().to_string());
    let mut planning = Planning { from, to, diff, tables: BTreeMap::new(), steps: Vec::new() };
    planning.run();
    if planning.steps.is_empty() {
        return result;
    }
    result.preamble = PREAMBLE.map(str::to_owned).into();
    result.groups = vec![Group { transaction: false, steps: planning.steps }];
    result.closing = vec![CHECKED.into()];
    result
}

/// The plan as the server's own client runs it: statements with bodies need another end.
pub(crate) fn plan_script(plan: &Plan) -> String {
    let write = |statement: &String| {
        let head = statement.get(..200).unwrap_or(statement).to_uppercase();
        let has_body = head.starts_with("CREATE")
            && [" PROCEDURE ", " FUNCTION ", " TRIGGER ", " EVENT ", " PACKAGE "]
                .iter()
                .any(|word| head.contains(word));
        if has_body {
            format!("DELIMITER ;;\n{statement};;\nDELIMITER ;\n")
        } else {
            format!("{statement};\n")
        }
    };
    let steps = plan.steps().flat_map(|step| &step.statements);
    plan.preamble.iter().chain(steps).chain(&plan.closing).map(write).collect()
}

/// `ALTER TABLE … RENAME`. A check over a column that is renamed is restated: MariaDB does not find the column in it at times.
///
/// # Errors
/// For what has no name to change, and on MySQL for a column whose name stands where the server does not change it.
pub(crate) fn rename_step(model: &Model, id: ObjectId, to: &str) -> Result<Step, DbError> {
    let object = model.object(id);
    let (table, sql) = match (object.kind(), object.parent) {
        (Kind::Column, Some(table)) => return rename_column(model, table, id, to),
        (Kind::Table, _) => (&object.name, format!("RENAME TABLE {} TO {}", quote(&object.name), quote(to))),
        _ => return Err(not_renamed(model, id, "cannot be renamed")),
    };
    let lock = TableLock { table: table.clone(), lock: LockClass::AccessExclusive };
    Ok(Step::renaming(sql, vec![lock]))
}

fn not_renamed(model: &Model, id: ObjectId, reason: &str) -> DbError {
    let message = format!("planning: {} {reason}", model.display_name(id));
    DbError::new(ErrorCode::UnsupportedByEngine, message).with_hint("leave the rename out")
}

fn rename_column(model: &Model, table: ObjectId, id: ObjectId, to: &str) -> Result<Step, DbError> {
    let rename = Rename { object: id, field: None, to: to.to_owned() };
    let naming = Naming {
        quote: &|name| quote(name).to_string(),
        has_backslashes: true,
        follow: TextsFollow::ButViewsAndTriggers,
        key_mark: None,
    };
    let after = cadastre_diff::rename(model, &[rename], &naming)
        .map_err(|_| not_renamed(model, id, "cannot be renamed"))?;
    if let Some(place) = fixed_name(model, &after, table, id) {
        return Err(not_renamed(model, id, &format!("is named by {place}, where MySQL keeps its name")));
    }
    let (old, new) = (model.object(id), after.object(id));
    let is_other = |it: &&ObjectId| model.object(**it).body != after.object(**it).body;
    let checks: Vec<(&Object, &Check)> = model
        .children(table)
        .iter()
        .filter(is_other)
        .filter_map(|&it| match &after.object(it).body {
            Body::Check(check) => Some((after.object(it), check)),
            _ => None,
        })
        .collect();
    let own = checks.iter().find(|(_, check)| check.column.is_some());
    let renaming = match (&new.body, own) {
        (Body::Column(column), Some((_, check))) => {
            format!("CHANGE COLUMN {} {}", quote(&old.name), column_item(new, column, Some(check)))
        }
        _ => format!("RENAME COLUMN {} TO {}", quote(&old.name), quote(to)),
    };
    let apart = checks.iter().filter(|(_, check)| check.column.is_none());
    let gone = apart.clone().map(|(object, _)| format!("DROP CONSTRAINT {}", quote(&object.name)));
    let come = apart.filter_map(|(object, _)| part_item(object)).map(|item| format!("ADD {item}"));
    let clauses: Vec<String> = gone.chain([renaming]).chain(come).collect();
    let name = &model.object(table).name;
    let lock = TableLock { table: name.clone(), lock: LockClass::AccessExclusive };
    let mut step = Step::renaming(format!("ALTER TABLE {} {}", quote(name), clauses.join(", ")), vec![lock]);
    if !checks.is_empty() || !algorithm::is_plain(model, table) {
        step.work = WorkClass::Rewrite;
        step.hazards.push(Hazard::new(Reason::MayBeCopied));
    }
    Ok(step)
}

/// What names a column of MySQL so that the server refuses to rename it: a generated column (error 3108), an index over an expression
/// (3837) or the partitions (3855); by "Server Error Message Reference". MariaDB changes the name there as well.
fn fixed_name(model: &Model, renamed: &Model, table: ObjectId, column: ObjectId) -> Option<String> {
    if is_mariadb(&model.origin) {
        return None;
    }
    let bodies = |id: ObjectId| (&model.object(id).body, &renamed.object(id).body);
    if let (Body::Table(old), Body::Table(new)) = bodies(table)
        && old.partition_by != new.partition_by
    {
        return Some(format!("the partitions of {}", model.object(table).name));
    }
    let expressions = |index: &Index| {
        let targets = index.parts.iter().map(|part| part.target.clone());
        targets.filter(|it| matches!(it, IndexTarget::Expression(_))).collect::<Vec<_>>()
    };
    let is_named = |&&id: &&ObjectId| match bodies(id) {
        (Body::Column(old), Body::Column(new)) => id != column && old.generated != new.generated,
        (Body::Index(old), Body::Index(new)) => expressions(old) != expressions(new),
        _ => false,
    };
    model.children(table).iter().find(is_named).map(|&id| model.display_name(id))
}

/// What changes of a table that stays.
#[derive(Default)]
struct TableChange {
    gone: BTreeSet<ObjectId>,
    come: BTreeSet<ObjectId>,
    /// Indexes that only get another name: the old one and the new one.
    renamed: Vec<(ObjectId, ObjectId)>,
    /// Columns, by the new model, that are restated.
    restated: BTreeSet<ObjectId>,
    /// The table's own options.
    own: bool,
}

struct Planning<'m> {
    from: &'m Model,
    to: &'m Model,
    diff: &'m Diff,
    tables: BTreeMap<ObjectId, TableChange>,
    steps: Vec<Step>,
}

impl Planning<'_> {
    fn run(&mut self) {
        let (mut gone, mut come): (BTreeSet<ObjectId>, BTreeSet<ObjectId>) = Default::default();
        for change in &self.diff.changes {
            let table = self.table_of(change.from, change.to);
            match (table, change.kind, change.from, change.to) {
                (Some(table), kind, from, to) => self.note(table, kind, from, to),
                (None, ChangeKind::Changed, Some(_), Some(to))
                    if self.to.object(to).kind() == Kind::Table =>
                {
                    self.tables.entry(to).or_default().own = true;
                }
                (None, _, from, to) => {
                    gone.extend(from);
                    come.extend(to);
                }
            }
        }
        self.rename_indexes();
        self.follow_charsets();
        self.restore_triggers(&mut gone, &mut come);
        self.take_down(&gone);
        self.drop_foreign_keys();
        self.remove(&gone);
        self.make(&come, &[Kind::Sequence]);
        let tables: Vec<ObjectId> = self.tables.keys().copied().collect();
        tables.iter().for_each(|&table| self.alter_table(table));
        // Their foreign keys may lead to keys that have just been made.
        self.make(&come, &[Kind::Table]);
        self.add_foreign_keys(&come);
        self.make(&come, &[Kind::Routine]);
        self.make_views(&come);
        self.make(&come, &[Kind::Trigger, Kind::Event]);
    }

    /// The kept table, by the new model, that a change is part of; nothing for what stands by itself, as triggers do.
    fn table_of(&self, from: Option<ObjectId>, to: Option<ObjectId>) -> Option<ObjectId> {
        let inside = |model: &Model, id: ObjectId| {
            let object = model.object(id);
            let parent = object.parent.filter(|_| object.kind() != Kind::Trigger)?;
            (model.object(parent).kind() == Kind::Table).then_some(parent)
        };
        match (from, to) {
            (_, Some(to)) => inside(self.to, to),
            (Some(from), None) => inside(self.from, from).and_then(|table| self.diff.to(table)),
            (None, None) => None,
        }
    }

    fn note(&mut self, table: ObjectId, kind: ChangeKind, from: Option<ObjectId>, to: Option<ObjectId>) {
        let column_of_check = |model: &Model, id: ObjectId| match &model.object(id).body {
            Body::Check(check) => check.column.clone(),
            _ => None,
        };
        let named = [
            from.and_then(|id| column_of_check(self.from, id)),
            to.and_then(|id| column_of_check(self.to, id)),
        ];
        let is_column = to.is_some_and(|id| self.to.object(id).kind() == Kind::Column);
        let at: Vec<ObjectId> = named
            .into_iter()
            .flatten()
            .filter_map(|name| {
                let mut columns = self.to.children(table).iter().copied();
                columns
                    .find(|&id| self.to.object(id).kind() == Kind::Column && self.to.object(id).name == name)
            })
            .collect();
        let change = self.tables.entry(table).or_default();
        if !at.is_empty() {
            change.restated.extend(at);
            return;
        }
        match (kind, from, to) {
            (ChangeKind::Changed, Some(_), Some(to)) if is_column => drop(change.restated.insert(to)),
            (_, from, to) => {
                change.gone.extend(from);
                change.come.extend(to);
            }
        }
    }

    /// Indexes that would go and come as they are stay, under their new names, unless a column would take them along.
    fn rename_indexes(&mut self) {
        for (old, new) in renamed_parts(self.from, self.to, self.diff) {
            if self.is_over_column_made_anew(new) {
                continue;
            }
            let table = self.to.object(new).parent.and_then(|table| self.tables.get_mut(&table));
            if let (Kind::Index, Some(change)) = (self.to.object(new).kind(), table) {
                change.gone.remove(&old);
                change.come.remove(&new);
                change.renamed.push((old, new));
            }
        }
    }

    /// Columns without a character set of their own have the table's, and keep the old one unless they are restated.
    fn follow_charsets(&mut self) {
        let mut restated = Vec::new();
        for (&table, change) in self.tables.iter().filter(|(_, change)| change.own) {
            let Some(old) = self.diff.from(table) else { continue };
            let (Body::Table(a), Body::Table(b)) = (&self.from.object(old).body, &self.to.object(table).body)
            else {
                continue;
            };
            if (&a.character_set, &a.collation) == (&b.character_set, &b.collation) {
                continue;
            }
            let columns = self.to.children(table).iter().copied().filter(|id| !change.come.contains(id));
            restated.extend(columns.filter(|&id| self.has_text(id)).map(|id| (table, id)));
        }
        for (table, column) in restated {
            self.tables.entry(table).or_default().restated.insert(column);
        }
    }

    fn has_text(&self, id: ObjectId) -> bool {
        let Body::Column(column) = &self.to.object(id).body else { return false };
        let data_type = column.data_type.to_lowercase();
        ["char", "text", "enum", "set("].iter().any(|word| data_type.contains(word))
    }

    /// A table that is dropped and made anew loses its triggers, and so does a view.
    fn restore_triggers(&self, gone: &mut BTreeSet<ObjectId>, come: &mut BTreeSet<ObjectId>) {
        let remade: Vec<ObjectId> =
            come.iter().copied().filter(|&id| self.to.object(id).kind() == Kind::Table).collect();
        for table in remade {
            let triggers = self.to.children(table).iter().copied();
            come.extend(triggers.filter(|&id| self.to.object(id).kind() == Kind::Trigger));
        }
        // Triggers of one event fire in the order of their making: one made anew takes those behind it along.
        let moved: Vec<ObjectId> = come
            .iter()
            .copied()
            .filter(|&id| self.to.object(id).kind() == Kind::Trigger)
            .flat_map(|id| self.behind(id))
            .collect();
        for to in moved {
            if let Some(from) = self.diff.from(to) {
                gone.insert(from);
                come.insert(to);
            }
        }
    }

    fn behind(&self, id: ObjectId) -> Vec<ObjectId> {
        let Body::Trigger(trigger) = &self.to.object(id).body else { return Vec::new() };
        let siblings = self.to.object(id).parent.map(|it| self.to.children(it)).unwrap_or_default();
        let is_behind = |other: &ObjectId| match &self.to.object(*other).body {
            Body::Trigger(it) => it.event == trigger.event && it.order > trigger.order,
            _ => false,
        };
        siblings.iter().copied().filter(is_behind).collect()
    }

    fn take_down(&mut self, gone: &BTreeSet<ObjectId>) {
        for kind in [Kind::Event, Kind::Trigger, Kind::View, Kind::Routine] {
            for &id in gone.iter().filter(|&&id| self.from.object(id).kind() == kind) {
                let object = self.from.object(id);
                // A view that stays is replaced in place.
                if kind == Kind::View && self.diff.to(id).is_some() {
                    continue;
                }
                let word = match &object.body {
                    Body::Routine(routine) if routine.kind == RoutineKind::Procedure => "PROCEDURE",
                    Body::Routine(_) => "FUNCTION",
                    _ => kind_word(kind),
                };
                let sql = format!("DROP {word} {}", quote(&object.name));
                self.push(self.from, id, vec![sql], WorkClass::Metadata);
                self.probe(probe::is_gone(self.from, id));
            }
        }
    }

    fn remove(&mut self, gone: &BTreeSet<ObjectId>) {
        for kind in [Kind::Table, Kind::Sequence] {
            for &id in gone.iter().filter(|&&id| self.from.object(id).kind() == kind) {
                let sql = format!("DROP {} {}", kind_word(kind), quote(&self.from.object(id).name));
                self.push(self.from, id, vec![sql], WorkClass::Metadata);
                self.probe(probe::is_gone(self.from, id));
                if let Some(step) = self.steps.last_mut().filter(|_| kind == Kind::Table) {
                    step.hazards.push(Hazard::new(Reason::RowsGone));
                    step.hazards.push(Hazard::new(Reason::OnlyBackup));
                }
            }
        }
    }

    fn make(&mut self, come: &BTreeSet<ObjectId>, kinds: &[Kind]) {
        for kind in kinds {
            let mut all: Vec<ObjectId> =
                come.iter().copied().filter(|&id| self.to.object(id).kind() == *kind).collect();
            all.sort_by_key(|&id| match &self.to.object(id).body {
                Body::Trigger(trigger) => (trigger.order, id),
                _ => (None, id),
            });
            for id in all {
                self.make_one(id);
            }
        }
    }

    /// Views after those they read.
    fn make_views(&mut self, come: &BTreeSet<ObjectId>) {
        let views: Vec<ObjectId> =
            come.iter().copied().filter(|&id| self.to.object(id).kind() == Kind::View).collect();
        let place = |id: &ObjectId| views.iter().position(|it| it == id);
        let needs: Vec<Vec<usize>> = views
            .iter()
            .map(|&id| self.to.object(id).depends_on.iter().filter_map(place).collect())
            .collect();
        let ranks: Vec<usize> = (0..views.len()).collect();
        // Views cannot need each other in a circle: the server does not let them.
        let order = creation_order(&ranks, &needs).unwrap_or(ranks);
        for at in order {
            let Some(sql) = statement(self.to, views[at]) else { continue };
            let sql = sql.replacen("CREATE ALGORITHM", "CREATE OR REPLACE ALGORITHM", 1);
            let (mut statements, after) = session_statements(self.to.object(views[at]), &sql, OWN_MODE);
            statements.push(sql);
            statements.extend(after);
            self.push(self.to, views[at], statements, WorkClass::Metadata);
            if self.diff.from(views[at]).is_none() {
                self.probe(probe::is_made(self.to, views[at]));
            }
        }
    }

    fn make_one(&mut self, id: ObjectId) {
        let Some(sql) = statement(self.to, id) else { return };
        let (mut statements, after) = session_statements(self.to.object(id), &sql, OWN_MODE);
        statements.push(sql);
        statements.extend(after);
        self.push(self.to, id, statements, WorkClass::Metadata);
        self.probe(probe::is_made(self.to, id));
    }

    /// How one sees that the last step is done.
    fn probe(&mut self, probe: Option<String>) {
        if let Some(step) = self.steps.last_mut() {
            step.probe = probe;
        }
    }

    fn push(&mut self, model: &Model, id: ObjectId, statements: Vec<String>, work: WorkClass) {
        let object = model.object(id);
        let name = format!("{} {}", object.kind().word().replace('_', " "), object.key());
        let table = match object.kind() {
            Kind::Table | Kind::View => Some(object.name.clone()),
            Kind::Trigger => object.parent.map(|parent| model.object(parent).name.clone()),
            _ => None,
        };
        let locks = table.map(|table| TableLock { table, lock: LockClass::AccessExclusive });
        self.steps.push(Step {
            object: name,
            statements,
            locks: locks.into_iter().collect(),
            work,
            time_outs: Some(TIME_OUTS),
            ..Step::default()
        });
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "EVENT",
        Kind::Trigger => "TRIGGER",
        Kind::View => "VIEW",
        Kind::Sequence => "SEQUENCE",
        _ => "TABLE",
    }
}
