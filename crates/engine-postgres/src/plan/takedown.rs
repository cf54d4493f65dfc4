//! What becomes of each object: kept, altered, removed, or taken down and put back because what it stands on changes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use cadastre_diff::{Change, ChangeKind, Diff, Facets, renamed_attached, renamed_parts};
use cadastre_model::*;

use super::alter::{can_replace_routine, can_replace_view, enum_additions, is_retyped};
use super::{column, foreign};
use crate::dialect::qualified;
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
        for change in diff.changes.iter().filter(|change| !is_renamed(change)) {
            match (change.kind, change.from, change.to) {
                (ChangeKind::Added, _, Some(id)) => deciding.make(id),
                (ChangeKind::Removed, Some(id), _) => deciding.remove(id),
                (ChangeKind::Changed, Some(a), Some(b)) => deciding.change(a, b, change.facets),
                _ => {}
            }
        }
        deciding.follow();
        deciding.fates
    }
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

struct Deciding<'m> {
    from: &'m Model,
    to: &'m Model,
    diff: &'m Diff,
    fates: Fates,
    dependants: HashMap<ObjectId, Vec<ObjectId>>,
    /// Objects taken whose dependants have not been looked at.
    waiting: Vec<ObjectId>,
}

impl Deciding<'_> {
    fn make(&mut self, id: ObjectId) {
        let mut all = vec![id];
        while let Some(id) = all.pop() {
            self.fates.made.insert(id);
            self.fates.altered.remove(&id);
            all.extend(self.to.children(id));
        }
    }

    /// Gone for good, unless columns go on using what has its name.
    fn remove(&mut self, id: ObjectId) {
        let is_used = is_type(self.from.object(id).kind()) && self.is_used_by_columns(id);
        if is_used && self.successor(id).is_some() { self.swap(id) } else { self.take(id) }
    }

    /// What a type becomes, or what takes its name.
    fn successor(&self, id: ObjectId) -> Option<ObjectId> {
        let name = self.from.walk(id).qualified_name();
        let has_its_name = |&(other, object): &(ObjectId, &Object)| {
            (is_type(object.kind()) || object.kind() == Kind::Table)
                && object.name == name.name
                && self.to.walk(other).qualified_name() == name
        };
        self.diff.to(id).or_else(|| self.to.objects().find(has_its_name).map(|(id, _)| id))
    }

    fn take(&mut self, id: ObjectId) {
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
    fn replace(&mut self, id: ObjectId) {
        if self.fates.taken.contains(&id) {
            return;
        }
        self.take(id);
        if let Some(to) = self.diff.to(id) {
            self.make(to);
            self.keep_partitions(id);
        }
    }

    /// The rows of a partitioned table are in its partitions: when it is made anew these leave it and come back.
    fn keep_partitions(&mut self, id: ObjectId) {
        let name = self.from.walk(id).qualified_name();
        let is_partition = |body: &Body| matches!(body, Body::Table(it) if it.partition_of.as_ref().is_some_and(|it| it.parent == name));
        let partitions = self.from.tables().filter(|it| is_partition(&it.object().body));
        for to in partitions.filter_map(|it| self.diff.to(it.id())) {
            if !self.fates.made.contains(&to) {
                self.fates.altered.entry(to).or_default().body = true;
            }
        }
    }

    /// Whether rows find their partition by a column: its type stays what it is.
    fn is_partition_key(&self, column: ObjectId) -> bool {
        let object = self.from.object(column);
        let table = object.parent.map(|table| &self.from.object(table).body);
        matches!(table, Some(Body::Table(Table { partition_by: Some(key), .. })) if mentions(key, &object.name))
    }

    /// A column gets another type; by one that rows find their partition by the table is made anew.
    fn retype(&mut self, column: ObjectId) {
        match self.from.object(column).parent.filter(|_| self.is_partition_key(column)) {
            Some(table) => self.replace(table),
            None => self.disturb(column),
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
            }
            self.free_typed_tables(a);
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

    /// What partitions have of an index goes with it.
    fn replace_attached(&mut self, index: ObjectId) {
        let name = self.from.walk(index).qualified_name();
        let is_attached = |object: &Object| object.body.attached_to() == Some(&name);
        let attached: Vec<ObjectId> =
            self.from.objects().filter(|(_, object)| is_attached(object)).map(|(id, _)| id).collect();
        for id in attached {
            if !self.leaves(id) {
                self.replace(id);
                self.replace_attached(id);
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
                    y.attributes.iter().any(|other| other.name == it.name && is_retyped(it, other))
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
            (a @ (Body::ForeignServer(_) | Body::ForeignDataWrapper(_)), b) => foreign::can_alter(a, b),
            (Body::Policy(a), Body::Policy(b)) => {
                (a.permissive, &a.command) == (b.permissive, &b.command)
                    && a.using.is_some() == b.using.is_some()
                    && a.with_check.is_some() == b.with_check.is_some()
            }
            _ => false,
        }
    }

    fn is_of_partitioned(&self, part: ObjectId) -> bool {
        let table = self.from.object(part).parent.map(|table| &self.from.object(table).body);
        matches!(table, Some(Body::Table(it)) if it.kind == TableKind::Partitioned)
    }

    /// Whether the table of a part leaves its partitioned table; what was part of that one's then stands by itself.
    fn leaves(&self, part: ObjectId) -> bool {
        let table = self.from.object(part).parent;
        let after = table.and_then(|table| self.diff.to(table)).map(|it| &self.to.object(it).body);
        match (table.map(|it| &self.from.object(it).body), after) {
            (Some(Body::Table(a)), Some(Body::Table(b))) => {
                a.partition_of.as_ref().map(|it| &it.parent) != b.partition_of.as_ref().map(|it| &it.parent)
            }
            _ => false,
        }
    }

    /// Whether columns of tables have a type, or one that is made of it.
    fn is_used_by_columns(&self, id: ObjectId) -> bool {
        let users = self.dependants.get(&id).into_iter().flatten();
        let mut types = users.filter(|&&user| is_type(self.from.object(user).kind()));
        self.columns_of_type(id).next().is_some() || types.any(|&user| self.is_used_by_columns(user))
    }

    /// The columns of tables that have a type, or an array of it.
    fn columns_of_type(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> {
        let names = type_names(self.from, id);
        let users = self.dependants.get(&id).cloned().unwrap_or_default();
        let tables = users.into_iter().filter(|&user| self.from.object(user).kind() == Kind::Table);
        let columns = tables.flat_map(|table| self.from.children(table).iter().copied());
        let has_type = move |column: &ObjectId| match &self.from.object(*column).body {
            Body::Column(column) => {
                let base = column.data_type.split(['[', '(']).next();
                names.iter().any(|it| base == Some(it.as_str()) || column.collation.as_ref() == Some(it))
            }
            _ => false,
        };
        columns.filter(has_type)
    }

    /// A type gives its place to a new one of its name; columns are converted by their text.
    fn swap(&mut self, id: ObjectId) {
        let Some(to) = self.successor(id) else { return };
        if self.fates.swapped.insert(id, to).is_some() {
            return;
        }
        self.make(to);
        self.free_typed_tables(id);
        // What it demands comes with the new one.
        let from = self.from;
        self.fates.renamed.retain(|(old, _)| from.object(*old).parent != Some(id));
        for column in self.columns_of_type(id).collect::<Vec<_>>() {
            if let Some(to) = self.diff.to(column) {
                self.fates.altered.entry(to).or_default().body = true;
            }
            self.retype(column);
        }
        self.waiting.push(id);
    }

    /// Tables of a type that changes are of none until it has.
    fn free_typed_tables(&mut self, id: ObjectId) {
        if self.from.object(id).kind() != Kind::Composite {
            return;
        }
        let name = qualified(&self.from.walk(id).qualified_name());
        let is_typed = |body: &Body| matches!(body, Body::Table(it) if it.of_type.as_ref() == Some(&name));
        let tables = self.from.tables().filter(|it| is_typed(&it.object().body));
        for to in tables.filter_map(|it| self.diff.to(it.id())) {
            self.fates.altered.entry(to).or_default().body = true;
        }
    }

    /// Whatever stands on a column and does not survive a change of its type.
    fn disturb(&mut self, column: ObjectId) {
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

    /// Whatever stands on an attribute of a type that is altered in place, when the attribute goes or gets another type.
    fn disturb_attributes(&mut self, id: ObjectId, before: &Composite, after: &Composite) {
        let stays = |it: &&CompositeAttribute| {
            after.attributes.iter().any(|other| other.name == it.name && !is_retyped(it, other))
        };
        let names: Vec<&str> =
            before.attributes.iter().filter(|it| !stays(it)).map(|it| it.name.as_str()).collect();
        let tables = self.columns_of_type(id).filter_map(|column| self.from.object(column).parent);
        let owners: BTreeSet<ObjectId> = tables.chain([id]).collect();
        let users = owners.iter().flat_map(|it| {
            self.dependants.get(it).into_iter().flatten().chain(self.from.children(*it)).copied()
        });
        let stands_on_any = |object: &Object| {
            names.iter().any(|name| match &object.body {
                Body::Check(check) => mentions(&check.expression, name),
                Body::Index(index) => {
                    let expression = index.parts.iter().any(|part| match &part.target {
                        IndexTarget::Expression(text) => mentions(text, name),
                        IndexTarget::Column(_) => false,
                    });
                    expression || index.predicate.as_ref().is_some_and(|text| mentions(text, name))
                }
                body => stands_on(body, name),
            })
        };
        let users: BTreeSet<ObjectId> = users.filter(|&it| stands_on_any(self.from.object(it))).collect();
        users.into_iter().for_each(|it| self.replace(it));
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
        while let Some(id) = self.waiting.pop() {
            let object = self.from.object(id);
            if object.kind() == Kind::Column {
                self.disturb(id);
                self.shed_parts(id);
            }
            self.follow_keys(id);
            for dependant in self.dependants.get(&id).cloned().unwrap_or_default() {
                self.follow_to(id, dependant);
            }
        }
        let taken = &self.fates.taken;
        let diff = self.diff;
        self.fates.altered.retain(|to, _| diff.from(*to).is_none_or(|from| !taken.contains(&from)));
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

pub(crate) fn is_type(kind: Kind) -> bool {
    matches!(kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType)
}

/// What a column's type may be called that is this type: a range type has another one, of several ranges.
pub(crate) fn type_names(model: &Model, id: ObjectId) -> Vec<String> {
    let own = qualified(&model.walk(id).qualified_name());
    let several = match &model.object(id).body {
        Body::Range(it) => it.multirange().map(str::to_owned),
        _ => None,
    };
    [own].into_iter().chain(several).collect()
}

/// Whether an object stands on a column or attribute that does not survive another type of it: parsed texts that name it.
fn stands_on(body: &Body, name: &str) -> bool {
    match body {
        Body::View(view) => mentions(&view.definition, name),
        Body::Rule(rule) => mentions(&rule.definition, name),
        Body::Policy(policy) => {
            policy.using.iter().chain(&policy.with_check).any(|text| mentions(text, name))
        }
        Body::Trigger(trigger) => mentions(&trigger.definition, name),
        Body::Column(column) => column.generated.as_ref().is_some_and(|it| mentions(&it.expression, name)),
        Body::Routine(routine) => has_parsed_body(&routine.definition) && mentions(&routine.definition, name),
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
