//! A plan in words.

use std::fmt::Write;

use crate::plan::{HazardKind, Plan, WorkClass};

/// What the plan does, a line for each step, hazards below it.
pub fn summary(plan: &Plan) -> String {
    let mut text = format!("{} steps in {} groups\n", plan.steps().count(), plan.groups.len());
    for (at, group) in plan.groups.iter().enumerate() {
        let how = if group.transaction { "one transaction" } else { "by itself" };
        let _ = writeln!(text, "\ngroup {} ({how})", at + 1);
        for step in &group.steps {
            let first =
                step.statements.first().map(|it| it.lines().next().unwrap_or_default()).unwrap_or_default();
            let _ = writeln!(text, "  {}: {first}", step.object);
            for lock in &step.locks {
                let _ = writeln!(text, "      locks {} ({})", lock.table, word(&lock.lock));
            }
            if step.work != WorkClass::Metadata {
                let _ = writeln!(text, "      work: {}", word(&step.work));
            }
            for hazard in &step.hazards {
                let _ = writeln!(text, "      ! {}: {}", hazard_word(hazard.kind), hazard.message);
            }
        }
    }
    for note in &plan.notes {
        let _ = writeln!(text, "\nnote: {note}");
    }
    text
}

fn word(it: &impl serde::Serialize) -> String {
    serde_json::to_value(it)
        .ok()
        .and_then(|it| it.as_str().map(|it| it.replace('_', " ")))
        .unwrap_or_default()
}

fn hazard_word(kind: HazardKind) -> String {
    word(&kind)
}
