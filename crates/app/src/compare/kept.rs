//! A plan in a file: written, read back, and held against what there is now. A plan is for the schema that it was made from, and for no other.

use std::path::Path;

use cadastre_plan::{FORMAT, Plan, VERSION};
use serde::Deserialize;

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

/// What a file begins with, whatever the version of the rest.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// The plan in a file.
///
/// # Errors
/// A file that is not there, is no plan, or is one of a later version.
pub fn read_plan(path: &Path) -> Result<Plan, AppError> {
    let reading = |code, what: String| AppError::new(code, format!("reading {}: {what}", path.display()));
    let text = std::fs::read_to_string(path)
        .map_err(|error| reading(Code::NotFound, error.to_string()).with_hint("check the path"))?;
    let no_plan = |why: String| {
        reading(Code::InvalidInput, format!("this is no plan ({why})"))
            .with_hint("give a file that `cadastre plan` wrote")
    };
    let head: Head = serde_json::from_str(&text).map_err(|error| no_plan(error.to_string()))?;
    if head.format != FORMAT {
        return Err(no_plan(format!("its format is {:?}", head.format)));
    }
    if head.version != VERSION {
        let what = format!("a plan of version {}, and this program reads those of {VERSION}", head.version);
        return Err(reading(Code::InvalidInput, what)
            .with_hint("make it anew, or use the version of Cadastre that made it"));
    }
    serde_json::from_str(&text).map_err(|error| no_plan(error.to_string()))
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
            (true, false) => refused(
                "it does not lead to the second side as it is: that has changed, or the plan makes only some of the changes",
                again,
            ),
            (false, false) => refused("both sides have changed since the plan was made", again),
        }
    }
}
