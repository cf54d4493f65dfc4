//! Types that change while columns go on using them: the old one steps aside under another name, columns are converted by their text, and
//! what is made of the type goes the same way. Tables of a type are of none meanwhile.

use std::collections::{BTreeSet, HashMap};

use cadastre_model::*;

use super::alter::has_other_type;
use super::links::needs_first;
use super::takedown::{Deciding, mentions, stands_on};
use super::{Drop, Planning, aside};
use crate::dialect::{last_name, qualified, quote};
use crate::script::{Rank, Unit};

impl Deciding<'_> {
    /// Gone for good, unless columns go on using what has its name.
    pub(super) fn remove(&mut self, id: ObjectId) {
        let is_used = is_type(self.from.object(id).kind()) && self.is_used_by_columns(id);
        if is_used && self.successor(id).is_some() { self.swap(id) } else { self.take(id) }
    }

    /// What a type becomes, or what takes its name.
    pub(super) fn successor(&self, id: ObjectId) -> Option<ObjectId> {
        let name = self.from.walk(id).qualified_name();
        let has_its_name = |&(other, object): &(ObjectId, &Object)| {
            (is_type(object.kind()) || object.kind() == Kind::Table)
                && object.name == name.name
                && self.to.walk(other).qualified_name() == name
        };
        self.diff.to(id).or_else(|| self.to.objects().find(has_its_name).map(|(id, _)| id))
    }

    /// Whether columns of tables have a type, or one that is made of it.
    pub(super) fn is_used_by_columns(&self, id: ObjectId) -> bool {
        let users = self.dependants.get(&id).into_iter().flatten();
        let mut types = users.filter(|&&user| is_type(self.from.object(user).kind()));
        self.columns_of_type(id).next().is_some() || types.any(|&user| self.is_used_by_columns(user))
    }

    /// Whether values of a type lie within lists, rows or ranges that columns of tables hold.
    fn is_used_within(&self, id: ObjectId) -> bool {
        let is_list = |column: ObjectId| matches!(&self.from.object(column).body, Body::Column(it) if it.data_type.ends_with(']'));
        let users = self.dependants.get(&id).into_iter().flatten();
        let mut types = users.filter(|&&user| is_type(self.from.object(user).kind()));
        self.columns_of_type(id).any(is_list)
            || types.any(|&user| match self.from.object(user).kind() {
                Kind::Domain => self.is_used_within(user),
                _ => self.is_used_by_columns(user),
            })
    }

    /// A domain that is to demand more cannot be altered where the server does not find its values: within lists and rows (manual,
    /// "ALTER DOMAIN").
    pub(super) fn tighten(&mut self, id: ObjectId) {
        let object = self.to.object(id);
        let domain = match object.kind() {
            Kind::Check => object.parent.filter(|it| self.to.object(*it).kind() == Kind::Domain),
            _ => Some(id),
        };
        let Some((from, to)) = domain.and_then(|to| Some((self.diff.from(to)?, to))) else { return };
        let (Body::Domain(a), Body::Domain(b)) = (&self.from.object(from).body, &self.to.object(to).body)
        else {
            return;
        };
        // What is not validated is not held against the values that are there.
        let demands_more = match &object.body {
            Body::Check(check) => check.validated == Validated::Yes,
            _ => b.not_null && !a.not_null,
        };
        if demands_more && self.is_used_within(from) {
            self.swap(from);
        }
    }

    /// The columns of tables that have a type, or an array of it.
    pub(super) fn columns_of_type(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> {
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
    pub(super) fn swap(&mut self, id: ObjectId) {
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
    pub(super) fn free_typed_tables(&mut self, id: ObjectId) {
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

    /// Whatever stands on an attribute of a type that is altered in place, when the attribute goes or gets another type.
    pub(super) fn disturb_attributes(&mut self, id: ObjectId, before: &Composite, after: &Composite) {
        let stays = |it: &&CompositeAttribute| {
            after.attributes.iter().any(|other| other.name == it.name && !has_other_type(it, other))
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
}

impl Planning<'_> {
    /// A table whose type changes, or becomes another or none, is of none while its columns change.
    pub(super) fn type_changes(&mut self, to: ObjectId, alter: &str, a: &Table, b: &Table) {
        let has_name = |it: &ObjectId, name: &String| qualified(&self.to.walk(*it).qualified_name()) == *name;
        let mut types = self.to.object(to).depends_on.iter().copied();
        let becomes = b.of_type.as_ref().and_then(|name| types.find(|it| has_name(it, name)));
        let changes = becomes.is_some_and(|it| {
            self.fates.made.contains(&it) || self.fates.altered.get(&it).is_some_and(|facets| facets.body)
        });
        if a.of_type == b.of_type && !changes {
            return;
        }
        let leaving =
            a.of_type.as_ref().map(|_| self.new.unit(Rank::Takedown, to, format!("{alter} NOT OF")));
        self.untyping.extend(leaving.map(|at| (at, to)));
        if let Some(name) = &b.of_type {
            let at = self.new.unit(Rank::Attach, to, format!("{alter} OF {name}"));
            self.new.units[at].needs.extend(leaving);
            self.typing.push((at, to));
            let columns = self.to.children(to).iter().copied();
            let columns = columns.filter(|it| self.to.object(*it).kind() == Kind::Column);
            self.new.pending.extend(columns.chain(becomes).chain([to]).map(|needed| (at, needed)));
        }
    }

    /// What becomes of the values of a column whose type has stepped aside: they go by their text, a row by the names of its attributes where
    /// these are others or stand in another order.
    pub(super) fn converted(&self, column: ObjectId, name: &str, data_type: &str) -> String {
        let by_text = format!("{name}::text::{data_type}");
        let Some((old, new)) = self.swapped_type(column).filter(|_| !data_type.ends_with(']')) else {
            return by_text;
        };
        let (Body::Composite(x), Body::Composite(y)) =
            (&self.from.object(old).body, &self.to.object(new).body)
        else {
            return by_text;
        };
        if attribute_names(x) == attribute_names(y) {
            return by_text;
        }
        let kept = attribute_names(x);
        let value = |it: &CompositeAttribute| match kept.contains(&it.name.as_str()) {
            true => format!("(({name}).{})::text::{}", quote(&it.name), it.data_type),
            false => format!("NULL::{}", it.data_type),
        };
        let values: Vec<String> = y.attributes.iter().map(value).collect();
        format!("CASE WHEN {name} IS DISTINCT FROM NULL THEN ROW({})::{data_type} END", values.join(", "))
    }

    /// What a column loses when its type has stepped aside: attributes that go, and all of it where rows within rows or lists are read from
    /// texts whose attributes stand in another order.
    pub(super) fn lost_with_type(&self, column: ObjectId) -> Vec<String> {
        let Some((old, new)) = self.swapped_type(column) else { return Vec::new() };
        let object = self.from.object(column);
        let is_list = matches!(&object.body, Body::Column(it) if it.data_type.ends_with(']'));
        let mut within: Vec<ObjectId> = vec![old];
        let mut next = 0;
        while let Some(&at) = within.get(next) {
            next += 1;
            let parts = self.from.object(at).depends_on.iter().copied();
            let parts: Vec<ObjectId> =
                parts.filter(|it| self.fates.swapped.contains_key(it) && !within.contains(it)).collect();
            within.extend(parts);
        }
        let is_other = |it: &&ObjectId| {
            let new = self.fates.swapped.get(*it).map(|new| &self.to.object(*new).body);
            match (&self.from.object(**it).body, new) {
                (Body::Composite(x), Some(Body::Composite(y))) => attribute_names(x) != attribute_names(y),
                _ => false,
            }
        };
        let mut by_text = within.iter().skip(usize::from(!is_list));
        if by_text.any(|it| is_other(&it)) {
            return vec![object.name.clone()];
        }
        match (&self.from.object(old).body, &self.to.object(new).body) {
            (Body::Composite(x), Body::Composite(y)) => {
                let kept = attribute_names(y);
                let gone = attribute_names(x).into_iter().filter(|name| !kept.contains(name));
                gone.map(|name| format!("{}.{name}", object.name)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The attributes that go from a type whose values tables hold.
    pub(super) fn attributes_lost(&self, unit: &Unit) -> Vec<String> {
        let Some(old) = self.diff.from(unit.object) else { return Vec::new() };
        let (Body::Composite(x), Body::Composite(y)) =
            (&self.from.object(old).body, &self.to.object(unit.object).body)
        else {
            return Vec::new();
        };
        let names = type_names(self.from, old);
        let is_held = |column: &Column| names.iter().any(|it| column.data_type.split('[').next() == Some(it));
        let mut columns = self.from.objects().filter_map(|(_, object)| match &object.body {
            Body::Column(column) => Some(column),
            _ => None,
        });
        if !unit.sql.iter().any(|sql| sql.contains(" DROP ATTRIBUTE ")) || !columns.any(is_held) {
            return Vec::new();
        }
        let kept = attribute_names(y);
        attribute_names(x).into_iter().filter(|name| !kept.contains(name)).map(str::to_owned).collect()
    }

    /// The type of a column that steps aside, and the one that takes its place.
    fn swapped_type(&self, column: ObjectId) -> Option<(ObjectId, ObjectId)> {
        let Body::Column(it) = &self.from.object(column).body else { return None };
        let base = it.data_type.split(['[', '(']).next().unwrap_or_default();
        let has_name = |id: &ObjectId| type_names(self.from, *id).iter().any(|it| it == base);
        self.fates.swapped.iter().find(|(id, _)| has_name(id)).map(|(old, new)| (*old, *new))
    }

    /// Old types make room by another name, and go when no column has them any more.
    pub(super) fn swap_types(&mut self) {
        let mut unit_of: HashMap<ObjectId, usize> = HashMap::new();
        for (&id, &to) in &self.fates.swapped {
            let walker = self.from.walk(id);
            let words = match walker.object().kind() {
                Kind::Domain => "DOMAIN",
                Kind::Collation => "COLLATION",
                _ => "TYPE",
            };
            let name = walker.qualified_name();
            let aside = aside(&name.name);
            let mut sql = vec![format!("ALTER {words} {} RENAME TO {}", qualified(&name), quote(&aside))];
            if let Body::Range(range) = &walker.object().body {
                sql.extend(companions_aside(&name, range));
            }
            self.drops.push(Drop { object: id, rank: Rank::Takedown, sql });
            let old_name = qualified(&QualifiedName::new(name.namespace, aside));
            let at = self.new.unit(Rank::Removal, to, format!("DROP {words} {old_name}"));
            let units: Vec<usize> =
                self.fates.altered.keys().filter_map(|it| self.new.unit_of.get(it).copied()).collect();
            self.new.units[at].needs.extend(units);
            self.retiring.push((at, id));
            unit_of.insert(id, at);
        }
        // One that is made of another goes before it.
        for (&id, &at) in &unit_of {
            for other in self.from.object(id).depends_on.iter().filter_map(|it| unit_of.get(it)) {
                self.new.units[*other].needs.push(at);
            }
        }
    }

    /// A type goes when no column is of it any more. The catalogue says of tables, not of columns, which types they stand on.
    pub(super) fn link_types(
        &self,
        drop_of: &HashMap<ObjectId, usize>,
        drop_at: &dyn Fn(ObjectId) -> Option<usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        let gone = drop_of.iter().filter(|(id, _)| self.fates.taken.contains(id));
        let column_drops: Vec<(ObjectId, usize)> = gone
            .filter(|(id, _)| self.from.object(**id).kind() == Kind::Column)
            .map(|(id, at)| (*id, *at))
            .collect();
        let is_going = |id: &ObjectId| {
            let kind = self.from.object(*id).kind();
            is_type(kind) && !self.fates.swapped.contains_key(id)
        };
        // One that stepped aside goes when the columns that go have gone.
        for &(at, id) in &self.retiring {
            let names = type_names(self.from, id);
            for (column, drop) in &column_drops {
                if matches!(&self.from.object(*column).body, Body::Column(it)
                    if names.iter().any(|name| it.data_type.split(['[', '(']).next() == Some(name) || it.collation.as_ref() == Some(name)))
                {
                    needs[at].push(*drop);
                }
            }
        }
        // What a type is made of is still called as before when it steps aside.
        for &id in self.fates.swapped.keys() {
            let needed = self.from.object(id).depends_on.iter();
            for other in needed.filter(|it| self.fates.swapped.contains_key(it)).filter_map(|&it| drop_at(it))
            {
                needs[other].extend(drop_at(id));
            }
        }
        for table in self.from.tables() {
            let types = table.object().depends_on.iter().copied().filter(is_going);
            let types: Vec<(String, usize)> = types
                .filter_map(|id| Some((qualified(&self.from.walk(id).qualified_name()), drop_at(id)?)))
                .collect();
            if types.is_empty() {
                continue;
            }
            for &id in self.from.children(table.id()) {
                let Body::Column(column) = &self.from.object(id).body else { continue };
                let base = column.data_type.split(['[', '(']).next().unwrap_or_default();
                let Some((_, drop)) = types.iter().find(|(name, _)| name == base) else { continue };
                let units = self.diff.to(id).and_then(|to| units_of.get(&to)).into_iter().flatten().copied();
                let before = drop_at(id).filter(|_| self.fates.taken.contains(&id)).into_iter().chain(units);
                needs[*drop].extend(before.filter(|it| it != drop));
            }
        }
    }

    /// A table of a type is of none while its columns, and those of the type, change.
    pub(super) fn link_typed(
        &self,
        drop_of: &HashMap<ObjectId, usize>,
        column_drops: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        for &(at, table) in &self.untyping {
            let Some(before) = self.diff.from(table) else { continue };
            let types: Vec<ObjectId> = self.from.object(before).depends_on.clone();
            let types = types.into_iter().filter(|it| self.from.object(*it).kind() == Kind::Composite);
            for of_type in types {
                needs_first(needs, drop_of.get(&of_type).copied(), at);
                let unit_of = |unit: &Unit| Some(unit.object) == self.diff.to(of_type);
                let units = self.new.units.iter().enumerate().filter(|(_, unit)| unit_of(unit));
                units.for_each(|(unit, _)| needs_first(needs, Some(unit), at));
            }
            let is_column = |unit: &Unit| {
                let object = self.to.object(unit.object);
                object.parent == Some(table) && object.kind() == Kind::Column
            };
            let units = self.new.units.iter().enumerate().filter(|(_, unit)| is_column(unit));
            units.for_each(|(unit, _)| needs_first(needs, Some(unit), at));
            column_drops.get(&before).into_iter().flatten().for_each(|&drop| needs[drop].push(at));
        }
        for &(at, table) in &self.typing {
            let gone = self.diff.from(table).and_then(|before| column_drops.get(&before));
            needs[at].extend(gone.into_iter().flatten());
        }
    }
}

fn attribute_names(it: &Composite) -> Vec<&str> {
    it.attributes.iter().map(|it| it.name.as_str()).collect()
}

/// Whether a kind is one that columns can be of by name.
pub(crate) fn is_type(kind: Kind) -> bool {
    matches!(kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType)
}

/// What a column's type may be called that is this type: a range type has another one, of several ranges.
pub(super) fn type_names(model: &Model, id: ObjectId) -> Vec<String> {
    let own = qualified(&model.walk(id).qualified_name());
    let several = match &model.object(id).body {
        Body::Range(it) => it.multirange().map(str::to_owned),
        _ => None,
    };
    [own].into_iter().chain(several).collect()
}

/// What the server made with a range type and gave a name of its own (manual, "CREATE TYPE"): its constructors, and the type of several
/// ranges with its own. Those that take the range itself are told from new ones by that.
fn companions_aside(name: &QualifiedName, range: &Range) -> Vec<String> {
    let subtype = range.options.iter().find(|it| it.name == "subtype").map_or("", |it| it.value.as_str());
    let constructor = quote(&aside(&name.name));
    let bounds = [format!("{subtype}, {subtype}"), format!("{subtype}, {subtype}, text")];
    let of_one = bounds.map(|it| format!("ALTER FUNCTION {}({it}) RENAME TO {constructor}", qualified(name)));
    let of_several = range.multirange().map(|several| {
        let aside = quote(&aside(&last_name(several)));
        let rename = |what: String| format!("ALTER {what} RENAME TO {aside}");
        [rename(format!("FUNCTION {several}()")), rename(format!("TYPE {several}"))]
    });
    of_one.into_iter().chain(of_several.into_iter().flatten()).collect()
}
