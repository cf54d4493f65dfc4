//! What waits for what between the statements of the old state and those of the new one.
//!
//! Nodes of the graph are numbers: first the units of the new state, then, from `count` on, what is dropped.

mod columns;

use std::collections::{HashMap, HashSet};

use cadastre_model::*;

use super::{Planning, has_relation_name, relation_name};
use crate::script::Rank;

impl Planning<'_> {
    /// The edges between what was and what will be.
    pub(super) fn link_states(&self, count: usize, needs: &mut [Vec<usize>]) {
        let mut drop_of: HashMap<ObjectId, usize> = HashMap::new();
        for (at, drop) in self.drops.iter().enumerate() {
            drop_of.insert(drop.object, count + at);
        }
        // What is inside of something dropped goes with it.
        let owners = self.owners_of_sequences();
        let drop_at = |id: ObjectId| -> Option<usize> {
            let mut at =
                Some(id).filter(|id| drop_of.contains_key(id)).or(owners.get(&id).copied()).or(Some(id));
            while let Some(it) = at {
                if let Some(&drop) = drop_of.get(&it) {
                    return Some(drop);
                }
                at = self
                    .from
                    .object(it)
                    .parent
                    .filter(|&parent| self.from.object(parent).kind() != Kind::Namespace);
            }
            None
        };
        let units_of = self.units_by_object();
        let unit_list = |from: ObjectId| -> &[usize] {
            self.diff.to(from).and_then(|to| units_of.get(&to)).map_or(&[], Vec::as_slice)
        };
        for (at, drop) in self.drops.iter().enumerate() {
            let own = count + at;
            let object = self.from.object(drop.object);
            // Made anew: not before the old one is gone.
            for &unit in unit_list(drop.object) {
                needs[unit].push(own);
            }
            for &needed in object.depends_on.iter().chain(&object.parent) {
                let is_heir =
                    matches!(&self.from.object(needed).body, Body::Table(it) if it.partition_of.is_none());
                let is_inherited = matches!(object.kind(), Kind::Column | Kind::Check);
                // What it stood on changes, or goes, when it is gone itself.
                if drop.rank <= Rank::Takedown && self.from.object(needed).kind() != Kind::Namespace {
                    for &unit in unit_list(needed).iter().chain(self.column_units(needed)) {
                        // A partition leaves its table before what it got there can go.
                        let leaves = self.leaving.iter().any(|(leaving, _)| *leaving == unit);
                        let hands_over = self.handing_over.contains(&unit);
                        let is_kept = !self.fates.taken.contains(&drop.object);
                        if hands_over || leaves && (is_kept || is_heir && !is_inherited) {
                            continue;
                        }
                        let (later, earlier) = if leaves { (own, unit) } else { (unit, own) };
                        needs[later].push(earlier);
                    }
                }
            }
            // Columns are altered in all heirs at once, and those that go are not made ready for it.
            if let Body::Table(table) = &object.body {
                let above = table.inherits.iter().chain(table.partition_of.iter().map(|it| &it.parent));
                for parent in above.filter_map(|name| self.from.find_relation(name)) {
                    self.column_units(parent).iter().for_each(|&unit| needs[unit].push(own));
                }
            }
            // A check that a table has of its own as well goes when that of its parent has.
            if object.kind() == Kind::Check {
                let checks = self.old.same_above(drop.object);
                needs[own].extend(checks.iter().filter_map(|it| drop_of.get(it)));
            }
            let parent =
                object.parent.and_then(|parent| drop_of.get(&parent).copied().or_else(|| drop_at(parent)));
            if let Some(other) = parent.filter(|&other| other != own) {
                needs[other].push(own);
            }
        }
        for &id in &self.fates.taken {
            let Some(own) = drop_at(id) else { continue };
            // It goes with the key of the partitioned table, which goes first.
            if matches!(&self.from.object(id).body, Body::ForeignKey(key) if key.inherited) {
                continue;
            }
            let others = self.from.object(id).depends_on.iter().filter_map(|&needed| drop_at(needed));
            others.filter(|&other| other != own).for_each(|other| needs[other].push(own));
            // A partition would go with its table.
            if let Body::Table(Table { partition_of: Some(bound), .. }) = &self.from.object(id).body {
                let above = self.from.find_relation(&bound.parent).and_then(drop_at);
                above.filter(|&other| other != own).into_iter().for_each(|other| needs[other].push(own));
            }
        }
        for &(unit, parent) in &self.leaving {
            // What the partition has of its table's indexes would go with those, or not, if it left in between.
            let is_partitioned =
                matches!(&self.from.object(parent).body, Body::Table(it) if it.partition_by.is_some());
            let above = self.old.with_those_above(parent);
            let parts = above.iter().flat_map(|table| self.from.children(*table)).filter(|_| is_partitioned);
            let passed_on = parts.filter(|it| {
                let kind = self.from.object(**it).kind();
                has_relation_name(kind) || kind == Kind::Check
            });
            for drop in passed_on.chain([&parent]).filter_map(|&it| drop_at(it)) {
                needs[drop].push(unit);
            }
            // Foreign keys that go do so before the rows that they lead to are elsewhere.
            let keys = above.iter().flat_map(|table| self.from.referencing(*table));
            for drop in keys.filter(|_| is_partitioned).filter_map(|key| drop_of.get(key)) {
                needs[unit].push(*drop);
            }
        }
        for &(unit, column) in &self.disowning {
            drop_at(column).into_iter().for_each(|drop| needs[drop].push(unit));
        }
        self.link_left_columns(&drop_of, needs);
        self.link_types(&drop_of, &drop_at, &units_of, needs);
        self.link_bounds(&drop_of, needs);
        self.link_keys(count, &drop_of, needs);
        self.link_kept(&drop_at, &units_of, needs);
        self.link_logging(&drop_at, &units_of, needs);
        self.link_names(count, &drop_of, needs);
        self.link_columns(count, &drop_of, &units_of, needs);
    }

    /// The columns that own sequences, which go with them.
    fn owners_of_sequences(&self) -> HashMap<ObjectId, ObjectId> {
        let owner = |id: ObjectId, object: &Object| {
            let Body::Sequence(Sequence { owned_by: Some(owner), .. }) = &object.body else { return None };
            let table = self.from.find_relation(&owner.relation)?;
            let mut columns = self.from.children(table).iter().copied();
            let column = columns.find(|&it| {
                self.from.object(it).kind() == Kind::Column && self.from.object(it).name == owner.column
            })?;
            self.fates.taken.contains(&id).then_some((id, column))
        };
        self.from.objects().filter_map(|(id, object)| owner(id, object)).collect()
    }

    /// A foreign key goes before the key, or the table, it leads to.
    fn link_keys(&self, count: usize, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        for (at, drop) in self.drops.iter().enumerate() {
            let Body::ForeignKey(key) = &self.from.object(drop.object).body else { continue };
            let Some(table) = self.from.find_relation(&key.references) else { continue };
            let around = self.from.children(table).iter().chain(std::iter::once(&table));
            let targets = around.filter(|&&it| self.from.object(it).kind() != Kind::ForeignKey);
            for other in targets.filter_map(|it| drop_of.get(it)).filter(|&&other| other != count + at) {
                needs[*other].push(count + at);
            }
        }
    }

    /// No logged table may refer to one that is not: who refers is unlogged first, who is referred to is logged first.
    fn link_logging(
        &self,
        drop_at: &dyn Fn(ObjectId) -> Option<usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        let unit_of: HashMap<ObjectId, usize> = self.logging.iter().map(|&(at, table)| (table, at)).collect();
        let unit_before = |table: ObjectId| self.diff.to(table).and_then(|to| unit_of.get(&to)).copied();
        for (id, object) in self.from.objects().filter(|_| !unit_of.is_empty()) {
            let (Body::ForeignKey(key), Some(referring)) = (&object.body, object.parent) else { continue };
            let Some(referred) = self.from.find_relation(&key.references).filter(|it| *it != referring)
            else {
                continue;
            };
            let is_logged = |table| matches!(&self.from.object(table).body, Body::Table(it) if it.persistence == Persistence::Permanent);
            let (own, other) = (unit_before(referring), unit_before(referred));
            let gone = drop_at(id);
            // Both ways an unlogged one is on the referring side only, if on one.
            if let Some(at) = other.filter(|_| is_logged(referred)) {
                needs[at].extend(gone.or(own));
            }
            if let Some(at) = own.filter(|_| !is_logged(referring)) {
                needs[at].extend(gone.or(other));
            }
        }
        for (id, object) in self.to.objects().filter(|_| !unit_of.is_empty()) {
            let (Body::ForeignKey(key), Some(referring)) = (&object.body, object.parent) else { continue };
            if self.diff.from(id).is_some_and(|from| drop_at(from).is_none()) {
                continue;
            }
            let referred = self.to.find_relation(&key.references);
            let around = [Some(referring), referred].into_iter().flatten();
            let logging: Vec<usize> = around.filter_map(|table| unit_of.get(&table).copied()).collect();
            for &unit in units_of.get(&id).map_or(&[][..], Vec::as_slice) {
                needs[unit].extend(&logging);
            }
        }
    }

    fn column_units(&self, table: ObjectId) -> &[usize] {
        let units = self.diff.to(table).and_then(|to| self.new.column_units.get(&to));
        units.map_or(&[], Vec::as_slice)
    }

    /// The units about each object: those that make or alter it.
    fn units_by_object(&self) -> HashMap<ObjectId, Vec<usize>> {
        let mut units: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, unit) in self.new.units.iter().enumerate() {
            units.entry(unit.object).or_default().push(at);
        }
        units
    }

    /// What is kept lets go of what it stood on before that goes.
    fn link_kept(
        &self,
        drop_at: &dyn Fn(ObjectId) -> Option<usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        let attaching: HashSet<usize> = self.new.attachments.iter().map(|(_, _, unit)| *unit).collect();
        for (id, object) in self.from.objects() {
            let Some(to) = self.diff.to(id) else { continue };
            if self.fates.taken.contains(&id) {
                continue;
            }
            // A default that was put aside has let go already.
            if self.fates.bare_defaults.contains(&id) {
                let own = drop_at(id);
                let others = object.depends_on.iter().filter_map(|&needed| drop_at(needed));
                others.filter(|&other| Some(other) != own).for_each(|other| needs[other].extend(own));
                continue;
            }
            let Some(units) = units_of.get(&to) else { continue };
            // A type that is swapped only steps aside.
            for &needed in object.depends_on.iter().filter(|needed| !self.fates.swapped.contains_key(needed))
            {
                if let Some(drop) = drop_at(needed) {
                    // Coming to another parent, or as a partition to another table, lets go of nothing.
                    let lets_go = |unit: &usize| !self.joining.contains(unit) && !attaching.contains(unit);
                    needs[drop].extend(units.iter().copied().filter(lets_go));
                }
            }
        }
    }

    /// A name is free again before it is used again. Relations, types and constraints of one schema share names in part; taking all of
    /// them for one space asks for too much at worst.
    fn link_names(&self, count: usize, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        let mut names: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (at, drop) in self.drops.iter().enumerate() {
            let name = relation_name(self.from, drop.object);
            if self.from.object(drop.object).kind() != Kind::Column {
                names.entry((name.namespace, name.name)).or_default().push(count + at);
            }
            // With a table go the names of what is on it, and with an identity that of its sequence.
            let own = |part: &&ObjectId| **part == drop.object || !drop_of.contains_key(part);
            for &part in self.from.children(drop.object).iter().chain([&drop.object]).filter(own) {
                if let Body::Column(Column { identity: Some(it), .. }) = &self.from.object(part).body {
                    let name = it.sequence.clone();
                    names.entry((name.namespace, name.name)).or_default().push(count + at);
                }
            }
            for &child in self.from.children(drop.object) {
                if self.from.object(child).kind() != Kind::Column && !drop_of.contains_key(&child) {
                    let name = relation_name(self.from, child);
                    names.entry((name.namespace, name.name)).or_default().push(count + at);
                }
            }
        }
        // And with a table or column those of the sequences it owns.
        for (sequence, owner) in self.owners_of_sequences() {
            let table = self.from.object(owner).parent;
            let drop = drop_of.get(&owner).or_else(|| drop_of.get(&table?));
            if let Some(&at) = drop.filter(|_| !drop_of.contains_key(&sequence)) {
                let name = self.from.walk(sequence).qualified_name();
                names.entry((name.namespace, name.name)).or_default().push(at);
            }
        }
        for (name, at) in &self.vacating {
            names.entry((name.namespace.clone(), name.name.clone())).or_default().push(*at);
        }
        for (name, at) in &self.occupying {
            let others = names.get(&(name.namespace.clone(), name.name.clone())).into_iter().flatten();
            needs[*at].extend(others.copied().filter(|other| other != at));
        }
        for (at, unit) in self.new.units.iter().enumerate() {
            let object = self.to.object(unit.object);
            if let Body::Column(Column { identity: Some(it), .. }) = &object.body {
                let name = it.sequence.clone();
                let own = self.diff.from(unit.object);
                let before = names.get(&(name.namespace, name.name)).into_iter().flatten().copied();
                // Its own bare default is no hindrance, and waits for it in turn.
                let is_own = |node: &usize| {
                    let drop = node.checked_sub(count).map(|drop| self.drops[drop].object);
                    own.is_some() && drop == own
                };
                needs[at].extend(before.filter(|node| !is_own(node)));
            }
            if object.kind() == Kind::Column || !self.fates.made.contains(&unit.object) {
                continue;
            }
            // With a table come the names of the identities and keys in its statement.
            for &child in self.to.children(unit.object) {
                if let Body::Column(Column { identity: Some(it), .. }) = &self.to.object(child).body {
                    let name = (it.sequence.namespace.clone(), it.sequence.name.clone());
                    needs[at].extend(names.get(&name).into_iter().flatten());
                }
            }
            let inside = self.to.children(unit.object).iter().filter(|child| {
                has_relation_name(self.to.object(**child).kind()) && self.new.unit_of.get(child) == Some(&at)
            });
            for &named in inside.chain([&unit.object]) {
                let name = relation_name(self.to, named);
                needs[at].extend(names.get(&(name.namespace, name.name)).into_iter().flatten());
            }
        }
    }
}

/// One node waits for another.
pub(super) fn needs_first(needs: &mut [Vec<usize>], later: Option<usize>, earlier: usize) {
    if let Some(later) = later.filter(|&later| later != earlier) {
        needs[later].push(earlier);
    }
}
