//! The plan from one model to another: what is taken down, altered, made and removed, and what comes before what.
//!
//! [`takedown`] decides what becomes of each object; [`alter`], [`column`] and the script's own writer make the statements; here they are
//! joined in one graph. A statement of the old state waits for what stands on it to be gone; one of the new state, for what it
//! stands on to be there.

mod alter;
mod column;
mod comparable;
mod foreign;
mod handover;
mod links;
mod locks;
mod online;
mod parents;
mod partitions;
mod removal;
mod takedown;
pub(crate) mod time_outs;
mod types;

use std::collections::{BTreeSet, HashMap, HashSet};

use cadastre_diff::Diff;
use cadastre_engine::{DbError, ErrorCode};
use cadastre_model::*;
use cadastre_plan::{Action, Hazard, Note, Obstacle, Plan, Reason, Step, Transactional, arrange};

use crate::dialect::{qualified, quote};
use crate::own_path;
use crate::satellites::statistics_name;
use crate::script::{Rank, Writer};
pub(crate) use comparable::comparable;
use comparable::plannable;
use locks::Locks;
pub(crate) use online::online;
use takedown::Fates;
pub(crate) use types::is_type;

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
    planning.say_unseen();
    planning.make();
    planning.alter();
    planning.go_on_numbering_partitions();
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
    time_outs::set(&mut result);
    if !result.is_empty() {
        result.preamble = PREAMBLE.iter().map(|it| (*it).to_owned()).collect();
    }
    Ok(result)
}

