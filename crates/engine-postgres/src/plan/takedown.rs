//! What becomes of each object: kept, altered, removed, or taken down and put back because what it stands on changes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use cadastre_diff::{Change, ChangeKind, Diff, Facets, renamed_attached, renamed_parts};
use cadastre_model::*;

use super::alter::{can_replace_routine, can_replace_view, enum_additions, has_other_type};
use super::types::is_type;
use super::{column, foreign};
use crate::script::same_columns;
use crate::words::has_parsed_body;

/// The outcome.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    /// Objects of the old model that go, for good or to be made anew.
    pub taken: HashSet<ObjectId>,
    /// Objects of the new model that are made.
    pub made: BTreeSet<ObjectId>,
    /// Objects of the new model that are altered in place, with in what respect.
    pub altered: HashMap<ObjectId, Facets>,
    /// Old types whose place another takes while columns go on using it, each with that one.
    pub swapped: BTreeMap<ObjectId, ObjectId>,
    /// Indexes, keys and constraints that only get another name: the old one and the new one.
    pub renamed: Vec<(ObjectId, ObjectId)>,
    /// Columns of the old model whose default is taken away for the time being.
    pub bare_defaults: BTreeSet<ObjectId>,
}

impl Fates {
    /// Decides.
    pub fn of(from: &Model, to: &Model, diff: &Diff) -> Self {
        let mut deciding = Deciding {
            from,
            to,
            diff,
            fates: Self::default(),
            dependants: dependants(from),
            waiting: Vec::new(),
        };
        let renamed = [renamed_attached(from, to, diff), renamed_parts(from, to, diff)].concat();
        let is_alike = |(a, b): &(ObjectId, ObjectId)| {
            let (a, b) = (from.object(*a), to.object(*b));
            a.comment == b.comment && may_be_renamed(&a.body, &b.body)
        };
        deciding.fates.renamed = renamed.into_iter().filter(is_alike).collect();
        let (old, new): (HashSet<ObjectId>, HashSet<ObjectId>) =
            deciding.fates.renamed.iter().copied().unzip();
        let is_renamed = |change: &Change| {
            change.from.is_some_and(|id| old.contains(&id)) || change.to.is_some_and(|id| new.contains(&id))
        };
        let is_planned = |change: &&Change| !is_renamed(change) && !is_unseen(from, to, change);
        for change in diff.changes.iter().filter(is_planned) {
            match (change.kind, change.from, change.to) {
                (ChangeKind::Added, _, Some(id)) => {
                    deciding.make(id);
                    deciding.tighten(id);
                }
                (ChangeKind::Removed, Some(id), _) => deciding.remove(id),
                (ChangeKind::Changed, Some(a), Some(b)) => {
                    deciding.change(a, b, change.facets);
                    if change.facets.body {
                        deciding.tighten(b);
                    }
                }
                _ => {}
            }
        }
        deciding.follow();
        deciding.fates
    }
}

/// Whether an object comes or goes only because one side was read by somebody who may not see such: it is there, and stays.
pub(super) fn is_unseen(from: &Model, to: &Model, change: &Change) -> bool {
    let (object, other) = match (change.from, change.to) {
        (Some(id), None) => (from.object(id), to),
        (None, Some(id)) => (to.object(id), from),
        _ => return false,
    };
    let kind = object.kind().word().replace('_', " ");
    object.body.defined().is_some()
        && other.unmodelled.iter().any(|it| it.kind == kind && it.name == object.name)
}

/// Whether two parts of a table are the same but for their names, and what their names say of the index they belong to.
fn may_be_renamed(a: &Body, b: &Body) -> bool {
    match (a, b) {
        (Body::PrimaryKey(x), Body::PrimaryKey(y)) | (Body::Unique(x), Body::Unique(y)) => {
            Key { attached_to: y.attached_to.clone(), ..x.clone() } == *y
        }
        (Body::Index(x), Body::Index(y)) => {
            Index { attached_to: y.attached_to.clone(), source: y.source.clone(), ..x.clone() } == *y
        }
        (Body::ForeignKey(x), Body::ForeignKey(y)) => x == y,
        (Body::Check(x), Body::Check(y)) => x == y,
        (Body::Exclusion(x), Body::Exclusion(y)) => x == y,
        _ => false,
    }
}

