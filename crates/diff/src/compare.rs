//! Matching and comparing.

use std::collections::HashMap;

use crate::parts::Above;
use cadastre_model::{Body, Grant, Kind, Model, Object, ObjectId};

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is only in the second model.
    Added,
    /// It is only in the first model.
    Removed,
    /// It is in both, and not the same.
    Changed,
}

/// In what respect an object that is in both models differs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facets {
    /// What it is.
    pub body: bool,
    /// Its comment.
    pub comment: bool,
    /// Who owns it.
    pub owner: bool,
    /// Who may do what with it.
    pub grants: bool,
}

impl Facets {
    /// Whether anything differs.
    pub fn any(self) -> bool {
        self.body || self.comment || self.owner || self.grants
    }
}

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The object in the first model.
    pub from: Option<ObjectId>,
    /// The object in the second model.
    pub to: Option<ObjectId>,
    /// In what respect, if it is in both.
    pub facets: Facets,
}

/// How two models differ.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The counterpart in the second model, by object of the first.
    pub to_of: Vec<Option<ObjectId>>,
    /// The counterpart in the first model, by object of the second.
    pub from_of: Vec<Option<ObjectId>>,
    /// The differences. What is below an added or removed object is part of it and not listed.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The counterpart in the second model.
    pub fn to(&self, from: ObjectId) -> Option<ObjectId> {
        self.to_of[from.index()]
    }

    /// The counterpart in the first model.
    pub fn from(&self, to: ObjectId) -> Option<ObjectId> {
        self.from_of[to.index()]
    }
}

/// Compares two models.
pub fn diff(from: &Model, to: &Model) -> Diff {
    let mut diff = Diff { to_of: vec![None; from.len()], from_of: vec![None; to.len()], changes: Vec::new() };
    let mut comparing = Comparing { from, to, diff: &mut diff };
    comparing.siblings(from.roots(), to.roots());
    comparing.part_misnamed();
    diff
}

struct Comparing<'a> {
    from: &'a Model,
    to: &'a Model,
    diff: &'a mut Diff,
}

impl Comparing<'_> {
    fn siblings(&mut self, from: &[ObjectId], to: &[ObjectId]) {
        let mut named: HashMap<(Kind, String), ObjectId> = HashMap::new();
        let mut unnamed: Vec<ObjectId> = Vec::new();
        for &id in to {
            let object = self.to.object(id);
            if object.body.is_unnamed() {
                unnamed.push(id);
            } else {
                named.insert((object.kind(), object.key()), id);
            }
        }
        for &id in from {
            let object = self.from.object(id);
            let found = if object.body.is_unnamed() {
                let same = |other: &&ObjectId| self.to.object(**other).body.means_the_same(&object.body);
                let place = unnamed.iter().position(|other| same(&other));
                place.map(|at| unnamed.swap_remove(at))
            } else {
                named.remove(&(object.kind(), object.key()))
            };
            match found {
                Some(other) => self.pair(id, other),
                None => self.note(ChangeKind::Removed, Some(id), None),
            }
        }
        let mut added: Vec<ObjectId> = named.into_values().chain(unnamed).collect();
        added.sort();
        added.into_iter().for_each(|id| self.note(ChangeKind::Added, None, Some(id)));
    }

    /// Indexes of partitions have the names the server gave them, in the order in which they were made. Of two of the same name that
    /// belong to different indexes of the table, one of which stays, neither is the other.
    fn part_misnamed(&mut self) {
        let (above_from, above_to) = (Above::of(self.from), Above::of(self.to));
        let mut changes = std::mem::take(&mut self.diff.changes);
        changes.retain(|change| {
            let (ChangeKind::Changed, Some(old), Some(new)) = (change.kind, change.from, change.to) else {
                return true;
            };
            let above = above_from.index_of(self.from, old).zip(above_to.index_of(self.to, new));
            let Some((was, is)) = above else { return true };
            let stays = self.diff.to(was).is_some() || self.diff.from(is).is_some();
            if !stays || self.diff.to(was) == Some(is) {
                return true;
            }
            self.diff.to_of[old.index()] = None;
            self.diff.from_of[new.index()] = None;
            self.note(ChangeKind::Removed, Some(old), None);
            self.note(ChangeKind::Added, None, Some(new));
            false
        });
        changes.append(&mut self.diff.changes);
        self.diff.changes = changes;
    }

    fn note(&mut self, kind: ChangeKind, from: Option<ObjectId>, to: Option<ObjectId>) {
        self.diff.changes.push(Change { kind, from, to, facets: Facets::default() });
    }

    fn pair(&mut self, from: ObjectId, to: ObjectId) {
        self.diff.to_of[from.index()] = Some(to);
        self.diff.from_of[to.index()] = Some(from);
        let facets = facets(self.from.object(from), self.to.object(to));
        if facets.any() {
            self.diff.changes.push(Change {
                kind: ChangeKind::Changed,
                from: Some(from),
                to: Some(to),
                facets,
            });
        }
        let (model_from, model_to) = (self.from, self.to);
        self.siblings(model_from.children(from), model_to.children(to));
    }
}

/// In what respect two objects differ; their names do not count.
fn facets(from: &Object, to: &Object) -> Facets {
    Facets {
        body: !same_body(&from.body, &to.body),
        comment: from.comment != to.comment,
        owner: from.owner != to.owner,
        grants: sorted(from.grants.as_deref()) != sorted(to.grants.as_deref()),
    }
}

/// The version of an extension is the server's business, not the schema's.
fn same_body(from: &Body, to: &Body) -> bool {
    match (from, to) {
        (Body::Extension(a), Body::Extension(b)) => a.namespace == b.namespace,
        _ => from.means_the_same(to),
    }
}

fn sorted(grants: Option<&[Grant]>) -> Option<Vec<&Grant>> {
    grants.map(|grants| {
        let mut all: Vec<&Grant> = grants.iter().collect();
        all.sort();
        all
    })
}
