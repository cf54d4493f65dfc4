//! A model as a script: statements at the grain at which dependency loops come apart, ordered by what needs what.
//!
//! A statement is a [`Unit`]. Foreign keys, defaults and checks that call routines, sequence ownership and the attachment of
//! partitions are units of their own; all else stands inside its table. Comments, owners and grants follow their object.

use std::collections::{HashMap, HashSet};

use cadastre_engine::{DbError, ErrorCode, Script, ScriptPart};
use cadastre_model::*;

use crate::dialect::{literal, qualified, quote};
use crate::own_path;
use crate::plan::has_relation_name;
use crate::render::{self, Placement};
use crate::satellites::{comment_on, default_privileges};

const PREAMBLE: &str = "SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;
SELECT pg_catalog.set_config('search_path', '', false);

BEGIN;

";

/// Where statements stand among those that are free to go: the reading order of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// What fires at statements goes before any other statement.
    First,
    /// What stands on what changes is taken down first.
    Takedown,
    Namespace,
    Extension,
    Collation,
    Type,
    Sequence,
    Routine,
    Defined,
    Table,
    Column,
    Default,
    Constraint,
    View,
    Index,
    Attach,
    ForeignKey,
    Attachment,
    Policy,
    Last,
    /// What is gone for good goes last.
    Removal,
    EventTrigger,
}

/// One statement with what follows it at once.
pub(crate) struct Unit {
    pub rank: Rank,
    pub name: String,
    pub object: ObjectId,
    pub sql: Vec<String>,
    pub needs: Vec<usize>,
}

/// The script that creates the whole model in an empty database.
///
/// # Errors
/// When statements need each other in a circle; the message names them.
pub(crate) fn create_script(model: &Model) -> Result<Script, DbError> {
    let mut writer = Writer::new(model);
    model.objects().for_each(|(id, _)| writer.write(id));
    writer.resolve();
    writer.call_by_path();
    let ranks: Vec<(Rank, &str)> = writer.units.iter().map(|unit| (unit.rank, unit.name.as_str())).collect();
    let needs: Vec<Vec<usize>> = writer.units.iter().map(|unit| unit.needs.clone()).collect();
    let order = creation_order(&ranks, &needs).map_err(|cycle| {
        let names: Vec<&str> = cycle.nodes.iter().take(8).map(|&at| writer.units[at].name.as_str()).collect();
        let message =
            format!("writing the script: these objects need each other in a circle: {}", names.join(", "));
        DbError::new(ErrorCode::UnsupportedByEngine, message)
            .with_hint("please report it with the definitions of these objects")
    })?;
    let mut sql: Vec<Option<ScriptPart>> = writer.units.iter().map(|unit| Some(part(unit))).collect();
    let parts = order.into_iter().filter_map(|at| sql[at].take()).collect();
    Ok(Script { preamble: PREAMBLE.into(), parts, closing: "COMMIT;\n".into() })
}

fn part(unit: &Unit) -> ScriptPart {
    ScriptPart {
        object: Some(unit.object),
        sql: unit.sql.iter().map(|sql| format!("{sql};")).collect::<Vec<_>>().join("\n"),
    }
}

/// The statements for one object and what belongs to it, for reading.
pub(crate) fn object_ddl(model: &Model, id: ObjectId) -> String {
    let mut writer = Writer::new(model);
    writer.write(id);
    if matches!(model.object(id).body, Body::Table(_) | Body::View(_) | Body::Domain(_)) {
        model.children(id).iter().for_each(|&child| writer.write(child));
        let sequences = model.objects().filter(|(_, object)| owner_of(model, object) == Some(id));
        sequences.for_each(|(sequence, _)| writer.write(sequence));
    }
    writer.units.sort_by(|a, b| (a.rank, &a.name).cmp(&(b.rank, &b.name)));
    writer.units.iter().map(|unit| part(unit).sql).collect::<Vec<_>>().join("\n\n")
}

fn owner_of(model: &Model, object: &Object) -> Option<ObjectId> {
    match &object.body {
        Body::Sequence(Sequence { owned_by: Some(column), .. }) => model.find_relation(&column.relation),
        _ => None,
    }
}

