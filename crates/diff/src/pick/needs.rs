//! Which change needs which.

use std::collections::{BTreeSet, HashMap, HashSet};

use cadastre_model::{Body, Index, IndexTarget, Kind, Model, ObjectId, QualifiedName, TableKind};

use super::grounds::{attached_to, named_columns, needed_by};
use crate::compare::{ChangeKind, Diff};
use crate::parts::renamed_attached;

/// Which change an object belongs to, and what needs what.
pub(super) struct Needs<'a> {
    pub from: &'a Model,
    pub to: &'a Model,
    pub diff: &'a Diff,
    /// The addition an object of the second model is part of.
    pub added: HashMap<ObjectId, usize>,
    /// The removal an object of the first model is part of.
    pub removed: HashMap<ObjectId, usize>,
    /// The change of an object of the second model.
    pub changed: HashMap<ObjectId, usize>,
    /// Who in the first model stands on an object of it.
    pub standing_on: HashMap<ObjectId, Vec<ObjectId>>,
    /// Who in the second model stands on an object of it.
    pub standing_on_to: HashMap<ObjectId, Vec<ObjectId>>,
    /// The changes of a view of the second model and of its columns.
    pub of_view: HashMap<ObjectId, Vec<usize>>,
    /// The other half of the renaming of an index that belongs to that of a partitioned table.
    pub other_half: HashMap<usize, usize>,
    /// Removed indexes, triggers and foreign keys by name, as far as their names are one for all tables.
    pub shared_names: HashMap<SharedName, usize>,
    /// Parents and heirs of a table, in the first and in the second model.
    pub kin: (HashMap<ObjectId, Vec<ObjectId>>, HashMap<ObjectId, Vec<ObjectId>>),
}

/// The tables each table inherits from or is a partition of, and those that inherit from it.
pub(super) fn kin(model: &Model) -> HashMap<ObjectId, Vec<ObjectId>> {
    let mut found: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    for relation in model.tables() {
        for parent in parents(model, relation.id()) {
            found.entry(parent).or_default().push(relation.id());
            found.entry(relation.id()).or_default().push(parent);
        }
    }
    found
}

/// The tables that a table inherits from or is a partition of.
fn parents(model: &Model, table: ObjectId) -> Vec<ObjectId> {
    let Body::Table(it) = &model.object(table).body else { return Vec::new() };
    let names = it.inherits.iter().chain(it.partition_of.iter().map(|bound| &bound.parent));
    names.filter_map(|name| model.find_relation(name)).collect()
}

/// Columns and checks of the same name in the parents and heirs of a table.
pub(super) fn same_in_kin(
    model: &Model,
    kin: &HashMap<ObjectId, Vec<ObjectId>>,
    id: ObjectId,
) -> Vec<ObjectId> {
    let object = model.object(id);
    let table = object.parent.filter(|_| matches!(object.kind(), Kind::Column | Kind::Check));
    let tables = table.and_then(|table| kin.get(&table)).into_iter().flatten();
    let parts = tables.flat_map(|table| model.children(*table)).filter(|part| {
        let part = model.object(**part);
        part.kind() == object.kind() && part.name == object.name
    });
    parts.copied().collect()
}

/// The view of the second model that a change is about, itself or a column of it.
pub(super) fn view_of(from: &Model, to: &Model, diff: &Diff, at: usize) -> Option<ObjectId> {
    let up = |model: &Model, id: ObjectId| {
        let is_view = |id: &ObjectId| model.object(*id).kind() == Kind::View;
        Some(id).filter(is_view).or(model.object(id).parent.filter(is_view))
    };
    let change = &diff.changes[at];
    match (change.from, change.to) {
        (_, Some(id)) => up(to, id),
        (Some(id), None) => up(from, id).and_then(|view| diff.to(view)),
        _ => None,
    }
}

/// Who stands on an object, by object.
pub(super) fn standing_on(model: &Model) -> HashMap<ObjectId, Vec<ObjectId>> {
    let mut found: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    for (id, _) in model.objects() {
        for needed in needed_by(model, id) {
            found.entry(needed).or_default().push(id);
        }
    }
    found
}

pub(super) fn subtree(model: &Model, id: ObjectId) -> Vec<ObjectId> {
    let mut found = vec![id];
    let mut at = 0;
    while at < found.len() {
        found.extend(model.children(found[at]));
        at += 1;
    }
    found
}

