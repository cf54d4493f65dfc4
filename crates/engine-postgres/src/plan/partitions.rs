//! Partitions that join a table, leave it, or leave it to come back: with other bounds, or because the table is made anew, whose rows they hold.

use std::collections::HashMap;

use cadastre_model::*;

use super::Planning;
use super::column::go_on_after;
use super::takedown::{Deciding, mentions};
use crate::dialect::{qualified, quote};
use crate::script::Rank;

impl Deciding<'_> {
    /// The rows of a partitioned table are in its partitions: when it is made anew these leave it and come back.
    pub(super) fn keep_partitions(&mut self, id: ObjectId) {
        if !matches!(&self.from.object(id).body, Body::Table(it) if it.kind == TableKind::Partitioned) {
            return;
        }
        let name = self.from.walk(id).qualified_name();
        let is_partition = |body: &Body| matches!(body, Body::Table(it) if it.partition_of.as_ref().is_some_and(|it| it.parent == name));
        let partitions = self.from.tables().filter(|it| is_partition(&it.object().body));
        for to in partitions.filter_map(|it| self.diff.to(it.id())) {
            if self.fates.made.contains(&to) {
                continue;
            }
            self.fates.altered.entry(to).or_default().body = true;
            // The clones of triggers go with the table, and come back as its own are.
            let is_clone =
                |id: &ObjectId| matches!(&self.to.object(*id).body, Body::Trigger(it) if it.inherited);
            self.fates.made.extend(self.to.children(to).iter().copied().filter(is_clone));
        }
    }

    /// Whether rows find their partition by a column: its type stays what it is.
    pub(super) fn is_partition_key(&self, column: ObjectId) -> bool {
        let object = self.from.object(column);
        let table = object.parent.map(|table| &self.from.object(table).body);
        matches!(table, Some(Body::Table(Table { partition_by: Some(key), .. })) if mentions(key, &object.name))
    }

    /// A column gets another type; by one that rows find their partition by the table is made anew.
    pub(super) fn retype(&mut self, column: ObjectId) {
        match self.from.object(column).parent.filter(|_| self.is_partition_key(column)) {
            Some(table) => self.replace(table),
            None => self.disturb(column),
        }
    }

    pub(super) fn is_of_partitioned(&self, part: ObjectId) -> bool {
        let table = self.from.object(part).parent.map(|table| &self.from.object(table).body);
        matches!(table, Some(Body::Table(it)) if it.kind == TableKind::Partitioned)
    }

    /// What partitions have of an index goes with it.
    pub(super) fn replace_attached(&mut self, index: ObjectId) {
        let name = self.from.walk(index).qualified_name();
        let is_attached = |object: &Object| object.body.attached_to() == Some(&name);
        let attached: Vec<ObjectId> =
            self.from.objects().filter(|(_, object)| is_attached(object)).map(|(id, _)| id).collect();
        for id in attached {
            if !self.leaves(id) {
                self.replace(id);
                self.replace_attached(id);
            }
        }
    }
}

