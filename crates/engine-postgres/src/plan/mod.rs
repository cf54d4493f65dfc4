//! The plan from one model to another: what is taken down, altered, made and removed, and what comes before what.
//!
//! [`takedown`] decides what becomes of each object; [`alter`], [`column`] and the script's own writer make the statements; here they are
//! joined in one graph. A statement of the old state waits for what stands on it to be gone; one of the new state, for what it
//! stands on to be there.

mod alter;
mod column;
mod comparable;
mod locks;
mod online;
mod removal;
mod takedown;

use std::collections::{BTreeSet, HashMap, HashSet};

use cadastre_diff::Diff;
use cadastre_engine::{DbError, ErrorCode};
use cadastre_model::*;
use cadastre_plan::{Action, Hazard, HazardKind, Plan, Step, Transactional, arrange};

use crate::dialect::{qualified, quote};
use crate::satellites::statistics_name;
use crate::script::{Rank, Writer};
pub(crate) use comparable::comparable;
use comparable::plannable;
use locks::Locks;
pub(crate) use online::online;
use takedown::Fates;

/// So many bytes of a name count; the server cuts the rest off (manual, "Identifiers and Key Words").
pub(crate) const MAX_NAME_BYTES: usize = 63;

/// Settings of the session; names are qualified, so nothing is to be found by a path.
const PREAMBLE: &[&str] = &[
    "SET statement_timeout = 0",
    "SET lock_timeout = '5s'",
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
    "SET check_function_bodies = false",
    "SET client_min_messages = warning",
    "SELECT pg_catalog.set_config('search_path', '', false)",
];

/// A statement that takes something away, before it has its place.
pub(crate) struct Drop {
    pub object: ObjectId,
    pub rank: Rank,
    pub sql: Vec<String>,
}

/// The plan that leads from `from` to `to`.
///
/// # Errors
/// When statements need each other in a circle; the message names them.
pub(crate) fn plan(from: &Model, to: &Model, diff: &Diff) -> Result<Plan, DbError> {
    let mut result = Plan::new("postgres", from.fingerprint().to_string(), to.fingerprint().to_string());
    let (from, to) = (plannable(from), plannable(to));
    let fates = Fates::of(&from, &to, diff);
    let mut planning = Planning::new(&from, &to, diff, &fates);
    planning.make();
    planning.alter();
    planning.remove();
    result.notes = std::mem::take(&mut planning.notes);
    let actions = planning.into_actions();
    let steps: Vec<(String, Vec<usize>)> =
        actions.iter().map(|action| (first_words(action), action.needs.clone())).collect();
    result.groups = arrange(actions).map_err(|cycle| {
        let circle = circle(&steps, &cycle.nodes);
        let message = format!("planning: these steps need each other in a circle: {}", circle.join(" ← "));
        DbError::new(ErrorCode::UnsupportedByEngine, message)
            .with_hint("please report it with the definitions of these objects")
    })?;
    if !result.is_empty() {
        result.preamble = PREAMBLE.iter().map(|it| (*it).to_owned()).collect();
    }
    Ok(result)
}

/// A step in a few words.
fn first_words(action: &Action) -> String {
    let first = action.step.statements.first().map(|it| it.lines().next().unwrap_or_default());
    first.map(|line| line.chars().take(70).collect()).unwrap_or_else(|| action.step.object.clone())
}

/// One circle among nodes that are on or behind circles, as their words.
fn circle<'s>(steps: &'s [(String, Vec<usize>)], nodes: &[usize]) -> Vec<&'s str> {
    let mut path: Vec<usize> = nodes.first().copied().into_iter().collect();
    while let Some(&last) = path.last() {
        let Some(&next) = steps[last].1.iter().find(|it| **it != last && nodes.contains(it)) else { break };
        if let Some(at) = path.iter().position(|&it| it == next) {
            path.drain(..at);
            break;
        }
        path.push(next);
    }
    path.iter().map(|&at| steps[at].0.as_str()).collect()
}

