//! The forms that lock least: indexes concurrently, keys from such indexes, constraints not valid first and validated later, `NOT NULL` through
//! a check. Manual: "Building Indexes Concurrently",
//! the notes of `ALTER TABLE`. What is done concurrently is done alone, so transactions end before it and begin anew after it.

use std::collections::HashSet;

use cadastre_plan::{Group, HazardKind, LockClass, Plan, Step, TableLock, WorkClass};

use crate::own_path::{take_path_off, with_own_path};

/// The same plan with the least locking; it leads to the same schema.
pub(crate) fn online(plan: Plan) -> Plan {
    let mut groups: Vec<Group> = Vec::new();
    let mut validations: Vec<Step> = Vec::new();
    let joining = joining_tables(&plan);
    for group in plan.groups {
        for mut step in group.steps {
            if !group.transaction {
                groups.push(Group { transaction: false, steps: vec![step] });
                continue;
            }
            let has_path = take_path_off(&mut step.statements);
            for (place, mut step) in forms(step, &joining) {
                if has_path {
                    with_own_path(&mut step.statements);
                }
                match place {
                    Place::Alone => groups.push(Group { transaction: false, steps: vec![step] }),
                    Place::Along => push(&mut groups, step),
                    Place::Apart => groups.push(Group { transaction: true, steps: vec![step] }),
                    Place::Last => validations.push(step),
                }
            }
        }
    }
    // Each by itself, so that no lock is held longer than its own table is read.
    groups.extend(validations.into_iter().map(|step| Group { transaction: true, steps: vec![step] }));
    let mut plan = Plan { groups, ..plan };
    super::time_outs::set(&mut plan);
    plan
}

/// Where a step goes.
enum Place {
    /// Outside of a transaction.
    Alone,
    /// In the transaction of what is around it.
    Along,
    /// In a transaction of its own.
    Apart,
    /// In one of its own when all others are done.
    Last,
}

/// A step in the form that locks least: itself, or those that stand for it.
fn forms(step: Step, joining: &HashSet<String>) -> Vec<(Place, Step)> {
    if let Some((alone, rest)) = concurrently(&step) {
        let rest = rest.map(|rest| (Place::Along, rest));
        return std::iter::once((Place::Alone, alone)).chain(rest).collect();
    }
    if let Some((index, constraint)) = key_from_index(&step) {
        return vec![(Place::Alone, index), (Place::Along, constraint)];
    }
    if let Some([checked, validated, set]) = not_null_through_check(&step) {
        return vec![(Place::Along, checked), (Place::Apart, validated), (Place::Apart, set)];
    }
    let (step, validation) = not_valid_first(step, joining);
    std::iter::once((Place::Along, step)).chain(validation.map(|it| (Place::Last, it))).collect()
}

fn push(groups: &mut Vec<Group>, step: Step) {
    match groups.last_mut().filter(|group| group.transaction) {
        Some(group) => group.steps.push(step),
        None => groups.push(Group { transaction: true, steps: vec![step] }),
    }
}

/// An index of a table that is there: its statement by itself, and what follows it (comments, statistics).
fn concurrently(step: &Step) -> Option<(Step, Option<Step>)> {
    let first = step.statements.first()?;
    let builds = step.hazards.iter().any(|hazard| hazard.kind == HazardKind::BlockingBuild);
    let head = ["CREATE UNIQUE INDEX ", "CREATE INDEX "].into_iter().find(|head| first.starts_with(head))?;
    if !builds || first.contains(" ON ONLY ") {
        return None;
    }
    let sql = first.replacen(head, &format!("{head}CONCURRENTLY "), 1);
    let hazards =
        step.hazards.iter().filter(|hazard| hazard.kind != HazardKind::BlockingBuild).cloned().collect();
    let locks = step.locks.iter().cloned().map(|mut it| {
        it.lock = LockClass::ShareUpdateExclusive;
        it
    });
    let alone = Step { statements: vec![sql], locks: locks.collect(), hazards, ..step.clone() };
    let rest = Step {
        object: step.object.clone(),
        statements: step.statements[1..].to_vec(),
        locks: step.locks.clone(),
        ..Step::default()
    };
    Some((alone, Some(rest).filter(|rest| !rest.statements.is_empty())))
}

/// A key of a table that is there: its index is built beside writing, and the constraint takes it over.
fn key_from_index(step: &Step) -> Option<(Step, Step)> {
    let first = step.statements.first().filter(|_| step.work == WorkClass::Scan)?;
    let (head, rest) = first.split_once("ADD CONSTRAINT ")?;
    let table = head.trim_end().strip_prefix("ALTER TABLE ONLY ")?;
    let name = constraint_name(rest);
    let definition = rest[name.len()..].trim_start();
    let sort = ["UNIQUE", "PRIMARY KEY"].into_iter().find(|word| definition.starts_with(word))?;
    let (parts, timing) = match definition.split_once(" DEFERRABLE") {
        Some((parts, timing)) => (parts, format!(" DEFERRABLE{timing}")),
        None => (definition, String::new()),
    };
    let parts = parts.strip_prefix(sort)?.trim_start();
    let (nulls, parts) = match parts.strip_prefix("NULLS NOT DISTINCT ") {
        Some(parts) => (" NULLS NOT DISTINCT", parts),
        None => ("", parts),
    };
    let (columns, storage) = match parts.split_once(" WITH (") {
        Some((columns, storage)) => (columns, format!(" WITH ({storage}")),
        None => (parts, String::new()),
    };
    let beside = |lock| step.locks.iter().cloned().map(move |it| TableLock { lock, ..it }).collect();
    let keep = |wanted: HazardKind| step.hazards.iter().filter(|it| it.kind == wanted).cloned().collect();
    let index = Step {
        object: step.object.clone(),
        statements: vec![format!(
            "CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} {columns}{nulls}{storage}"
        )],
        locks: beside(LockClass::ShareUpdateExclusive),
        work: WorkClass::Scan,
        hazards: keep(HazardKind::DataDependent),
        ..Step::default()
    };
    let mut statements =
        vec![format!("ALTER TABLE ONLY {table} ADD CONSTRAINT {name} {sort} USING INDEX {name}{timing}")];
    statements.extend(step.statements[1..].iter().cloned());
    // A primary key looks for nulls where the columns may hold them.
    let work = if sort == "UNIQUE" { WorkClass::Metadata } else { WorkClass::Scan };
    Some((
        index,
        Step { object: step.object.clone(), statements, locks: step.locks.clone(), work, ..Step::default() },
    ))
}

