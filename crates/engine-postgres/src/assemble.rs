//! Catalogue rows to model. Pure.

use std::collections::HashMap;

use cadastre_engine::{DbError, ErrorCode};
use cadastre_model::*;

use crate::acl::{default_grants, grants};
use crate::catalog::*;
use crate::dialect::qualified;
use crate::satellites::statistics_name;
use crate::words::*;

/// Object numbers are unique within one catalogue only; these name the catalogues we follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    Relation,
    Type,
    Routine,
    Constraint,
    Trigger,
    Policy,
    Rule,
    Operator,
    Statistics,
    Extension,
    Defined(u32),
}

impl Class {
    /// The fixed numbers of the system catalogues (`src/include/catalog/pg_*.h`).
    fn of(oid: u32) -> Option<Self> {
        Some(match oid {
            1259 => Self::Relation,
            1247 => Self::Type,
            1255 => Self::Routine,
            2606 => Self::Constraint,
            2620 => Self::Trigger,
            3256 => Self::Policy,
            2618 => Self::Rule,
            2617 => Self::Operator,
            3381 => Self::Statistics,
            3079 => Self::Extension,
            2605 | 2607 | 3456 | 3466 | 6104 | 2328 | 1417 | 1418 | 3600 | 3601 | 3602 | 3764 | 2616
            | 2753 | 2612 | 2601 | 3576 => Self::Defined(oid),
            _ => return None,
        })
    }
}

/// What of a server makes a difference to what its rows mean.
pub(crate) struct Server {
    /// Its version as one number: 150018.
    pub version: u32,
    /// The role that owns what a fresh cluster is born with.
    pub bootstrap_role: String,
}

/// What `public` is born with.
pub(crate) const PUBLIC_COMMENT: &str = "standard public schema";

/// Since PostgreSQL 15 the owner of the database owns its `public`.
pub(crate) const NEW_PUBLIC_OWNER: &str = "pg_database_owner";

/// Builds the model of one database. `schemas` limits it to some namespaces; empty means all.
///
/// # Errors
/// [`ErrorCode::Internal`] when the rows contradict each other.
pub(crate) fn assemble(
    catalog: Catalog,
    mut origin: Origin,
    server: &Server,
    schemas: &[String],
) -> Result<Model, DbError> {
    let main_owner = main_owner(&catalog);
    origin.owner = Some(main_owner.clone()).filter(|owner| !owner.is_empty());
    let mut assembly = Assembly {
        main_owner,
        public_owner: if server.version >= 150_000 {
            NEW_PUBLIC_OWNER.into()
        } else {
            server.bootstrap_role.clone()
        },
        builder: ModelBuilder::new(origin),
        namespaces: HashMap::new(),
        names: HashMap::new(),
        owners: HashMap::new(),
        objects: HashMap::new(),
        columns: HashMap::new(),
        column_objects: HashMap::new(),
        classes: HashMap::new(),
        collations: HashMap::new(),
        index_names: HashMap::new(),
        identities: HashMap::new(),
    };
    assembly.add_remainder(catalog.remainder);
    for row in catalog.namespaces.into_iter().filter(|row| schemas.is_empty() || schemas.contains(&row.name))
    {
        assembly.add_namespace(row);
    }
    for row in catalog.extensions {
        let mut homes = assembly.namespaces.values().copied();
        let home = homes.find(|&id| assembly.builder.object(id).name == row.namespace);
        let own_comment = match &catalog.own_comments {
            Some(all) => all.iter().find(|it| it.extension == row.name).and_then(|it| it.comment.clone()),
            // Then it may be somebody's, or the extension's own.
            None => {
                assembly.builder.note_unmodelled("comment of an extension", row.name.clone());
                row.comment.clone()
            }
        };
        let body = Extension { namespace: row.namespace, version: row.version, own_comment };
        let mut extension = Object::new(None, row.name, Body::Extension(body));
        extension.depends_on.extend(home);
        extension.comment = row.comment;
        let id = assembly.builder.add(extension);
        assembly.objects.insert((Class::Extension, row.oid), id);
    }
    catalog.types.into_iter().for_each(|row| assembly.add_type(row));
    assembly.name_relations(&catalog.relations, &catalog.columns);
    catalog.relations.into_iter().for_each(|row| assembly.add_relation(row));
    catalog.columns.into_iter().for_each(|row| assembly.add_column(row));
    catalog.indexes.iter().for_each(|row| assembly.name_index(row));
    catalog.constraints.into_iter().for_each(|row| assembly.add_constraint(row));
    catalog.indexes.into_iter().for_each(|row| assembly.add_index(row));
    // Operators and all else that hangs on a table or schema.
    catalog.attachments.into_iter().for_each(|row| assembly.add_attachment(row));
    catalog.policies.into_iter().for_each(|row| assembly.add_policy(row));
    catalog.routines.into_iter().for_each(|row| assembly.add_routine(row));
    // What is in no schema may need any of those left out; wrappers, servers and their users need none.
    let (kept, left_out): (Vec<_>, Vec<_>) = catalog.defined.into_iter().partition(|row| {
        schemas.is_empty()
            || row.namespace.is_some()
            || row.word.starts_with("foreign_")
            || row.word == "user_mapping"
    });
    left_out
        .into_iter()
        .for_each(|row| assembly.builder.note_unmodelled(row.word.replace('_', " "), row.name));
    kept.into_iter().for_each(|row| assembly.add_defined(row));
    catalog.default_privileges.into_iter().for_each(|row| assembly.add_default_privileges(row));
    catalog.dependencies.iter().for_each(|row| assembly.add_dependency(row));
    let built = assembly.builder.finish();
    built.map_err(|error| DbError::new(ErrorCode::Internal, format!("building the model: {error}")))
}