/// Both models, what becomes of their objects, and the statements so far.
pub(crate) struct Planning<'m> {
    pub from: &'m Model,
    pub to: &'m Model,
    pub diff: &'m Diff,
    pub fates: &'m Fates,
    /// Names things of the old state.
    pub old: Writer<'m>,
    /// Makes and alters things of the new state.
    pub new: Writer<'m>,
    pub drops: Vec<Drop>,
    /// Units that make a table inherit, with what it inherits from.
    pub inheriting: Vec<(usize, ObjectId)>,
    /// Units that make a table inherit from another.
    pub joining: Vec<usize>,
    /// Units that make a partition leave its table, with that table.
    pub leaving: Vec<(usize, ObjectId)>,
    /// Units that drop what an heir has of a column that its parents do not have any more, with that column.
    pub left_by_parents: Vec<(usize, ObjectId)>,
    /// Names that renamed indexes leave, with the units that do it.
    pub vacating: Vec<(QualifiedName, usize)>,
    /// Names that renamed indexes get, with the units that do it.
    pub occupying: Vec<(QualifiedName, usize)>,
    /// The names of relations and indexes that are made.
    pub wanted_names: HashSet<QualifiedName>,
    /// Units that free a sequence from a column that goes, with that column.
    pub disowning: Vec<(usize, ObjectId)>,
    /// Units of the new state that must stand alone.
    pub alone: Vec<usize>,
    pub notes: Vec<String>,
}