/// The check that stands in for `NOT NULL` while the rows are read; it is gone when the step is done.
const STAND_IN: &str = "cadastre_not_null";

/// A column that is to take no nulls: a check that is not valid, its validation beside reading and writing, and what is then known.
fn not_null_through_check(step: &Step) -> Option<[Step; 3]> {
    let [only] = step.statements.as_slice() else { return None };
    let (table, column) = only.strip_suffix(" SET NOT NULL")?.split_once(" ALTER COLUMN ")?;
    if !table.starts_with("ALTER TABLE ") {
        return None;
    }
    let done = |statements: Vec<String>, lock: Option<LockClass>, work| Step {
        object: step.object.clone(),
        statements,
        locks: step
            .locks
            .iter()
            .map(|it| TableLock { lock: lock.unwrap_or(it.lock), ..it.clone() })
            .collect(),
        work,
        ..Step::default()
    };
    let check = format!("{table} ADD CONSTRAINT {STAND_IN} CHECK ({column} IS NOT NULL) NOT VALID");
    let validate = format!("{table} VALIDATE CONSTRAINT {STAND_IN}");
    let mut validated = done(vec![validate], Some(LockClass::ShareUpdateExclusive), WorkClass::Scan);
    validated.hazards.clone_from(&step.hazards);
    let drop = format!("{table} DROP CONSTRAINT {STAND_IN}");
    Some([
        done(vec![check], None, WorkClass::Metadata),
        validated,
        done(vec![only.clone(), drop], None, WorkClass::Metadata),
    ])
}

/// The tables that come to a parent, as statements name them. What that demands of them must be valid by then.
fn joining_tables(plan: &Plan) -> HashSet<String> {
    let statements = plan.steps().flat_map(|step| &step.statements);
    let one = |sql: &String| {
        let table = sql.strip_prefix("ALTER TABLE ")?;
        let heir = table.split_once(" INHERIT ").map(|(heir, _)| heir);
        let partition = table.split_once(" ATTACH PARTITION ").map(|(_, rest)| rest);
        let partition =
            partition.and_then(|rest| rest.split_once(" FOR VALUES").or(rest.split_once(" DEFAULT")));
        heir.filter(|heir| !heir.ends_with(" NO")).or(partition.map(|(name, _)| name)).map(str::to_owned)
    };
    statements.filter_map(one).collect()
}

/// A foreign key or check that reads the table is written down first, and validated when everything else is done.
fn not_valid_first(mut step: Step, joining: &HashSet<String>) -> (Step, Option<Step>) {
    let joins = |sql: &str| {
        let table =
            sql.split_once("ADD CONSTRAINT ").and_then(|(table, _)| table.strip_prefix("ALTER TABLE "));
        table.is_some_and(|table| joining.contains(table.trim()))
    };
    let is_one = |sql: &str| {
        sql.starts_with("ALTER TABLE ")
            && !joins(sql)
            && sql.contains("ADD CONSTRAINT ")
            // A partitioned table takes no foreign key that is not valid; one of its own is written with ONLY.
            && (sql.contains(" FOREIGN KEY (") && sql.starts_with("ALTER TABLE ONLY ") || sql.contains(" CHECK ("))
            && !sql.ends_with(" NOT VALID")
    };
    let Some(first) =
        step.statements.first().filter(|sql| step.work == WorkClass::Scan && is_one(sql)).cloned()
    else {
        return (step, None);
    };
    let Some((table, rest)) = first.split_once("ADD CONSTRAINT ") else { return (step, None) };
    let name = constraint_name(rest);
    let table = table.trim_end().replacen("ALTER TABLE ONLY ", "ALTER TABLE ", 1);
    let locks = step.locks.iter().cloned().map(|mut it| {
        it.lock = LockClass::ShareUpdateExclusive;
        it
    });
    let validation = Step {
        object: step.object.clone(),
        statements: vec![format!("{table} VALIDATE CONSTRAINT {name}")],
        locks: locks.collect(),
        work: WorkClass::Scan,
        hazards: step.hazards.clone(),
        ..Step::default()
    };
    step.statements[0] = format!("{first} NOT VALID");
    step.work = WorkClass::Metadata;
    step.hazards.clear();
    (step, Some(validation))
}

/// The quoted or plain name a text begins with.
pub(super) fn constraint_name(text: &str) -> &str {
    let end = match text.strip_prefix('"') {
        Some(quoted) => {
            let mut at = 0;
            loop {
                match quoted[at..].find('"') {
                    Some(next) if quoted[at + next + 1..].starts_with('"') => at += next + 2,
                    Some(next) => break at + next + 2,
                    None => break text.len(),
                }
            }
        }
        None => text.find(' ').unwrap_or(text.len()),
    };
    &text[..end]
}
