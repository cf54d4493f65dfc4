//! Changes that hang together because a table is logged or is not: what numbers its rows is as it is, and no logged table refers
//! to one that is not (manual: "ALTER TABLE", `SET LOGGED`).

use cadastre_model::{Body, Model, ObjectId, Persistence, Table};

use super::needs::Needs;

impl Needs<'_> {
    /// What is logged or not together with what changes.
    pub(super) fn of_one_log(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let mut found = Vec::new();
        if let (Some(a), Some(b)) = (change.from, change.to)
            && let (Some(before), Some(after)) = (persistence(self.from, a), persistence(self.to, b))
            && before != after
        {
            found.extend(self.numbering(a));
            found.extend(self.keys_between(a, after));
        }
        // A key that comes leads from one table to another as they are then.
        if let Some(key) = change.to.filter(|_| change.from.is_none()) {
            let parts = super::needs::subtree(self.to, key);
            found.extend(parts.iter().flat_map(|part| self.ends_of(*part)));
        }
        found
    }

    /// The sequences of a table's columns, and its columns that number themselves.
    fn numbering(&self, table: ObjectId) -> Vec<usize> {
        let name = self.from.walk(table).qualified_name();
        let is_of = |(id, body): (ObjectId, &Body)| match body {
            Body::Sequence(it) => it.owned_by.as_ref().is_some_and(|owner| owner.relation == name),
            Body::Column(it) => it.identity.is_some() && self.from.object(id).parent == Some(table),
            _ => false,
        };
        let all = self.from.objects().filter(|(id, object)| is_of((*id, &object.body)));
        all.filter_map(|(id, _)| self.change_of(id)).collect()
    }

    /// The keys that lead to a table that is no longer logged, or from one that is now, or else the tables at their other ends.
    fn keys_between(&self, table: ObjectId, after: Persistence) -> Vec<usize> {
        let keys = if after == Persistence::Unlogged {
            self.from.referencing(table)
        } else {
            self.from.children(table)
        };
        let mut found = Vec::new();
        for &id in keys {
            let Body::ForeignKey(key) = &self.from.object(id).body else { continue };
            let own = self.from.object(id).parent;
            let ends = [own, self.from.find_relation(&key.references)];
            let other = ends.into_iter().flatten().find(|end| *end != table);
            match self.removed.get(&id) {
                Some(&gone) => found.push(gone),
                None => found.extend(other.and_then(|other| self.log_change(other))),
            }
        }
        found
    }

    fn ends_of(&self, key: ObjectId) -> Vec<usize> {
        let object = self.to.object(key);
        let Body::ForeignKey(body) = &object.body else { return Vec::new() };
        let ends = [object.parent, self.to.find_relation(&body.references)].into_iter().flatten();
        ends.filter_map(|end| self.diff.from(end)).filter_map(|end| self.log_change(end)).collect()
    }

    /// The change that makes a table of the first model logged, or not.
    fn log_change(&self, table: ObjectId) -> Option<usize> {
        let after = self.diff.to(table)?;
        let differs = persistence(self.from, table) != persistence(self.to, after);
        self.changed.get(&after).copied().filter(|_| differs)
    }

    fn change_of(&self, id: ObjectId) -> Option<usize> {
        match self.diff.to(id) {
            Some(to) => self.changed.get(&to).copied(),
            None => self.removed.get(&id).copied(),
        }
    }
}

fn persistence(model: &Model, id: ObjectId) -> Option<Persistence> {
    match &model.object(id).body {
        Body::Table(Table { persistence, .. }) => Some(*persistence),
        _ => None,
    }
}