/// Who stands on what: what `depends_on` says, read backwards.
fn dependants(model: &Model) -> HashMap<ObjectId, Vec<ObjectId>> {
    let mut dependants: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    for (id, object) in model.objects() {
        for &needed in &object.depends_on {
            dependants.entry(needed).or_default().push(id);
        }
    }
    dependants
}

pub(super) struct Deciding<'m> {
    pub from: &'m Model,
    pub to: &'m Model,
    pub diff: &'m Diff,
    pub fates: Fates,
    pub dependants: HashMap<ObjectId, Vec<ObjectId>>,
    /// Objects taken whose dependants have not been looked at.
    pub waiting: Vec<ObjectId>,
}

impl Deciding<'_> {
    pub(super) fn make(&mut self, id: ObjectId) {
        let mut all = vec![id];
        while let Some(id) = all.pop() {
            self.fates.made.insert(id);
            self.fates.altered.remove(&id);
            all.extend(self.to.children(id));
        }
    }

    pub(super) fn take(&mut self, id: ObjectId) {
        let mut all = vec![id];
        while let Some(id) = all.pop() {
            if self.fates.taken.insert(id) {
                self.waiting.push(id);
                all.extend(self.from.children(id));
                // It cannot get another name any more: it is made anew under it.
                if let Some(at) = self.fates.renamed.iter().position(|(old, _)| *old == id) {
                    let (_, new) = self.fates.renamed.remove(at);
                    self.make(new);
                }
            }
        }
    }

    /// Taken down and made anew, if it is to be there at all.
    pub(super) fn replace(&mut self, id: ObjectId) {
        if self.fates.taken.contains(&id) {
            return;
        }
        self.take(id);
        if let Some(to) = self.diff.to(id) {
            self.make(to);
            self.keep_partitions(id);
        }
    }

    fn change(&mut self, a: ObjectId, b: ObjectId, facets: Facets) {
        if self.fates.taken.contains(&a) {
            return;
        }
        let is_view_column = self.from.object(a).kind() == Kind::Column
            && self.from.object(a).parent.is_some_and(|parent| self.from.object(parent).kind() == Kind::View);
        if !facets.body || is_view_column || self.can_alter(a, b) {
            let known = self.fates.altered.entry(b).or_default();
            known.body |= facets.body;
            known.comment |= facets.comment;
            known.owner |= facets.owner;
            known.grants |= facets.grants;
            if let (Body::Composite(x), Body::Composite(y)) =
                (&self.from.object(a).body, &self.to.object(b).body)
            {
                self.disturb_attributes(a, x, y);
                if facets.body {
                    self.free_typed_tables(a);
                }
            }
            return;
        }
        let kind = self.from.object(a).kind();
        if (is_type(kind) || kind == Kind::Collation) && self.is_used_by_columns(a) {
            self.swap(a);
        } else {
            self.replace(a);
            if matches!(self.from.object(a).kind(), Kind::Index) && self.is_of_partitioned(a) {
                self.replace_attached(a);
            }
        }
    }

    /// Whether the change can be made in place.
    fn can_alter(&self, a: ObjectId, b: ObjectId) -> bool {
        match (&self.from.object(a).body, &self.to.object(b).body) {
            (Body::Namespace(_), _) | (Body::Extension(_), _) | (Body::Sequence(_), _) => true,
            (Body::DefaultPrivileges(_), _) => true,
            (Body::Enum(a), Body::Enum(b)) => enum_additions(&a.labels, &b.labels).is_some(),
            (Body::Domain(a), Body::Domain(b)) => a.base == b.base && a.collation == b.collation,
            (Body::Composite(x), Body::Composite(y)) => {
                let is_retyped = |it: &CompositeAttribute| {
                    y.attributes.iter().any(|other| other.name == it.name && has_other_type(it, other))
                };
                let may_be_retyped = !self.is_used_by_columns(a);
                same_order(&x.attributes, &y.attributes)
                    && (may_be_retyped || !x.attributes.iter().any(is_retyped))
            }
            (Body::Table(a), Body::Table(b)) => {
                (a.kind, &a.partition_by, foreign::server_of(a))
                    == (b.kind, &b.partition_by, foreign::server_of(b))
            }
            (Body::Column(a), Body::Column(b)) => column::can_alter(a, b),
            (Body::ForeignKey(a), Body::ForeignKey(b)) => {
                let is_same =
                    ForeignKey { validated: b.validated, deferrable: b.deferrable, ..a.clone() } == *b;
                is_same && b.validated == Validated::Yes
            }
            (Body::Check(a), Body::Check(b)) => {
                let is_same = Check { validated: b.validated, ..a.clone() } == *b;
                is_same && b.validated == Validated::Yes
            }
            (Body::Index(x), Body::Index(y)) => {
                let is_same = Index {
                    options: y.options.clone(),
                    clustered: y.clustered,
                    source: y.source.clone(),
                    statistics_targets: y.statistics_targets.clone(),
                    attached_to: y.attached_to.clone(),
                    ..x.clone()
                } == *y;
                let stays = x.attached_to.is_none() || x.attached_to == y.attached_to;
                // An index of a partitioned table has no storage whose parameters could be set.
                let may_be_set = x.options == y.options || !self.is_of_partitioned(a);
                is_same && may_be_set && !y.invalid && (stays || self.leaves(a))
            }
            (Body::PrimaryKey(x), Body::PrimaryKey(y)) | (Body::Unique(x), Body::Unique(y)) => {
                Key {
                    options: y.options.clone(),
                    index_comment: y.index_comment.clone(),
                    attached_to: y.attached_to.clone(),
                    ..x.clone()
                } == *y
                    && (x.attached_to.is_none() || x.attached_to == y.attached_to || self.leaves(a))
            }
            (Body::Exclusion(a), Body::Exclusion(b)) => a.definition == b.definition,
            (Body::Statistics(a), Body::Statistics(b)) => a.definition == b.definition,
            (Body::View(x), Body::View(y)) => {
                x.materialized == y.materialized
                    && (x.definition == y.definition && x.access_method == y.access_method
                        || !x.materialized && can_replace_view(self.from, a, self.to, b))
            }
            (Body::Routine(a), Body::Routine(b)) => can_replace_routine(a, b),
            (Body::Trigger(a), Body::Trigger(b)) => {
                a.definition == b.definition && a.inherited == b.inherited
            }
            (Body::Rule(a), Body::Rule(b)) => a.definition == b.definition,
            (Body::EventTrigger(a), Body::EventTrigger(b)) => a.definition == b.definition,
            (a @ (Body::ForeignServer(_) | Body::ForeignDataWrapper(_) | Body::UserMapping(_)), b) => {
                foreign::can_alter(a, b)
            }
            (Body::Policy(a), Body::Policy(b)) => {
                (a.permissive, &a.command) == (b.permissive, &b.command)
                    && a.using.is_some() == b.using.is_some()
                    && a.with_check.is_some() == b.with_check.is_some()
            }
            _ => false,
        }
    }

    /// Whether the table of a part leaves its partitioned table; what was part of that one's then stands by itself.
    pub(super) fn leaves(&self, part: ObjectId) -> bool {
        let table = self.from.object(part).parent;
        let after = table.and_then(|table| self.diff.to(table)).map(|it| &self.to.object(it).body);
        match (table.map(|it| &self.from.object(it).body), after) {
            (Some(Body::Table(a)), Some(Body::Table(b))) => {
                a.partition_of.as_ref().map(|it| &it.parent) != b.partition_of.as_ref().map(|it| &it.parent)
            }
            _ => false,
        }
    }

    /// Whatever stands on a column and does not survive a change of its type.
    pub(super) fn disturb(&mut self, column: ObjectId) {
        let Some(table) = self.from.object(column).parent else { return };
        let name = self.from.object(column).name.clone();
        let own = self.from.children(table).iter().copied();
        let others = self.dependants.get(&table).cloned().unwrap_or_default();
        let around: Vec<ObjectId> = own.chain(others).filter(|&it| it != column).collect();
        for id in around {
            if stands_on(&self.from.object(id).body, &name) && self.diff.to(id).is_some() {
                self.replace(id);
            }
        }
    }

    /// A foreign key does not survive that one of its sides has another kind of type for a while.
    fn disturb_foreign_keys(&mut self, column: ObjectId) {
        let Some(to) = self.diff.to(column) else { return };
        let (Body::Column(a), Body::Column(b)) = (&self.from.object(column).body, &self.to.object(to).body)
        else {
            return;
        };
        let Some(table) =
            self.from.object(column).parent.filter(|_| !column::are_comparable(&a.data_type, &b.data_type))
        else {
            return;
        };
        let name = &self.from.object(column).name;
        let own = self.from.children(table).iter().copied();
        let around: Vec<ObjectId> = own.chain(self.from.referencing(table).iter().copied()).collect();
        for id in around {
            if let Body::ForeignKey(key) = &self.from.object(id).body
                && (key.columns.contains(name) || key.referenced_columns.contains(name))
            {
                self.replace(id);
            }
        }
    }

    /// What stands on something that goes, goes too, until nothing more does.
    fn follow(&mut self) {
        let retyped: Vec<ObjectId> = self
            .fates
            .altered
            .keys()
            .filter_map(|&to| self.diff.from(to).map(|from| (from, to)))
            .filter(|&(from, to)| column::is_retyped(&self.from.object(from).body, &self.to.object(to).body))
            .map(|(from, _)| from)
            .collect();
        for column in retyped {
            self.retype(column);
            self.disturb_foreign_keys(column);
        }
        self.follow_identities();
        while let Some(id) = self.waiting.pop() {
            let object = self.from.object(id);
            if object.kind() == Kind::Column {
                self.disturb(id);
                self.shed_parts(id);
            }
            self.follow_keys(id);
            self.follow_attached(id);
            for dependant in self.dependants.get(&id).cloned().unwrap_or_default() {
                self.follow_to(id, dependant);
            }
        }
        let taken = &self.fates.taken;
        let diff = self.diff;
        self.fates.altered.retain(|to, _| diff.from(*to).is_none_or(|from| !taken.contains(&from)));
    }

    /// What reads the sequence of an identity stands on the column: it goes before the column is none any more.
    fn follow_identities(&mut self) {
        let is_identity = |body: &Body| matches!(body, Body::Column(Column { identity: Some(_), .. }));
        let altered = self.fates.altered.keys().filter_map(|&to| Some((self.diff.from(to)?, to)));
        let unnumbered = altered.filter(|&(from, to)| {
            is_identity(&self.from.object(from).body) && !is_identity(&self.to.object(to).body)
        });
        for column in unnumbered.map(|(from, _)| from).collect::<Vec<_>>() {
            for dependant in self.dependants.get(&column).cloned().unwrap_or_default() {
                self.follow_to(column, dependant);
            }
        }
    }

    /// Keys, indexes and constraints over a column that goes would go silently with it.
    fn shed_parts(&mut self, column: ObjectId) {
        let Some(table) = self.from.object(column).parent.filter(|table| !self.fates.taken.contains(table))
        else {
            return;
        };
        let name = self.from.object(column).name.clone();
        for &child in self.from.children(table) {
            let is_over = match &self.from.object(child).body {
                Body::PrimaryKey(key) | Body::Unique(key) => {
                    key.columns.contains(&name) || key.include.contains(&name)
                }
                Body::ForeignKey(key) => key.columns.contains(&name),
                Body::Check(check) => mentions(&check.expression, &name),
                Body::Exclusion(it) => mentions(&it.definition, &name),
                Body::Index(index) => {
                    index.include.contains(&name)
                        || index.predicate.as_ref().is_some_and(|text| mentions(text, &name))
                        || index.parts.iter().any(|part| match &part.target {
                            IndexTarget::Column(it) => *it == name,
                            IndexTarget::Expression(text) => mentions(text, &name),
                        })
                }
                Body::Statistics(it) => mentions(&it.definition, &name),
                _ => false,
            };
            if is_over {
                self.replace(child);
            }
        }
    }

    /// Foreign keys stand on the key they lead to, which the catalogue does not say in a way that survives.
    fn follow_keys(&mut self, id: ObjectId) {
        let object = self.from.object(id);
        let columns: Vec<String> = match &object.body {
            Body::PrimaryKey(key) | Body::Unique(key) => key.columns.clone(),
            Body::Index(index) if index.unique => {
                let names = index.parts.iter().filter_map(|part| match &part.target {
                    IndexTarget::Column(name) => Some(name.clone()),
                    IndexTarget::Expression(_) => None,
                });
                names.collect()
            }
            _ => return,
        };
        let Some(table) = object.parent else { return };
        for &key in self.from.referencing(table) {
            if let Body::ForeignKey(it) = &self.from.object(key).body
                && same_columns(&it.referenced_columns, &columns)
            {
                self.replace(key);
            }
        }
    }

    /// What a partition has of an index of its table goes by itself only when that one does.
    fn follow_attached(&mut self, id: ObjectId) {
        let object = self.from.object(id);
        let (Some(name), Some(table)) = (object.body.attached_to(), object.parent) else { return };
        let Body::Table(Table { partition_of: Some(bound), .. }) = &self.from.object(table).body else {
            return;
        };
        if object.kind() != Kind::Index || self.leaves(id) || self.fates.taken.contains(&table) {
            return;
        }
        let around = self.from.find_relation(&bound.parent).map(|above| self.from.children(above));
        let above =
            around.into_iter().flatten().copied().find(|it| self.from.walk(*it).qualified_name() == *name);
        if let Some(above) = above.filter(|it| !self.fates.taken.contains(it)) {
            self.replace(above);
            self.replace_attached(above);
        }
    }

    fn follow_to(&mut self, needed: ObjectId, dependant: ObjectId) {
        if self.fates.taken.contains(&dependant) {
            return;
        }
        let object = self.from.object(dependant);
        let kind = self.from.object(needed).kind();
        match &object.body {
            // A column keeps its rows: its default is put aside, its type swapped, or what it computes made anew.
            Body::Column(column) if column.generated.is_some() => self.replace(dependant),
            Body::Column(_) => {
                self.fates.bare_defaults.insert(dependant);
            }
            Body::Table(_) if is_type(kind) => {
                if self.diff.to(needed).is_some() {
                    self.swap(needed);
                }
            }
            Body::Table(table)
                if kind == Kind::Table && table.inherits.is_empty() && table.partition_of.is_none() => {}
            // Its rows are elsewhere.
            Body::Table(table) if table.kind == TableKind::Foreign => self.replace(dependant),
            Body::Table(_) | Body::Namespace(_) | Body::Sequence(_) | Body::Extension(_) => {}
            Body::Domain(_) | Body::Composite(_) | Body::Enum(_) | Body::Range(_) | Body::BaseType(_) => {
                if self.diff.to(dependant).is_some() && self.is_used_by_columns(dependant) {
                    self.swap(dependant);
                } else {
                    self.replace(dependant);
                }
            }
            _ => self.replace(dependant),
        }
    }
}

