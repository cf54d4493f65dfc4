//! What changes of one table that stays: its columns, keys, checks and options in one `ALTER TABLE`, its foreign keys by themselves.

use std::collections::{BTreeMap, BTreeSet};

use cadastre_diff::Change;
use cadastre_model::*;
use cadastre_plan::{Hazard, Reason, WorkClass};

use super::algorithm::{Way, has_no_cast, may_round};
use super::{CHECKED, Planning, TableChange, UNCHECKED, probe};
use crate::dialect::{literal, quote};
use crate::loose;
use crate::render::{column_item, part_item};

impl Planning<'_> {
    /// Those that go, those that are made anew, and those at columns or keys that change.
    pub(super) fn drop_foreign_keys(&mut self) {
        let mut dropped: BTreeMap<ObjectId, (Vec<String>, ObjectId)> = BTreeMap::new();
        for (id, object) in self.from.objects() {
            let Body::ForeignKey(key) = &object.body else { continue };
            let Some(table) = object.parent else { continue };
            let Some(kept) = self.diff.to(table) else { continue };
            let is_gone = self.tables.get(&kept).is_some_and(|change| change.gone.contains(&id));
            if is_gone || self.is_disturbed(kept, key) || self.is_in_the_way(id, key) {
                let (clauses, _) = dropped.entry(table).or_insert_with(|| (Vec::new(), id));
                clauses.push(format!("DROP FOREIGN KEY {}", quote(&object.name)));
                if self.is_led_from(kept, &key.columns) {
                    self.own_key_of(table, key, clauses);
                }
                if let Some(to) = self.diff.to(id).filter(|_| !is_gone) {
                    self.tables.entry(kept).or_default().come.insert(to);
                }
            }
        }
        for (table, (clauses, key)) in dropped {
            let sql = format!("ALTER TABLE {} {}", quote(&self.from.object(table).name), clauses.join(", "));
            self.push(self.from, table, vec![sql], WorkClass::Metadata);
            self.probe(probe::is_gone(self.from, key));
        }
    }

    /// Whether a foreign key of the new table is over these columns.
    fn is_led_from(&self, table: ObjectId, columns: &[String]) -> bool {
        let keys = self.to.children(table).iter();
        keys.copied()
            .any(|id| matches!(&self.to.object(id).body, Body::ForeignKey(key) if key.columns == columns))
    }

    /// The index the server once made for a foreign key is replaced when one is added again, and then has another name. Put in its own
    /// place it is one of ours, and stays.
    fn own_key_of(&self, table: ObjectId, key: &ForeignKey, clauses: &mut Vec<String>) {
        for &id in self.from.children(table) {
            let object = self.from.object(id);
            let Body::Index(index) = &object.body else { continue };
            let columns = index.parts.iter().map(|part| match &part.target {
                IndexTarget::Column(name) => Some(name),
                IndexTarget::Expression(_) => None,
            });
            let is_its = !index.unique && columns.eq(key.columns.iter().map(Some));
            let stays = self.diff.to(id).is_some_and(|to| {
                let parent = self.to.object(to).parent;
                parent.and_then(|it| self.tables.get(&it)).is_none_or(|change| !change.gone.contains(&id))
            });
            let words = format!("DROP KEY {}", quote(&object.name));
            if is_its && stays && !clauses.contains(&words) {
                clauses.push(words);
                clauses.extend(part_item(object).map(|item| format!("ADD {item}")));
            }
        }
    }

    /// Whether a foreign key leads to no key, so that the table it leads to cannot be copied.
    fn is_in_the_way(&self, id: ObjectId, key: &ForeignKey) -> bool {
        let target = self.from.find_relation(&key.references).and_then(|it| self.diff.to(it));
        !loose::leads_to_key(self.from, id) && target.is_some_and(|it| self.tables.contains_key(&it))
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
        let target = self.from.find_relation(&key.references).and_then(|id| self.diff.to(id));
        changes(table, &key.columns) || target.is_some_and(|target| changes(target, &key.referenced_columns))
    }

    /// Those that lead to no key come last: no table that such a one leads to can be copied, as it is where rows are held against its own.
    pub(super) fn add_foreign_keys(&mut self, come: &BTreeSet<ObjectId>) {
        let mut adrift = Vec::new();
        for (table, change) in std::mem::take(&mut self.tables) {
            let keys = change.come.into_iter().filter(|&id| self.to.object(id).kind() == Kind::ForeignKey);
            let (plain, others): (Vec<ObjectId>, Vec<ObjectId>) =
                keys.partition(|&id| !loose::is_loose(self.to, id) && loose::leads_to_key(self.to, id));
            self.add_plain_keys(table, &plain);
            adrift.extend(others.into_iter().map(|id| (table, id)));
        }
        for &table in come.iter().filter(|&&id| self.to.object(id).kind() == Kind::Table) {
            let keys = self.to.children(table).iter().copied();
            adrift.extend(keys.filter(|&id| loose::is_loose(self.to, id)).map(|id| (table, id)));
        }
        adrift.sort_by_key(|&(_, id)| !loose::leads_to_key(self.to, id));
        adrift.into_iter().for_each(|(table, id)| self.add_loose_key(table, id));
    }

    fn add_plain_keys(&mut self, table: ObjectId, keys: &[ObjectId]) {
        if keys.is_empty() {
            return;
        }
        let items = keys.iter().filter_map(|&id| loose::added_item(self.to, id));
        let clauses: Vec<String> = items.map(|item| format!("ADD {item}")).collect();
        let sql = format!("ALTER TABLE {} {}", quote(&self.to.object(table).name), clauses.join(", "));
        // Only then are the rows that are there held against it; the server copies the table for it.
        self.push(self.to, table, vec![CHECKED.into(), sql, UNCHECKED.into()], WorkClass::Rewrite);
        self.probe(probe::is_made(self.to, keys[0]));
        self.warn_of_checking();
    }

    /// One that is made with what the server wants, and left without it.
    fn add_loose_key(&mut self, table: ObjectId, id: ObjectId) {
        let Some(it) = loose::make(self.to, id) else { return };
        // What is done by several statements is done when the last of them is.
        let told = it.after.is_empty().then(|| probe::is_made(self.to, id)).flatten();
        if loose::leads_to_key(self.to, id) {
            let add = vec![CHECKED.into(), it.add, UNCHECKED.into()];
            self.push(self.to, table, [it.before, add, it.after].concat(), WorkClass::Rewrite);
            self.warn_of_checking();
        } else {
            self.push(self.to, table, [it.before, vec![it.add], it.after].concat(), WorkClass::Scan);
        }
        self.probe(told);
    }

    fn warn_of_checking(&mut self) {
        if let Some(step) = self.steps.last_mut() {
            step.hazards.push(Hazard::new(Reason::MayBeCopied));
            step.hazards.push(Hazard::new(Reason::NoCounterpart));
        }
    }

    pub(super) fn alter_table(&mut self, table: ObjectId) {
        let Some(change) = self.tables.remove(&table) else { return };
        let mut clauses = self.period_clauses(table, false);
        self.dropping_clauses(&change, &mut clauses);
        self.rekey_clauses(table, &change, &mut clauses);
        let columns = self.column_clauses(table, &change, &mut clauses);
        for &(old, new) in &change.renamed {
            let names = (quote(&self.from.object(old).name), quote(&self.to.object(new).name));
            clauses.push(format!("RENAME KEY {} TO {}", names.0, names.1));
        }
        for &id in &change.come {
            let object = self.to.object(id);
            if !matches!(object.kind(), Kind::Column | Kind::ForeignKey) {
                clauses.extend(part_item(object).map(|item| format!("ADD {item}")));
            }
        }
        clauses.extend(self.period_clauses(table, true));
        let mut statements = Vec::new();
        let mut after = Vec::new();
        if change.own {
            self.option_clauses(table, &mut clauses, &mut after);
        }
        self.visibility(&change, &mut after);
        let name = quote(&self.to.object(table).name);
        // What is done by several statements is done when the last of them is.
        let before = self.before_altering(table, &change);
        let told = after.is_empty().then(|| probe::is_altered(self.from, self.to, self.diff, table, &change));
        let way = if after.is_empty() { self.way(table, &change) } else { Way::Unsure };
        if !clauses.is_empty() {
            clauses.extend(way.words().map(str::to_owned));
            statements.push(format!("ALTER TABLE {name}\n  {}", clauses.join(",\n  ")));
        }
        statements.extend(after.into_iter().map(|words| format!("ALTER TABLE {name} {words}")));
        let gone = change.gone.iter().filter(|&&id| self.from.object(id).kind() == Kind::Column);
        let remade = change.restated.iter().filter(|&&id| self.is_computed_anew(id));
        let lost: Vec<String> = gone
            .map(|&id| self.from.object(id).name.clone())
            .chain(remade.map(|&id| self.to.object(id).name.clone()))
            .collect();
        if !statements.is_empty() {
            statements.splice(0..0, before);
        }
        if !statements.is_empty() {
            let is_data = columns || !change.come.is_empty();
            let rounded: Vec<String> = self.rounded_columns(&change);
            self.push(self.to, table, statements, WorkClass::Metadata);
            self.probe(told.flatten());
            if let Some(step) = self.steps.last_mut() {
                way.describe(step);
                if is_data && way != Way::Instant {
                    step.hazards.push(Hazard::new(Reason::MayNotFit));
                }
                if !rounded.is_empty() {
                    step.hazards.push(Hazard::about(Reason::Rounded, vec![rounded.join(", ")]));
                }
                if !lost.is_empty() {
                    step.hazards.push(Hazard::about(Reason::ValuesGone, vec![lost.join(", ")]));
                    step.hazards.push(Hazard::new(Reason::OnlyBackup));
                }
            }
        }
        self.tables.insert(table, change);
    }

    /// Periods that go before their columns do, or come when these are there. That of the system time comes and goes with it.
    fn period_clauses(&self, table: ObjectId, are_added: bool) -> Vec<String> {
        let periods = |model: &Model, id: ObjectId| match &model.object(id).body {
            Body::Table(it) => it.periods.iter().filter(|it| it.name != "SYSTEM_TIME").cloned().collect(),
            _ => Vec::new(),
        };
        let old = self.diff.from(table).map(|old| periods(self.from, old)).unwrap_or_default();
        let new = periods(self.to, table);
        if are_added {
            let added = new.iter().filter(|it| !old.contains(it));
            added
                .map(|it| {
                    format!("ADD PERIOD FOR {} ({}, {})", quote(&it.name), quote(&it.start), quote(&it.end))
                })
                .collect()
        } else {
            let gone = old.iter().filter(|it| !new.contains(it));
            gone.map(|it| format!("DROP PERIOD FOR {}", quote(&it.name))).collect()
        }
    }

    fn rounded_columns(&self, change: &TableChange) -> Vec<String> {
        let is_rounded = |id: &ObjectId| {
            let Some(old) = self.diff.from(*id) else { return false };
            matches!((&self.from.object(old).body, &self.to.object(*id).body),
                (Body::Column(a), Body::Column(b)) if may_round(&a.data_type, &b.data_type))
        };
        let columns = change.restated.iter().filter(|id| is_rounded(id));
        columns.map(|&id| self.to.object(id).name.clone()).collect()
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

    /// Whether a column becomes computed, stops being it, is kept in another way, or gets a type that its values have no way to: the server
    /// only makes such a column anew.
    fn is_computed_anew(&self, id: ObjectId) -> bool {
        let Some(old) = self.diff.from(id) else { return false };
        match (&self.from.object(old).body, &self.to.object(id).body) {
            (Body::Column(a), Body::Column(b)) => match (&a.generated, &b.generated) {
                (None, None) => has_no_cast(&a.data_type, &b.data_type),
                (Some(x), Some(y)) => x.storage != y.storage,
                (x, y) => x.is_some() != y.is_some(),
            },
            _ => false,
        }
    }

    /// Whether an index or primary key is over a column of its table that is made anew.
    pub(super) fn is_over_column_made_anew(&self, index: ObjectId) -> bool {
        let object = self.to.object(index);
        let siblings = object.parent.map(|table| self.to.children(table)).unwrap_or_default();
        let mut remade = siblings.iter().filter(|&&id| self.is_computed_anew(id));
        remade.any(|&id| {
            let name = &self.to.object(id).name;
            match &object.body {
                Body::Index(index) => index
                    .parts
                    .iter()
                    .any(|part| matches!(&part.target, IndexTarget::Column(it) if it == name)),
                Body::PrimaryKey(key) => key.columns.contains(name),
                _ => false,
            }
        })
    }

    /// Keys over a column that is made anew would lose it.
    fn rekey_clauses(&self, table: ObjectId, change: &TableChange, clauses: &mut Vec<String>) {
        for &id in self.to.children(table) {
            let object = self.to.object(id);
            let stays = self.diff.from(id).is_some() && !change.come.contains(&id);
            if stays && self.is_over_column_made_anew(id) {
                clauses.push(match object.kind() {
                    Kind::PrimaryKey => "DROP PRIMARY KEY".into(),
                    _ => format!("DROP KEY {}", quote(&object.name)),
                });
                clauses.extend(part_item(object).map(|item| format!("ADD {item}")));
            }
        }
    }

    /// Whether a column differs in more than what stands before it.
    pub(super) fn differs(&self, id: ObjectId) -> bool {
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

    /// What an `ALTER TABLE` does not do at once with the rest, and needs before.
    fn before_altering(&self, table: ObjectId, change: &TableChange) -> Vec<String> {
        let mut statements = Vec::new();
        let name = quote(&self.to.object(table).name);
        let gets_history = change.own && self.history_comes_first(table);
        let has_history = self.diff.from(table).is_some_and(
            |old| matches!(&self.from.object(old).body, Body::Table(table) if table.system_versioned),
        );
        if gets_history {
            statements.push(format!("ALTER TABLE {name} ADD SYSTEM VERSIONING"));
        }
        if gets_history || has_history {
            // Past rows are brought to the new shape as well; without this the server refuses (MariaDB manual, "System-Versioned Tables").
            statements.push("SET SESSION system_versioning_alter_history = KEEP".into());
        }
        if change.own && self.partitioning_goes_first(table) {
            statements.push(format!("ALTER TABLE {name} REMOVE PARTITIONING"));
        }
        statements
    }

    /// Whether rows are distributed by a column that goes, or that a new key has no part in: the table is put together before it is
    /// distributed in another way.
    fn partitioning_goes_first(&self, table: ObjectId) -> bool {
        let Some(old) = self.diff.from(table) else { return false };
        let Body::Table(Table { partition_by: Some(words), .. }) = &self.from.object(old).body else {
            return false;
        };
        let mut columns =
            self.from.children(old).iter().filter(|&&id| self.from.object(id).kind() == Kind::Column);
        let is_distributing = columns.any(|&id| {
            self.diff.to(id).is_none() && words.contains(&quote(&self.from.object(id).name).to_string())
        });
        let is_kept =
            matches!(&self.to.object(table).body, Body::Table(it) if it.partition_by.as_ref() == Some(words));
        // Its history is what it was distributed by.
        let loses_history = matches!(&self.to.object(table).body, Body::Table(it) if !it.system_versioned);
        if loses_history && words.to_uppercase().contains("BY SYSTEM_TIME") {
            return true;
        }
        let is_new_key = |change: &Change| {
            change.to.is_some_and(|id| {
                let object = self.to.object(id);
                let is_unique = match &object.body {
                    Body::PrimaryKey(_) => true,
                    Body::Index(index) => index.unique,
                    _ => false,
                };
                is_unique && object.parent == Some(table)
            })
        };
        is_distributing || !is_kept && self.diff.changes.iter().any(is_new_key)
    }

    /// Whether a table gets a history that some of its columns have no part in: only of one that has it already can that be said.
    fn history_comes_first(&self, table: ObjectId) -> bool {
        let Some(Body::Table(old)) = self.diff.from(table).map(|old| &self.from.object(old).body) else {
            return false;
        };
        let Body::Table(new) = &self.to.object(table).body else { return false };
        let is_apart =
            |id: &ObjectId| matches!(&self.to.object(*id).body, Body::Column(it) if it.unversioned);
        let gets_history = !old.system_versioned && new.system_versioned;
        gets_history && old.access_method == new.access_method && self.to.children(table).iter().any(is_apart)
    }

    fn option_clauses(&self, table: ObjectId, clauses: &mut Vec<String>, after: &mut Vec<String>) {
        let Some(old) = self.diff.from(table) else { return };
        let (x, y) = (self.from.object(old), self.to.object(table));
        let (Body::Table(a), Body::Table(b)) = (&x.body, &y.body) else { return };
        if a.access_method != b.access_method {
            let clause = b.access_method.as_ref().map(|engine| format!("ENGINE={engine}"));
            // A table that keeps its history keeps its engine as well.
            if a.system_versioned { after.extend(clause) } else { clauses.extend(clause) }
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
            let clause = format!("{}={}", pair.name, unsaid(&pair.name));
            // The engine it belonged to keeps it as long as both are said at once.
            if a.access_method == b.access_method { clauses.push(clause) } else { after.push(clause) }
        }
        match (a.system_versioned, b.system_versioned) {
            (false, true) if a.access_method != b.access_method => after.push("ADD SYSTEM VERSIONING".into()),
            (false, true) if self.history_comes_first(table) => {}
            (false, true) => clauses.push("ADD SYSTEM VERSIONING".into()),
            (true, false) => clauses.push("DROP SYSTEM VERSIONING".into()),
            _ => {}
        }
        let is_undone = self.partitioning_goes_first(table);
        if a.partition_by != b.partition_by && !(is_undone && b.partition_by.is_none()) {
            after.push(b.partition_by.clone().unwrap_or_else(|| "REMOVE PARTITIONING".into()));
        }
    }
}

/// What a table option is when it is not said; few know `DEFAULT` (manual, "ALTER TABLE", table options).
fn unsaid(option: &str) -> &'static str {
    match option.to_uppercase().as_str() {
        "CONNECTION" => "''",
        "UNION" => "()",
        "INSERT_METHOD" => "NO",
        "MAX_ROWS" | "MIN_ROWS" | "AVG_ROW_LENGTH" | "KEY_BLOCK_SIZE" | "CHECKSUM" | "TABLE_CHECKSUM"
        | "DELAY_KEY_WRITE" | "AUTOEXTEND_SIZE" => "0",
        _ => "DEFAULT",
    }
}