/// Writes units and notes what they need.
pub(crate) struct Writer<'m> {
    pub model: &'m Model,
    pub units: Vec<Unit>,
    /// The unit that makes an object, also for objects inside another's statement.
    pub unit_of: HashMap<ObjectId, usize>,
    /// What is to be made, of a model whose other objects are there already; everything if nothing is said.
    pub made: Option<HashSet<ObjectId>>,
    /// Columns that are there already and get another default, so that heirs made meanwhile inherit this or that.
    pub unsettled: HashSet<ObjectId>,
    /// Default privileges that are in force while the statements run, with their schema.
    pub in_force: Vec<(&'m DefaultPrivileges, Option<String>)>,
    /// The units about columns of tables that are there already.
    pub column_units: HashMap<ObjectId, Vec<usize>>,
    /// Needs by object, resolved to units when all units are there.
    pub pending: Vec<(usize, ObjectId)>,
    /// The units that attach partitions: the partition, its table, the unit.
    pub attachments: Vec<(QualifiedName, QualifiedName, usize)>,
    /// The units that only name a base type.
    shells: HashMap<ObjectId, usize>,
    /// Indexes that no constraint stands for, by name.
    pub indexes: HashMap<QualifiedName, ObjectId>,
    /// Units that wait until partitions are attached: to what, of which table.
    with_partitions: Vec<(usize, Partitioning, QualifiedName)>,
}

/// Which of the attachments around a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Partitioning {
    /// Its own, to its partitioned table.
    Own,
    /// Those of its partitions.
    OfOthers,
}

impl<'m> Writer<'m> {
    pub fn new(model: &'m Model) -> Self {
        let indexes = model.objects().filter(|(_, object)| object.kind() == Kind::Index);
        Self {
            indexes: indexes.map(|(id, _)| (model.walk(id).qualified_name(), id)).collect(),
            with_partitions: Vec::new(),
            model,
            units: Vec::new(),
            unit_of: HashMap::new(),
            made: None,
            unsettled: HashSet::new(),
            in_force: Vec::new(),
            column_units: HashMap::new(),
            pending: Vec::new(),
            attachments: Vec::new(),
            shells: HashMap::new(),
        }
    }

    pub fn is_made(&self, id: ObjectId) -> bool {
        self.made.as_ref().is_none_or(|made| made.contains(&id))
    }

    pub fn unit(&mut self, rank: Rank, object: ObjectId, sql: String) -> usize {
        let name = self.model.display_name(object);
        self.units.push(Unit { rank, name, object, sql: vec![sql], needs: Vec::new() });
        self.units.len() - 1
    }

    /// A unit that makes `object`: with its needs, its parent, and its satellites.
    fn creating(&mut self, rank: Rank, id: ObjectId, sql: String) -> usize {
        let at = self.unit(rank, id, sql);
        self.unit_of.insert(id, at);
        self.need_all(at, id);
        self.satellites(at, id);
        at
    }

    pub fn need_all(&mut self, at: usize, id: ObjectId) {
        let object = self.model.object(id);
        let needs = object.parent.iter().chain(&object.depends_on);
        self.pending.extend(needs.map(|&needed| (at, needed)));
    }

    /// The catalogue says of a table, not of its columns, which types it stands on.
    pub fn need_types(&mut self, at: usize, table: ObjectId) {
        let model = self.model;
        let is_type = |id: &ObjectId| {
            matches!(
                model.object(*id).kind(),
                Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType
            )
        };
        let types = model.object(table).depends_on.iter().copied().filter(is_type);
        self.pending.extend(types.map(|needed| (at, needed)));
    }

    pub fn resolve(&mut self) {
        let mut partitions_of: HashMap<&QualifiedName, Vec<usize>> = HashMap::new();
        for (_, parent, at) in &self.attachments {
            partitions_of.entry(parent).or_default().push(*at);
        }
        for (table, _, at) in &self.attachments {
            self.units[*at].needs.extend(partitions_of.get(table).into_iter().flatten());
        }
        for (at, which, table) in &self.with_partitions {
            let attached = self.attachments.iter().filter(|(partition, parent, _)| match which {
                Partitioning::Own => partition == table,
                Partitioning::OfOthers => parent == table,
            });
            self.units[*at].needs.extend(attached.map(|(_, _, unit)| *unit));
        }
        for (at, needed) in std::mem::take(&mut self.pending) {
            let is_part_of_type = || self.model.object(needed).depends_on.contains(&self.units[at].object);
            if let Some(&shell) = self.shells.get(&needed).filter(|_| is_part_of_type()) {
                self.units[at].needs.push(shell);
            } else if let Some(&other) = self.unit_of.get(&needed) {
                self.units[at].needs.push(other);
            }
            // What stands on a table waits for its columns, and for those that come with its parents'; columns do not wait for each other.
            if self.units[at].rank != Rank::Column && !self.column_units.is_empty() {
                let around = self.with_those_above(needed);
                let columns = around.iter().filter_map(|table| self.column_units.get(table)).flatten();
                self.units[at].needs.extend(columns.filter(|unit| **unit != at));
            }
        }
    }

