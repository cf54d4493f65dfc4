//! Tables and what is on them: their statement, settings, constraints, indexes, and how partitions and their indexes join.

use cadastre_model::*;

use super::heirs::inherited_overrides;
use super::{Partitioning, Rank, Writer, is_clustered, same_columns};
use crate::dialect::{qualified, quote};
use crate::render::{self, Placement};

impl Writer<'_> {
    pub(super) fn write_table(&mut self, id: ObjectId, table: &Table) {
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
        self.need_types(at, id);
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

    pub(super) fn table_settings(
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
    pub(super) fn write_attachment(
        &mut self,
        id: ObjectId,
        name: &QualifiedName,
        partition: &PartitionBound,
    ) {
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
    pub(super) fn write_key_attachment(&mut self, id: ObjectId, created: usize) {
        if let Body::PrimaryKey(key) | Body::Unique(key) = &self.model.object(id).body
            && let Some(attached_to) = key.attached_to.as_ref().filter(|it| self.indexes.contains_key(it))
        {
            self.write_index_attachment(id, Some(created), attached_to);
        }
    }

    /// A column of a table that is there already.
    pub(super) fn write_added_column(&mut self, id: ObjectId, object: &Object, column: &Column) {
        let Some(relation) = object.parent.and_then(|parent| self.model.relation(parent)) else { return };
        let Some(table) = relation.table() else { return };
        let name = relation.qualified_name();
        let item = render::column_item(object, column, true);
        let foreign = if table.kind == TableKind::Foreign { "FOREIGN " } else { "" };
        let alter = format!("ALTER {foreign}TABLE {}", qualified(&name));
        let at = self.creating(Rank::Column, id, format!("{alter} ADD COLUMN {item}"));
        // Heirs say for themselves what they have of these.
        let only = format!("ALTER {foreign}TABLE ONLY {}", qualified(&name));
        self.units[at].sql.extend(column_settings_of(&only, object, column, table.persistence));
        self.need_types(at, relation.id());
        // Columns come in the order of the table, not of their names.
        self.units[at].name = format!("{} {:08}", self.model.display_name(relation.id()), id.index());
        self.column_units.entry(relation.id()).or_default().push(at);
    }

    pub(super) fn write_default(&mut self, id: ObjectId, object: &Object, column: &Column) {
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

    pub(super) fn write_constraint(&mut self, id: ObjectId, object: &Object) {
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
            let identifying = self.identifying(object).filter(|_| !self.is_made(parent));
            let ordering = self.ordering(object);
            self.units[at].sql.extend(identifying.into_iter().chain(ordering));
        }
    }

    pub(super) fn write_foreign_key(&mut self, id: ObjectId, object: &Object) {
        let Some(parent) = object.parent else { return };
        if let Some(sql) = render::add_constraint(self.model.object(parent), &self.name(parent), object) {
            let at = self.creating(Rank::ForeignKey, id, sql);
            self.need_referenced_key(at, object);
        }
    }

    /// The catalogue does not say which key a foreign key stands on in a way that survives; its columns do.
    pub(super) fn need_referenced_key(&mut self, at: usize, object: &Object) {
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

    pub(super) fn write_index(&mut self, id: ObjectId, object: &Object, index: &Index) {
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
        let identifying = self.identifying(object);
        self.units[at].sql.extend(identifying);
    }

    /// What makes a key the order of its table's rows, if it is.
    pub(super) fn ordering(&self, key: &Object) -> Option<String> {
        let table = key.parent.filter(|_| is_clustered(&key.body))?;
        Some(format!("ALTER TABLE {} CLUSTER ON {}", qualified(&self.name(table)), quote(&key.name)))
    }

    /// What makes an index that by which replicas find the rows of its table, if it is.
    pub(super) fn identifying(&self, index: &Object) -> Option<String> {
        let Body::Table(table) = &self.model.object(index.parent?).body else { return None };
        let name = quote(&index.name);
        let is_identity = table.replica_identity.as_ref() == Some(&format!("using index {name}"));
        let table = qualified(&self.name(index.parent?));
        is_identity.then(|| format!("ALTER TABLE ONLY {table} REPLICA IDENTITY USING INDEX {name}"))
    }
}

/// What the columns of a table or materialized view have that no table item can say.
pub(super) fn column_settings(alter: &str, relation: RelationWalker<'_>) -> Vec<String> {
    let mut sql = Vec::new();
    let persistence = relation.table().map(|table| table.persistence).unwrap_or_default();
    for (object, column) in relation.columns() {
        sql.extend(column_settings_of(alter, object, column, persistence));
    }
    sql
}

/// An identity's sequence lasts as long as the table's rows, unless it says otherwise; servers of older minor versions take no word for
/// it among the identity's options.
pub(super) fn column_settings_of(
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