/// The role that owns most relations and routines: naming it at every object would only be noise.
fn main_owner(catalog: &Catalog) -> String {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let relations = catalog.relations.iter().map(|row| row.owner.as_str());
    for owner in relations.chain(catalog.routines.iter().map(|row| row.owner.as_str())) {
        *counts.entry(owner).or_default() += 1;
    }
    let most = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
    most.map(|(owner, _)| owner.to_owned()).unwrap_or_default()
}

/// A set of rights inside another object, where no order of their granting is to be told.
fn sorted_grants(row: &RelationRow) -> Option<Vec<Grant>> {
    let mut grants = grants(row.acl.as_deref(), row.acl_default.as_deref(), &row.owner)?;
    grants.sort();
    Some(grants)
}

/// What is kept of an identity column's sequence until its column comes.
pub(crate) struct IdentitySequence {
    oid: u32,
    name: QualifiedName,
    options: SequenceOptions,
    comment: Option<String>,
    grants: Option<Vec<Grant>>,
}

/// The model as it grows, and what rows refer to by number.
pub(crate) struct Assembly {
    pub main_owner: String,
    /// Who owns the schema `public` of a fresh database.
    pub public_owner: String,
    pub builder: ModelBuilder,
    pub namespaces: HashMap<u32, ObjectId>,
    /// Every relation's name by its number, also of relations left out.
    pub names: HashMap<u32, QualifiedName>,
    /// Every relation's owner by its number.
    pub owners: HashMap<u32, String>,
    pub objects: HashMap<(Class, u32), ObjectId>,
    /// Column names by table number and column number.
    pub columns: HashMap<(u32, i16), String>,
    pub column_objects: HashMap<(u32, i16), ObjectId>,
    /// Operator classes: name, and whether it is a default.
    pub classes: HashMap<u32, (String, bool)>,
    pub collations: HashMap<u32, String>,
    pub index_names: HashMap<u32, QualifiedName>,
    /// Sequences of identity columns by table and column number.
    pub identities: HashMap<(u32, i16), IdentitySequence>,
}

