//! What a statement locks and what it costs. Manual: "Explicit Locking" and the notes of `ALTER TABLE`; held against `pg_locks` by
//! every proof and by a test that lists the kinds of statement.

use std::collections::{BTreeSet, HashMap};

use crate::dialect::qualified;
use cadastre_model::*;
use cadastre_plan::{Hazard, LockClass, Reason, Step, TableLock, WorkClass};

/// Functions a default may call without every row being written for it: they are not volatile.
const STEADY: &[&str] = &[
    "now()",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIMESTAMP",
    "transaction_timestamp()",
    "statement_timestamp()",
    "CURRENT_USER",
    "SESSION_USER",
];

/// Says of the steps of one side what they lock.
pub(super) struct Locks<'m> {
    model: &'m Model,
    /// What is not there before the plan, and so is nobody else's.
    made: &'m BTreeSet<ObjectId>,
    /// Partitions and inheriting tables, by table.
    heirs: HashMap<ObjectId, Vec<ObjectId>>,
    /// The names of domains, as they stand in statements behind a space.
    domains: Vec<String>,
}

impl<'m> Locks<'m> {
    /// Of the model a step makes or takes from.
    pub fn new(model: &'m Model, made: &'m BTreeSet<ObjectId>) -> Self {
        let mut heirs: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        for relation in model.tables() {
            for parent in parents(model, relation.id()) {
                heirs.entry(parent).or_default().push(relation.id());
            }
        }
        let domains = model.objects().filter(|(_, object)| object.kind() == Kind::Domain);
        let domains =
            domains.map(|(id, _)| format!(" {}", qualified(&model.walk(id).qualified_name()))).collect();
        Self { model, made, heirs, domains }
    }

    /// The table or view an object is, or is on.
    fn table_of(&self, id: ObjectId) -> Option<ObjectId> {
        let is_relation = |id: &ObjectId| matches!(self.model.object(*id).kind(), Kind::Table | Kind::View);
        Some(id).filter(is_relation).or(self.model.object(id).parent.filter(is_relation))
    }

    fn lock(&self, step: &mut Step, table: ObjectId, lock: LockClass) {
        if self.made.contains(&table) {
            return;
        }
        let name = self.model.display_name(table);
        match step.locks.iter_mut().find(|it| it.table == name) {
            Some(it) => it.lock = it.lock.max(lock),
            None => step.locks.push(TableLock { table: name, lock }),
        }
    }

    /// As [`Self::lock`], for the table and all that inherit from it.
    fn lock_all(&self, step: &mut Step, table: ObjectId, lock: LockClass) {
        self.lock(step, table, lock);
        for heir in self.heirs.get(&table).into_iter().flatten() {
            self.lock_all(step, *heir, lock);
        }
    }

    /// Locks, work and hazards of the statements that make or alter something; `before` is what it was.
    pub fn describe(&self, step: &mut Step, id: ObjectId, before: Option<&Body>) {
        let object = self.model.object(id);
        let is_made = self.made.contains(&id);
        for needed in self.others(step, id).into_iter().filter(|_| is_made) {
            self.lock(step, needed.0, needed.1);
        }
        let domain = [Some(id), object.parent].into_iter().flatten();
        let domain = domain.into_iter().find(|it| self.model.object(*it).kind() == Kind::Domain);
        if let Some(domain) = domain.filter(|domain| !self.made.contains(domain)) {
            self.describe_domain(step, domain);
        }
        let Some(table) = self.table_of(id) else { return };
        if let Body::ForeignKey(key) = &object.body
            && is_made
        {
            for it in [Some(table), self.model.find_relation(&key.references)].into_iter().flatten() {
                self.lock_all(step, it, LockClass::ShareRowExclusive);
            }
            if !self.made.contains(&table) && key.validated == Validated::Yes {
                step.work = WorkClass::Scan;
                step.hazards.push(Hazard::new(Reason::NoCounterpart));
            }
            return;
        }
        if object.kind() == Kind::Column {
            self.describe_retyping(step, table, id);
        }
        for statement in step.statements.clone() {
            if let Some(lock) = lock_of(&statement) {
                match statement.contains(" ONLY ") {
                    true => self.lock(step, table, lock),
                    false => self.lock_all(step, table, lock),
                }
            }
            self.relatives(step, &statement, id);
        }
        if !self.made.contains(&table) {
            self.costs(step, id, is_made);
            if let Some(before) = before {
                self.spare(step, id, before);
            }
        }
    }

