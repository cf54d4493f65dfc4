//! A model as a script: statements at the grain at which dependency loops come apart, ordered by what needs what.
//!
//! A statement is a [`Unit`]. Foreign keys, defaults and checks that call routines, sequence ownership and the attachment of
//! partitions are units of their own; all else stands inside its table. Comments, owners and grants follow their object.

mod heirs;
mod tables;

use std::collections::{HashMap, HashSet};

use cadastre_engine::{DbError, ErrorCode, Script, ScriptPart};
use cadastre_model::*;

use crate::dialect::{literal, qualified, quote};
use crate::own_path;
use crate::plan::is_type;
use crate::render::{self, Placement};
use crate::satellites::default_privileges;
use tables::column_settings;

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
    for unit in &mut writer.units {
        if own_path::call_by_path(model, unit.object, &unit.sql) {
            own_path::with_own_path(&mut unit.sql);
        }
    }
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

    /// The catalogue says of a table, not of its columns, which types it stands on. What a domain demands is demanded before it is used: of
    /// values within lists and rows it cannot be later.
    pub fn need_types(&mut self, at: usize, table: ObjectId) {
        let model = self.model;
        let types =
            model.object(table).depends_on.iter().copied().filter(|it| is_type(model.object(*it).kind()));
        let reads_table = |id: &ObjectId| {
            let mut needed = model.object(*id).depends_on.iter();
            needed.any(|it| model.object(*it).depends_on.contains(&table))
        };
        let checks = |it: ObjectId| model.children(it).iter().copied().filter(|check| !reads_table(check));
        let with_checks = types.flat_map(|it| checks(it).chain([it]));
        self.pending.extend(with_checks.map(|needed| (at, needed)));
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
    pub fn with_those_above(&self, table: ObjectId) -> Vec<ObjectId> {
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

    /// What the tables above that of a part have of its kind and name: the nearest first.
    pub fn same_above(&self, part: ObjectId) -> Vec<ObjectId> {
        let object = self.model.object(part);
        let above = object.parent.map(|table| self.with_those_above(table).split_off(1)).unwrap_or_default();
        let is_same = |id: &ObjectId| {
            let other = self.model.object(*id);
            other.kind() == object.kind() && other.name == object.name
        };
        above
            .into_iter()
            .flat_map(|table| self.model.children(table).iter().copied().filter(is_same))
            .collect()
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
        let needs = |kind| object.depends_on.iter().any(|&needed| self.model.object(needed).kind() == kind);
        let calls_routine = needs(Kind::Routine);
        let inside = match &object.body {
            // Another's identity may be of a table that comes later.
            Body::Column(column) => column.generated.is_some() || !calls_routine && !needs(Kind::Column),
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
                self.creating(Rank::Extension, id, sql);
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
            | Body::ForeignServer(it)
            | Body::UserMapping(it) => {
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
            | Body::Statistics(Statistics { definition, .. }) => {
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
