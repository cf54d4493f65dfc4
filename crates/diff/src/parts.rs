//! Indexes, keys and constraints that only got another name. What they are is the same, so that nothing is lost whichever way it is done,
//! and nobody needs to be asked; an engine that can rename spares itself building them anew.

use std::collections::{HashMap, HashSet};

use cadastre_model::{Kind, Model, Object, ObjectId, QualifiedName};

use crate::compare::{ChangeKind, Diff};

/// The pairs of a removed and an added index, key or constraint of a kept table that are the same but for their names; and neither has a
/// name that a part of the table has in the other model. Not of tables that are heirs or partitions or have such: there the names of some
/// parts hang on those of others.
pub fn renamed_parts(from: &Model, to: &Model, diff: &Diff) -> Vec<(ObjectId, ObjectId)> {
    let may_be_named = |object: &Object| {
        let is_part = matches!(
            object.kind(),
            Kind::Index | Kind::PrimaryKey | Kind::Unique | Kind::Exclusion | Kind::ForeignKey | Kind::Check
        );
        is_part && !object.body.is_unnamed()
    };
    let changed = |kind: ChangeKind| diff.changes.iter().filter(move |it| it.kind == kind);
    let mut gone: HashMap<(ObjectId, Kind), Vec<ObjectId>> = HashMap::new();
    for old in changed(ChangeKind::Removed).filter_map(|it| it.from) {
        let object = from.object(old);
        if let Some(table) = object.parent.and_then(|table| diff.to(table)).filter(|_| may_be_named(object)) {
            gone.entry((table, object.kind())).or_default().push(old);
        }
    }
    if gone.is_empty() {
        return Vec::new();
    }
    let (relatives_from, relatives_to) = (relatives(from), relatives(to));
    let has_named = |model: &Model, table: Option<ObjectId>, name: &str| {
        let parts = table.map(|table| model.children(table)).unwrap_or_default();
        parts.iter().map(|&it| model.object(it)).any(|it| may_be_named(it) && it.name == name)
    };
    let mut pairs = Vec::new();
    for new in changed(ChangeKind::Added).filter_map(|it| it.to) {
        let object = to.object(new);
        let Some(table) = object.parent.filter(|_| may_be_named(object)) else { continue };
        let old_table = diff.from(table);
        let is_related =
            relatives_to.contains(&table) || old_table.is_some_and(|table| relatives_from.contains(&table));
        if is_related || has_named(from, old_table, &object.name) {
            continue;
        }
        let Some(others) = gone.get_mut(&(table, object.kind())) else { continue };
        let is_same = |&old: &ObjectId| {
            let old = from.object(old);
            old.comment == object.comment
                && old.body.means_the_same(&object.body)
                && !has_named(to, Some(table), &old.name)
        };
        if let Some(at) = others.iter().position(is_same) {
            pairs.push((others.remove(at), new));
        }
    }
    pairs
}

/// The tables that inherit from others or are partitions of them, and these others.
fn relatives(model: &Model) -> HashSet<ObjectId> {
    let mut found = HashSet::new();
    for relation in model.tables() {
        let Some(table) = relation.table() else { continue };
        let above = table.inherits.iter().chain(table.partition_of.iter().map(|it| &it.parent));
        let above: Vec<ObjectId> = above.filter_map(|name| model.find_relation(name)).collect();
        if !above.is_empty() || table.partition_by.is_some() {
            found.insert(relation.id());
        }
        found.extend(above);
    }
    found
}

/// The pairs of a removed and an added key or index of a kept partition that belong to the same kept index of its table: they can
/// neither be dropped nor made without it.
pub fn renamed_attached(from: &Model, to: &Model, diff: &Diff) -> Vec<(ObjectId, ObjectId)> {
    let mut gone: HashMap<(ObjectId, Kind, ObjectId), Vec<ObjectId>> = HashMap::new();
    let mut come = Vec::new();
    let (above_from, above_to) = (Above::of(from), Above::of(to));
    for change in &diff.changes {
        match (change.kind, change.from, change.to) {
            (ChangeKind::Removed, Some(id), _) => {
                let table = from.object(id).parent.and_then(|table| diff.to(table));
                let above = above_from.index_of(from, id).and_then(|above| diff.to(above));
                if let (Some(table), Some(above)) = (table, above) {
                    gone.entry((table, from.object(id).kind(), above)).or_default().push(id);
                }
            }
            (ChangeKind::Added, _, Some(id)) => {
                come.extend(above_to.index_of(to, id).map(|above| (id, above)))
            }
            _ => {}
        }
    }
    let mut pairs = Vec::new();
    for (id, above) in come {
        let object = to.object(id);
        let Some(table) = object.parent else { continue };
        if let Some(old) = gone.get_mut(&(table, object.kind(), above)).and_then(Vec::pop) {
            pairs.push((old, id));
        }
    }
    pairs
}

/// Indexes and keys of partitioned tables by name.
pub(crate) struct Above(HashMap<QualifiedName, ObjectId>);

impl Above {
    pub(crate) fn of(model: &Model) -> Self {
        let is_index =
            |kind: Kind| matches!(kind, Kind::Index | Kind::PrimaryKey | Kind::Unique | Kind::Exclusion);
        let tables = model.tables().filter(|table| table.table().is_some_and(|it| it.partition_by.is_some()));
        let parts = tables.flat_map(|table| model.children(table.id()).iter().copied());
        let indexes = parts.filter(|id| is_index(model.object(*id).kind()));
        Self(indexes.map(|id| (model.walk(id).qualified_name(), id)).collect())
    }

    /// The one that a key or index of a partition belongs to.
    pub(crate) fn index_of(&self, model: &Model, id: ObjectId) -> Option<ObjectId> {
        let name = model.object(id).body.attached_to()?;
        self.0.get(name).copied()
    }
}
