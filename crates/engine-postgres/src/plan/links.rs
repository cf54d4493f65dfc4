//! What waits for what between the statements of the old state and those of the new one.
//!
//! Nodes of the graph are numbers: first the units of the new state, then, from `count` on, what is dropped.

use std::collections::{HashMap, HashSet};

use cadastre_model::*;

use super::{Planning, has_relation_name, relation_name, takedown};
use crate::dialect::qualified;
use crate::script::Rank;
use crate::words::has_parsed_body;

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
            if let (Kind::Check, Some(table)) = (object.kind(), object.parent) {
                let above = self.old.with_those_above(table).into_iter().skip(1);
                let checks = above.flat_map(|parent| self.from.children(parent)).filter(|it| {
                    let it = self.from.object(**it);
                    it.kind() == Kind::Check && it.name == object.name
                });
                needs[own].extend(checks.filter_map(|it| drop_of.get(it)));
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

    /// A column goes, or gets another type, when those that were computed from it have gone, or are not computed any more.
    fn link_computed_columns(
        &self,
        column_drops: &HashMap<ObjectId, Vec<usize>>,
        drop_of: &HashMap<ObjectId, usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        for &table in column_drops.keys() {
            let children = self.from.children(table);
            for &computed in children {
                let Body::Column(Column { generated: Some(it), .. }) = &self.from.object(computed).body
                else {
                    continue;
                };
                let own: Vec<usize> = match drop_of.get(&computed) {
                    Some(&drop) => vec![drop],
                    None => {
                        self.diff.to(computed).and_then(|to| units_of.get(&to)).cloned().unwrap_or_default()
                    }
                };
                let read = children.iter().filter(|&&other| {
                    let object = self.from.object(other);
                    other != computed
                        && object.kind() == Kind::Column
                        && takedown::mentions(&it.expression, &object.name)
                });
                for other in read {
                    let drop = drop_of.get(other).filter(|_| self.fates.taken.contains(other));
                    let units = self.diff.to(*other).and_then(|to| units_of.get(&to)).into_iter().flatten();
                    let retyping =
                        units.filter(|&&at| self.new.units[at].sql.iter().any(|sql| sql.contains(" TYPE ")));
                    for &at in drop.into_iter().chain(retyping).filter(|at| !own.contains(at)) {
                        needs[at].extend(&own);
                    }
                }
            }
        }
    }

    /// A routine whose body was read when it was made goes before what it names gets another type, or loses attributes.
    fn link_parsed_routines(
        &self,
        drop_of: &HashMap<ObjectId, usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        for (&id, &drop) in drop_of {
            let object = self.from.object(id);
            let Body::Routine(routine) = &object.body else { continue };
            if !has_parsed_body(&routine.definition) {
                continue;
            }
            for &needed in &object.depends_on {
                let columns = self.from.children(needed).iter().copied().filter(|column| {
                    let column = self.from.object(*column);
                    column.kind() == Kind::Column && takedown::mentions(&routine.definition, &column.name)
                });
                let is_composite = self.from.object(needed).kind() == Kind::Composite;
                for part in columns.chain(Some(needed).filter(|_| is_composite)) {
                    if self.from.object(part).depends_on.contains(&id) {
                        continue;
                    }
                    let units = self.diff.to(part).and_then(|to| units_of.get(&to)).into_iter().flatten();
                    for &unit in units.filter(|&&at| {
                        let changes = |sql: &String| sql.contains(" TYPE ") && sql.starts_with("ALTER T");
                        self.new.units[at].sql.iter().any(changes)
                    }) {
                        needs_first(needs, Some(unit), drop);
                    }
                }
            }
        }
    }

    /// What heirs have of a column goes with it.
    fn add_heirs_columns(
        &self,
        drop_of: &HashMap<ObjectId, usize>,
        column_drops: &mut HashMap<ObjectId, Vec<usize>>,
    ) {
        for id in self.fates.taken.iter().filter(|id| !drop_of.contains_key(id)) {
            let object = self.from.object(*id);
            let (Kind::Column, Some(table)) = (object.kind(), object.parent) else { continue };
            let above = self.old.with_those_above(table).into_iter().skip(1);
            let same = above.flat_map(|parent| self.from.children(parent)).filter(|it| {
                let it = self.from.object(**it);
                it.kind() == Kind::Column && it.name == object.name
            });
            let gone = same.filter(|it| self.fates.taken.contains(it));
            let drops: Vec<usize> = gone.filter_map(|it| drop_of.get(it).copied()).collect();
            if !drops.is_empty() {
                column_drops.entry(table).or_default().extend(drops);
            }
        }
    }

    /// What takes whole rows of a table names, or holds on to, all columns that are there when it is made: a view over a routine that
    /// returns them, a parsed routine that reads `excluded`.
    fn link_whole_rows(&self, column_drops: &HashMap<ObjectId, Vec<usize>>, needs: &mut [Vec<usize>]) {
        if column_drops.is_empty() {
            return;
        }
        let drops_of = |table: &ObjectId| self.diff.from(*table).and_then(|it| column_drops.get(&it));
        let made = |unit: &crate::script::Unit| self.fates.made.contains(&unit.object);
        for (at, unit) in self.new.units.iter().enumerate().filter(|(_, unit)| made(unit)) {
            let object = self.to.object(unit.object);
            let tables: Vec<ObjectId> = match &object.body {
                Body::View(_) => {
                    let returned = object.depends_on.iter().flat_map(|&needed| {
                        let routine = self.to.object(needed);
                        routine.depends_on.iter().copied().filter(|table| match &routine.body {
                            Body::Routine(it) => {
                                let name = qualified(&self.to.walk(*table).qualified_name());
                                it.returns.strip_prefix("SETOF ") == Some(name.as_str())
                            }
                            _ => false,
                        })
                    });
                    returned.collect()
                }
                Body::Routine(it)
                    if has_parsed_body(&it.definition) && takedown::mentions(&it.definition, "excluded") =>
                {
                    object.depends_on.clone()
                }
                _ => continue,
            };
            needs[at].extend(tables.iter().filter_map(drops_of).flatten());
        }
    }

    /// Whether a table that the column's table inherits from has one of its name.
    fn comes_from_parents(&self, column: ObjectId) -> bool {
        let object = self.to.object(column);
        let Some(Body::Table(table)) = object.parent.map(|it| &self.to.object(it).body) else { return false };
        let parents = table.inherits.iter().filter_map(|name| self.to.find_relation(name));
        parents.flat_map(|parent| self.to.children(parent)).any(|&id| {
            let other = self.to.object(id);
            other.kind() == Kind::Column && other.name == object.name
        })
    }

    /// What heirs have of a column goes after the column itself.
    fn link_left_columns(&self, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        for &(at, column) in &self.left_by_parents {
            let name = &self.from.object(column).name;
            for (&dropped, &drop) in drop_of {
                let object = self.from.object(dropped);
                if object.kind() == Kind::Column && object.name == *name && dropped != column {
                    needs[at].push(drop);
                }
            }
        }
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

    /// A column goes when nothing mentions its table's old columns any more: the views that read it have been taken down or replaced.
    fn link_columns(
        &self,
        count: usize,
        drop_of: &HashMap<ObjectId, usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        let mut column_drops: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, drop) in self.drops.iter().enumerate() {
            let object = self.from.object(drop.object);
            let is_for_good = self.fates.taken.contains(&drop.object);
            if let (Kind::Column, Some(table), true) = (object.kind(), object.parent, is_for_good) {
                column_drops.entry(table).or_default().push(count + at);
            }
        }
        self.add_heirs_columns(drop_of, &mut column_drops);
        for (at, parent) in &self.leaving {
            for &unit in self.column_units(*parent).iter().filter(|unit| *unit != at) {
                needs[unit].push(*at);
            }
        }
        // What a partition has of a table that is made anew is its own while it is away.
        for (at, _) in &self.leaving {
            let table = self.new.units[*at].object;
            let above = match &self.to.object(table).body {
                Body::Table(it) => it.partition_of.as_ref().map(|it| &it.parent),
                _ => None,
            };
            if above.is_some_and(|above| self.is_made_anew(above)) {
                let of_table = |unit: &crate::script::Unit| self.to.object(unit.object).parent == Some(table);
                let units = self.new.units.iter().enumerate().filter(|(_, unit)| of_table(unit));
                units.for_each(|(unit, _)| needs[unit].push(*at));
            }
        }
        self.link_whole_rows(&column_drops, needs);
        self.link_typed(drop_of, &column_drops, needs);
        self.link_parsed_routines(drop_of, units_of, needs);
        // What an heir says of a column for itself goes with the type it gets from its parent.
        for (at, unit) in self.new.units.iter().enumerate() {
            let object = self.to.object(unit.object);
            let table = object
                .parent
                .filter(|_| object.kind() == Kind::Column && self.diff.from(unit.object).is_some());
            let Some(Body::Table(table)) = table.map(|table| &self.to.object(table).body) else { continue };
            let above = table.inherits.iter().chain(table.partition_of.iter().map(|it| &it.parent));
            for parent in above.filter_map(|name| self.to.find_relation(name)) {
                let same = self.to.children(parent).iter().filter(|it| {
                    let it = self.to.object(**it);
                    it.kind() == Kind::Column && it.name == object.name
                });
                let units = same.filter_map(|column| units_of.get(column)).flatten();
                needs[at].extend(units.copied());
            }
        }
        // A column that is computed from others comes when these are what they are to be.
        for (at, unit) in self.new.units.iter().enumerate() {
            let object = self.to.object(unit.object);
            let (Body::Column(Column { generated: Some(it), .. }), Some(table)) =
                (&object.body, object.parent)
            else {
                continue;
            };
            let others = self.to.children(table).iter().filter(|other| **other != unit.object);
            let read = others.filter(|other| {
                let other = self.to.object(**other);
                other.kind() == Kind::Column && takedown::mentions(&it.expression, &other.name)
            });
            let units = read.filter_map(|other| units_of.get(other)).flatten().copied();
            // What is put in where nothing is said may come later.
            needs[at].extend(units.filter(|&unit| self.new.units[unit].rank != Rank::Default));
        }
        self.link_computed_columns(&column_drops, drop_of, units_of, needs);
        for at in &self.joining {
            // Who comes to a parent has its columns as the parent has them; who takes nulls nevertheless does so afterwards.
            let own = self.new.column_units.get(&self.new.units[*at].object).into_iter().flatten();
            for &unit in own.filter(|unit| *unit != at) {
                let frees = self.new.units[unit].sql.iter().any(|it| it.ends_with(" DROP NOT NULL"));
                let is_late = frees && self.comes_from_parents(self.new.units[unit].object);
                let (later, earlier) = if is_late { (unit, *at) } else { (*at, unit) };
                needs[later].push(earlier);
            }
            // Columns of its own that go do so before a parent may have the same.
            let table =
                self.diff.from(self.new.units[*at].object).filter(|_| !self.handing_over.contains(at));
            let gone = table.and_then(|table| column_drops.get(&table)).into_iter().flatten();
            needs[*at].extend(gone.copied());
        }
        // Who comes to a table is asked for all columns that it has.
        let attached = self.new.attachments.iter().filter_map(|(_, parent, at)| {
            let parent = self.to.find_relation(parent).and_then(|parent| self.diff.from(parent));
            parent.map(|parent| (*at, parent))
        });
        // And who leaves one to come back has what changes of it until then.
        let leaving = self.rebinding.iter().filter_map(|(parent, at)| {
            let parent = self.to.find_relation(parent).and_then(|parent| self.diff.from(parent));
            parent.map(|parent| (*at, parent))
        });
        for (at, parent) in self.inheriting.iter().copied().chain(attached).chain(leaving) {
            needs[at].extend(column_drops.get(&parent).into_iter().flatten());
        }
        for (id, object) in self.from.objects() {
            let of_parent = object.parent.filter(|_| object.kind() != Kind::Column);
            for needed in object.depends_on.iter().copied().chain(of_parent) {
                let Some(columns) = column_drops.get(&needed) else { continue };
                let drop = drop_of.get(&id).copied();
                let units = self.diff.to(id).and_then(|to| units_of.get(&to)).into_iter().flatten().copied();
                let is_replaced = !self.fates.taken.contains(&id);
                // What is only said of it anew holds on to nothing.
                let is_said = |unit: &usize| {
                    let said = |sql: &String| {
                        ["COMMENT ON ", "GRANT ", "REVOKE "].iter().any(|it| sql.starts_with(it))
                    };
                    self.new.units[*unit].sql.iter().all(said)
                };
                let is_left = |unit: &usize| self.left_by_parents.iter().any(|(at, _)| at == unit);
                let joins = |unit: &usize| self.joining.contains(unit) && !self.handing_over.contains(unit);
                let attaches = |unit: &usize| self.new.units[*unit].rank == Rank::Attach;
                let lets_go = units.filter(|unit| {
                    is_replaced && !is_said(unit) && !is_left(unit) && !joins(unit) && !attaches(unit)
                });
                let before: Vec<usize> = drop.into_iter().chain(lets_go).collect();
                for &column in columns {
                    needs[column].extend(before.iter().copied().filter(|&it| it != column));
                }
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
