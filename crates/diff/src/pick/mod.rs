//! Taking some of the changes and leaving others: the model that is reached when only these are made.

mod grounds;
mod logging;
mod needs;
mod taking;

use std::collections::BTreeSet;

use cadastre_model::{Model, ModelError};

use crate::compare::Diff;
use needs::Needs;
use taking::Taking;

/// What came of picking.
#[derive(Debug, Clone)]
pub struct Picked {
    /// The first model with the picked changes made.
    pub model: Model,
    /// The changes that were not chosen and that the chosen ones need, by their place in the difference.
    pub also: Vec<usize>,
}

/// The first model after the chosen changes and those that they need. `chosen` holds places in `diff.changes`; others are
/// ignored.
///
/// # Errors
/// Two siblings would have one name: the changes cannot be taken apart like this.
pub fn pick(from: &Model, to: &Model, diff: &Diff, chosen: &BTreeSet<usize>) -> Result<Picked, ModelError> {
    if chosen.range(..diff.changes.len()).count() == diff.changes.len() {
        return Ok(Picked { model: to.clone(), also: Vec::new() });
    }
    let needs = Needs::new(from, to, diff);
    let all = needs.closure(chosen);
    let also = all.difference(chosen).copied().collect();
    if all.len() == diff.changes.len() {
        return Ok(Picked { model: to.clone(), also });
    }
    let taking = Taking { from, to, diff, needs: &needs, taken: &all };
    Ok(Picked { model: taking.build()?, also })
}
