//! A plan in a file: written, read back, and held against what there is now. A plan is for the schema that it was made from, and for no other.

use std::path::Path;

use cadastre_plan::{FORMAT, Plan, VERSION};

use super::{Comparison, Strategy};
use crate::error::{AppError, Code};

/// The artefact in a file's words.
///
/// # Errors
/// None that a person could cause.
pub fn plan_json(plan: &Plan) -> Result<String, AppError> {
    serde_json::to_string_pretty(plan)
        .map(|text| text + "\n")
        .map_err(|error| AppError::new(Code::Internal, format!("writing the plan: {error}")))
}

/// The plan in a file.
///
/// # Errors
/// A file that is not there, is no plan, or is one of a later version.
pub fn read_plan(path: &Path) -> Result<Plan, AppError> {
    let reading = |code, what: String| AppError::new(code, format!("reading {}: {what}", path.display()));
    let text = std::fs::read_to_string(path)
        .map_err(|error| reading(Code::NotFound, error.to_string()).with_hint("check the path"))?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| {
        reading(Code::InvalidInput, format!("this is no plan ({error})"))
            .with_hint("give a file that `cadastre plan` wrote")
    })?;
    if plan.format != FORMAT || plan.version > VERSION {
        let what =
            format!("a plan of format {} {}, this program knows up to {VERSION}", plan.format, plan.version);
        return Err(reading(Code::InvalidInput, what).with_hint("use the version of Cadastre that wrote it"));
    }
    Ok(plan)
}

impl Comparison {
    /// Whether a plan that was kept is still the plan from the first side to the second.
    ///
    /// # Errors
    /// [`Code::FingerprintMismatch`] with what is not as it was: a side, or the steps.
    pub fn expect_kept(&self, kept: &Plan, strategy: Strategy) -> Result<(), AppError> {
        let now = self.plan(strategy)?;
        let refused = |what: &str, hint: &str| {
            Err(AppError::new(Code::FingerprintMismatch, format!("checking the plan: {what}"))
                .with_hint(hint))
        };
        let (same_from, same_to) = (now.from == kept.from, now.to == kept.to);
        if self.is_empty() && same_to && !same_from {
            return refused(
                "it has been carried out: the first side is already what the plan leads to",
                "there is nothing left to do",
            );
        }
        let again = "do not run it; look at what changed, and make the plan anew";
        match (same_from, same_to) {
            (true, true) if now.hash() == kept.hash() => Ok(()),
            (true, true) => refused(
                "both sides are as they were, but the plan between them has other steps",
                "give the options that it was made with, and the version of Cadastre that made it; or make it anew",
            ),
            (false, true) => refused("the first side has changed since the plan was made", again),
            (true, false) => refused("the second side has changed since the plan was made", again),
            (false, false) => refused("both sides have changed since the plan was made", again),
        }
    }
}