impl Assembly {
    fn add_remainder(&mut self, rows: Vec<RemainderRow>) {
        for row in rows {
            match row.kind.as_str() {
                "opclass" => drop(self.classes.insert(row.oid, (row.name, row.is_default))),
                "index collation" => drop(self.collations.insert(row.oid, row.name)),
                _ => self.builder.note_unmodelled(row.kind, row.name),
            }
        }
    }

    fn owner(&self, owner: &str) -> Option<String> {
        (owner != self.main_owner).then(|| owner.to_owned())
    }

    fn add_namespace(&mut self, row: NamespaceRow) {
        let mut object = Object::new(None, row.name, Body::Namespace(Namespace {}));
        // Every database is born with this one; its first owner and rights are the server's doing, not anybody's will.
        let is_public = object.name == "public";
        object.comment = match is_public {
            // Without its comment it is not as it was born.
            true => Some(row.comment.unwrap_or_default()).filter(|text| text != PUBLIC_COMMENT),
            false => row.comment,
        };
        object.owner = match is_public {
            true => Some(row.owner.clone()).filter(|owner| *owner != self.public_owner),
            false => self.owner(&row.owner),
        };
        if !(is_public && row.acl.as_deref().is_some_and(|acl| is_initial_public(acl, &self.public_owner))) {
            object.grants = grants(row.acl.as_deref(), row.acl_default.as_deref(), &row.owner);
        }
        // Made anew it is a schema like others; who restores it finds the one every database is born with, which is open.
        if is_public && row.acl.is_none() {
            object.grants = Some(default_grants("UC", ""));
        }
        let id = self.builder.add(object);
        self.namespaces.insert(row.oid, id);
    }

    fn add_type(&mut self, row: TypeRow) {
        let Some(&namespace) = self.namespaces.get(&row.namespace) else { return };
        let body = match row.kind {
            'e' => Body::Enum(Enum { labels: row.labels.unwrap_or_default() }),
            'd' => Body::Domain(Domain {
                base: row.base.unwrap_or_default(),
                not_null: row.not_null,
                default: row.default,
                collation: row.collation,
            }),
            'c' => Body::Composite(Composite {
                attributes: attributes(
                    row.attributes,
                    row.attribute_types,
                    row.attribute_collations,
                    row.attribute_comments,
                ),
            }),
            _ => Body::Range(Range { options: range_options(row.range.unwrap_or_default()) }),
        };
        let mut object = Object::new(Some(namespace), row.name, body);
        object.comment = row.comment;
        object.owner = self.owner(&row.owner);
        object.grants = grants(row.acl.as_deref(), row.acl_default.as_deref(), &row.owner);
        let id = self.builder.add(object);
        self.objects.insert((Class::Type, row.oid), id);
    }

    /// Names are needed before bodies: tables refer to each other in any order.
    fn name_relations(&mut self, relations: &[RelationRow], columns: &[ColumnRow]) {
        for row in relations {
            self.owners.insert(row.oid, row.owner.clone());
            if let Some(&namespace) = self.namespaces.get(&row.namespace) {
                let namespace = self.builder.object(namespace).name.clone();
                self.names.insert(row.oid, QualifiedName::new(namespace, row.name.clone()));
            }
        }
        for row in columns {
            self.columns.insert((row.relation, row.number), row.name.clone());
        }
        for row in relations.iter().filter(|row| row.owned_how.map(|how| how as u8) == Some(b'i')) {
            if let (Some(table), Some(column), Some(name)) =
                (row.owned_by, row.owned_by_column, self.names.get(&row.oid))
            {
                let sequence = IdentitySequence {
                    oid: row.oid,
                    name: name.clone(),
                    options: sequence_options(row.sequence.as_deref().unwrap_or_default()),
                    comment: row.comment.clone(),
                    grants: sorted_grants(row),
                };
                self.identities.insert((table, column as i16), sequence);
            }
        }
    }

