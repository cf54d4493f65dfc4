//! How long each step may take, and how one sees that a step that stands alone is done.

use cadastre_plan::{Group, LockClass, Plan, Step, TimeOuts, WorkClass};

use super::online::constraint_name;
use crate::dialect::literal;

/// As the preamble says: whoever comes after waits behind a step that waits, so that it does not wait for long.
pub(crate) const SESSION: TimeOuts = TimeOuts { lock: 5, statement: 0 };
/// What changes the catalogue alone is done at once, or something is wrong, while its locks hold up others.
const CATALOGUE: TimeOuts = TimeOuts { lock: 5, statement: 60 };
/// What is done beside reading and writing waits for every transaction that was there before it, and holds up nobody.
const BESIDE: TimeOuts = TimeOuts { lock: 600, statement: 0 };

/// The settings that make what follows take no longer.
pub(crate) fn statements(time_outs: TimeOuts) -> Vec<String> {
    let set = |name: &str, seconds: u32| match seconds {
        0 => format!("SET {name} = 0"),
        seconds => format!("SET {name} = '{seconds}s'"),
    };
    vec![set("lock_timeout", time_outs.lock), set("statement_timeout", time_outs.statement)]
}

/// Gives every step its time-outs, and those that stand alone their probes.
pub(super) fn set(plan: &mut Plan) {
    for group in &mut plan.groups {
        let Group { transaction, steps } = group;
        for step in steps {
            step.time_outs = Some(time_outs(step, *transaction));
            step.probe = step.statements.iter().filter(|_| !*transaction).find_map(|sql| probe(sql));
        }
    }
}

fn time_outs(step: &Step, transaction: bool) -> TimeOuts {
    let holds_up = step.locks.iter().any(|it| it.lock > LockClass::ShareUpdateExclusive);
    match step.work {
        WorkClass::Metadata if holds_up => CATALOGUE,
        WorkClass::Scan if !transaction => BESIDE,
        _ => SESSION,
    }
}

/// Whether a statement is done that is not part of a transaction. An index that could not be built to its end is there, and of no use.
fn probe(sql: &str) -> Option<String> {
    if let Some(rest) = sql.strip_prefix("ALTER TYPE ") {
        let (name, rest) = rest.split_once(" ADD VALUE ")?;
        let label = first_literal(rest)?;
        return Some(format!(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype({}) AND enumlabel = {label})",
            literal(name)
        ));
    }
    let rest = ["CREATE INDEX CONCURRENTLY ", "CREATE UNIQUE INDEX CONCURRENTLY "]
        .iter()
        .find_map(|head| sql.strip_prefix(head))?;
    let index = constraint_name(rest);
    let table = rest[index.len()..].strip_prefix(" ON ")?;
    let schema = constraint_name(table).split('.').next().filter(|_| !table.starts_with('"'));
    let schema = schema.unwrap_or_else(|| constraint_name(table));
    Some(format!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({}) AND indisvalid)",
        literal(&format!("{schema}.{index}"))
    ))
}

/// The literal a text begins with.
fn first_literal(text: &str) -> Option<&str> {
    let start = usize::from(text.starts_with('E')) + 1;
    let mut at = start;
    loop {
        let next = at + text.get(at..)?.find('\'')?;
        if !text[next + 1..].starts_with('\'') {
            return Some(&text[..=next]);
        }
        at = next + 2;
    }
}