    /// Takes back what is said of a new type when the values stay as they are.
    fn spare(&self, step: &mut Step, id: ObjectId, before: &Body) {
        let object = self.model.object(id);
        let (Body::Column(a), Body::Column(b)) = (before, &object.body) else { return };
        let is_numbered = step.statements.iter().any(|it| it.contains(" ADD GENERATED "));
        if a.data_type == b.data_type || a.collation != b.collation || is_numbered {
            return;
        }
        if !values_stay(&a.data_type, &b.data_type) {
            return;
        }
        step.hazards.retain(|it| !matches!(it.reason, Reason::WrittenAnew | Reason::MayNotFit));
        let siblings = object.parent.map(|table| self.model.children(table)).unwrap_or_default();
        // A check over the column is put back with it, and looked through again.
        let is_checked = siblings.iter().any(|&it| match &self.model.object(it).body {
            Body::Check(check) => {
                check.validated == Validated::Yes && check.expression.contains(object.name.as_str())
            }
            _ => false,
        });
        let scans = is_checked || step.statements.iter().any(|it| it.contains(" SET NOT NULL"));
        step.work = if scans { WorkClass::Scan } else { WorkClass::Metadata };
    }

    /// Heirs and partitions that go later are there until then.
    pub fn describe_heirs(&self, step: &mut Step, id: ObjectId) {
        let Some(table) = self.table_of(id).filter(|table| self.heirs.contains_key(table)) else { return };
        for statement in step.statements.clone() {
            let alter = format!("ALTER TABLE {}", qualified(&self.model.walk(table).qualified_name()));
            let is_its = statement.strip_prefix(&alter).is_some_and(|rest| rest.starts_with([' ', '\n']));
            if let Some(lock) = lock_of(&statement).filter(|_| is_its && !statement.contains(" PARTITION ")) {
                self.lock_all(step, table, lock);
            }
        }
    }

    /// Of a column that gets another type: also keys of tables that go later are there until then.
    pub fn describe_retyping(&self, step: &mut Step, table: ObjectId, column: ObjectId) {
        if step.statements.iter().any(|it| it.contains(" TYPE ")) {
            self.lock_other_ends(step, table, &self.model.object(column).name);
        }
    }

    /// Foreign keys over a column are made anew when its type changes, those of its heirs as well.
    fn lock_other_ends(&self, step: &mut Step, table: ObjectId, column: &String) {
        for heir in self.heirs.get(&table).into_iter().flatten() {
            self.lock_other_ends(step, *heir, column);
        }
        let own = self.model.children(table).iter().copied();
        for id in own.chain(self.model.referencing(table).iter().copied()) {
            let Body::ForeignKey(key) = &self.model.object(id).body else { continue };
            let (own, other) = (self.model.object(id).parent, self.model.find_relation(&key.references));
            if own == Some(table) && key.columns.contains(column) {
                other.into_iter().for_each(|it| self.lock_all(step, it, LockClass::AccessExclusive));
            }
            if other == Some(table) && key.referenced_columns.contains(column) {
                own.into_iter().for_each(|it| self.lock_all(step, it, LockClass::AccessExclusive));
            }
        }
    }