    fn add_relation(&mut self, row: RelationRow) {
        let Some(&namespace) = self.namespaces.get(&row.namespace) else { return };
        // An identity column's sequence is part of the column.
        if row.kind == 'S' && row.owned_how.map(|how| how as u8) == Some(b'i') {
            return;
        }
        let body = match row.kind {
            'S' => Body::Sequence(self.sequence(&row)),
            'v' | 'm' => Body::View(View {
                column_names: Vec::new(),
                definition: view_query(row.view.as_deref().unwrap_or_default()),
                materialized: row.kind == 'm',
                populated: row.kind == 'm' && row.populated,
                access_method: row.access_method.clone(),
                reads: None,
                client: None,
                security: None,
                options: settings(&row.options),
                source: None,
            }),
            _ => Body::Table(self.table(&row)),
        };
        let mut object = Object::new(Some(namespace), row.name, body);
        object.comment = row.comment;
        object.owner = self.owner(&row.owner);
        object.grants = grants(row.acl.as_deref(), row.acl_default.as_deref(), &row.owner);
        let id = self.builder.add(object);
        self.objects.insert((Class::Relation, row.oid), id);
    }

    fn sequence(&self, row: &RelationRow) -> Sequence {
        let owned_by = row.owned_by.zip(row.owned_by_column).and_then(|(table, column)| {
            let relation = self.names.get(&table)?.clone();
            let column = self.columns.get(&(table, column as i16))?.clone();
            Some(ColumnRef { relation, column })
        });
        Sequence { options: sequence_options(row.sequence.as_deref().unwrap_or_default()), owned_by }
    }

    fn table(&self, row: &RelationRow) -> Table {
        let parents = row.parents.clone().unwrap_or_default();
        let parents: Vec<QualifiedName> =
            parents.iter().filter_map(|oid| self.names.get(oid).cloned()).collect();
        let partition_of = row.bound.clone().zip(parents.first().cloned());
        Table {
            kind: match row.kind {
                'p' => TableKind::Partitioned,
                'f' => TableKind::Foreign,
                _ => TableKind::Ordinary,
            },
            persistence: if row.persistence == 'u' { Persistence::Unlogged } else { Persistence::Permanent },
            options: settings(&row.options),
            inherits: if partition_of.is_some() { Vec::new() } else { parents },
            partition_by: row.partition_key.clone(),
            partition_of: partition_of.map(|(bound, parent)| PartitionBound { parent, bound }),
            row_security: RowSecurity { enabled: row.row_security, forced: row.force_row_security },
            access_method: row.access_method.clone(),
            replica_identity: row.replica_identity.clone(),
            foreign_server: row.foreign.clone(),
            of_type: row.of_type.clone(),
            ..Table::default()
        }
    }

    fn add_column(&mut self, row: ColumnRow) {
        let Some(&relation) = self.objects.get(&(Class::Relation, row.relation)) else { return };
        let identity = self.identities.remove(&(row.relation, row.number)).filter(|_| row.identity != '\0');
        let sequence = identity.as_ref().map(|it| it.oid);
        let identity = identity.map(|it| Identity {
            mode: if row.identity == 'a' { IdentityMode::Always } else { IdentityMode::ByDefault },
            sequence: it.name,
            // A copied table (`LIKE … INCLUDING IDENTITY`) may number with another type than its column has, which no statement says.
            options: SequenceOptions { data_type: row.data_type.clone(), ..it.options },
            comment: it.comment,
            grants: it.grants,
        });
        let is_generated = row.generated == 's';
        let (generated, default) = if is_generated { (row.default, None) } else { (None, row.default) };
        let column = Column {
            data_type: row.data_type,
            not_null: row.not_null,
            default,
            generated: generated.map(|expression| Generated {
                expression: strip_parentheses(&expression).to_owned(),
                storage: GeneratedStorage::Stored,
            }),
            identity,
            collation: row.collation,
            inheritance: inheritance(row.is_local, row.inherited),
            storage: storage_word(row.storage),
            compression: compression_word(row.compression),
            statistics_target: (row.statistics >= 0).then_some(row.statistics),
            options: settings(row.options.as_deref().unwrap_or_default()),
            foreign_options: row.foreign_options,
            ..Column::default()
        };
        let mut object = Object::new(Some(relation), row.name, Body::Column(column));
        object.comment = row.comment;
        object.grants = row.acl.as_deref().and_then(|acl| {
            grants(Some(acl), None, self.owners.get(&row.relation).unwrap_or(&self.main_owner))
        });
        let id = self.builder.add(object);
        self.column_objects.insert((row.relation, row.number), id);
        // What stands on the sequence of an identity stands on its column.
        self.objects.extend(sequence.map(|oid| ((Class::Relation, oid), id)));
    }

