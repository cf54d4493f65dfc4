//! What was seen of a plan that ran on a scratch database.

use cadastre_model::Model;
use cadastre_plan::{Plan, TableLock};

/// What is to be rehearsed.
#[derive(Debug, Clone, Copy)]
pub struct Rehearse<'a> {
    /// Makes the schema the plan starts from in an empty database.
    pub script: &'a str,
    /// That schema.
    pub from: &'a Model,
    /// The plan.
    pub plan: &'a Plan,
    /// Put rows into the tables first, where the engine knows how.
    pub with_rows: bool,
}

/// What a step did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenStep {
    /// Locks that were stronger after the step than before it, on tables that were there before the plan.
    pub locks: Vec<TableLock>,
    /// Tables whose rows were written anew.
    pub rewritten: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The schema that was reached.
    pub model: Model,
    /// What each step did, in the plan's order; empty where the engine does not let itself be watched.
    pub steps: Vec<SeenStep>,
    /// Tables that held rows of ours before: the table, how many, and how many of them after; nothing if it is gone.
    pub rows: Vec<(String, i64, Option<i64>)>,
}
