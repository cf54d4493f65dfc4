//! A plan in words.

use std::fmt::Write;

use crate::hazard::HazardKind;
use crate::plan::{Plan, TableSize, WorkClass};

/// What the plan does, a line for each step, hazards below it.
pub fn summary(plan: &Plan) -> String {
    let many = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let mut text =
        format!("{} in {}\n", many(plan.steps().count(), "step"), many(plan.groups.len(), "group"));
    for (at, group) in plan.groups.iter().enumerate() {
        let how = if group.transaction { "one transaction" } else { "by itself" };
        let _ = writeln!(text, "\ngroup {} ({how})", at + 1);
        for step in &group.steps {
            let first = step.first_statement().map(|it| in_a_line(it)).unwrap_or_default();
            let _ = writeln!(text, "  {}: {first}", step.object);
            for lock in &step.locks {
                let _ = writeln!(text, "      locks {} ({})", lock.table, word(&lock.lock));
            }
            if step.work != WorkClass::Metadata {
                let size = plan.size_of(step).map(|it| format!(", {}", size_words(it)));
                let _ = writeln!(text, "      work: {}{}", word(&step.work), size.unwrap_or_default());
            }
            for hazard in &step.hazards {
                let _ = writeln!(text, "      ! {}: {}", hazard_word(hazard.kind), hazard.message);
            }
        }
    }
    for note in &plan.notes {
        let _ = writeln!(text, "\nnote: {}", note.message);
    }
    text
}

/// `about 1200 rows, 340 MiB`.
fn size_words(size: &TableSize) -> String {
    let bytes = size.bytes.map(|bytes| format!(", {} MiB", bytes.div_ceil(1 << 20)));
    format!("about {} rows{}", size.rows, bytes.unwrap_or_default())
}

/// A statement without its line ends, cut where it is long.
fn in_a_line(statement: &str) -> String {
    const LONGEST: usize = 120;
    let text = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
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
