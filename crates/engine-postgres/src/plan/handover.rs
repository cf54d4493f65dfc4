//! What is kept and passes to another: names of indexes, keys and constraints, sequences of columns.

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
}
