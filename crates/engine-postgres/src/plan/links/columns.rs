//! What columns wait for, and what waits for them.

use std::collections::HashMap;

use cadastre_model::*;

use super::needs_first;
use crate::dialect::qualified;
use crate::plan::{Planning, takedown};
use crate::script::{Rank, Unit};
use crate::words::has_parsed_body;

impl Planning<'_> {
    /// A column goes when nothing mentions its table's old columns any more: the views that read it have been taken down or replaced.
    pub(super) fn link_columns(
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
                let of_table = |unit: &Unit| self.to.object(unit.object).parent == Some(table);
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

    /// What heirs have of a column goes with it.
    fn add_heirs_columns(
        &self,
        drop_of: &HashMap<ObjectId, usize>,
        column_drops: &mut HashMap<ObjectId, Vec<usize>>,
    ) {
        for id in self.fates.taken.iter().filter(|id| !drop_of.contains_key(id)) {
            let object = self.from.object(*id);
            let (Kind::Column, Some(table)) = (object.kind(), object.parent) else { continue };
            let same = self.old.same_above(*id).into_iter();
            let gone = same.filter(|it| self.fates.taken.contains(it));
            let drops: Vec<usize> = gone.filter_map(|it| drop_of.get(&it).copied()).collect();
            if !drops.is_empty() {
                column_drops.entry(table).or_default().extend(drops);
            }
        }
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

    /// What takes whole rows of a table names, or holds on to, all columns that are there when it is made: a view over a routine that
    /// returns them, a parsed routine that reads `excluded`.
    fn link_whole_rows(&self, column_drops: &HashMap<ObjectId, Vec<usize>>, needs: &mut [Vec<usize>]) {
        if column_drops.is_empty() {
            return;
        }
        let drops_of = |table: &ObjectId| self.diff.from(*table).and_then(|it| column_drops.get(&it));
        let made = |unit: &Unit| self.fates.made.contains(&unit.object);
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
    pub(super) fn link_left_columns(&self, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
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
}