    /// A table and all it is partition of or inherits from.
    fn with_those_above(&self, table: ObjectId) -> Vec<ObjectId> {
        let mut all = vec![table];
        let mut next = 0;
        while let Some(&at) = all.get(next) {
            next += 1;
            let Body::Table(it) = &self.model.object(at).body else { continue };
            let names = it.inherits.iter().chain(it.partition_of.iter().map(|it| &it.parent));
            let above: Vec<ObjectId> = names.filter_map(|name| self.model.find_relation(name)).collect();
            all.extend(above.into_iter().filter(|it| *it != table));
        }
        all
    }

    /// Puts the session's own path around statements that need it.
    pub fn call_by_path(&mut self) {
        for unit in &mut self.units {
            if own_path::call_by_path(self.model, unit.object, &unit.sql) {
                own_path::with_own_path(&mut unit.sql);
            }
        }
    }

    pub fn name(&self, id: ObjectId) -> QualifiedName {
        self.model.walk(id).qualified_name()
    }

    /// Whether a child stands in its parent's statement.
    pub fn placement(&self, id: ObjectId) -> Placement {
        let object = self.model.object(id);
        if object.parent.is_some_and(|parent| !self.is_made(parent)) {
            return Placement::Alone;
        }
        let calls_routine =
            object.depends_on.iter().any(|&needed| self.model.object(needed).kind() == Kind::Routine);
        let inside = match &object.body {
            Body::Column(column) => column.generated.is_some() || !calls_routine,
            Body::PrimaryKey(_) => true,
            // The server merges two keys over the same columns when they stand in one statement.
            Body::Unique(key) => !self.repeats_a_key(id, key),
            Body::Check(check) => {
                check.validated == Validated::Yes
                    && !calls_routine
                    && (check.inheritance != Inheritance::Inherited || self.is_partition(object))
            }
            _ => false,
        };
        if inside { Placement::Inside } else { Placement::Alone }
    }

    fn repeats_a_key(&self, id: ObjectId, key: &Key) -> bool {
        let siblings =
            self.model.object(id).parent.map(|parent| self.model.children(parent)).unwrap_or_default();
        siblings.iter().filter(|&&other| other != id).any(|&other| match &self.model.object(other).body {
            Body::PrimaryKey(it) | Body::Unique(it) => it.columns == key.columns,
            _ => false,
        })
    }

    fn is_partition(&self, child: &Object) -> bool {
        let parent = child.parent.map(|id| &self.model.object(id).body);
        matches!(parent, Some(Body::Table(Table { partition_of: Some(_), .. })))
    }