impl<'m> Planning<'m> {
    fn new(from: &'m Model, to: &'m Model, diff: &'m Diff, fates: &'m Fates) -> Self {
        let mut new = Writer::new(to);
        new.made = Some(fates.made.iter().copied().collect());
        new.unsettled = diff
            .changes
            .iter()
            .filter_map(|change| change.from.zip(change.to))
            .filter(|(a, b)| match (&from.object(*a).body, &to.object(*b).body) {
                (Body::Column(a), Body::Column(b)) => a.default != b.default,
                _ => false,
            })
            .map(|(_, to)| to)
            .collect();
        // Those that go do so first, those that come do so last.
        new.in_force = from
            .objects()
            .filter(|(id, _)| !fates.taken.contains(id))
            .filter_map(|(_, object)| match &object.body {
                Body::DefaultPrivileges(it) => {
                    Some((it, object.parent.map(|parent| from.object(parent).name.clone())))
                }
                _ => None,
            })
            .collect();
        Self {
            from,
            to,
            diff,
            fates,
            old: Writer::new(from),
            new,
            drops: Vec::new(),
            inheriting: Vec::new(),
            joining: Vec::new(),
            leaving: Vec::new(),
            wanted_names: wanted_names(to, fates),
            disowning: Vec::new(),
            left_by_parents: Vec::new(),
            vacating: Vec::new(),
            occupying: Vec::new(),
            alone: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn make(&mut self) {
        for &id in &self.fates.made {
            if self.comes_by_inheritance(id) {
                self.new.compress_heir(id);
                self.new.comment_heir(id);
            } else {
                self.new.write(id);
            }
        }
        self.go_on_numbering();
        // A materialized view that could be read before can be read after.
        for &id in &self.fates.made {
            let before = self.diff.from(id).map(|from| &self.from.object(from).body);
            if let (Some(Body::View(View { populated: true, .. })), Some(&at)) =
                (before, self.new.unit_of.get(&id))
                && let Some(sql) = self.new.units[at].sql.first_mut()
            {
                *sql = sql.trim_end_matches(crate::render::WITH_NO_DATA).to_owned();
            }
        }
    }

    /// New sequences of columns that are there already.
    fn go_on_numbering(&mut self) {
        for &id in &self.fates.made {
            let Body::Sequence(Sequence { options, owned_by: Some(owner) }) = &self.to.object(id).body else {
                continue;
            };
            let table = self.to.find_relation(&owner.relation);
            let is_kept = |child: &ObjectId| {
                let object = self.to.object(*child);
                object.kind() == Kind::Column
                    && object.name == owner.column
                    && !self.fates.made.contains(child)
            };
            if !table.is_some_and(|table| self.to.children(table).iter().any(is_kept)) {
                continue;
            }
            let (name, table) = (self.to.walk(id).qualified_name(), qualified(&owner.relation));
            let sql = column::go_on_after(&name, options, &table, &quote(&owner.column).to_string());
            // In the statement that makes it the column's, when the column is what it is to be.
            let owning =
                self.new.units.iter_mut().find(|unit| unit.object == id && unit.rank == Rank::Default);
            if let Some(unit) = owning {
                unit.sql.extend(sql);
            }
        }
    }

    /// What a partition or heir of a table that is there already gets when its table does.
    fn comes_by_inheritance(&self, id: ObjectId) -> bool {
        let object = self.to.object(id);
        let on_kept_table = object.parent.is_some_and(|parent| {
            !self.fates.made.contains(&parent) && self.to.object(parent).kind() == Kind::Table
        });
        if !on_kept_table {
            return object.parent.is_some_and(|parent| self.to.object(parent).kind() == Kind::View)
                && object.kind() == Kind::Column
                && !self.fates.made.contains(&object.parent.unwrap_or(id));
        }
        match &object.body {
            Body::Column(column) => column.inheritance == Inheritance::Inherited && self.has_heritage(object),
            Body::Check(check) => check.inheritance == Inheritance::Inherited,
            Body::PrimaryKey(key) | Body::Unique(key) => key.attached_to.as_ref().is_some_and(|above| {
                let is_above = |it: &ObjectId| {
                    let walker = self.to.walk(*it);
                    matches!(walker.object().kind(), Kind::PrimaryKey | Kind::Unique)
                        && walker.qualified_name() == *above
                };
                self.fates.made.iter().any(is_above)
            }),
            _ => false,
        }
    }

    fn has_heritage(&self, column: &Object) -> bool {
        let Some(Body::Table(table)) = column.parent.map(|it| &self.to.object(it).body) else { return false };
        let before = column.parent.and_then(|it| self.diff.from(it)).map(|it| &self.from.object(it).body);
        let Some(Body::Table(before)) = before else { return false };
        let names = |it: &QualifiedName| {
            let parent = self.to.find_relation(it).and_then(|id| self.to.relation(id));
            parent.is_some_and(|parent| parent.columns().any(|(above, _)| above.name == column.name))
        };
        let same_partition = table.partition_of.as_ref().map(|it| &it.parent)
            == before.partition_of.as_ref().map(|it| &it.parent);
        table.partition_of.as_ref().is_some_and(|it| same_partition && names(&it.parent))
            || table.inherits.iter().any(|it| before.inherits.contains(it) && names(it))
    }

    /// Joins statements of both states in one graph.
    fn into_actions(mut self) -> Vec<Action> {
        self.new.resolve();
        let count = self.new.units.len();
        let mut needs: Vec<Vec<usize>> = self.new.units.iter().map(|unit| unit.needs.clone()).collect();
        needs.resize(count + self.drops.len(), Vec::new());
        self.link_states(count, &mut needs);
        let mut actions = Vec::with_capacity(needs.len());
        let nothing_made = BTreeSet::new();
        let (locks, locks_before) =
            (Locks::new(self.to, &self.fates.made), Locks::new(self.from, &nothing_made));
        for (at, unit) in self.new.units.iter().enumerate() {
            let name = object_name(self.to, unit.object);
            let mut step = Step { object: name, statements: unit.sql.clone(), ..Step::default() };
            let before = self.diff.from(unit.object).map(|from| &self.from.object(from).body);
            locks.describe(&mut step, unit.object, before);
            if let (Rank::Column, Some(Body::Column(a)), Body::Column(b)) =
                (unit.rank, before, &self.to.object(unit.object).body)
                && column::may_lose(&a.data_type, &b.data_type)
                && !locks::values_stay(&a.data_type, &b.data_type)
            {
                let message = format!("values may be rounded or cut from {} to {}", a.data_type, b.data_type);
                step.hazards.push(Hazard::new(HazardKind::DataLoss, message));
            }
            let transactional = if self.alone.contains(&at) { Transactional::No } else { Transactional::Yes };
            let rank = if self.alone.contains(&at) { 0 } else { unit.rank as u16 + 1 };
            actions.push(Action {
                rank,
                name: unit.name.clone(),
                step,
                transactional,
                needs: std::mem::take(&mut needs[at]),
            });
        }
        for (at, drop) in self.drops.iter().enumerate() {
            let name = object_name(self.from, drop.object);
            let mut step = Step { object: name.clone(), statements: drop.sql.clone(), ..Step::default() };
            locks_before.describe_drop(&mut step, drop.object);
            actions.push(Action {
                rank: drop.rank as u16 + 1,
                name,
                step,
                transactional: Transactional::Yes,
                needs: std::mem::take(&mut needs[count + at]),
            });
        }
        actions
    }

    /// The edges between what was and what will be.
    fn link_states(&self, count: usize, needs: &mut [Vec<usize>]) {
        let mut drop_of: HashMap<ObjectId, usize> = HashMap::new();
        for (at, drop) in self.drops.iter().enumerate() {
            drop_of.insert(drop.object, count + at);
        }
        // What is inside of something dropped goes with it.
        let owners = self.owners_of_sequences();
        let drop_at = |id: ObjectId| -> Option<usize> {
            let mut at =
                Some(id).filter(|id| drop_of.contains_key(id)).or(owners.get(&id).copied()).or(Some(id));
            while let Some(it) = at {
                if let Some(&drop) = drop_of.get(&it) {
                    return Some(drop);
                }
                at = self
                    .from
                    .object(it)
                    .parent
                    .filter(|&parent| self.from.object(parent).kind() != Kind::Namespace);
            }
            None
        };
        let units_of = self.units_by_object();
        let unit_list = |from: ObjectId| -> &[usize] {
            self.diff.to(from).and_then(|to| units_of.get(&to)).map_or(&[], Vec::as_slice)
        };
        for (at, drop) in self.drops.iter().enumerate() {
            let own = count + at;
            let object = self.from.object(drop.object);
            // Made anew: not before the old one is gone.
            for &unit in unit_list(drop.object) {
                needs[unit].push(own);
            }
            for &needed in object.depends_on.iter().chain(&object.parent) {
                // What it stood on changes, or goes, when it is gone itself.
                if drop.rank <= Rank::Takedown && self.from.object(needed).kind() != Kind::Namespace {
                    for &unit in unit_list(needed).iter().chain(self.column_units(needed)) {
                        // A partition leaves its table before what it got there can go.
                        let leaves = self.leaving.iter().any(|(leaving, _)| *leaving == unit);
                        let (later, earlier) = if leaves { (own, unit) } else { (unit, own) };
                        needs[later].push(earlier);
                    }
                }
            }
            // Columns are altered in all heirs at once, and those that go are not made ready for it.
            if let Body::Table(table) = &object.body {
                let above = table.inherits.iter().chain(table.partition_of.iter().map(|it| &it.parent));
                for parent in above.filter_map(|name| self.from.find_relation(name)) {
                    self.column_units(parent).iter().for_each(|&unit| needs[unit].push(own));
                }
            }
            let parent =
                object.parent.and_then(|parent| drop_of.get(&parent).copied().or_else(|| drop_at(parent)));
            if let Some(other) = parent.filter(|&other| other != own) {
                needs[other].push(own);
            }
        }
        for &id in &self.fates.taken {
            let Some(own) = drop_at(id) else { continue };
            // It goes with the key of the partitioned table, which goes first.
            if matches!(&self.from.object(id).body, Body::ForeignKey(key) if key.inherited) {
                continue;
            }
            let others = self.from.object(id).depends_on.iter().filter_map(|&needed| drop_at(needed));
            others.filter(|&other| other != own).for_each(|other| needs[other].push(own));
            // A partition would go with its table.
            if let Body::Table(Table { partition_of: Some(bound), .. }) = &self.from.object(id).body {
                let above = self.from.find_relation(&bound.parent).and_then(drop_at);
                above.filter(|&other| other != own).into_iter().for_each(|other| needs[other].push(own));
            }
        }
        for &(unit, column) in &self.disowning {
            drop_at(column).into_iter().for_each(|drop| needs[drop].push(unit));
        }
        self.link_left_columns(&drop_of, needs);
        self.link_types(&drop_at, &units_of, needs);
        self.link_bounds(&drop_of, needs);
        self.link_keys(count, &drop_of, needs);
        self.link_kept(&drop_at, &units_of, needs);
        self.link_names(count, &drop_of, needs);
        self.link_columns(count, &drop_of, &units_of, needs);
    }

    /// What heirs have of a column goes after the column itself.
    fn link_left_columns(&self, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        for &(at, column) in &self.left_by_parents {
            let name = &self.from.object(column).name;
            for (&dropped, &drop) in drop_of {
                let object = self.from.object(dropped);
                if object.kind() == Kind::Column && object.name == *name && dropped != column {
                    needs[at].push(drop);
                }
            }
        }
    }

    /// The columns that own sequences, which go with them.
    fn owners_of_sequences(&self) -> HashMap<ObjectId, ObjectId> {
        let owner = |id: ObjectId, object: &Object| {
            let Body::Sequence(Sequence { owned_by: Some(owner), .. }) = &object.body else { return None };
            let table = self.from.find_relation(&owner.relation)?;
            let mut columns = self.from.children(table).iter().copied();
            let column = columns.find(|&it| {
                self.from.object(it).kind() == Kind::Column && self.from.object(it).name == owner.column
            })?;
            self.fates.taken.contains(&id).then_some((id, column))
        };
        self.from.objects().filter_map(|(id, object)| owner(id, object)).collect()
    }

    /// A type goes when no column is of it any more. The catalogue says of tables, not of columns, which types they stand on.
    fn link_types(
        &self,
        drop_at: &dyn Fn(ObjectId) -> Option<usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        let is_type = |id: &ObjectId| {
            let kind = self.from.object(*id).kind();
            let is_type =
                matches!(kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType);
            is_type && !self.fates.swapped.contains(id)
        };
        for table in self.from.tables() {
            let types = table.object().depends_on.iter().copied().filter(is_type);
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

    /// A partition goes before others take its rows.
    fn link_bounds(&self, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        let mut going: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (&id, &drop) in drop_of {
            if let Body::Table(Table { partition_of: Some(bound), .. }) = &self.from.object(id).body {
                let above = self.from.find_relation(&bound.parent).and_then(|above| self.diff.to(above));
                above.into_iter().for_each(|above| going.entry(above).or_default().push(drop));
            }
        }
        for (at, unit) in self.new.units.iter().enumerate() {
            let Body::Table(Table { partition_of: Some(bound), .. }) = &self.to.object(unit.object).body
            else {
                continue;
            };
            if !self.fates.made.contains(&unit.object) {
                continue;
            }
            let above = self.to.find_relation(&bound.parent).and_then(|above| going.get(&above));
            needs[at].extend(above.into_iter().flatten().copied());
        }
    }

    /// A foreign key goes before the key, or the table, it leads to.
    fn link_keys(&self, count: usize, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        for (at, drop) in self.drops.iter().enumerate() {
            let Body::ForeignKey(key) = &self.from.object(drop.object).body else { continue };
            let Some(table) = self.from.find_relation(&key.references) else { continue };
            let around = self.from.children(table).iter().chain(std::iter::once(&table));
            let targets = around.filter(|&&it| self.from.object(it).kind() != Kind::ForeignKey);
            for other in targets.filter_map(|it| drop_of.get(it)).filter(|&&other| other != count + at) {
                needs[*other].push(count + at);
            }
        }
    }

    fn column_units(&self, table: ObjectId) -> &[usize] {
        let units = self.diff.to(table).and_then(|to| self.new.column_units.get(&to));
        units.map_or(&[], Vec::as_slice)
    }

    /// The units about each object: those that make or alter it.
    fn units_by_object(&self) -> HashMap<ObjectId, Vec<usize>> {
        let mut units: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, unit) in self.new.units.iter().enumerate() {
            units.entry(unit.object).or_default().push(at);
        }
        units
    }

    /// What is kept lets go of what it stood on before that goes.
    fn link_kept(
        &self,
        drop_at: &dyn Fn(ObjectId) -> Option<usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        for (id, object) in self.from.objects() {
            let Some(to) = self.diff.to(id) else { continue };
            if self.fates.taken.contains(&id) {
                continue;
            }
            // A default that was put aside has let go already.
            if self.fates.bare_defaults.contains(&id) {
                let own = drop_at(id);
                let others = object.depends_on.iter().filter_map(|&needed| drop_at(needed));
                others.filter(|&other| Some(other) != own).for_each(|other| needs[other].extend(own));
                continue;
            }
            let Some(units) = units_of.get(&to) else { continue };
            // A type that is swapped only steps aside.
            for &needed in object.depends_on.iter().filter(|needed| !self.fates.swapped.contains(needed)) {
                if let Some(drop) = drop_at(needed) {
                    needs[drop].extend(units.iter().copied());
                }
            }
        }
    }

    /// A name is free again before it is used again. Relations, types and constraints of one schema share names in part; taking all of
    /// them for one space asks for too much at worst.
    fn link_names(&self, count: usize, drop_of: &HashMap<ObjectId, usize>, needs: &mut [Vec<usize>]) {
        let mut names: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (at, drop) in self.drops.iter().enumerate() {
            let name = relation_name(self.from, drop.object);
            if self.from.object(drop.object).kind() != Kind::Column {
                names.entry((name.namespace, name.name)).or_default().push(count + at);
            }
            // With a table go the names of what is on it, and with an identity that of its sequence.
            let own = |part: &&ObjectId| **part == drop.object || !drop_of.contains_key(part);
            for &part in self.from.children(drop.object).iter().chain([&drop.object]).filter(own) {
                if let Body::Column(Column { identity: Some(it), .. }) = &self.from.object(part).body {
                    let name = it.sequence.clone();
                    names.entry((name.namespace, name.name)).or_default().push(count + at);
                }
            }
            for &child in self.from.children(drop.object) {
                if self.from.object(child).kind() != Kind::Column && !drop_of.contains_key(&child) {
                    let name = relation_name(self.from, child);
                    names.entry((name.namespace, name.name)).or_default().push(count + at);
                }
            }
        }
        for (name, at) in &self.vacating {
            names.entry((name.namespace.clone(), name.name.clone())).or_default().push(*at);
        }
        for (name, at) in &self.occupying {
            let others = names.get(&(name.namespace.clone(), name.name.clone())).into_iter().flatten();
            needs[*at].extend(others.copied().filter(|other| other != at));
        }
        for (at, unit) in self.new.units.iter().enumerate() {
            let object = self.to.object(unit.object);
            if let Body::Column(Column { identity: Some(it), .. }) = &object.body {
                let name = it.sequence.clone();
                let own = self.diff.from(unit.object);
                let before = names.get(&(name.namespace, name.name)).into_iter().flatten().copied();
                // Its own bare default is no hindrance, and waits for it in turn.
                needs[at].extend(before.filter(|drop| {
                    self.drops[*drop - count].object != own.unwrap_or(unit.object) || own.is_none()
                }));
            }
            if object.kind() == Kind::Column || !self.fates.made.contains(&unit.object) {
                continue;
            }
            // With a table come the names of the identities and keys in its statement.
            for &child in self.to.children(unit.object) {
                if let Body::Column(Column { identity: Some(it), .. }) = &self.to.object(child).body {
                    let name = (it.sequence.namespace.clone(), it.sequence.name.clone());
                    needs[at].extend(names.get(&name).into_iter().flatten());
                }
            }
            let inside = self.to.children(unit.object).iter().filter(|child| {
                has_relation_name(self.to.object(**child).kind()) && self.new.unit_of.get(child) == Some(&at)
            });
            for &named in inside.chain([&unit.object]) {
                let name = relation_name(self.to, named);
                needs[at].extend(names.get(&(name.namespace, name.name)).into_iter().flatten());
            }
        }
    }

    /// A column goes when nothing mentions its table's old columns any more: the views that read it have been taken down or replaced.
    fn link_columns(
        &self,
        count: usize,
        drop_of: &HashMap<ObjectId, usize>,
        units_of: &HashMap<ObjectId, Vec<usize>>,
        needs: &mut [Vec<usize>],
    ) {
        let mut column_drops: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, drop) in self.drops.iter().enumerate() {
            let object = self.from.object(drop.object);
            let is_for_good = self.fates.taken.contains(&drop.object);
            if let (Kind::Column, Some(table), true) = (object.kind(), object.parent, is_for_good) {
                column_drops.entry(table).or_default().push(count + at);
            }
        }
        for (at, parent) in &self.leaving {
            for &unit in self.column_units(*parent).iter().filter(|unit| *unit != at) {
                needs[unit].push(*at);
            }
        }
        // What an heir says of a column for itself goes with the type it gets from its parent.
        for (at, unit) in self.new.units.iter().enumerate() {
            let object = self.to.object(unit.object);
            let table = object
                .parent
                .filter(|_| object.kind() == Kind::Column && self.diff.from(unit.object).is_some());
            let Some(Body::Table(table)) = table.map(|table| &self.to.object(table).body) else { continue };
            let above = table.inherits.iter().chain(table.partition_of.iter().map(|it| &it.parent));
            for parent in above.filter_map(|name| self.to.find_relation(name)) {
                let same = self.to.children(parent).iter().filter(|it| {
                    let it = self.to.object(**it);
                    it.kind() == Kind::Column && it.name == object.name
                });
                let units = same.filter_map(|column| units_of.get(column)).flatten();
                needs[at].extend(units.copied());
            }
        }
        // A column that is computed from others comes when these are what they are to be.
        for (at, unit) in self.new.units.iter().enumerate() {
            let object = self.to.object(unit.object);
            let (Body::Column(Column { generated: Some(it), .. }), Some(table)) =
                (&object.body, object.parent)
            else {
                continue;
            };
            let others = self.to.children(table).iter().filter(|other| **other != unit.object);
            let read = others.filter(|other| {
                let other = self.to.object(**other);
                other.kind() == Kind::Column && takedown::mentions(&it.expression, &other.name)
            });
            needs[at].extend(read.filter_map(|other| units_of.get(other)).flatten().copied());
        }
        for at in &self.joining {
            // Who comes to a parent has its columns as the parent has them; who takes nulls nevertheless does so afterwards.
            let own = self.new.column_units.get(&self.new.units[*at].object).into_iter().flatten();
            for &unit in own.filter(|unit| *unit != at) {
                let frees = self.new.units[unit].sql.iter().any(|it| it.ends_with(" DROP NOT NULL"));
                let (later, earlier) = if frees { (unit, *at) } else { (*at, unit) };
                needs[later].push(earlier);
            }
        }
        for (at, parent) in &self.inheriting {
            needs[*at].extend(column_drops.get(parent).into_iter().flatten());
        }
        for (id, object) in self.from.objects() {
            let of_parent = object.parent.filter(|_| object.kind() != Kind::Column);
            for needed in object.depends_on.iter().copied().chain(of_parent) {
                let Some(columns) = column_drops.get(&needed) else { continue };
                let drop = drop_of.get(&id).copied();
                let units = self.diff.to(id).and_then(|to| units_of.get(&to)).into_iter().flatten().copied();
                let is_replaced = !self.fates.taken.contains(&id);
                // What is only said of it anew holds on to nothing.
                let is_said = |unit: &usize| {
                    let said = |sql: &String| {
                        ["COMMENT ON ", "GRANT ", "REVOKE "].iter().any(|it| sql.starts_with(it))
                    };
                    self.new.units[*unit].sql.iter().all(said)
                };
                let is_left = |unit: &usize| self.left_by_parents.iter().any(|(at, _)| at == unit);
                let lets_go = units.filter(|unit| is_replaced && !is_said(unit) && !is_left(unit));
                let before: Vec<usize> = drop.into_iter().chain(lets_go).collect();
                for &column in columns {
                    needs[column].extend(before.iter().copied().filter(|&it| it != column));
                }
            }
        }
    }
}

fn wanted_names(to: &Model, fates: &Fates) -> HashSet<QualifiedName> {
    let is_relation = |id: &ObjectId| {
        let kind = to.object(*id).kind();
        has_relation_name(kind) || matches!(kind, Kind::Table | Kind::View | Kind::Sequence)
    };
    let identity = |id: &ObjectId| match &to.object(*id).body {
        Body::Column(Column { identity: Some(it), .. }) => Some(it.sequence.clone()),
        _ => None,
    };
    let made = || fates.made.iter().copied();
    let relations = made().filter(is_relation).map(|id| relation_name(to, id));
    relations.chain(made().filter_map(|id| identity(&id))).collect()
}

/// A name for what makes room for another of its name, within the length a name may have.
pub(crate) fn aside(name: &str) -> String {
    const SUFFIX: &str = "__old";
    let mut end = name.len().min(MAX_NAME_BYTES - SUFFIX.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{SUFFIX}", &name[..end])
}

/// The name among those of relations, and of extended statistics among theirs: these may be in another schema than their table.
pub(crate) fn relation_name(model: &Model, id: ObjectId) -> QualifiedName {
    match &model.object(id).body {
        Body::Statistics(it) => QualifiedName::new("pg_statistic_ext", statistics_name(&it.definition)),
        _ => model.walk(id).qualified_name(),
    }
}

/// Keys are found by the name of their index, which stands among those of tables.
pub(crate) fn has_relation_name(kind: Kind) -> bool {
    matches!(kind, Kind::PrimaryKey | Kind::Unique | Kind::Exclusion | Kind::Index | Kind::Statistics)
}

/// What an object is called in a plan: `table public.film`.
pub(crate) fn object_name(model: &Model, id: ObjectId) -> String {
    format!("{} {}", model.object(id).kind().word().replace('_', " "), model.display_name(id))
}

/// `ALTER … RENAME`, of a column at its table.
pub(crate) fn rename_statement(model: &Model, id: ObjectId, to: &str) -> String {
    let writer = Writer::new(model);
    let object = model.object(id);
    if object.kind() == Kind::Column {
        let table = qualified(&writer.name_of_parent(object));
        return format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quote(&object.name), quote(to));
    }
    let target = writer.target(id).unwrap_or_default();
    format!("ALTER {target} RENAME TO {}", quote(to))
}