/// A step in a few words.
fn first_words(action: &Action) -> String {
    let first = action.step.first_statement().map(|it| it.lines().next().unwrap_or_default());
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
    /// Units that make a table logged, or not, with that table.
    pub logging: Vec<(usize, ObjectId)>,
    /// Units that make a table inherit from another.
    pub joining: Vec<usize>,
    /// Those of them that come before the table leaves another.
    pub handing_over: Vec<usize>,
    /// Units that make a table leave one that it is a partition of or inherits from, with the tables whose columns change only then.
    pub leaving: Vec<(usize, ObjectId)>,
    /// Units that drop types which stepped aside, with those.
    pub retiring: Vec<(usize, ObjectId)>,
    /// Units that make a table one of a type, with that table.
    pub typing: Vec<(usize, ObjectId)>,
    /// Units that make a table one of no type, with that table.
    pub untyping: Vec<(usize, ObjectId)>,
    /// Units that make a partition leave its table to join it with other bounds, with that table.
    pub rebinding: Vec<(QualifiedName, usize)>,
    /// Units that drop what an heir has of a column that its parents do not have any more, with that column.
    pub left_by_parents: Vec<(usize, ObjectId)>,
    /// Names that renamed indexes leave, with the units that do it.
    pub vacating: Vec<(QualifiedName, usize)>,
    /// Names that renamed indexes get, with the units that do it.
    pub occupying: Vec<(QualifiedName, usize)>,
    /// The names of relations and indexes that are made.
    pub wanted_names: HashSet<QualifiedName>,
    /// The primary and unique keys that are made, by name.
    pub made_keys: HashMap<QualifiedName, ObjectId>,
    /// Units that free a sequence from a column that goes, with that column.
    pub disowning: Vec<(usize, ObjectId)>,
    /// Units of the new state that must stand alone.
    pub alone: Vec<usize>,
    pub notes: Vec<Note>,
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
            logging: Vec::new(),
            joining: Vec::new(),
            handing_over: Vec::new(),
            leaving: Vec::new(),
            untyping: Vec::new(),
            typing: Vec::new(),
            retiring: Vec::new(),
            wanted_names: wanted_names(to, fates),
            made_keys: made_keys(to, fates),
            disowning: Vec::new(),
            left_by_parents: Vec::new(),
            rebinding: Vec::new(),
            vacating: Vec::new(),
            occupying: Vec::new(),
            alone: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What comes or goes only in the eyes of who read one side.
    fn say_unseen(&mut self) {
        for change in self.diff.changes.iter().filter(|it| takedown::is_unseen(self.from, self.to, it)) {
            let name = match (change.from, change.to) {
                (Some(id), _) => object_name(self.from, id),
                (None, Some(id)) => object_name(self.to, id),
                _ => continue,
            };
            self.notes.push(Note::about(Obstacle::Unseen, vec![name]));
        }
    }

    fn make(&mut self) {
        for &id in &self.fates.made {
            if self.comes_by_inheritance(id) {
                self.new.settle_heirs_column(id);
                self.new.settle_heirs_key(id);
            } else {
                self.new.write(id);
            }
        }
        self.put_named_keys_first();
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
            Body::Check(check) => check.inheritance == Inheritance::Inherited && self.has_heritage(object),
            // Who joins a table brings its key along, with the name that it is to have.
            Body::PrimaryKey(key) | Body::Unique(key) => {
                key.attached_to.as_ref().is_some_and(|above| self.made_keys.contains_key(above))
                    && self.stays_below(object)
                    && self.is_named_by_server(object, key)
            }
            Body::ForeignKey(key) => !self.stays_below(object) && self.is_left_with(object, key),
            _ => false,
        }
    }

    /// Whether the table of a new column or check stays below one that has the same, so that it comes from there.
    fn has_heritage(&self, part: &Object) -> bool {
        let before = part.parent.and_then(|table| self.diff.from(table)).map(|it| &self.from.object(it).body);
        before.is_some_and(|before| self.comes_from_above(self.to, part, before))
    }

    /// Whether a column or check of a model is that of a table above its own, which stays above it: it is there in the other state
    /// (`other`) too, and not made anew.
    fn comes_from_above(&self, model: &Model, part: &Object, other: &Body) -> bool {
        let own = part.parent.map(|table| &model.object(table).body);
        let (Some(Body::Table(table)), Body::Table(other)) = (own, other) else { return false };
        let has_same = |name: &QualifiedName| {
            let above = model.find_relation(name).map(|parent| model.children(parent)).unwrap_or_default();
            let mut above = above.iter().map(|&id| model.object(id));
            above.any(|it| it.kind() == part.kind() && it.name == part.name)
        };
        let parent = |table: &Table| table.partition_of.as_ref().map(|it| it.parent.clone());
        let is_below =
            |it: &QualifiedName| parent(other).as_ref() == Some(it) && !self.is_made_anew(it) && has_same(it);
        parent(table).is_some_and(|it| is_below(&it))
            || table.inherits.iter().any(|it| other.inherits.contains(it) && has_same(it))
    }

    /// What the table of a part was before.
    fn table_before(&self, part: ObjectId) -> Option<ObjectId> {
        self.to.object(part).parent.and_then(|table| self.diff.from(table))
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
            if own_path::call_by_path(self.to, unit.object, &step.statements) {
                own_path::with_own_path(&mut step.statements);
            }
            let old =
                self.diff.from(unit.object).filter(|_| self.to.object(unit.object).kind() == Kind::Column);
            if let Some((old, table)) = old.and_then(|old| Some((old, self.from.object(old).parent?))) {
                locks_before.describe_retyping(&mut step, table, old);
            }
            let lost = match (old, unit.rank) {
                (Some(column), Rank::Column) => self.lost_with_type(column),
                _ => self.attributes_lost(unit),
            };
            if !lost.is_empty() {
                step.hazards.push(Hazard::about(Reason::ValuesGone, lost));
                step.hazards.push(Hazard::new(Reason::OnlyBackup));
            }
            if let Some(old) = self.diff.from(unit.object).or_else(|| self.table_before(unit.object)) {
                locks_before.describe_heirs(&mut step, old);
            }
            for (_, parent) in self.leaving.iter().filter(|(unit, _)| *unit == at) {
                locks_before.describe_leaving(&mut step, *parent);
            }
            if let (Rank::Column, Some(Body::Column(a)), Body::Column(b)) =
                (unit.rank, before, &self.to.object(unit.object).body)
                && column::may_lose(&a.data_type, &b.data_type)
                && !locks::values_stay(&a.data_type, &b.data_type)
            {
                let types = vec![a.data_type.clone(), b.data_type.clone()];
                step.hazards.push(Hazard::about(Reason::Cut, types));
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

fn made_keys(to: &Model, fates: &Fates) -> HashMap<QualifiedName, ObjectId> {
    let is_key = |id: &ObjectId| matches!(to.object(*id).kind(), Kind::PrimaryKey | Kind::Unique);
    fates.made.iter().copied().filter(is_key).map(|id| (to.walk(id).qualified_name(), id)).collect()
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
pub(crate) fn rename_step(model: &Model, id: ObjectId, to: &str) -> Step {
    let writer = Writer::new(model);
    let object = model.object(id);
    let sql = if object.kind() == Kind::Column {
        let table = qualified(&writer.name_of_parent(object));
        format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quote(&object.name), quote(to))
    } else {
        format!("ALTER {} RENAME TO {}", writer.target(id).unwrap_or_default(), quote(to))
    };
    let mut step = Step::renaming(sql, Vec::new());
    Locks::new(model, &BTreeSet::new()).describe_renaming(&mut step, id);
    step
}