impl Planning<'_> {
    /// A partitioned table that is made anew has a sequence of its own that begins at its start, while its partitions bring rows along.
    pub(super) fn go_on_numbering_partitions(&mut self) {
        for &table in &self.fates.made {
            if self.diff.from(table).is_none() || self.to.object(table).kind() != Kind::Table {
                continue;
            }
            let name = self.to.walk(table).qualified_name();
            let back: Vec<usize> = self
                .new
                .attachments
                .iter()
                .filter(|(partition, parent, _)| *parent == name && !self.is_made_anew(partition))
                .map(|(_, _, at)| *at)
                .collect();
            for &column in self.to.children(table).iter().filter(|_| !back.is_empty()) {
                let object = self.to.object(column);
                let Body::Column(Column { identity: Some(it), .. }) = &object.body else { continue };
                let column_name = quote(&object.name).to_string();
                if let Some(sql) = go_on_after(&it.sequence, &it.options, &qualified(&name), &column_name) {
                    let at = self.new.unit(Rank::Last, column, sql);
                    self.new.units[at].needs.extend(&back);
                }
            }
        }
    }

    /// A partition leaves its table before its columns change, and joins one when they have; to change its bounds it does both then.
    pub(super) fn partition_changes(&mut self, to: ObjectId, name: &str, a: &Table, b: &Table) {
        let parent = |table: &Table| table.partition_of.as_ref().map(|it| it.parent.clone());
        let comes_back = parent(a) == parent(b) && parent(b).is_some_and(|it| self.is_made_anew(&it));
        if a.partition_of == b.partition_of && !comes_back {
            return;
        }
        let leave = a
            .partition_of
            .as_ref()
            .map(|it| format!("ALTER TABLE {} DETACH PARTITION {name}", qualified(&it.parent)));
        let Some(bound) = &b.partition_of else { return self.detach(to, a, leave) };
        let join =
            format!("ALTER TABLE {} ATTACH PARTITION {name} {}", qualified(&bound.parent), bound.bound);
        let stays = !comes_back && a.partition_of.as_ref().is_some_and(|it| it.parent == bound.parent);
        let at = self.new.unit(Rank::Attach, to, join);
        // Where it stays, what it leaves may be wanted by others, and what it joins have been left by others.
        let leaving = leave.clone().filter(|_| stays).map(|leave| self.new.unit(Rank::Attach, to, leave));
        match leaving {
            Some(leaving) => {
                self.new.units[at].needs.push(leaving);
                self.rebinding.push((bound.parent.clone(), leaving));
            }
            None => self.detach(to, a, leave),
        }
        let above = self.to.find_relation(&bound.parent);
        let around = above.into_iter().chain([to]);
        for table in around {
            self.new.pending.extend([Some(at), leaving].into_iter().flatten().map(|at| (at, table)));
            // Indexes that are new on both are joined when the tables are; one that was there wants its counterpart before.
            let waits_for = |child: &ObjectId| match &self.to.object(*child).body {
                Body::Index(index) => {
                    let joins = index.attached_to.as_ref().and_then(|name| self.new.indexes.get(name));
                    table == to && joins.is_some_and(|index| !self.fates.made.contains(index))
                }
                Body::ForeignKey(_) | Body::Trigger(_) => false,
                _ => true,
            };
            let children: Vec<ObjectId> = self.to.children(table).iter().copied().filter(waits_for).collect();
            for child in children {
                self.new.pending.extend([Some(at), leaving].into_iter().flatten().map(|at| (at, child)));
            }
        }
        if !stays {
            self.bring_indexes_back(to);
        }
        self.new.attachments.push((self.new.name(to), bound.parent.clone(), at));
        self.inheriting.extend(self.diff.from(to).map(|table| (at, table)));
    }

    /// What a partition has of indexes joins them again when these are made anew.
    pub(super) fn bring_indexes_back(&mut self, partition: ObjectId) {
        for &id in self.to.children(partition) {
            let above = self.to.object(id).body.attached_to().cloned();
            let index = above.as_ref().and_then(|above| self.new.indexes.get(above));
            let is_made = index.is_some_and(|index| self.fates.made.contains(index));
            let before = self.diff.from(id).and_then(|old| self.from.object(old).body.attached_to());
            let is_same = before == above.as_ref();
            if let Some(above) = above.filter(|_| is_made && is_same && !self.fates.made.contains(&id)) {
                self.new.write_index_attachment(id, None, &above);
            }
        }
    }

    /// Before the columns of the table it leaves change, or they would change with them.
    pub(super) fn detach(&mut self, to: ObjectId, before: &Table, leave: Option<String>) {
        let parent = before.partition_of.as_ref().and_then(|it| self.from.find_relation(&it.parent));
        if let (Some(sql), Some(parent)) = (leave, parent) {
            // Even a table that goes: it would take its partitions, and their rows, with it.
            let at = self.new.unit(Rank::Takedown, to, sql);
            self.leaving.push((at, parent));
        }
    }

    /// Whether the table of a part was a partition of the table before of which it is one.
    pub(super) fn stays_below(&self, part: &Object) -> bool {
        let above = |model: &Model, table: ObjectId| match &model.object(table).body {
            Body::Table(Table { partition_of: Some(bound), .. }) => model.find_relation(&bound.parent),
            _ => None,
        };
        let Some(table) = part.parent else { return false };
        let before = self.diff.from(table).and_then(|old| above(self.from, old));
        let after = above(self.to, table).filter(|new| !self.fates.made.contains(new));
        before.is_some() && before == after.and_then(|new| self.diff.from(new))
    }

    /// Whether a partition's key has the name that the server gives to one which comes with that of its table (manual, "CREATE TABLE").
    pub(super) fn is_named_by_server(&self, part: &Object, key: &Key) -> bool {
        let Some(table) = part.parent.map(|table| &self.to.object(table).name) else { return false };
        let name = match part.kind() {
            Kind::PrimaryKey => format!("{table}_pkey"),
            _ => format!("{table}_{}_key", key.columns.join("_")),
        };
        name == part.name
    }

    /// A partition's key that is called otherwise than the server would call it is there when that of its table is made, which then takes it.
    pub(super) fn put_named_keys_first(&mut self) {
        for &id in self.made_keys.values() {
            let Some(&own) = self.new.unit_of.get(&id) else { continue };
            let mut above = self.to.object(id).body.attached_to().and_then(|it| self.made_keys.get(it));
            while let Some(&key) = above.filter(|_| self.stays_below(self.to.object(id))) {
                if let Some(&unit) = self.new.unit_of.get(&key) {
                    self.new.units[unit].needs.push(own);
                }
                above = self.to.object(key).body.attached_to().and_then(|it| self.made_keys.get(it));
            }
        }
    }

    /// Whether the table of this name is made: of one that bore it before, the partitions leave and come back.
    pub(super) fn is_made_anew(&self, name: &QualifiedName) -> bool {
        self.to.find_relation(name).is_some_and(|table| self.fates.made.contains(&table))
    }

    /// Whether the table of a foreign key was a partition, leaves its table, and keeps what it had of the same key there.
    pub(super) fn is_left_with(&self, part: &Object, key: &ForeignKey) -> bool {
        let before = part.parent.and_then(|table| self.diff.from(table)).map(|it| &self.from.object(it).body);
        let Some(Body::Table(Table { partition_of: Some(bound), .. })) = before else { return false };
        let above = self.from.find_relation(&bound.parent);
        let parts = above.map(|above| self.old.with_those_above(above)).unwrap_or_default();
        parts.iter().flat_map(|table| self.from.children(*table)).any(|&id| {
            let object = self.from.object(id);
            matches!(&object.body, Body::ForeignKey(it) if it == key && object.name == part.name)
        })
    }

    /// Whether the table of a part is a partition of the same table afterwards.
    pub(super) fn stays_partition(&self, part: &Object) -> bool {
        let parent = |body: &Body| match body {
            Body::Table(table) => table.partition_of.as_ref().map(|it| it.parent.clone()),
            _ => None,
        };
        let before = part.parent.and_then(|table| parent(&self.from.object(table).body));
        let after = part.parent.and_then(|table| self.diff.to(table));
        let after = after.and_then(|table| parent(&self.to.object(table).body));
        before.is_some() && before == after.filter(|it| !self.is_made_anew(it))
    }

    /// Whether the table of a part leaves one that is made anew, to come back to it.
    pub(super) fn comes_back(&self, part: &Object) -> bool {
        let after = part.parent.and_then(|table| self.diff.to(table)).map(|it| &self.to.object(it).body);
        let above = match after {
            Some(Body::Table(it)) => it.partition_of.as_ref().map(|it| &it.parent),
            _ => None,
        };
        above.is_some_and(|above| self.is_made_anew(above))
    }

    /// Whether foreign keys lead to a table, or one above it, that stays: they hold on to its partitions until these leave it.
    pub(super) fn is_referenced(&self, table: &QualifiedName) -> bool {
        let own = self.from.find_relation(table).filter(|it| !self.fates.taken.contains(it));
        let above = own.map(|it| self.old.with_those_above(it)).unwrap_or_default();
        above.iter().any(|it| !self.from.referencing(*it).is_empty())
    }

    /// A partition goes, or leaves, before others take its bounds and rows.
    pub(super) fn link_bounds(&self, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        let mut going: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (&id, &drop) in drop_of {
            if let Body::Table(Table { partition_of: Some(bound), .. }) = &self.from.object(id).body {
                let above = self.from.find_relation(&bound.parent).and_then(|above| self.diff.to(above));
                above.into_iter().for_each(|above| going.entry(above).or_default().push(drop));
            }
        }
        for (parent, unit) in &self.rebinding {
            let above = self.to.find_relation(parent);
            above.into_iter().for_each(|above| going.entry(above).or_default().push(*unit));
        }
        for (_, parent, at) in &self.new.attachments {
            let above = self.to.find_relation(parent).and_then(|above| going.get(&above));
            needs[*at].extend(above.into_iter().flatten().copied());
        }
        for (at, unit) in self.new.units.iter().enumerate() {
            let Body::Table(Table { partition_of: Some(bound), .. }) = &self.to.object(unit.object).body
            else {
                continue;
            };
            if !self.fates.made.contains(&unit.object) {
                continue;
            }
            let above = self.to.find_relation(&bound.parent).and_then(|above| going.get(&above));
            needs[at].extend(above.into_iter().flatten().copied());
        }
    }
}