impl<'a> Needs<'a> {
    pub fn new(from: &'a Model, to: &'a Model, diff: &'a Diff) -> Self {
        let (mut added, mut removed, mut changed) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (at, change) in diff.changes.iter().enumerate() {
            match (change.kind, change.from, change.to) {
                (ChangeKind::Added, _, Some(id)) => {
                    added.extend(subtree(to, id).into_iter().map(|it| (it, at)))
                }
                (ChangeKind::Removed, Some(id), _) => {
                    removed.extend(subtree(from, id).into_iter().map(|it| (it, at)));
                }
                (_, _, Some(id)) => {
                    changed.insert(id, at);
                }
                _ => {}
            }
        }
        let mut of_view: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for at in 0..diff.changes.len() {
            if let Some(view) = view_of(from, to, diff, at) {
                of_view.entry(view).or_default().push(at);
            }
        }
        let mut other_half = HashMap::new();
        for (old, new) in renamed_attached(from, to, diff) {
            if let (Some(&gone), Some(&come)) = (removed.get(&old), added.get(&new)) {
                other_half.extend([(gone, come), (come, gone)]);
            }
        }
        let shared_names = shared_names(from, to, &removed);
        Self {
            from,
            to,
            diff,
            other_half,
            shared_names,
            added,
            removed,
            changed,
            standing_on: standing_on(from),
            standing_on_to: standing_on(to),
            of_view,
            kin: (kin(from), kin(to)),
        }
    }

    pub fn closure(&self, chosen: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        let mut open: Vec<usize> =
            chosen.iter().copied().filter(|at| *at < self.diff.changes.len()).collect();
        while let Some(at) = open.pop() {
            if all.insert(at) {
                open.extend(self.needed(at));
            }
        }
        all
    }

    /// The changes that one change needs, or that come of it by themselves.
    fn needed(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let mut found = Vec::new();
        match (change.kind, change.from, change.to) {
            (ChangeKind::Removed, Some(id), _) => {
                for part in subtree(self.from, id) {
                    for dependent in self.standing_on.get(&part).into_iter().flatten() {
                        found.extend(self.removed.get(dependent));
                        if let Some(counterpart) = self.diff.to(*dependent) {
                            // What stays stands on something else then.
                            found.extend(self.changed.get(&counterpart));
                            self.grounds(counterpart, &mut found);
                        }
                    }
                }
            }
            (ChangeKind::Added, _, Some(id)) => {
                subtree(self.to, id).into_iter().for_each(|part| self.grounds(part, &mut found));
                found.extend(self.in_the_way(id));
            }
            (_, _, Some(id)) => self.grounds(id, &mut found),
            _ => {}
        }
        if let Some(view) = view_of(self.from, self.to, self.diff, at) {
            self.grounds(view, &mut found);
        }
        found.extend(self.of_one_view(at));
        found.extend(self.of_one_store(at));
        found.extend(self.inherited(at));
        found.extend(self.other_end(at));
        found.extend(self.in_one_row(at));
        found.extend(self.freed_by(at));
        found.extend(self.led_to(at));
        found.extend(self.named_with_extension(at));
        found.extend(self.other_half.get(&at));
        found.extend(self.of_partitioned(at));
        found.extend(self.of_one_character_set(at));
        found.extend(self.numbered_by(at));
        found.extend(self.indexes_over(at));
        found.extend(self.seen_through_views(at));
        found.extend(self.of_one_log(at));
        found
    }