    pub fn write(&mut self, id: ObjectId) {
        let model = self.model;
        let object = model.object(id);
        match &object.body {
            Body::Namespace(_) => self.write_namespace(id, object),
            Body::Extension(it) => {
                let sql = format!(
                    "CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA {}",
                    quote(&object.name),
                    quote(&it.namespace)
                );
                let at = self.creating(Rank::Extension, id, sql);
                let home = model.roots().iter().find(|&&root| {
                    model.object(root).kind() == Kind::Namespace && model.object(root).name == it.namespace
                });
                self.pending.extend(home.map(|&root| (at, root)));
            }
            Body::Enum(_) | Body::Domain(_) | Body::Composite(_) | Body::Range(_) => {
                self.write_type(id, object)
            }
            Body::Sequence(sequence) => self.write_sequence(id, sequence),
            Body::Table(table) => self.write_table(id, table),
            Body::View(view) => {
                let name = self.name(id);
                let at = self.creating(Rank::View, id, render::create_view(&name, view));
                if let Some(relation) = model.relation(id).filter(|_| view.materialized) {
                    let alter = format!("ALTER MATERIALIZED VIEW {}", qualified(&name));
                    self.units[at].sql.extend(column_settings(&alter, relation));
                }
            }
            Body::Routine(routine) => {
                self.creating(Rank::Routine, id, routine.definition.clone());
            }
            Body::Operator(operator) => {
                self.creating(Rank::Routine, id, operator.definition.clone());
            }
            Body::Language(it) | Body::AccessMethod(it) => {
                self.creating(Rank::Extension, id, it.definition.clone());
            }
            Body::BaseType(it) => {
                // Its functions name it, and it names them: a name without a body comes first.
                let shell = self.unit(Rank::Type, id, format!("CREATE TYPE {}", qualified(&self.name(id))));
                self.pending.extend(object.parent.map(|parent| (shell, parent)));
                self.shells.insert(id, shell);
                let at = self.creating(Rank::Defined, id, it.definition.clone());
                self.units[at].needs.push(shell);
                if it.definition.is_empty() {
                    self.units[at].sql.remove(0);
                }
            }
            Body::Collation(it) => {
                self.creating(Rank::Collation, id, it.definition.clone());
            }
            // What fires at statements comes when no statement follows.
            Body::EventTrigger(it) => {
                self.creating(Rank::EventTrigger, id, it.definition.clone());
            }
            Body::Publication(it) => {
                self.creating(Rank::Last, id, it.definition.clone());
            }
            Body::OperatorFamily(it)
            | Body::OperatorClass(it)
            | Body::Cast(it)
            | Body::Conversion(it)
            | Body::TextSearchParser(it)
            | Body::TextSearchTemplate(it)
            | Body::TextSearchDictionary(it)
            | Body::TextSearchConfiguration(it)
            | Body::ForeignDataWrapper(it)
            | Body::Transform(it)
            | Body::ForeignServer(it) => {
                self.creating(Rank::Defined, id, it.definition.clone());
            }
            Body::Column(column) if object.parent.is_some_and(|parent| !self.is_made(parent)) => {
                self.write_added_column(id, object, column);
            }
            Body::Column(column) => self.write_default(id, object, column),
            Body::PrimaryKey(_) | Body::Unique(_) | Body::Check(_) | Body::Exclusion(_) => {
                self.write_constraint(id, object)
            }
            Body::ForeignKey(key) if !key.inherited => self.write_foreign_key(id, object),
            Body::ForeignKey(_) | Body::Event(_) => {}
            Body::DefaultPrivileges(privileges) => self.write_default_privileges(id, object, privileges),
            Body::Index(index) => self.write_index(id, object, index),
            // It comes with its table's; what is said of it here is when it fires.
            Body::Trigger(Trigger { inherited: true, .. }) => {
                let at = self.creating(Rank::Last, id, String::new());
                self.units[at].sql.remove(0);
                let attached = self.name_of_parent(object);
                self.with_partitions.push((at, Partitioning::Own, attached));
            }
            Body::Trigger(Trigger { definition, .. })
            | Body::Rule(Rule { definition, .. })
            | Body::Statistics(Statistics { definition }) => {
                self.creating(Rank::Attachment, id, definition.clone());
            }
            Body::Policy(policy) => {
                let sql = render::create_policy(&self.name_of_parent(object), object, policy);
                self.creating(Rank::Policy, id, sql);
            }
        }
    }

    pub fn name_of_parent(&self, object: &Object) -> QualifiedName {
        object.parent.map_or_else(|| QualifiedName::new("", ""), |parent| self.name(parent))
    }

    /// Last of all, or they would be granted on what the script itself makes.
    fn write_default_privileges(&mut self, id: ObjectId, object: &Object, privileges: &DefaultPrivileges) {
        let schema = object.parent.map(|parent| self.model.object(parent).name.as_str());
        let sql = default_privileges(privileges, schema);
        if let Some((first, rest)) = sql.split_first() {
            let at = self.creating(Rank::Last, id, first.clone());
            self.units[at].sql.extend(rest.iter().cloned());
        }
    }

    fn write_namespace(&mut self, id: ObjectId, object: &Object) {
        if object.name != "public" {
            self.creating(Rank::Namespace, id, format!("CREATE SCHEMA {}", quote(&object.name)));
        } else if self.made.is_some() {
            let at = self.creating(Rank::Namespace, id, "CREATE SCHEMA public".into());
            let born = self.as_born(object);
            self.units[at].sql.splice(1..1, born);
        } else if object.comment.is_some() || object.grants.is_some() || object.owner.is_some() {
            // Every database is born with it, and everyone may use it.
            let at = self.creating(Rank::Namespace, id, String::new());
            self.units[at].sql.remove(0);
        }
    }

    /// What makes a schema `public` like the one every database is born with, where the model does not say otherwise.
    fn as_born(&self, object: &Object) -> Vec<String> {
        let major = major_version(self.model);
        let is_closed = major.is_none_or(|major| major >= 15);
        let mut sql = Vec::new();
        if object.owner.is_none() && is_closed {
            sql.push(format!("ALTER SCHEMA public OWNER TO {}", crate::assemble::NEW_PUBLIC_OWNER));
        }
        if object.comment.is_none() {
            let text = literal(crate::assemble::PUBLIC_COMMENT);
            sql.push(format!("COMMENT ON SCHEMA public IS {text}"));
        }
        if object.grants.is_none() {
            let privilege = if is_closed { "USAGE" } else { "ALL" };
            sql.push(format!("GRANT {privilege} ON SCHEMA public TO PUBLIC"));
        }
        sql
    }

