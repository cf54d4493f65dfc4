//! Renames that somebody said, carried out; and the way back, which begins with the old names.

use std::collections::HashMap;

use cadastre_diff::{Naming, Rename, rename};
use cadastre_engine::Dialect;
use cadastre_model::{Body, Inheritance, Kind, Model, ObjectId};
use cadastre_plan::{Group, Plan, RENAMING, Step};

use super::view::RenameAnswer;
use super::{Comparison, Strategy, dialect_of, difference};
use crate::error::{AppError, Code};

/// A model after renames, as its engine does them.
///
/// # Errors
/// A name that is taken.
pub(super) fn carry_out(dialect: &dyn Dialect, model: &Model, renames: &[Rename]) -> Result<Model, AppError> {
    let naming = Naming {
        quote: &|name| dialect.quote_identifier(name).to_string(),
        // It is doubled where it means something.
        has_backslashes: dialect.quote_literal("\\").to_string().contains("\\\\"),
        follow: dialect.texts_follow(),
        key_mark: dialect.mark_of_own_keys(),
    };
    rename(model, renames, &naming).map_err(|error| {
        AppError::new(Code::Conflict, format!("renaming: {error}")).with_hint("choose a name that is free")
    })
}

/// The rename that a question was answered with.
pub(super) fn answered_rename(from: &Model, to: &Model, answer: &RenameAnswer) -> Result<Rename, AppError> {
    let named = |model: &Model, name: &str| {
        let mut objects = model.objects().map(|(id, _)| id);
        objects.find(|id| {
            matches!(model.object(*id).kind(), Kind::Table | Kind::View | Kind::Column)
                && model.display_name(*id) == name
        })
    };
    let found = named(from, &answer.from).zip(named(to, &answer.to));
    let (object, new) = found.ok_or_else(|| {
        let message = format!("renaming: {} is not there any more", answer.from);
        AppError::new(Code::NotFound, message).with_hint("compare once more")
    })?;
    Ok(Rename { object, field: None, to: to.object(new).name.clone() })
}

/// The steps that rename: columns and fields while their tables have their old names, then tables.
pub(super) fn rename_steps(
    dialect: &dyn Dialect,
    model: &Model,
    renames: &[Rename],
) -> Result<Vec<Step>, AppError> {
    let step = |it: &Rename| match &it.field {
        Some(field) => dialect.rename_field_step(model, it.object, field, &it.to),
        None => dialect.rename_step(model, it.object, &it.to),
    };
    Ok(in_order(model, renames).into_iter().map(step).collect::<Result<_, _>>()?)
}

/// Columns and fields before tables.
fn in_order<'r>(model: &Model, renames: &'r [Rename]) -> Vec<&'r Rename> {
    let is_inside = |it: &&Rename| it.field.is_some() || model.object(it.object).kind() == Kind::Column;
    let (inside, relations): (Vec<&Rename>, Vec<&Rename>) = renames.iter().partition(is_inside);
    [inside, relations].concat()
}

impl Comparison {
    /// The same plan, and with each of its steps what takes it back: for whoever reads it.
    ///
    /// # Errors
    /// What the engine cannot plan.
    pub fn plan_with_ways_back(&self, strategy: Strategy) -> Result<Plan, AppError> {
        let mut plan = self.plan(strategy)?;
        // Where there is no way back, each step says so.
        if let Ok(reverse) = self.reverse() {
            take_back(&mut plan, &reverse, &self.names_before()?);
            self.name_back(&mut plan)?;
        }
        Ok(plan)
    }

    /// The plan that goes back: names first where they can be, so that all that follows is about what both have.
    ///
    /// # Errors
    /// What the engine cannot plan.
    pub fn reverse(&self) -> Result<Plan, AppError> {
        self.expect_one_engine()?;
        let dialect = dialect_of(&self.from.origin.engine)?;
        let (from, to) = (self.to.fingerprint().to_string(), self.original.fingerprint().to_string());
        let plan = match self.names_first()? {
            Some((renames, before)) => {
                let found = difference(dialect, &before, &self.original);
                let mut plan = dialect.plan(&before, &self.original, &found)?;
                if !renames.is_empty() {
                    plan.groups.insert(0, rename_group(dialect, &rename_steps(dialect, &self.to, &renames)?));
                }
                plan
            }
            None => {
                let found = difference(dialect, &self.to, &self.from);
                let mut plan = dialect.plan(&self.to, &self.from, &found)?;
                let renames = self.names_back(Some);
                plan.groups.push(rename_group(dialect, &rename_steps(dialect, &self.from, &renames)?));
                plan
            }
        };
        Ok(Plan { from, to, ..plan })
    }