/// Whether an object stands on a column or attribute that does not survive another type of it: parsed texts that name it.
pub(super) fn stands_on(body: &Body, name: &str) -> bool {
    match body {
        Body::View(view) => mentions(&view.definition, name),
        Body::Rule(rule) => mentions(&rule.definition, name),
        Body::Policy(policy) => {
            policy.using.iter().chain(&policy.with_check).any(|text| mentions(text, name))
        }
        Body::Trigger(trigger) => mentions(&trigger.definition, name),
        Body::Column(column) => column.generated.as_ref().is_some_and(|it| mentions(&it.expression, name)),
        // What reads `excluded` holds on to all columns.
        Body::Routine(routine) => {
            has_parsed_body(&routine.definition)
                && (mentions(&routine.definition, name) || mentions(&routine.definition, "excluded"))
        }
        Body::Publication(it) => mentions(&it.definition, name),
        _ => false,
    }
}

fn same_order(a: &[CompositeAttribute], b: &[CompositeAttribute]) -> bool {
    let kept: Vec<&String> =
        a.iter().map(|it| &it.name).filter(|name| b.iter().any(|it| it.name == **name)).collect();
    let at_front: Vec<&String> = b.iter().map(|it| &it.name).take(kept.len()).collect();
    kept == at_front
}

/// Whether a name stands in a text by itself, or the text takes whole rows.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let name = &name.replace('"', "\"\"");
    text.contains(".*")
        || text.match_indices(name.as_str()).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
}