    fn write_type(&mut self, id: ObjectId, object: &Object) {
        let model = self.model;
        let checks: Vec<(ObjectId, &str, &Check)> = model
            .children(id)
            .iter()
            .filter(|&&child| self.placement(child) == Placement::Inside)
            .filter_map(|&child| match &model.object(child).body {
                Body::Check(check) => Some((child, model.object(child).name.as_str(), check)),
                _ => None,
            })
            .collect();
        let named: Vec<(&str, &Check)> = checks.iter().map(|&(_, name, check)| (name, check)).collect();
        let Some(sql) = render::create_type(&self.name(id), &object.body, &named) else { return };
        let at = self.creating(Rank::Type, id, sql);
        for (child, _, _) in checks {
            self.unit_of.insert(child, at);
            self.need_all(at, child);
        }
    }

    fn write_sequence(&mut self, id: ObjectId, sequence: &Sequence) {
        let name = self.name(id);
        let created = self.creating(Rank::Sequence, id, render::create_sequence(&name, sequence));
        let Some(owner) = &sequence.owned_by else { return };
        let column = format!("{}.{}", qualified(&owner.relation), quote(&owner.column));
        let at =
            self.unit(Rank::Default, id, format!("ALTER SEQUENCE {} OWNED BY {column}", qualified(&name)));
        self.units[at].needs.push(created);
        self.pending.extend(self.model.find_relation(&owner.relation).map(|table| (at, table)));
    }

    fn write_table(&mut self, id: ObjectId, table: &Table) {
        let model = self.model;
        let Some(relation) = model.relation(id) else { return };
        let name = self.name(id);
        let sql = render::create_table(relation, table, &|child| self.placement(child));
        let inside: Vec<ObjectId> = model
            .children(id)
            .iter()
            .copied()
            .filter(|&child| {
                model.object(child).kind() == Kind::Column || self.placement(child) == Placement::Inside
            })
            .collect();
        let at = self.creating(Rank::Table, id, sql);
        self.table_settings(at, &name, table, relation);
        for &child in &inside {
            self.write_key_attachment(child, at);
        }
        for child in inside {
            let is_apart = self.placement(child) == Placement::Alone;
            self.unit_of.insert(child, at);
            // A default in a statement of its own keeps its needs there.
            if !is_apart {
                self.need_all(at, child);
            }
        }
        let parents = table.inherits.iter().filter_map(|parent| model.find_relation(parent));
        self.pending.extend(parents.map(|parent| (at, parent)));
        if let Some(partition) = &table.partition_of {
            self.write_attachment(id, &name, partition);
        }
    }