    /// What a domain demands anew is looked for in every table with a column of it.
    fn describe_domain(&self, step: &mut Step, id: ObjectId) {
        let demands = step.statements.iter().any(|it| {
            it.starts_with("ALTER DOMAIN")
                && (it.contains(" ADD CONSTRAINT ")
                    || it.contains(" SET NOT NULL")
                    || it.contains(" VALIDATE "))
                && !it.ends_with(" NOT VALID")
        });
        if !demands {
            return;
        }
        let name = qualified(&self.model.walk(id).qualified_name());
        let is_of_it = |table: &RelationWalker<'_>| {
            table.columns().any(|(_, column)| column.data_type.starts_with(&name))
        };
        for table in self.model.tables().filter(is_of_it) {
            self.lock(step, table.id(), LockClass::Share);
        }
        step.work = step.work.max(WorkClass::Scan);
        step.hazards.push(Hazard::new(Reason::BreakingValues));
    }

    /// Tables that are locked for something else's sake when it is made.
    fn others(&self, step: &Step, id: ObjectId) -> Vec<(ObjectId, LockClass)> {
        let object = self.model.object(id);
        match &object.body {
            Body::Publication(it) => {
                let is_named = |relation: &RelationWalker<'_>| {
                    it.definition.contains(&format!(" {}", qualified(&relation.qualified_name())))
                };
                let tables = self.model.tables().filter(is_named);
                tables.map(|it| (it.id(), LockClass::ShareUpdateExclusive)).collect()
            }
            Body::Table(_) => {
                let is_part = step.statements.iter().any(|it| it.contains(" PARTITION OF "));
                let lock = if is_part { LockClass::AccessExclusive } else { LockClass::ShareUpdateExclusive };
                parents(self.model, id).into_iter().map(|parent| (parent, lock)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The table that a partition leaves, which may be gone in the end: of the first model.
    pub fn describe_leaving(&self, step: &mut Step, parent: ObjectId) {
        if step.statements.iter().any(|it| it.contains(" DETACH PARTITION ")) {
            self.lock(step, parent, LockClass::AccessExclusive);
            self.lock_default(step, parent);
            self.lock_referring(step, parent);
        }
    }

    /// Foreign keys that lead to a partitioned table, or one above it, let go of a partition that leaves.
    fn lock_referring(&self, step: &mut Step, parent: ObjectId) {
        let keys = self.model.referencing(parent).iter();
        for referring in keys.filter_map(|key| self.model.object(*key).parent) {
            self.lock_all(step, referring, LockClass::AccessExclusive);
        }
        parents(self.model, parent).into_iter().for_each(|above| self.lock_referring(step, above));
    }

    /// What rows a default partition may hold changes with every partition that comes or goes (manual, "ALTER TABLE", `ATTACH PARTITION`).
    fn lock_default(&self, step: &mut Step, parent: ObjectId) {
        let is_default = |id: &ObjectId| matches!(&self.model.object(*id).body, Body::Table(Table { partition_of: Some(it), .. }) if it.bound == "DEFAULT");
        let heirs = self.heirs.get(&parent).into_iter().flatten();
        for &default in heirs.filter(|it| is_default(it)) {
            self.lock_all(step, default, LockClass::AccessExclusive);
        }
    }

    /// Parents of a table that a statement attaches or detaches.
    fn relatives(&self, step: &mut Step, statement: &str, id: ObjectId) {
        let lock = if let Some((head, _)) = statement.split_once(" DETACH PARTITION ") {
            // Afterwards the two are strangers, and only the statement names the one that was the parent.
            let named = |table: &RelationWalker<'_>| head.ends_with(&qualified(&table.qualified_name()));
            if let Some(parent) = self.model.tables().find(named) {
                self.lock(step, parent.id(), LockClass::AccessExclusive);
                self.lock_default(step, parent.id());
                self.lock_referring(step, parent.id());
            }
            return;
        } else if statement.contains(" ATTACH PARTITION ") || statement.contains(" INHERIT ") {
            LockClass::ShareUpdateExclusive
        } else {
            return;
        };
        for parent in parents(self.model, id) {
            self.lock(step, parent, lock);
            self.lock_default(step, parent);
        }
    }

    /// Work and hazards of statements on a table that is there.
    fn costs(&self, step: &mut Step, id: ObjectId, is_made: bool) {
        // What is said of it besides costs nothing: whose it is, its comment. Nor does that of a partitioned table alone.
        let makes =
            |it: &String| it.starts_with("CREATE ") && !it.contains(" ON ONLY ") || it.contains("\n    ADD ");
        let is_made = is_made && step.statements.iter().any(makes);
        let mut hazard = |reason| step.hazards.push(Hazard::new(reason));
        let mut work = WorkClass::Metadata;
        match &self.model.object(id).body {
            Body::Index(index) if is_made => {
                work = WorkClass::Scan;
                if index.unique {
                    hazard(Reason::Duplicates);
                }
                hazard(Reason::IndexBuilt);
            }
            Body::PrimaryKey(_) | Body::Unique(_) | Body::Exclusion(_) if is_made => {
                work = WorkClass::Scan;
                hazard(Reason::KeyBuilt);
                hazard(Reason::Duplicates);
            }
            Body::Check(check) if is_made && check.validated == Validated::Yes => {
                work = WorkClass::Scan;
                hazard(Reason::BreakingRows);
            }
            _ => {}
        }
        step.work = step.work.max(work);
        for statement in step.statements.clone() {
            self.cost_of(step, &statement);
        }
    }

    fn cost_of(&self, step: &mut Step, statement: &str) {
        let has = |words: &str| statement.contains(words);
        let mut hazard = |reason| step.hazards.push(Hazard::new(reason));
        if statement.starts_with("GRANT") || statement.starts_with("REVOKE") {
            hazard(Reason::Privileges);
        }
        if !statement.starts_with("ALTER TABLE") {
            return;
        }
        let is_added = has(" ADD COLUMN ");
        if has(" TYPE ") && has(" ALTER COLUMN ") {
            hazard(Reason::WrittenAnew);
            hazard(Reason::MayNotFit);
            step.work = WorkClass::Rewrite;
        } else if has(" ADD GENERATED ")
            || has(" SET LOGGED")
            || has(" SET UNLOGGED")
            || has(" SET ACCESS METHOD ")
            || is_added && self.writes_rows(statement)
        {
            hazard(Reason::WrittenAnew);
            step.work = WorkClass::Rewrite;
        } else if has(" ATTACH PARTITION ") {
            hazard(Reason::BreakingRows);
            step.work = step.work.max(WorkClass::Scan);
        } else if has(" SET NOT NULL") {
            hazard(Reason::Nulls);
            step.work = step.work.max(WorkClass::Scan);
        }
        if is_added && !has(" DEFAULT ") && (has(" NOT NULL") || self.is_of_domain(statement)) {
            hazard(Reason::NoValue);
        }
    }

    /// Whether an added column needs a value of its own in every row.
    fn writes_rows(&self, statement: &str) -> bool {
        if statement.contains(" STORED") || statement.contains(" AS IDENTITY") {
            return true;
        }
        let Some((head, default)) = statement.split_once(" DEFAULT ") else {
            return self.is_of_domain(statement);
        };
        let mut default = default.to_owned();
        STEADY.iter().for_each(|word| default = default.replace(word, ""));
        default.contains('(') || self.is_of_domain(head)
    }

    /// The rows are looked at for the checks of a domain, and written on the way.
    fn is_of_domain(&self, statement: &str) -> bool {
        self.domains.iter().any(|name| statement.contains(name))
    }

    /// Locks of a new name: that of a column all heirs have as well.
    pub fn describe_renaming(&self, step: &mut Step, id: ObjectId) {
        let Some(table) = self.table_of(id) else { return };
        match table == id {
            true => self.lock(step, table, LockClass::AccessExclusive),
            false => self.lock_all(step, table, LockClass::AccessExclusive),
        }
    }

    /// Locks and hazards of the statements that take something away.
    pub fn describe_drop(&self, step: &mut Step, id: ObjectId) {
        let object = self.model.object(id);
        let drops = step.statements.iter().any(|it| it.starts_with("DROP"));
        if let Some(table) = self.table_of(id) {
            let lock = if object.kind() == Kind::Statistics {
                LockClass::ShareUpdateExclusive
            } else {
                LockClass::AccessExclusive
            };
            self.lock_all(step, table, lock);
        }
        let keys = self.model.children(id).iter().copied().chain([id]);
        for key in keys.filter(|_| object.kind() == Kind::Table || object.kind() == Kind::ForeignKey) {
            if let Body::ForeignKey(key) = &self.model.object(key).body
                && let Some(target) = self.model.find_relation(&key.references)
            {
                self.lock_all(step, target, LockClass::AccessExclusive);
            }
        }
        match &object.body {
            Body::Table(_) => {
                for parent in parents(self.model, id) {
                    self.lock(step, parent, LockClass::AccessExclusive);
                    self.lock_default(step, parent);
                    if step.statements.iter().any(|it| it.contains(" DETACH PARTITION ")) {
                        self.lock_referring(step, parent);
                        step.hazards.push(Hazard::new(Reason::NoCounterpart));
                    }
                }
                // The rows of others are elsewhere, or in partitions that go by themselves or not at all.
                if drops && matches!(&object.body, Body::Table(it) if it.kind == TableKind::Ordinary) {
                    step.hazards.push(Hazard::new(Reason::RowsGone));
                    step.hazards.push(Hazard::new(Reason::OnlyBackup));
                }
            }
            Body::Column(_) if step.statements.iter().any(|it| it.contains("DROP COLUMN")) => {
                step.hazards.push(Hazard::about(Reason::ValuesGone, vec![object.name.clone()]));
                step.hazards.push(Hazard::new(Reason::OnlyBackup));
            }
            // What is never read cannot be written again.
            body => {
                let names = body.defined().and_then(|it| crate::defined::untold(&it.definition));
                if let Some(names) = names.filter(|_| drops) {
                    step.hazards.push(Hazard::about(Reason::ValuesGone, vec![names.to_owned()]));
                    step.hazards.push(Hazard::new(Reason::OnlyBackup));
                }
            }
        }
    }
}

/// The tables a table inherits from or is a partition of.
fn parents(model: &Model, id: ObjectId) -> Vec<ObjectId> {
    let Body::Table(table) = &model.object(id).body else { return Vec::new() };
    let partitioned = table.partition_of.iter().map(|it| &it.parent);
    table.inherits.iter().chain(partitioned).filter_map(|name| model.find_relation(name)).collect()
}

/// Whether values of one type are values of the other as they lie on disk, so that only the catalogue changes (manual, notes of `ALTER
/// TABLE`: binary coercible types, and lengths that only grow).
pub(super) fn values_stay(a: &str, b: &str) -> bool {
    let parts = |data_type: &str| -> Option<(String, Vec<u32>)> {
        let Some((head, rest)) = data_type.split_once('(') else {
            return Some((data_type.into(), Vec::new()));
        };
        let (arguments, tail) = rest.split_once(')')?;
        let arguments =
            arguments.split(',').map(|it| it.trim().parse().ok()).collect::<Option<Vec<u32>>>()?;
        Some((format!("{head}{tail}"), arguments))
    };
    let (Some((a, x)), Some((b, y))) = (parts(a), parts(b)) else { return false };
    let grows = y.is_empty() || x.first().is_some_and(|x| y.first().is_some_and(|y| x <= y));
    match (a.as_str(), b.as_str()) {
        ("character varying", "text") => true,
        ("text" | "character varying", "character varying") => grows,
        ("bit varying", "bit varying") => grows,
        ("numeric", "numeric") => grows && (y.is_empty() || x.get(1) == y.get(1)),
        (a, b) if a == b && (a.starts_with("timestamp") || a.starts_with("time ")) => grows,
        ("cidr", "inet") => true,
        _ => false,
    }
}

/// The lock a statement takes on the table it is about.
fn lock_of(statement: &str) -> Option<LockClass> {
    let starts = |words: &str| statement.starts_with(words);
    let has = |words: &str| statement.contains(words);
    if starts("GRANT")
        || starts("REVOKE")
        || starts("SET ROLE ")
        || starts("RESET ROLE")
        || starts("COMMENT ON INDEX")
        || starts("ALTER INDEX")
        || starts("ALTER STATISTICS")
        || starts("ALTER SEQUENCE")
    {
        return None;
    }
    if starts("COMMENT ON") {
        // What hangs on a table is commented without a lock on it.
        let is_table = [" TABLE ", " COLUMN ", " VIEW "]
            .iter()
            .any(|word| statement.split(" IS ").next().is_some_and(|head| head.contains(word)));
        return is_table.then_some(LockClass::ShareUpdateExclusive);
    }
    if starts("CREATE STATISTICS") || has(" CONCURRENTLY ") {
        return Some(LockClass::ShareUpdateExclusive);
    }
    if starts("CREATE INDEX") || starts("CREATE UNIQUE INDEX") {
        return Some(LockClass::Share);
    }
    if starts("CREATE TRIGGER") || starts("CREATE CONSTRAINT TRIGGER") {
        return Some(LockClass::ShareRowExclusive);
    }
    if starts("ALTER TABLE") {
        let is_setting = has(" SET STATISTICS ")
            || has(" VALIDATE CONSTRAINT ")
            || has(" CLUSTER ON ")
            || has(" SET WITHOUT CLUSTER");
        let is_option = has(" SET (") || has(" RESET (");
        if is_setting || is_option {
            return Some(LockClass::ShareUpdateExclusive);
        }
        if has(" TRIGGER ") && (has(" ENABLE ") || has(" DISABLE ")) {
            return Some(LockClass::ShareRowExclusive);
        }
    }
    Some(LockClass::AccessExclusive)
}