    /// What a partition has of its parent goes and comes with the parent's.
    fn of_partitioned(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let parent_of = |model: &Model, id: ObjectId| {
            let object = model.object(id);
            object.parent.and_then(|table| attached_to(model, table, object))
        };
        match (change.kind, change.from, change.to) {
            (ChangeKind::Removed, Some(id), _) => {
                parent_of(self.from, id).and_then(|it| self.removed.get(&it).copied()).into_iter().collect()
            }
            (ChangeKind::Added, _, Some(id)) => {
                let standing = self.standing_on_to.get(&id).into_iter().flatten();
                let parts = standing.filter(|part| parent_of(self.to, **part) == Some(id));
                parts.filter_map(|part| self.added.get(part).copied()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How a table stores its rows and what its primary key is may hang together.
    fn of_one_store(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let table = match (change.from, change.to) {
            (Some(_), Some(id)) if self.to.object(id).kind() == Kind::Table => Some(id),
            (_, Some(id)) => self.to.object(id).parent,
            (Some(id), None) => self.from.object(id).parent.and_then(|table| self.diff.to(table)),
            (None, None) => None,
        };
        let Some(table) = table.filter(|table| self.changed.contains_key(table)) else { return Vec::new() };
        let is_virtual =
            matches!(&self.to.object(table).body, Body::Table(it) if it.kind == TableKind::Virtual);
        let of_key = |model: &Model, table: ObjectId| {
            let parts = model.children(table).to_vec();
            let key = parts.iter().find_map(|part| match &model.object(*part).body {
                Body::PrimaryKey(key) => Some(key.columns.clone()),
                _ => None,
            });
            let columns = key.unwrap_or_default();
            let is_part = |part: &ObjectId| match model.object(*part).kind() {
                Kind::PrimaryKey => true,
                Kind::Column => is_virtual || columns.contains(&model.object(*part).name),
                _ => false,
            };
            parts.into_iter().filter(is_part).collect::<Vec<_>>()
        };
        let new = of_key(self.to, table);
        let old = self.diff.from(table).map(|table| of_key(self.from, table)).unwrap_or_default();
        let mut group: Vec<usize> = self.changed.get(&table).copied().into_iter().collect();
        group.extend(new.iter().filter_map(|id| self.added.get(id).or(self.changed.get(id))));
        group.extend(old.iter().filter_map(|id| {
            self.removed.get(id).or(self.diff.to(*id).and_then(|id| self.changed.get(&id)))
        }));
        if group.contains(&at) { group } else { Vec::new() }
    }

    /// What happens to a column or check of a table happens to that of its heirs, and the other way round.
    fn inherited(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let mut found = Vec::new();
        for (model, id, kin) in [(self.from, change.from, &self.kin.0), (self.to, change.to, &self.kin.1)] {
            // Of something that is in both models only itself is what changes.
            let whole = change.kind != ChangeKind::Changed;
            let parts = id.into_iter().flat_map(|id| if whole { subtree(model, id) } else { vec![id] });
            for same in parts.flat_map(|part| same_in_kin(model, kin, part)) {
                found.extend(self.removed.get(&same).filter(|_| change.from == id));
                found.extend(self.added.get(&same).filter(|_| change.to == id));
                found.extend(self.changed.get(&same).filter(|_| change.to == id));
            }
        }
        if let (None, Some(id)) = (change.from, change.to) {
            found.extend(self.not_passed_on(id));
        }
        found
    }

    /// A new heir has all columns and checks that its parent has, also those that are to go; and a new column goes to all heirs that are
    /// there, also to those that are to go.
    fn not_passed_on(&self, added: ObjectId) -> Vec<usize> {
        let object = self.to.object(added);
        let is_passed_on =
            |model: &Model, id: &ObjectId| matches!(model.object(*id).kind(), Kind::Column | Kind::Check);
        if object.kind() == Kind::Table {
            let above = parents(self.to, added).into_iter();
            let parts =
                above.filter_map(|parent| self.diff.from(parent)).flat_map(|old| self.from.children(old));
            return parts
                .filter(|id| is_passed_on(self.from, id))
                .filter_map(|id| self.removed.get(id).copied())
                .collect();
        }
        let table = object.parent.filter(|_| is_passed_on(self.to, &added));
        let old = table.and_then(|table| self.diff.from(table));
        let around = old.and_then(|old| self.kin.0.get(&old)).into_iter().flatten();
        let heirs = around.filter(|it| old.is_some_and(|old| parents(self.from, **it).contains(&old)));
        heirs.filter_map(|heir| self.removed.get(heir).copied()).collect()
    }

    /// How a column is indexed and checked may hang on its type.
    fn indexes_over(&self, at: usize) -> Vec<usize> {
        let Some(column) = self.diff.changes[at].to.filter(|id| self.changed.get(id) == Some(&at)) else {
            return Vec::new();
        };
        let over = self.standing_on_to.get(&column).into_iter().flatten();
        let indexes = over.filter(|id| {
            matches!(
                self.to.object(**id).kind(),
                Kind::Index | Kind::Unique | Kind::PrimaryKey | Kind::Check | Kind::Exclusion
            )
        });
        indexes.filter_map(|id| self.changed.get(id).copied()).collect()
    }

    /// A column that is to take nulls cannot while it is part of a primary key.
    fn freed_by(&self, at: usize) -> Option<usize> {
        let change = &self.diff.changes[at];
        let (old, new) = (change.from?, change.to?);
        let (Body::Column(a), Body::Column(b)) = (&self.from.object(old).body, &self.to.object(new).body)
        else {
            return None;
        };
        let table = self.from.object(old).parent.filter(|_| a.not_null && !b.not_null)?;
        let key =
            self.from.children(table).iter().find(|key| self.from.object(**key).kind() == Kind::PrimaryKey);
        key.and_then(|key| self.removed.get(key).copied())
    }

    /// The foreign keys that lead to a key that changes, the views that read a view that does.
    fn led_to(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let (Some(old), Some(_)) = (change.from, change.to) else { return Vec::new() };
        let wanted = match self.from.object(old).kind() {
            Kind::View => Kind::View,
            _ if !key_columns(self.from, old).is_empty() => Kind::ForeignKey,
            _ => return Vec::new(),
        };
        let dependents = self.standing_on.get(&old).into_iter().flatten();
        let keys = dependents.filter(|id| self.from.object(**id).kind() == wanted);
        keys.filter_map(|id| match self.diff.to(*id) {
            Some(to) => self.changed.get(&to).copied(),
            None => self.removed.get(id).copied(),
        })
        .collect()
    }

    /// What an extension has is named with its schema: when it moves, whatever names that changes with it.
    fn named_with_extension(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let is_moved = |id: &ObjectId| self.from.object(*id).kind() == Kind::Extension && change.to.is_some();
        let dependents = change.from.filter(is_moved).and_then(|id| self.standing_on.get(&id));
        let with_parts = dependents.into_iter().flatten().flat_map(|&id| subtree(self.from, id));
        with_parts
            .filter_map(|id| match self.diff.to(id) {
                Some(to) => self.changed.get(&to).copied(),
                None => self.removed.get(&id).copied(),
            })
            .collect()
    }

    /// A column that numbers itself is in a key: it comes with the key, and stops before the key goes.
    fn numbered_by(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let numbers = |model: &Model, id: ObjectId| matches!(&model.object(id).body, Body::Column(it) if it.autoincrement);
        let keys_over = |model: &Model, id: ObjectId| -> Vec<ObjectId> {
            let name = &model.object(id).name;
            let siblings = model.object(id).parent.map(|it| model.children(it)).unwrap_or_default();
            let is_over = |key: &ObjectId| key_columns(model, *key).contains(&name);
            siblings.iter().copied().filter(is_over).collect()
        };
        match (change.from, change.to) {
            (old, Some(new)) if numbers(self.to, new) && !old.is_some_and(|old| numbers(self.from, old)) => {
                let keys = keys_over(self.to, new);
                let come = keys.iter().filter_map(|key| self.added.get(key).or(self.changed.get(key)));
                // Of one table only one column numbers itself.
                let table = self.to.object(new).parent.and_then(|table| self.diff.from(table));
                let others = table.map(|table| self.from.children(table)).unwrap_or_default();
                let gone = others.iter().filter(|&&id| numbers(self.from, id));
                let gone = gone.filter_map(|id| match self.diff.to(*id) {
                    Some(to) => self.changed.get(&to),
                    None => self.removed.get(id),
                });
                come.chain(gone).copied().collect()
            }
            (Some(old), None) => {
                let columns = key_columns(self.from, old);
                let siblings =
                    self.from.object(old).parent.map(|it| self.from.children(it)).unwrap_or_default();
                let named = siblings
                    .iter()
                    .filter(|&&id| numbers(self.from, id) && columns.contains(&&self.from.object(id).name));
                named
                    .filter_map(|id| match self.diff.to(*id) {
                        Some(to) => self.changed.get(&to).copied(),
                        None => self.removed.get(id).copied(),
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Triggers that fire one after the other have places, which shift together.
    fn in_one_row(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let table_of = |model: &Model, id: ObjectId| match &model.object(id).body {
            Body::Trigger(trigger) if trigger.order.is_some() => model.object(id).parent,
            _ => None,
        };
        let new = change.to.and_then(|id| table_of(self.to, id));
        let old = change.from.and_then(|id| table_of(self.from, id));
        let (Some(old), Some(new)) = (
            old.or(new.and_then(|table| self.diff.from(table))),
            new.or(old.and_then(|table| self.diff.to(table))),
        ) else {
            return Vec::new();
        };
        let of = |model: &Model, table: ObjectId| {
            let parts = model.children(table).iter().copied();
            parts.filter(|it| model.object(*it).kind() == Kind::Trigger).collect::<Vec<_>>()
        };
        let come = of(self.to, new)
            .into_iter()
            .filter_map(|id| self.added.get(&id).or(self.changed.get(&id)).copied());
        let gone = of(self.from, old).into_iter().filter_map(|id| self.removed.get(&id).copied());
        come.chain(gone).collect()
    }

    /// The columns of both ends of a foreign key are of one type.
    fn other_end(&self, at: usize) -> Vec<usize> {
        let Some(column) = self.diff.changes[at].to.filter(|id| self.changed.get(id) == Some(&at)) else {
            return Vec::new();
        };
        let object = self.to.object(column);
        let Some(table) = object.parent.filter(|_| object.kind() == Kind::Column) else { return Vec::new() };
        let keys = self.to.children(table).iter().chain(self.to.referencing(table));
        let mut found = Vec::new();
        for id in keys {
            let key_object = self.to.object(*id);
            let Body::ForeignKey(key) = &key_object.body else { continue };
            let ends = key.columns.iter().zip(&key.referenced_columns);
            let target = self.to.find_relation(&key.references);
            for (own, referenced) in ends {
                if key_object.parent == Some(table) && *own == object.name {
                    let other =
                        target.map(|table| named_columns(self.to, table, std::slice::from_ref(referenced)));
                    found.extend(other.into_iter().flatten());
                }
                if target == Some(table) && *referenced == object.name {
                    let other = key_object
                        .parent
                        .map(|table| named_columns(self.to, table, std::slice::from_ref(own)));
                    found.extend(other.into_iter().flatten());
                }
            }
        }
        found.iter().filter_map(|id| self.changed.get(id).copied()).collect()
    }

    /// A view whose own columns differ shows them as soon as what it reads changes.
    fn seen_through_views(&self, at: usize) -> Vec<usize> {
        let change = &self.diff.changes[at];
        let mut found = Vec::new();
        for (model, id, is_from) in [(self.from, change.from, true), (self.to, change.to, false)] {
            let Some(id) = id else { continue };
            let readers = if is_from { &self.standing_on } else { &self.standing_on_to };
            for reader in readers.get(&id).into_iter().flatten() {
                if model.object(*reader).kind() == Kind::View {
                    let view = if is_from { self.diff.to(*reader) } else { Some(*reader) };
                    found.extend(view.and_then(|view| self.of_view.get(&view)).into_iter().flatten());
                }
            }
        }
        found
    }

    /// A view and its columns change together: they are one statement.
    fn of_one_view(&self, at: usize) -> &[usize] {
        let view = view_of(self.from, self.to, self.diff, at);
        view.and_then(|view| self.of_view.get(&view)).map_or(&[], Vec::as_slice)
    }

    /// What an object of the second model stands on that is not there yet, or not like this.
    fn grounds(&self, id: ObjectId, found: &mut Vec<usize>) {
        for needed in needed_by(self.to, id) {
            found.extend(self.added.get(&needed));
            found.extend(self.changed.get(&needed));
        }
    }

    /// The removals of what has the place of an added object: a relation of its name, the primary key of its table,
    /// a key of the same columns, the same index.
    fn in_the_way(&self, id: ObjectId) -> Vec<usize> {
        let object = self.to.object(id);
        let mut found = Vec::new();
        if let Body::PrimaryKey(key) | Body::Unique(key) = &object.body {
            let table = object.parent.and_then(|parent| self.diff.from(parent));
            let keys = table.into_iter().flat_map(|table| self.from.children(table).iter().copied());
            found.extend(keys.filter(|old| match &self.from.object(*old).body {
                Body::PrimaryKey(it) => object.kind() == Kind::PrimaryKey || it.columns == key.columns,
                Body::Unique(it) => it.columns == key.columns,
                _ => false,
            }));
        }
        // The same index under another name, and of collections a second one for words, some engines do not take.
        if let Body::Index(index) = &object.body {
            let is_for_words =
                |it: &Index| it.parts.iter().any(|part| part.operator_class.as_deref() == Some("text"));
            let table = object.parent.and_then(|parent| self.diff.from(parent));
            let indexes = table.into_iter().flat_map(|table| self.from.children(table).iter().copied());
            found.extend(indexes.filter(|old| match &self.from.object(*old).body {
                Body::Index(it) => {
                    self.from.object(*old).body.means_the_same(&object.body)
                        || is_for_words(it) && is_for_words(index)
                }
                _ => false,
            }));
        }
        if matches!(object.kind(), Kind::Table | Kind::View | Kind::Sequence) {
            found.extend(self.from.find_relation(&self.to.walk(id).qualified_name()));
        }
        let mut found: Vec<usize> =
            found.into_iter().filter_map(|id| self.removed.get(&id).copied()).collect();
        let named = subtree(self.to, id).into_iter().filter_map(|id| shared_name(self.to, id));
        found.extend(named.filter_map(|name| self.shared_names.get(&name).copied()));
        found
    }

    /// What character set a table has is also what its columns have that say nothing of it.
    fn of_one_character_set(&self, at: usize) -> Vec<usize> {
        let Some(id) = self.diff.changes[at].to.filter(|id| self.changed.get(id) == Some(&at)) else {
            return Vec::new();
        };
        let object = self.to.object(id);
        let table = if object.kind() == Kind::Table { Some(id) } else { object.parent };
        let Some(table) = table.filter(|table| self.changed.contains_key(table)) else { return Vec::new() };
        let old = self.diff.from(table).map(|old| &self.from.object(old).body);
        let is_other = matches!((old, &self.to.object(table).body),
            (Some(Body::Table(a)), Body::Table(b)) if (&a.character_set, &a.collation) != (&b.character_set, &b.collation));
        if !is_other {
            return Vec::new();
        }
        let columns = self.to.children(table).iter().filter(|it| self.to.object(**it).kind() == Kind::Column);
        columns.chain([&table]).filter_map(|id| self.changed.get(id).copied()).collect()
    }
}

/// A name that may be one for all tables of a schema, and of which kind: indexes and the keys that are one, triggers, foreign keys.
type SharedName = (Kind, QualifiedName);

/// The name of an index, trigger or foreign key that somebody gave it.
fn shared_name(model: &Model, id: ObjectId) -> Option<SharedName> {
    let object = model.object(id);
    let kind = match &object.body {
        Body::Index(_) | Body::Exclusion(_) => Kind::Index,
        Body::PrimaryKey(key) | Body::Unique(key) if !key.unnamed => Kind::Index,
        Body::Trigger(_) => Kind::Trigger,
        Body::ForeignKey(key) if !key.unnamed => Kind::ForeignKey,
        _ => return None,
    };
    Some((kind, model.walk(id).qualified_name()))
}

/// The names that removed objects leave. Where two tables have one of the same name and kind, such names are each table's own and
/// leave nothing to others.
fn shared_names(from: &Model, to: &Model, removed: &HashMap<ObjectId, usize>) -> HashMap<SharedName, usize> {
    let mut own: Vec<Kind> = Vec::new();
    for model in [from, to] {
        let mut seen = HashSet::new();
        for name in model.objects().filter_map(|(id, _)| shared_name(model, id)) {
            let kind = name.0;
            if !seen.insert(name) {
                own.push(kind);
            }
        }
    }
    let names = removed.iter().filter_map(|(&id, &at)| Some((shared_name(from, id)?, at)));
    names.filter(|((kind, _), _)| !own.contains(kind)).collect()
}

/// The columns of a key or index; none for anything else.
fn key_columns(model: &Model, id: ObjectId) -> Vec<&String> {
    match &model.object(id).body {
        Body::PrimaryKey(key) | Body::Unique(key) => key.columns.iter().collect(),
        Body::Index(index) => {
            let columns = index.parts.iter().filter_map(|part| match &part.target {
                IndexTarget::Column(name) => Some(name),
                IndexTarget::Expression(_) => None,
            });
            columns.collect()
        }
        _ => Vec::new(),
    }
}