    /// What gives things in the second model their old names, and that model then; nothing where an old name belongs to something else by
    /// now, or what has it comes from a table above: that goes first.
    fn names_first(&self) -> Result<Option<(Vec<Rename>, Model)>, AppError> {
        let dialect = dialect_of(&self.from.origin.engine)?;
        let renames = self.names_back(|object| self.diff.to(object));
        let is_inherited = |it: &Rename| matches!(&self.to.object(it.object).body, Body::Column(it) if it.inheritance != Inheritance::Local);
        if renames.iter().any(is_inherited) {
            return Ok(None);
        }
        Ok(carry_out(dialect, &self.to, &renames).ok().map(|before| (renames, before)))
    }

    /// What gives things their old names back, for those that `place` finds in the model it is carried out on.
    fn names_back(&self, place: impl Fn(ObjectId) -> Option<ObjectId>) -> Vec<Rename> {
        let back = |it: &Rename| {
            let object = place(it.object)?;
            Some(match it.field.as_deref().map(|field| field.rsplit_once('.').unwrap_or(("", field))) {
                Some((above, last)) => {
                    let dot = if above.is_empty() { "" } else { "." };
                    Rename { object, field: Some(format!("{above}{dot}{}", it.to)), to: last.to_owned() }
                }
                None => Rename { object, field: None, to: self.original.object(it.object).name.clone() },
            })
        };
        // What was renamed last may have the name that another had.
        self.said.iter().rev().filter_map(back).collect()
    }

    /// Each step that renames is taken back by what gives its own object the old name.
    fn name_back(&self, plan: &mut Plan) -> Result<(), AppError> {
        let dialect = dialect_of(&self.from.origin.engine)?;
        let are_first = self.names_first()?.is_some();
        let ordered = in_order(&self.from, &self.said).into_iter();
        let renaming = plan.groups.iter_mut().flat_map(|group| &mut group.steps);
        for (step, rename) in renaming.filter(|step| step.object == RENAMING).zip(ordered) {
            let own = |object: ObjectId| Some(object).filter(|it| *it == rename.object);
            let back = match are_first {
                true => {
                    let renames = self.names_back(|object| own(object).and_then(|it| self.diff.to(it)));
                    rename_steps(dialect, &self.to, &renames)?
                }
                false => rename_steps(dialect, &self.from, &self.names_back(own))?,
            };
            step.reverse = back.into_iter().flat_map(|step| step.statements).collect();
        }
        Ok(())
    }

    /// What is called otherwise in the first model, as the plan there calls it and as the way back does.
    fn names_before(&self) -> Result<HashMap<String, String>, AppError> {
        // Else the way back calls them as the plan does until its end.
        let Some((_, before)) = self.names_first()? else { return Ok(HashMap::new()) };
        let pairs = [(&self.from, &self.original), (&self.to, &before)];
        let names = pairs.into_iter().flat_map(|(now, before)| {
            now.objects().map(|(id, _)| (now.display_name(id), before.display_name(id)))
        });
        Ok(names.filter(|(now, before)| now != before).collect())
    }

    /// The objects that somebody said are the same, with their old names.
    pub(super) fn renamed(&self) -> impl Iterator<Item = (ObjectId, &str)> {
        let objects = self.said.iter().filter(|it| it.field.is_none());
        objects.map(|it| (it.object, self.original.object(it.object).name.as_str()))
    }

    /// What renames the things that somebody said are the same.
    pub(super) fn rename_statements(&self) -> impl Iterator<Item = &String> {
        self.renames.iter().filter_map(Step::first_statement)
    }
}

/// Gives the steps of a plan what takes them back: of what the way back does to the same object the last undoes the first. The way back
/// calls things as `names_before` says.
fn take_back(plan: &mut Plan, reverse: &Plan, names_before: &HashMap<String, String>) {
    let called = |step: &Step| {
        let tails = step.object.match_indices(' ').map(|(at, _)| at + 1);
        let found = tails.filter_map(|at| Some((at, names_before.get(&step.object[at..])?))).next();
        found.map_or_else(|| step.object.clone(), |(at, name)| format!("{}{name}", &step.object[..at]))
    };
    let mut backs: HashMap<&str, Vec<&Step>> = HashMap::new();
    for step in reverse.steps() {
        backs.entry(&step.object).or_default().push(step);
    }
    let steps: Vec<&mut Step> = plan.groups.iter_mut().flat_map(|group| &mut group.steps).collect();
    let mut left: HashMap<String, usize> = HashMap::new();
    for step in &steps {
        *left.entry(called(step)).or_default() += 1;
    }
    for step in steps {
        let name = called(step);
        let Some(backs) = backs.get_mut(name.as_str()) else { continue };
        let left = left.entry(name).or_default();
        // The first step of the way there takes what remains at the end of the way back, so that nothing is left over.
        *left -= 1;
        let own = if *left == 0 { std::mem::take(backs) } else { backs.pop().into_iter().collect() };
        step.reverse = own.into_iter().flat_map(|back| back.statements.clone()).collect();
    }
}

/// Steps that rename, as a group.
pub(super) fn rename_group(dialect: &dyn Dialect, steps: &[Step]) -> Group {
    Group { transaction: dialect.has_transactional_ddl(), steps: steps.to_vec() }
}