    fn add_attachment(&mut self, row: AttachmentRow) {
        if row.kind == 'o' {
            return self.add_operator(row);
        }
        let Some(&table) = self.objects.get(&(Class::Relation, row.table)) else { return };
        let (class, body) = match row.kind {
            't' => {
                let event = trigger_event(row.bits);
                let trigger = Trigger {
                    definition: row.definition,
                    firing: firing(row.enabled),
                    event,
                    inherited: row.is_clone,
                    order: None,
                    session: None,
                };
                (Class::Trigger, Body::Trigger(trigger))
            }
            'r' => {
                let definition = row.definition.trim_end_matches(';').to_owned();
                (Class::Rule, Body::Rule(Rule { definition, firing: firing(row.enabled) }))
            }
            _ => {
                let target = (row.target >= 0).then_some(row.target);
                (Class::Statistics, Body::Statistics(Statistics { definition: row.definition, target }))
            }
        };
        // Those in another schema than their table may be called as one of the table's.
        let name = match &body {
            Body::Statistics(it) => self.statistics_name(table, row.name, &it.definition),
            _ => row.name,
        };
        let mut object = Object::new(Some(table), name, body);
        object.comment = row.comment;
        object.owner = row.owner.and_then(|owner| self.owner(&owner));
        let id = self.builder.add(object);
        self.objects.insert((class, row.oid), id);
    }

    fn statistics_name(&self, table: ObjectId, name: String, definition: &str) -> String {
        let namespace = self.builder.object(table).parent.map(|it| self.builder.object(it).name.clone());
        let beside = namespace.map(|namespace| qualified(&QualifiedName::new(namespace, name.clone())));
        let written = statistics_name(definition);
        if beside.as_deref() == Some(written) { name } else { written.to_owned() }
    }

    fn add_operator(&mut self, row: AttachmentRow) {
        let Some(&namespace) = self.namespaces.get(&row.table) else { return };
        let (name, signature) = row.name.split_once('(').unwrap_or((&row.name, ""));
        let signature = signature.trim_end_matches(')').to_owned();
        let operator = Operator { signature, definition: row.definition };
        let mut object = Object::new(Some(namespace), name, Body::Operator(operator));
        object.comment = row.comment;
        object.owner = row.owner.and_then(|owner| self.owner(&owner));
        let id = self.builder.add(object);
        self.objects.insert((Class::Operator, row.oid), id);
    }

    fn add_policy(&mut self, row: PolicyRow) {
        let Some(&table) = self.objects.get(&(Class::Relation, row.table)) else { return };
        let command = match row.command {
            'r' => "SELECT",
            'a' => "INSERT",
            'w' => "UPDATE",
            'd' => "DELETE",
            _ => "ALL",
        };
        let policy = Policy {
            permissive: if row.permissive { Permissive::Permissive } else { Permissive::Restrictive },
            command: command.into(),
            roles: row.roles,
            using: row.using.map(|text| strip_parentheses(&text).to_owned()),
            with_check: row.with_check.map(|text| strip_parentheses(&text).to_owned()),
        };
        let mut object = Object::new(Some(table), row.name, Body::Policy(policy));
        object.comment = row.comment;
        let id = self.builder.add(object);
        self.objects.insert((Class::Policy, row.oid), id);
    }

