//! What is kept and passes to another: names of indexes, keys and constraints, sequences of columns, columns of heirs.

use std::collections::HashSet;

use cadastre_model::*;

use super::{Planning, aside};
use crate::dialect::{qualified, quote};
use crate::script::Rank;

impl Planning<'_> {
    /// Indexes, keys and constraints get their new names; names of indexes that go round are let go of first.
    pub(super) fn rename_parts(&mut self) {
        let renamed: Vec<_> = self.fates.renamed.clone();
        let old_names: HashSet<QualifiedName> =
            renamed.iter().map(|(from, _)| self.from.walk(*from).qualified_name()).collect();
        for (from, to) in renamed {
            if matches!(self.to.object(to).kind(), Kind::ForeignKey | Kind::Check) {
                self.rename_constraint(from, to);
                continue;
            }
            let (old, new) = (self.from.walk(from).qualified_name(), self.to.walk(to).qualified_name());
            let rename = |from: &str, to: &str| {
                let name = QualifiedName::new(old.namespace.clone(), from);
                format!("ALTER INDEX {} RENAME TO {}", qualified(&name), quote(to))
            };
            let at = if old_names.contains(&new) {
                let aside = aside(&old.name);
                let leaving = self.new.unit(Rank::Takedown, to, rename(&old.name, &aside));
                self.vacating.push((old.clone(), leaving));
                let at = self.new.unit(Rank::Index, to, rename(&aside, &new.name));
                self.new.units[at].needs.push(leaving);
                at
            } else {
                let at = self.new.unit(Rank::Index, to, rename(&old.name, &new.name));
                self.vacating.push((old.clone(), at));
                at
            };
            self.occupying.push((new, at));
            self.new.unit_of.insert(to, at);
        }
    }

    /// One whose name is known in its table or domain only.
    fn rename_constraint(&mut self, from: ObjectId, to: ObjectId) {
        let (old, new) = (self.from.object(from), self.to.object(to));
        let names = (quote(&old.name), quote(&new.name));
        let sql = format!("{} RENAME CONSTRAINT {} TO {}", self.alter_owner(new), names.0, names.1);
        let at = self.new.unit(Rank::ForeignKey, to, sql);
        self.new.unit_of.insert(to, at);
    }

    /// Sequences that are kept pass to other columns: they leave one that goes before it takes them along, and come to one that is made
    /// when it is there.
    pub(super) fn hand_over_sequences(&mut self) {
        let column_of = |model: &Model, owner: &ColumnRef| {
            let table = model.find_relation(&owner.relation)?;
            let mut columns = model.children(table).iter().copied();
            columns
                .find(|&it| model.object(it).kind() == Kind::Column && model.object(it).name == owner.column)
        };
        let kept: Vec<(ObjectId, ObjectId)> =
            self.from.objects().filter_map(|(from, _)| Some((from, self.diff.to(from)?))).collect();
        for (from, to) in kept.into_iter().filter(|(from, _)| !self.fates.taken.contains(from)) {
            let (Body::Sequence(a), Body::Sequence(b)) =
                (&self.from.object(from).body, &self.to.object(to).body)
            else {
                continue;
            };
            let old = a.owned_by.as_ref().and_then(|owner| column_of(self.from, owner));
            let goes = old.filter(|old| self.fates.taken.contains(old));
            if goes.is_none() && a.owned_by == b.owned_by {
                continue;
            }
            let alter = format!("ALTER SEQUENCE {} OWNED BY", qualified(&self.new.name(to)));
            let mut leaving = None;
            if let Some(old) = goes {
                let at = self.new.unit(Rank::Takedown, to, format!("{alter} NONE"));
                self.disowning.push((at, old));
                leaving = Some(at);
            }
            if let Some(owner) = &b.owned_by {
                let column = format!("{}.{}", qualified(&owner.relation), quote(&owner.column));
                let at = self.new.unit(Rank::Default, to, format!("{alter} {column}"));
                self.new.units[at].needs.extend(leaving);
                let place = [self.to.find_relation(&owner.relation), column_of(self.to, owner)];
                self.new.pending.extend(place.into_iter().flatten().map(|it| (at, it)));
            } else if goes.is_none() {
                self.new.unit(Rank::Default, to, format!("{alter} NONE"));
            }
        }
    }

    /// Whether a table has a column from a parent that it leaves which is to come from one that it joins: it joins the one before it
    /// leaves the other, for a column that no parent has becomes its own, and no statement makes it an inherited one again (manual, "ALTER TABLE",
    /// `NO INHERIT`). Only where neither has to wait for what the other's parents become.
    pub(super) fn hands_over(&self, to: ObjectId, a: &Table, b: &Table) -> bool {
        let left: Vec<&QualifiedName> = a.inherits.iter().filter(|it| !b.inherits.contains(it)).collect();
        let joined: Vec<&QualifiedName> = b.inherits.iter().filter(|it| !a.inherits.contains(it)).collect();
        let is_left_too = |joined: &QualifiedName| {
            let above = self.to.find_relation(joined).and_then(|it| self.diff.from(it));
            above.is_some_and(|above| self.loses_an_heir(above))
        };
        if left.is_empty() || joined.is_empty() || joined.iter().any(|it| is_left_too(it)) {
            return false;
        }
        // Those of one family wait for each other.
        let family = |names: &[&QualifiedName]| {
            let (mut before, mut after) = (HashSet::new(), HashSet::new());
            for name in names {
                add_family(self.from, name, &mut before);
                add_family(self.to, name, &mut after);
            }
            before.extend(after);
            before
        };
        if !family(&left).is_disjoint(&family(&joined)) {
            return false;
        }
        let has = |model: &Model, parents: &[&QualifiedName], name: &str| {
            let mut tables = parents.iter().filter_map(|it| model.find_relation(it));
            tables.any(|table| {
                let mut columns = model.children(table).iter().map(|&id| model.object(id));
                columns.any(|it| it.kind() == Kind::Column && it.name == name)
            })
        };
        let mut passes = false;
        for &id in self.to.children(to) {
            let (object, before) = (self.to.object(id), self.diff.from(id).map(|it| self.from.object(it)));
            let (Body::Column(column), Some(Body::Column(old))) = (&object.body, before.map(|it| &it.body))
            else {
                continue;
            };
            let (leaves, joins) = (has(self.from, &left, &object.name), has(self.to, &joined, &object.name));
            let stays_as_it_is = (&old.data_type, &old.collation, old.not_null, &old.generated)
                == (&column.data_type, &column.collation, column.not_null, &column.generated);
            if (leaves || joins) && !stays_as_it_is {
                return false;
            }
            let is_inherited = |it: &Column| it.inheritance == Inheritance::Inherited;
            passes |= leaves && joins && is_inherited(old) && is_inherited(column);
        }
        passes
    }

    /// Whether a table that inherits from this one does not any more.
    fn loses_an_heir(&self, above: ObjectId) -> bool {
        let name = self.from.walk(above).qualified_name();
        self.from.tables().any(|heir| {
            let inherits = |body: &Body| matches!(body, Body::Table(it) if it.inherits.contains(&name));
            let after = self.diff.to(heir.id()).map(|it| &self.to.object(it).body);
            inherits(&heir.object().body) && after.is_some_and(|after| !inherits(after))
        })
    }
}

/// A table with all it inherits from in a model, by their names.
fn add_family(model: &Model, table: &QualifiedName, found: &mut HashSet<QualifiedName>) {
    if !found.insert(table.clone()) {
        return;
    }
    if let Some(Body::Table(it)) = model.find_relation(table).map(|id| &model.object(id).body) {
        it.inherits.iter().for_each(|parent| add_family(model, parent, found));
    }
}
