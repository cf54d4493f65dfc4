//! The proof of a plan: it is run on a scratch database, there and back, and what was seen is held against what was announced.

use std::collections::HashMap;

use cadastre_engine::{Dialect, Rehearsal, Rehearse, RunContext};
use cadastre_model::Model;
use cadastre_plan::{HazardKind, LockClass, Plan, Proof, WorkClass};

use super::{Comparison, Scratch, Strategy, dialect_of, difference, elaborate};
use crate::connections::unknown_engine;
use crate::engines;
use crate::error::{AppError, Code};
use crate::tunnel;

impl Comparison {
    /// Runs the plan, and then its way back, on a copy of the first schema in the scratch database.
    ///
    /// # Errors
    /// [`Code::ProofFailed`] with what differs from what was promised; what keeps the scratch server from answering.
    pub async fn prove(
        &self,
        strategy: Strategy,
        scratch: Option<&Scratch>,
        context: &RunContext,
    ) -> Result<Proof, AppError> {
        let engine = &self.from.origin.engine;
        let dialect = dialect_of(engine)?;
        let plan = self.plan(strategy)?;
        let create = dialect.script_for_new_database(&self.original)?;
        let rehearsal = self.rehearse(&create, &plan, scratch, context).await?;
        expect_same(dialect, &rehearsal.model, &self.to, "the plan does not lead to the second schema")?;
        let watched_steps = expect_announced(&plan, &rehearsal)?;
        expect_rows(&plan, &rehearsal)?;
        let there = dialect.plan_script(&plan);
        let back = format!("{create}\n{there}\n{}", dialect.plan_script(&self.reverse()?));
        let returned = elaborate(engine, &back, scratch, context).await.map_err(failed)?;
        expect_same(dialect, &returned, &self.original, "the way back does not lead to the first schema")?;
        Ok(Proof {
            plan: plan.hash(),
            from: plan.from.clone(),
            to: plan.to.clone(),
            server: engines::product(&rehearsal.model.origin),
            watched_steps,
            tables_with_rows: rehearsal.rows.len() as u32,
        })
    }

    async fn rehearse(
        &self,
        create: &str,
        plan: &Plan,
        scratch: Option<&Scratch>,
        context: &RunContext,
    ) -> Result<Rehearsal, AppError> {
        let engine = &self.from.origin.engine;
        let driver = engines::driver(engine).ok_or_else(|| unknown_engine(engine))?;
        let (reached, _tunnel) = match scratch {
            Some(it) => {
                let (target, tunnel) = tunnel::reach(&it.target).await?;
                (Some(target), tunnel)
            }
            None => (None, None),
        };
        let secret = scratch.and_then(Scratch::password);
        let mut what = Rehearse { script: create, from: &self.original, plan, with_rows: true };
        let first = driver.rehearse(reached.as_ref(), secret.as_ref(), &what, context).await;
        match first {
            // Our rows are not the user's: where a step may fail for rows that do not fit, ours may be such.
            Err(error) if is_about_rows(&error) && has(plan, HazardKind::DataDependent) => {
                what.with_rows = false;
                let again = driver.rehearse(reached.as_ref(), secret.as_ref(), &what, context).await;
                again.map_err(|error| failed(error.into()))
            }
            first => first.map_err(|error| failed(error.into())),
        }
    }
}

fn failed(error: AppError) -> AppError {
    AppError { code: Code::ProofFailed, message: format!("proving the plan: {}", error.message), ..error }
}

/// SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation); engines that tell no class, or the general one, may
/// mean either.
fn is_about_rows(error: &cadastre_engine::DbError) -> bool {
    let is_such = |state: &str| {
        ["22", "23", "01", "HY"]
            .iter()
            .any(|class| state.contains(&format!("({class}")) || state.starts_with(class))
    };
    error.code == cadastre_engine::ErrorCode::StatementFailed
        && error.detail.state.as_deref().is_none_or(is_such)
}

fn has(plan: &Plan, kind: HazardKind) -> bool {
    plan.steps().any(|step| step.hazards.iter().any(|it| it.kind == kind))
}

fn broken(message: String) -> AppError {
    AppError::new(Code::ProofFailed, format!("proving the plan: {message}"))
        .with_hint("do not run this plan; please report it with both schemas")
}

fn expect_same(dialect: &dyn Dialect, got: &Model, wanted: &Model, what: &str) -> Result<(), AppError> {
    let rest = difference(dialect, got, wanted);
    let Some(first) = rest.changes.first() else { return Ok(()) };
    let name = first.to.map(|id| wanted.display_name(id)).or(first.from.map(|id| got.display_name(id)));
    let name = name.unwrap_or_default();
    Err(broken(format!("{what}: {} differences are left, the first at {name}", rest.changes.len())))
}

/// Each lock that was seen is no stronger than what was announced up to then in its transaction, and only steps that say so write rows
/// anew. How many steps were watched.
fn expect_announced(plan: &Plan, rehearsal: &Rehearsal) -> Result<u32, AppError> {
    let mut seen = rehearsal.steps.iter();
    let mut watched = 0;
    for group in &plan.groups {
        let mut announced: HashMap<&str, LockClass> = HashMap::new();
        for step in &group.steps {
            for it in &step.locks {
                let lock = announced.entry(&it.table).or_insert(it.lock);
                *lock = (*lock).max(it.lock);
            }
            let Some(seen) = seen.next() else { return Ok(watched) };
            watched += 1;
            for it in &seen.locks {
                if announced.get(it.table.as_str()).is_none_or(|lock| *lock < it.lock) {
                    let (step, table) = (&step.object, &it.table);
                    return Err(broken(format!("{step} locks {table} more than it says ({:?})", it.lock)));
                }
            }
            if let Some(table) = seen.rewritten.first().filter(|_| step.work != WorkClass::Rewrite) {
                return Err(broken(format!("{} writes {table} anew and does not say so", step.object)));
            }
        }
    }
    Ok(watched)
}

/// No row is lost where the plan does not say so.
fn expect_rows(plan: &Plan, rehearsal: &Rehearsal) -> Result<(), AppError> {
    let says_loss = |table: &str| {
        plan.steps().any(|step| {
            step.hazards.iter().any(|it| it.kind == HazardKind::DataLoss)
                && (step.object.ends_with(table) || step.locks.iter().any(|it| it.table == table))
        })
    };
    for (table, before, after) in &rehearsal.rows {
        if after.is_none_or(|after| after < *before) && !says_loss(table) {
            return Err(broken(format!("rows of {table} are lost, and no step says so")));
        }
    }
    Ok(())
}