    fn add_routine(&mut self, row: RoutineRow) {
        let Some(&namespace) = self.namespaces.get(&row.namespace) else { return };
        let routine = Routine {
            kind: match row.kind {
                'p' => RoutineKind::Procedure,
                'a' => RoutineKind::Aggregate,
                'w' => RoutineKind::Window,
                _ => RoutineKind::Function,
            },
            signature: row.signature,
            returns: row.returns,
            language: row.language,
            definition: row.definition.trim_end().to_owned(),
            session: None,
        };
        let mut object = Object::new(Some(namespace), row.name, Body::Routine(routine));
        object.comment = row.comment;
        object.owner = self.owner(&row.owner);
        object.grants = grants(row.acl.as_deref(), row.acl_default.as_deref(), &row.owner);
        let id = self.builder.add(object);
        self.objects.insert((Class::Routine, row.oid), id);
    }

    fn add_defined(&mut self, row: DefinedRow) {
        let parent = match row.namespace {
            None => None,
            Some(oid) => match self.namespaces.get(&oid) {
                Some(&namespace) => Some(namespace),
                None => return,
            },
        };
        let body = Defined { definition: row.definition, firing: firing(row.enabled) };
        let Some(body) = defined_body(&row.word, body) else {
            return self.builder.note_unmodelled(row.word, row.name);
        };
        let mut object = Object::new(parent, row.name, body);
        object.comment = row.comment;
        if let Some(owner) = row.owner {
            object.owner = self.owner(&owner);
            object.grants = grants(row.acl.as_deref(), row.acl_default.as_deref(), &owner);
        }
        let id = self.builder.add(object);
        self.objects.insert((Class::of(row.class).unwrap_or(Class::Defined(row.class)), row.oid), id);
    }

    fn add_default_privileges(&mut self, row: DefaultPrivilegesRow) {
        let parent = match row.namespace {
            None => None,
            Some(oid) => match self.namespaces.get(&oid) {
                Some(&namespace) => Some(namespace),
                None => return,
            },
        };
        let Some(objects) = privilege_objects(row.objects) else {
            return self
                .builder
                .note_unmodelled("default privileges", format!("{} ({})", row.role, row.objects));
        };
        let read = |acl: Option<&[String]>| {
            let mut all = grants(Some(acl.unwrap_or_default()), None, &row.role).unwrap_or_default();
            all.sort();
            all
        };
        let body = DefaultPrivileges {
            role: row.role.clone(),
            objects: objects.into(),
            grants: read(row.acl.as_deref()),
            initial: read(row.acl_default.as_deref()),
        };
        self.builder.add(Object::new(
            parent,
            format!("{} of {}", objects, row.role),
            Body::DefaultPrivileges(body),
        ));
    }

    fn add_dependency(&mut self, row: &DependencyRow) {
        let column = self.column_objects.get(&(row.object, row.column as i16)).filter(|_| row.column > 0);
        let find = |class: u32, oid: u32| {
            Class::of(class).and_then(|class| self.objects.get(&(class, oid)).copied())
        };
        let from = column.copied().or_else(|| find(row.class, row.object));
        if let (Some(from), Some(needed)) = (from, find(row.needed_class, row.needed))
            && from != needed
            && self.builder.object(from).parent != Some(needed)
        {
            self.builder.object_mut(from).depends_on.push(needed);
        }
    }
}

/// The rights `public` is born with: everyone may use it, and before PostgreSQL 15 create in it.
fn is_initial_public(acl: &[String], owner: &str) -> bool {
    let everyone = if owner == NEW_PUBLIC_OWNER { "=U/" } else { "=UC/" };
    let expected = [format!("{owner}=UC/{owner}"), format!("{everyone}{owner}")];
    acl.len() == 2 && expected.iter().all(|item| acl.contains(item))
}
