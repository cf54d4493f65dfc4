//! The plan from one model to another. Every statement commits by itself; a table is changed by one `ALTER TABLE` with the whole of each
//! column restated (manual: "ALTER TABLE"). Foreign keys are taken away before and put back after, programs and views likewise.

use std::collections::{BTreeMap, BTreeSet};

use cadastre_diff::{ChangeKind, Diff};
use cadastre_model::*;
use cadastre_plan::{Group, Hazard, HazardKind, LockClass, Plan, Step, TableLock, WorkClass};

use crate::assemble::NAMESPACE;
use crate::dialect::{literal, quote};
use crate::render::{column_item, part_item};
use crate::script::statement;

const PREAMBLE: [&str; 5] = [
    "SET NAMES utf8mb4",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION lock_wait_timeout = 10",
    "SET SESSION foreign_key_checks = 0",
    OWN_MODE,
];

/// Strict, or values that do not fit a new type would be cut with no more than a warning.
const OWN_MODE: &str =
    "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'";

/// The model with what means something here and elsewhere does not: the order of columns.
pub(crate) fn comparable(model: &Model) -> Model {
    model.adjusted(|model, id, object| {
        let Some(table) = object.parent.filter(|&it| model.object(it).kind() == Kind::Table) else { return };
        if let Body::Column(column) = &mut object.body {
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
    result.closing = vec!["SET SESSION foreign_key_checks = 1".into()];
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

/// `ALTER TABLE … RENAME`.
pub(crate) fn rename_statement(model: &Model, id: ObjectId, to: &str) -> Option<String> {
    let object = model.object(id);
    match (object.kind(), object.parent) {
        (Kind::Column, Some(table)) => Some(format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            quote(&model.object(table).name),
            quote(&object.name),
            quote(to)
        )),
        (Kind::Table, _) => Some(format!("RENAME TABLE {} TO {}", quote(&object.name), quote(to))),
        _ => None,
    }
}

/// What changes of a table that stays.
#[derive(Default)]
struct TableChange {
    gone: BTreeSet<ObjectId>,
    come: BTreeSet<ObjectId>,
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
        tables.iter().for_each(|&table| self.add_foreign_keys(table));
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
                self.push(
                    self.from,
                    id,
                    vec![format!("DROP {word} {}", quote(&object.name))],
                    WorkClass::Metadata,
                );
            }
        }
    }

    fn remove(&mut self, gone: &BTreeSet<ObjectId>) {
        for kind in [Kind::Table, Kind::Sequence] {
            for &id in gone.iter().filter(|&&id| self.from.object(id).kind() == kind) {
                let sql = format!("DROP {} {}", kind_word(kind), quote(&self.from.object(id).name));
                self.push(self.from, id, vec![sql], WorkClass::Metadata);
                if let Some(step) = self.steps.last_mut().filter(|_| kind == Kind::Table) {
                    step.hazards.push(Hazard::new(HazardKind::DataLoss, "its rows are gone"));
                    step.hazards
                        .push(Hazard::new(HazardKind::Irreversible, "only a backup brings them back"));
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
            self.push(self.to, views[at], vec![sql], WorkClass::Metadata);
        }
    }

    fn make_one(&mut self, id: ObjectId) {
        let Some(sql) = statement(self.to, id) else { return };
        let session = match &self.to.object(id).body {
            Body::Routine(it) => it.session.as_ref(),
            Body::Trigger(it) => it.session.as_ref(),
            Body::Event(it) => Some(&it.session),
            _ => None,
        };
        let mut statements = Vec::new();
        if let Some(session) = session {
            statements.push(format!("SET SESSION sql_mode = {}", literal(&session.sql_mode)));
            statements.extend(
                session.time_zone.as_ref().map(|zone| format!("SET SESSION time_zone = {}", literal(zone))),
            );
        }
        statements.push(sql);
        if session.is_some() {
            statements.push(OWN_MODE.into());
            statements.push("SET SESSION time_zone = '+00:00'".into());
        }
        self.push(self.to, id, statements, WorkClass::Metadata);
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
            hazards: Vec::new(),
        });
    }

    /// Those that go, those that are made anew, and those at columns or keys that change.
    fn drop_foreign_keys(&mut self) {
        let mut dropped: BTreeMap<ObjectId, Vec<String>> = BTreeMap::new();
        for (id, object) in self.from.objects() {
            let Body::ForeignKey(key) = &object.body else { continue };
            let Some(table) = object.parent else { continue };
            let Some(kept) = self.diff.to(table) else { continue };
            let is_gone = self.tables.get(&kept).is_some_and(|change| change.gone.contains(&id));
            if is_gone || self.is_disturbed(kept, key) {
                dropped.entry(table).or_default().push(format!("DROP FOREIGN KEY {}", quote(&object.name)));
                if let Some(to) = self.diff.to(id).filter(|_| !is_gone) {
                    self.tables.entry(kept).or_default().come.insert(to);
                }
            }
        }
        for (table, clauses) in dropped {
            let sql = format!("ALTER TABLE {} {}", quote(&self.from.object(table).name), clauses.join(", "));
            self.push(self.from, table, vec![sql], WorkClass::Metadata);
        }
    }

    /// Whether the columns or keys a foreign key stands on change.
    fn is_disturbed(&self, table: ObjectId, key: &ForeignKey) -> bool {
        let changes = |table: ObjectId, columns: &[String]| {
            self.tables.get(&table).is_some_and(|change| {
                let column = change.restated.iter().any(|&id| columns.contains(&self.to.object(id).name));
                let gone = change.gone.iter().any(|&id| match &self.from.object(id).body {
                    Body::PrimaryKey(it) => it.columns.iter().any(|name| columns.contains(name)),
                    Body::Index(it) => it.parts.iter().any(
                        |part| matches!(&part.target, IndexTarget::Column(name) if columns.contains(name)),
                    ),
                    Body::Column(_) => columns.contains(&self.from.object(id).name),
                    _ => false,
                });
                column || gone
            })
        };
        let target = QualifiedName::new(NAMESPACE, key.references.name.clone());
        let target = self.from.find_relation(&target).and_then(|id| self.diff.to(id));
        changes(table, &key.columns) || target.is_some_and(|target| changes(target, &key.referenced_columns))
    }

    fn add_foreign_keys(&mut self, table: ObjectId) {
        let Some(change) = self.tables.get(&table) else { return };
        let keys = change.come.iter().filter(|&&id| self.to.object(id).kind() == Kind::ForeignKey);
        let clauses: Vec<String> =
            keys.filter_map(|&id| self.foreign_key_item(id)).map(|item| format!("ADD {item}")).collect();
        if clauses.is_empty() {
            return;
        }
        let sql = format!("ALTER TABLE {} {}", quote(&self.to.object(table).name), clauses.join(", "));
        self.push(self.to, table, vec![sql], WorkClass::Scan);
    }

    /// MariaDB takes a `RESTRICT` that is said for `NO ACTION` here, and one that is not said for what it is.
    fn foreign_key_item(&self, id: ObjectId) -> Option<String> {
        let item = part_item(self.to.object(id))?;
        let is_mariadb = self.to.origin.version.starts_with("MariaDB");
        Some(if is_mariadb {
            item.replace(" ON DELETE RESTRICT", "").replace(" ON UPDATE RESTRICT", "")
        } else {
            item
        })
    }

    fn alter_table(&mut self, table: ObjectId) {
        let Some(change) = self.tables.remove(&table) else { return };
        let mut clauses = Vec::new();
        self.dropping_clauses(&change, &mut clauses);
        self.rekey_clauses(table, &change, &mut clauses);
        let columns = self.column_clauses(table, &change, &mut clauses);
        for &id in &change.come {
            let object = self.to.object(id);
            if !matches!(object.kind(), Kind::Column | Kind::ForeignKey) {
                clauses.extend(part_item(object).map(|item| format!("ADD {item}")));
            }
        }
        let mut statements = Vec::new();
        let mut after = Vec::new();
        if change.own {
            self.option_clauses(table, &mut clauses, &mut after);
        }
        self.visibility(&change, &mut after);
        let name = quote(&self.to.object(table).name);
        if !clauses.is_empty() {
            statements.push(format!("ALTER TABLE {name}\n  {}", clauses.join(",\n  ")));
        }
        statements.extend(after.into_iter().map(|words| format!("ALTER TABLE {name} {words}")));
        let gone = change.gone.iter().filter(|&&id| self.from.object(id).kind() == Kind::Column);
        let remade = change.restated.iter().filter(|&&id| self.is_computed_anew(id));
        let lost: Vec<String> = gone
            .map(|&id| self.from.object(id).name.clone())
            .chain(remade.map(|&id| self.to.object(id).name.clone()))
            .collect();
        let keeps_history = |id: ObjectId, model: &Model| matches!(&model.object(id).body, Body::Table(table) if table.system_versioned);
        if !statements.is_empty() && self.diff.from(table).is_some_and(|old| keeps_history(old, self.from)) {
            // Past rows are brought to the new shape as well; without this the server refuses (MariaDB manual, "System-Versioned Tables").
            statements.insert(0, "SET SESSION system_versioning_alter_history = KEEP".into());
        }
        if !statements.is_empty() {
            let work =
                if columns || !change.come.is_empty() { WorkClass::Rewrite } else { WorkClass::Metadata };
            self.push(self.to, table, statements, work);
            if let Some(step) = self.steps.last_mut() {
                if work == WorkClass::Rewrite {
                    step.hazards.push(Hazard::new(HazardKind::LongLock, "the table may be copied"));
                    step.hazards
                        .push(Hazard::new(HazardKind::DataDependent, "values that do not fit make it fail"));
                }
                if !lost.is_empty() {
                    step.hazards.push(Hazard::new(
                        HazardKind::DataLoss,
                        format!("the values of {} are gone", lost.join(", ")),
                    ));
                    step.hazards
                        .push(Hazard::new(HazardKind::Irreversible, "only a backup brings them back"));
                }
            }
        }
        self.tables.insert(table, change);
    }

    /// An index that is taken away and put back under its name in one statement stays ignored, or not, as it was: the server sees nothing
    /// to do in that.
    fn visibility(&self, change: &TableChange, after: &mut Vec<String>) {
        for &id in &change.come {
            let old = self.diff.from(id).map(|old| &self.from.object(old).body);
            if let (Some(Body::Index(a)), Body::Index(b)) = (old, &self.to.object(id).body)
                && a.invisible != b.invisible
            {
                let name = quote(&self.to.object(id).name);
                let word = match b.invisible {
                    true => "/*M! IGNORED */ /*!80000 INVISIBLE */",
                    false => "/*M! NOT IGNORED */ /*!80000 VISIBLE */",
                };
                after.push(format!("ALTER INDEX {name} {word}"));
            }
        }
    }

    fn dropping_clauses(&self, change: &TableChange, clauses: &mut Vec<String>) {
        for &id in &change.gone {
            let object = self.from.object(id);
            let name = quote(&object.name);
            match &object.body {
                Body::PrimaryKey(_) => clauses.push("DROP PRIMARY KEY".into()),
                Body::Index(_) => clauses.push(format!("DROP KEY {name}")),
                // One that stands at a column goes with it.
                Body::Check(check) if check.column.is_none() => {
                    clauses.push(format!("DROP CONSTRAINT {name}"))
                }
                _ => {}
            }
        }
    }

    /// Columns in the order of the new table: dropped, added at their place, restated where they or their place change. Whether any was.
    fn column_clauses(&self, table: ObjectId, change: &TableChange, clauses: &mut Vec<String>) -> bool {
        let start = clauses.len();
        let Some(old) = self.diff.from(table) else { return false };
        let columns = |model: &Model, table: ObjectId| -> Vec<ObjectId> {
            model
                .children(table)
                .iter()
                .copied()
                .filter(|&id| model.object(id).kind() == Kind::Column)
                .collect()
        };
        let mut order: Vec<ObjectId> = Vec::new();
        for id in columns(self.from, old) {
            match self.diff.to(id) {
                Some(to) => order.push(to),
                None => clauses.push(format!("DROP COLUMN {}", quote(&self.from.object(id).name))),
            }
        }
        let mut before: Option<ObjectId> = None;
        for (at, id) in columns(self.to, table).into_iter().enumerate() {
            let object = self.to.object(id);
            let place = match before {
                None => " FIRST".to_owned(),
                Some(before) => format!(" AFTER {}", quote(&self.to.object(before).name)),
            };
            let is_new = self.diff.from(id).is_none();
            let is_in_place = order.get(at) == Some(&id);
            let is_changed = change.restated.contains(&id) && self.differs(id);
            let item = self.column_item(table, object);
            if is_new {
                let last = at == order.len();
                clauses.push(format!("ADD COLUMN {item}{}", if last { "" } else { &place }));
                order.insert(at.min(order.len()), id);
            } else if self.is_computed_anew(id) {
                clauses.push(format!("DROP COLUMN {}", quote(&object.name)));
                clauses.push(format!("ADD COLUMN {item}{place}"));
                order.retain(|it| *it != id);
                order.insert(at.min(order.len()), id);
            } else if !is_in_place {
                clauses.push(format!("MODIFY COLUMN {item}{place}"));
                order.retain(|it| *it != id);
                order.insert(at.min(order.len()), id);
            } else if is_changed {
                clauses.push(format!("MODIFY COLUMN {item}"));
            }
            before = Some(id);
        }
        clauses.len() > start
    }

    /// Whether a column becomes computed, stops being it, or is kept in another way: the server only makes such a column anew.
    fn is_computed_anew(&self, id: ObjectId) -> bool {
        let Some(old) = self.diff.from(id) else { return false };
        match (&self.from.object(old).body, &self.to.object(id).body) {
            (Body::Column(a), Body::Column(b)) => match (&a.generated, &b.generated) {
                (Some(x), Some(y)) => x.storage != y.storage,
                (x, y) => x.is_some() != y.is_some(),
            },
            _ => false,
        }
    }

    /// Keys over a column that is made anew would lose it.
    fn rekey_clauses(&self, table: ObjectId, change: &TableChange, clauses: &mut Vec<String>) {
        let remade: Vec<&String> = change
            .restated
            .iter()
            .filter(|&&id| self.is_computed_anew(id))
            .map(|&id| &self.to.object(id).name)
            .collect();
        for &id in self.to.children(table) {
            let object = self.to.object(id);
            let Body::Index(index) = &object.body else { continue };
            let is_over = |part: &IndexPart| matches!(&part.target, IndexTarget::Column(name) if remade.contains(&name));
            if index.parts.iter().any(is_over) && self.diff.from(id).is_some() && !change.come.contains(&id) {
                clauses.push(format!("DROP KEY {}", quote(&object.name)));
                clauses.extend(part_item(object).map(|item| format!("ADD {item}")));
            }
        }
    }

    /// Whether a column differs in more than what stands before it.
    fn differs(&self, id: ObjectId) -> bool {
        let Some(old) = self.diff.from(id) else { return true };
        let (a, b) = (self.from.object(old), self.to.object(id));
        let table = |model: &Model, object: &Object| object.parent.map(|it| model.object(it).body.clone());
        let set = |body: Option<Body>| match body {
            Some(Body::Table(it)) => Some((it.character_set, it.collation)),
            _ => None,
        };
        let check = |model: &Model, object: &Object| {
            let siblings = object.parent.map(|it| model.children(it)).unwrap_or_default().to_vec();
            siblings.into_iter().find_map(|it| match &model.object(it).body {
                Body::Check(check) if check.column.as_deref() == Some(&object.name) => {
                    Some(check.expression.clone())
                }
                _ => None,
            })
        };
        !a.body.means_the_same(&b.body)
            || a.comment != b.comment
            || check(self.from, a) != check(self.to, b)
            || self.has_text(id) && set(table(self.from, a)) != set(table(self.to, b))
    }

    fn column_item(&self, table: ObjectId, object: &Object) -> String {
        let check = self.to.children(table).iter().find_map(|&id| match &self.to.object(id).body {
            Body::Check(check) if check.column.as_deref() == Some(&object.name) => Some(check),
            _ => None,
        });
        match &object.body {
            Body::Column(column) => column_item(object, column, check),
            _ => String::new(),
        }
    }

    fn option_clauses(&self, table: ObjectId, clauses: &mut Vec<String>, after: &mut Vec<String>) {
        let Some(old) = self.diff.from(table) else { return };
        let (x, y) = (self.from.object(old), self.to.object(table));
        let (Body::Table(a), Body::Table(b)) = (&x.body, &y.body) else { return };
        if a.access_method != b.access_method {
            clauses.extend(b.access_method.as_ref().map(|engine| format!("ENGINE={engine}")));
        }
        if (&a.character_set, &a.collation) != (&b.character_set, &b.collation) {
            let set = b.character_set.as_ref().map(|set| format!("DEFAULT CHARACTER SET {set}"));
            let collation = b.collation.as_ref().map(|collation| format!("COLLATE {collation}"));
            clauses.push([set, collation].into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
        if x.comment != y.comment {
            clauses.push(format!("COMMENT={}", literal(y.comment.as_deref().unwrap_or_default())));
        }
        for pair in b.options.iter().filter(|pair| !a.options.contains(pair)) {
            clauses.push(format!("{}={}", pair.name, pair.value));
        }
        for pair in a.options.iter().filter(|pair| !b.options.iter().any(|it| it.name == pair.name)) {
            let value = if pair.name.eq_ignore_ascii_case("CONNECTION") { "''" } else { "DEFAULT" };
            let clause = format!("{}={value}", pair.name);
            // The engine it belonged to keeps it as long as both are said at once.
            if a.access_method == b.access_method { clauses.push(clause) } else { after.push(clause) }
        }
        match (a.system_versioned, b.system_versioned) {
            (false, true) => clauses.push("ADD SYSTEM VERSIONING".into()),
            (true, false) => clauses.push("DROP SYSTEM VERSIONING".into()),
            _ => {}
        }
        if a.partition_by != b.partition_by {
            after.push(b.partition_by.clone().unwrap_or_else(|| "REMOVE PARTITIONING".into()));
        }
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
