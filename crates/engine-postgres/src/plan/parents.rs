//! Tables that leave parents and come to others. Manual: "Inheritance", and "ALTER TABLE", `INHERIT` and `NO INHERIT`.

use std::collections::HashSet;

use cadastre_model::*;

use super::{Planning, column};
use crate::dialect::{qualified, quote};
use crate::script::{Rank, Writer};

impl Planning<'_> {
    /// A table leaves some parents and comes to others.
    pub(super) fn parent_changes(&mut self, to: ObjectId, alter: &str, a: &Table, b: &Table) {
        let hands_over = self.hands_over(to, a, b);
        let mut leaves = Vec::new();
        for parent in a.inherits.iter().filter(|parent| !b.inherits.contains(parent)) {
            leaves.push(self.leave_parent(to, alter, parent));
        }
        for parent in b.inherits.iter().filter(|parent| !a.inherits.contains(parent)) {
            let at = self.join_parent(to, alter, parent);
            if hands_over {
                self.handing_over.push(at);
                leaves.iter().for_each(|leave| self.new.units[*leave].needs.push(at));
            }
        }
    }

    /// It inherits no more before what it got there can go.
    fn leave_parent(&mut self, to: ObjectId, alter: &str, parent: &QualifiedName) -> usize {
        let at = self.new.unit(Rank::Takedown, to, format!("{alter} NO INHERIT {}", qualified(parent)));
        self.leaving.extend(self.from.find_relation(parent).map(|parent| (at, parent)));
        at
    }

    /// It inherits when it has all that is to be inherited.
    fn join_parent(&mut self, to: ObjectId, alter: &str, parent: &QualifiedName) -> usize {
        let above = self.to.find_relation(parent);
        let let_off: Vec<String> = above.map(|above| self.let_off(to, above)).unwrap_or_default();
        let column = |name: &String, word: &str| format!("{alter} ALTER COLUMN {name} {word} NOT NULL");
        let mut join: Vec<String> = let_off.iter().map(|name| column(name, "SET")).collect();
        join.push(format!("{alter} INHERIT {}", qualified(parent)));
        join.extend(let_off.iter().map(|name| column(name, "DROP")));
        let at = self.new.unit(Rank::Default, to, String::new());
        self.new.units[at].sql = join;
        self.joining.push(at);
        self.new.pending.push((at, to));
        self.new.pending.extend(above.map(|parent| (at, parent)));
        let family = above.map(|parent| self.new.with_those_above(parent)).unwrap_or_default();
        let before = family.into_iter().filter_map(|parent| self.diff.from(parent));
        self.inheriting.extend(before.map(|parent| (at, parent)));
        // What is let off NOT NULL is so afterwards: to come to a parent it must be as the parent's.
        let is_let_off = |child: ObjectId| {
            let before = self.diff.from(child).map(|it| &self.from.object(it).body);
            matches!((before, &self.to.object(child).body),
                (Some(Body::Column(a)), Body::Column(b)) if a.not_null && !b.not_null)
        };
        let is_inherited =
            |child: ObjectId| matches!(self.to.object(child).kind(), Kind::Column | Kind::Check);
        let children = self.to.children(to).iter();
        let children = children.filter(|child| is_inherited(**child) && !is_let_off(**child));
        self.new.pending.extend(children.map(|&child| (at, child)));
        at
    }

    /// The server alters what is inherited only together with all that it is inherited from: a table that has a column of several parents
    /// leaves all but one while they get another type for it.
    pub(super) fn stand_apart(&mut self) {
        let kept: Vec<(ObjectId, ObjectId)> = self
            .from
            .tables()
            .filter(|it| it.table().is_some_and(|it| it.inherits.len() > 1))
            .filter_map(|it| Some((it.id(), self.diff.to(it.id())?)))
            .filter(|(from, _)| !self.fates.taken.contains(from))
            .collect();
        for (from, to) in kept {
            let (Body::Table(a), Body::Table(b)) = (&self.from.object(from).body, &self.to.object(to).body)
            else {
                continue;
            };
            let mut parents = a.inherits.iter().filter(|parent| b.inherits.contains(parent));
            let Some(first) = parents.next() else { continue };
            let alter = format!("ALTER TABLE {}", qualified(&self.new.name(to)));
            let others: Vec<&QualifiedName> = parents
                .filter(|other| self.changes_shared_columns(first, other))
                .filter(|other| self.is_of_another_family(first, other))
                .collect();
            for parent in others {
                let leaving = self.leave_parent(to, &alter, parent);
                let above = self.from.find_relation(first).map(|it| self.old.with_those_above(it));
                self.leaving.extend(above.into_iter().flatten().map(|table| (leaving, table)));
                let joining = self.join_parent(to, &alter, parent);
                self.new.units[joining].needs.push(leaving);
            }
        }
    }

    /// Whether a column that two tables have gets another type, and nothing else changes of the columns of the second: who is away from
    /// it meanwhile would miss that.
    fn changes_shared_columns(&self, first: &QualifiedName, other: &QualifiedName) -> bool {
        let columns = |model: &Model, name: &QualifiedName| -> Vec<ObjectId> {
            let children = model.find_relation(name).map(|it| model.children(it)).unwrap_or_default();
            children.iter().copied().filter(|it| model.object(*it).kind() == Kind::Column).collect()
        };
        let shared: HashSet<&str> =
            columns(self.to, first).into_iter().map(|it| self.to.object(it).name.as_str()).collect();
        let mut retypes = false;
        for to in columns(self.to, other) {
            let is_altered = self.fates.altered.get(&to).is_some_and(|facets| facets.body);
            if self.fates.made.contains(&to) {
                return false;
            }
            let Some(from) = self.diff.from(to).filter(|_| is_altered) else { continue };
            if !shared.contains(self.to.object(to).name.as_str()) {
                return false;
            }
            retypes |= column::is_retyped(&self.from.object(from).body, &self.to.object(to).body);
        }
        retypes
    }

    /// Whether two tables have nothing in common that both inherit from and go on inheriting from.
    fn is_of_another_family(&self, one: &QualifiedName, other: &QualifiedName) -> bool {
        let shared = |model: &Model, writer: &Writer<'_>| -> HashSet<QualifiedName> {
            let above = |name: &QualifiedName| -> HashSet<ObjectId> {
                let table = model.find_relation(name);
                table.map(|it| writer.with_those_above(it)).unwrap_or_default().into_iter().collect()
            };
            (&above(one) & &above(other)).into_iter().map(|it| model.walk(it).qualified_name()).collect()
        };
        shared(self.from, &self.old).is_disjoint(&shared(self.to, &self.new))
    }

    /// The columns of a table, quoted, that are and were let off the NOT NULL of one it comes to inherit from: to come to
    /// it they must be as its own.
    fn let_off(&self, table: ObjectId, above: ObjectId) -> Vec<String> {
        let columns = |table: ObjectId| {
            self.to.children(table).iter().filter_map(|&id| match &self.to.object(id).body {
                Body::Column(column) => Some((id, self.to.object(id).name.as_str(), column.not_null)),
                _ => None,
            })
        };
        let strict: HashSet<&str> =
            columns(above).filter(|(_, _, not_null)| *not_null).map(|(_, name, _)| name).collect();
        columns(table)
            .filter(|(id, name, not_null)| !not_null && strict.contains(name) && self.was_nullable(*id))
            .map(|(_, name, _)| quote(name).to_string())
            .collect()
    }

    fn was_nullable(&self, column: ObjectId) -> bool {
        let before = self.diff.from(column).map(|it| &self.from.object(it).body);
        matches!(before, Some(Body::Column(column)) if !column.not_null)
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