    fn table_settings(
        &mut self,
        at: usize,
        name: &QualifiedName,
        table: &Table,
        relation: RelationWalker<'_>,
    ) {
        let alter = format!("ALTER TABLE ONLY {}", qualified(name));
        let sql = &mut self.units[at].sql;
        sql.extend(column_settings(&alter, relation));
        sql.extend(inherited_overrides(&alter, table, relation, &self.unsettled));
        if table.row_security.enabled {
            sql.push(format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", qualified(name)));
        }
        if table.row_security.forced {
            sql.push(format!("ALTER TABLE {} FORCE ROW LEVEL SECURITY", qualified(name)));
        }
        if let Some(identity) = table.replica_identity.as_ref().filter(|it| !it.starts_with("using")) {
            sql.push(format!("{alter} REPLICA IDENTITY {}", identity.to_uppercase()));
        }
        for (object, key) in relation.keys() {
            if key.options.iter().any(|pair| pair.name == "clustered") {
                sql.push(format!("ALTER TABLE {} CLUSTER ON {}", qualified(name), quote(&object.name)));
            }
        }
        // The index may be made later; its name is all that can be said here if it is a key's.
        if let Some(index) = table.replica_identity.as_ref().and_then(|it| it.strip_prefix("using index "))
            && relation.keys().any(|(object, _)| quote(&object.name).to_string() == index)
        {
            sql.push(format!("{alter} REPLICA IDENTITY USING INDEX {index}"));
        }
    }

    /// A partition joins its table when both have all their keys and indexes, so that the server pairs them.
    fn write_attachment(&mut self, id: ObjectId, name: &QualifiedName, partition: &PartitionBound) {
        let parent = qualified(&partition.parent);
        let sql =
            format!("ALTER TABLE ONLY {parent} ATTACH PARTITION {} {}", qualified(name), partition.bound);
        let at = self.unit(Rank::Attach, id, sql);
        let model = self.model;
        let mut wanted: Vec<ObjectId> = vec![id];
        wanted.extend(model.find_relation(&partition.parent));
        let indexes = wanted.clone().into_iter().flat_map(|table| model.children(table).iter().copied());
        wanted.extend(indexes.filter(|&child| {
            match &model.object(child).body {
                Body::ForeignKey(_) | Body::Trigger(_) => false,
                // One that joins an index which is there already must be there when its table joins.
                Body::Index(index) => {
                    let joins = index.attached_to.as_ref().and_then(|name| self.indexes.get(name));
                    joins.is_some_and(|&index| !self.is_made(index))
                }
                _ => true,
            }
        }));
        self.pending.extend(wanted.into_iter().map(|needed| (at, needed)));
        // Its own partitions are attached first, so that its indexes are complete.
        self.attachments.push((name.clone(), partition.parent.clone(), at));
    }

    /// A partition's index joins that of its table when the partition itself has joined.
    pub fn write_index_attachment(
        &mut self,
        id: ObjectId,
        created: Option<usize>,
        attached_to: &QualifiedName,
    ) {
        let (name, parent) = (self.name(id), self.model.object(id).parent);
        let sql = format!("ALTER INDEX {} ATTACH PARTITION {}", qualified(attached_to), qualified(&name));
        let at = self.unit(Rank::Attach, id, sql);
        self.units[at].needs.extend(created);
        self.pending.extend(self.indexes.get(attached_to).map(|&index| (at, index)));
        self.with_partitions.extend(parent.map(|table| (at, Partitioning::Own, self.name(table))));
    }

    /// A partition's key may stand for a plain index of the table; that of a key is found by the server.
    fn write_key_attachment(&mut self, id: ObjectId, created: usize) {
        if let Body::PrimaryKey(key) | Body::Unique(key) = &self.model.object(id).body
            && let Some(attached_to) = key.attached_to.as_ref().filter(|it| self.indexes.contains_key(it))
        {
            self.write_index_attachment(id, Some(created), attached_to);
        }
    }

    /// A column of a table that is there already.
    fn write_added_column(&mut self, id: ObjectId, object: &Object, column: &Column) {
        let Some(relation) = object.parent.and_then(|parent| self.model.relation(parent)) else { return };
        let Some(table) = relation.table() else { return };
        let name = relation.qualified_name();
        let item = render::column_item(object, column, true);
        let foreign = if table.kind == TableKind::Foreign { "FOREIGN " } else { "" };
        let alter = format!("ALTER {foreign}TABLE {}", qualified(&name));
        let at = self.creating(Rank::Column, id, format!("{alter} ADD COLUMN {item}"));
        self.units[at].sql.extend(column_settings_of(&alter, object, column, table.persistence));
        self.need_types(at, relation.id());
        // Columns come in the order of the table, not of their names.
        self.units[at].name = format!("{} {:08}", self.model.display_name(relation.id()), id.index());
        self.column_units.entry(relation.id()).or_default().push(at);
    }

    fn write_default(&mut self, id: ObjectId, object: &Object, column: &Column) {
        let apart = self.placement(id) == Placement::Alone;
        let on_view = object.parent.is_some_and(|parent| self.model.object(parent).kind() == Kind::View);
        if let Some(default) = column.default.as_ref().filter(|_| apart || on_view) {
            let table = qualified(&self.name_of_parent(object));
            let words = if on_view { "VIEW" } else { "TABLE ONLY" };
            let sql =
                format!("ALTER {words} {table} ALTER COLUMN {} SET DEFAULT {default}", quote(&object.name));
            let at = self.unit(Rank::Default, id, sql);
            self.need_all(at, id);
        }
    }

    fn write_constraint(&mut self, id: ObjectId, object: &Object) {
        let is_inherited = matches!(&object.body, Body::Check(check) if check.inheritance == Inheritance::Inherited)
            && !self.is_partition(object)
            // Who comes to a parent later brings it along.
            && object.parent.is_some_and(|table| self.is_made(table));
        if self.placement(id) == Placement::Inside || is_inherited {
            return;
        }
        let Some(parent) = object.parent else { return };
        if let Some(sql) = render::add_constraint(self.model.object(parent), &self.name(parent), object) {
            let at = self.creating(Rank::Constraint, id, sql);
            self.write_key_attachment(id, at);
            if is_clustered(&object.body) {
                let table = qualified(&self.name(parent));
                self.units[at].sql.push(format!("ALTER TABLE {table} CLUSTER ON {}", quote(&object.name)));
            }
        }
    }

    /// A key that comes with that of the parent has its comment by itself.
    pub fn comment_heirs_key(&mut self, id: ObjectId) {
        let object = self.model.object(id);
        let above = match &object.body {
            Body::PrimaryKey(key) | Body::Unique(key) => key.attached_to.clone(),
            _ => None,
        };
        let (Some(above), Some(target)) = (above, self.target(id)) else { return };
        let sql: Vec<String> =
            comment_on(&target, object).into_iter().chain(self.index_comment(id)).collect();
        if sql.is_empty() {
            return;
        }
        let at = self.unit(Rank::Last, id, String::new());
        self.units[at].sql = sql;
        self.need_all(at, id);
        let is_above = |it: &ObjectId| self.model.walk(*it).qualified_name() == above;
        let tables = self.model.tables().filter(|it| it.table().is_some_and(|it| it.partition_by.is_some()));
        let keys = tables.flat_map(|it| self.model.children(it.id())).copied();
        let found: Vec<ObjectId> =
            keys.filter(|it| has_relation_name(self.model.object(*it).kind())).filter(is_above).collect();
        self.pending.extend(found.into_iter().map(|it| (at, it)));
    }

    /// What a column that comes with that of the parent has for itself: settings, which are passed on in part only, another default, its
    /// comment and grants.
    pub fn settle_heirs_column(&mut self, id: ObjectId) {
        let object = self.model.object(id);
        let (Body::Column(column), Some(table)) = (&object.body, object.parent) else { return };
        let Body::Table(heir) = &self.model.object(table).body else { return };
        let above = heir.inherits.iter().chain(heir.partition_of.iter().map(|it| &it.parent));
        let above = above.filter_map(|name| self.model.find_relation(name));
        let above: Vec<ObjectId> = above.flat_map(|parent| self.model.children(parent)).copied().collect();
        let same = above.into_iter().find_map(|it| match &self.model.object(it).body {
            Body::Column(parents) if self.model.object(it).name == object.name => Some((it, parents)),
            _ => None,
        });
        let Some((parents_id, parents)) = same else { return };
        let alter = format!("ALTER TABLE ONLY {}", qualified(&self.name(table)));
        let mut sql = column_settings_of(&alter, object, column, heir.persistence);
        let name = quote(&object.name);
        match &column.default {
            default if *default == parents.default => {}
            Some(default) => sql.push(format!("{alter} ALTER COLUMN {name} SET DEFAULT {default}")),
            None => sql.push(format!("{alter} ALTER COLUMN {name} DROP DEFAULT")),
        }
        if let Some(target) = self.target(id) {
            sql.extend(comment_on(&target, object));
            self.column_grants(self.model.object(table), object, &mut sql);
        }
        if sql.is_empty() {
            return;
        }
        let at = self.unit(Rank::Column, id, String::new());
        self.units[at].sql = sql;
        self.need_all(at, id);
        self.pending.push((at, parents_id));
    }

    fn write_foreign_key(&mut self, id: ObjectId, object: &Object) {
        let Some(parent) = object.parent else { return };
        if let Some(sql) = render::add_constraint(self.model.object(parent), &self.name(parent), object) {
            let at = self.creating(Rank::ForeignKey, id, sql);
            self.need_referenced_key(at, object);
        }
    }

    /// The catalogue does not say which key a foreign key stands on in a way that survives; its columns do.
    fn need_referenced_key(&mut self, at: usize, object: &Object) {
        let model = self.model;
        let Body::ForeignKey(key) = &object.body else { return };
        let Some(table) = model.find_relation(&key.references) else { return };
        let covers = |body: &Body| match body {
            Body::PrimaryKey(it) | Body::Unique(it) => same_columns(&it.columns, &key.referenced_columns),
            Body::Index(it) => it.unique && it.predicate.is_none(),
            _ => false,
        };
        let keys = model.children(table).iter().filter(|&&child| covers(&model.object(child).body));
        self.pending.extend(keys.map(|&child| (at, child)));
        self.pending.push((at, table));
    }

    fn write_index(&mut self, id: ObjectId, object: &Object, index: &Index) {
        let Some(parent) = object.parent else { return };
        let name = self.name(parent);
        let sql = render::create_index(&name, self.model.object(parent), object, index);
        let at = self.creating(Rank::Index, id, sql);
        if index.clustered {
            let sql = format!("ALTER TABLE {} CLUSTER ON {}", qualified(&name), quote(&object.name));
            self.units[at].sql.push(sql);
        }
        for (number, target) in &index.statistics_targets {
            let index = qualified(&QualifiedName::new(name.namespace.clone(), object.name.clone()));
            self.units[at]
                .sql
                .push(format!("ALTER INDEX {index} ALTER COLUMN {number} SET STATISTICS {target}"));
        }
        // Made before, it would make the partitions' indexes itself when they are attached.
        self.with_partitions.push((at, Partitioning::OfOthers, name.clone()));
        if let Some(attached_to) = &index.attached_to {
            self.write_index_attachment(id, Some(at), attached_to);
        }
        let identity = match &self.model.object(parent).body {
            Body::Table(table) => table.replica_identity.as_ref(),
            _ => None,
        };
        let own = format!("using index {}", quote(&object.name));
        if identity == Some(&own) {
            let sql = format!(
                "ALTER TABLE ONLY {} REPLICA IDENTITY USING INDEX {}",
                qualified(&name),
                quote(&object.name)
            );
            self.units[at].sql.push(sql);
        }
    }
}

pub(crate) fn same_columns(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}

/// Whether a table is ordered by a key.
pub(crate) fn is_clustered(body: &Body) -> bool {
    match body {
        Body::PrimaryKey(key) | Body::Unique(key) => key.options.iter().any(|pair| pair.name == "clustered"),
        _ => false,
    }
}

/// The major version of the server a model was read from.
pub(crate) fn major_version(model: &Model) -> Option<u32> {
    model.origin.version.split('.').next().and_then(|it| it.parse().ok())
}

/// What the columns of a table or materialized view have that no table item can say.
fn column_settings(alter: &str, relation: RelationWalker<'_>) -> Vec<String> {
    let mut sql = Vec::new();
    let persistence = relation.table().map(|table| table.persistence).unwrap_or_default();
    for (object, column) in relation.columns() {
        sql.extend(column_settings_of(alter, object, column, persistence));
    }
    sql
}

/// An identity's sequence lasts as long as the table's rows, unless it says otherwise; servers of older minor versions take no word for
/// it among the identity's options.
fn column_settings_of(
    alter: &str,
    object: &Object,
    column: &Column,
    persistence: Persistence,
) -> Vec<String> {
    let alter = format!("{alter} ALTER COLUMN {} SET", quote(&object.name));
    let mut sql = Vec::new();
    if let Some(identity) = column.identity.as_ref().filter(|it| it.options.persistence != persistence) {
        let is_unlogged = identity.options.persistence == Persistence::Unlogged;
        let word = if is_unlogged { "UNLOGGED" } else { "LOGGED" };
        sql.push(format!("ALTER SEQUENCE {} SET {word}", qualified(&identity.sequence)));
    }
    if let Some(storage) = &column.storage {
        sql.push(format!("{alter} STORAGE {}", storage.to_uppercase()));
    }
    if let Some(method) = &column.compression {
        sql.push(format!("{alter} COMPRESSION {method}"));
    }
    if let Some(target) = column.statistics_target {
        sql.push(format!("{alter} STATISTICS {target}"));
    }
    if !column.options.is_empty() {
        sql.push(format!("{alter} ({})", render::setting_list(&column.options)));
    }
    sql
}

/// What a table has changed of columns that come from its parents: defaults of those it only inherits, and NOT NULL.
fn inherited_overrides(
    alter: &str,
    table: &Table,
    relation: RelationWalker<'_>,
    unsettled: &HashSet<ObjectId>,
) -> Vec<String> {
    let model = relation.model();
    let parents: Vec<RelationWalker<'_>> = table
        .inherits
        .iter()
        .filter_map(|name| model.find_relation(name).and_then(|id| model.relation(id)))
        .collect();
    let mut sql = Vec::new();
    for (object, column) in relation.columns().filter(|_| !parents.is_empty()) {
        let above: Vec<(ObjectId, &Column)> = parents
            .iter()
            .flat_map(|parent| model.children(parent.id()))
            .filter(|id| model.object(**id).name == object.name)
            .filter_map(|&id| match &model.object(id).body {
                Body::Column(column) => Some((id, column)),
                _ => None,
            })
            .collect();
        let Some((first_id, first)) = above.first() else { continue };
        let name = quote(&object.name);
        let is_inherited = column.inheritance == Inheritance::Inherited;
        match &column.default {
            _ if !is_inherited => {}
            default if *default == first.default && !unsettled.contains(first_id) => {}
            Some(default) => sql.push(format!("{alter} ALTER COLUMN {name} SET DEFAULT {default}")),
            None => sql.push(format!("{alter} ALTER COLUMN {name} DROP DEFAULT")),
        }
        // What the table declares is joined with what any parent declares.
        let comes_not_null = above.iter().any(|(_, above)| above.not_null);
        if column.not_null && !comes_not_null && is_inherited {
            sql.push(format!("{alter} ALTER COLUMN {name} SET NOT NULL"));
        } else if comes_not_null && !column.not_null {
            sql.push(format!("{alter} ALTER COLUMN {name} DROP NOT NULL"));
        }
    }
    sql
}
