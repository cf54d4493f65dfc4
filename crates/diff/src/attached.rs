//! Indexes of partitions that only got another name: what belongs to the index of a partitioned table can neither be dropped nor made without
//! it, so a removal and an addition of such are one renaming.

use std::collections::HashMap;

use cadastre_model::{Kind, Model, ObjectId, QualifiedName};

use crate::compare::{ChangeKind, Diff};

/// The pairs of a removed and an added key or index of a kept partition that belong to the same kept index of its table.
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
