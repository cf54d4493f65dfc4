//! The forms that lock least: indexes concurrently, constraints not valid first and validated later. Manual: "Building Indexes Concurrently",
//! the notes of `ALTER TABLE`. What is done concurrently is done alone, so transactions end before it and begin anew after it.

use cadastre_plan::{Group, HazardKind, LockClass, Plan, Step, WorkClass};

/// The same plan with the least locking; it leads to the same schema.
pub(crate) fn online(plan: Plan) -> Plan {
    let mut groups: Vec<Group> = Vec::new();
    let mut validations: Vec<Step> = Vec::new();
    for group in plan.groups {
        for step in group.steps {
            if !group.transaction {
                groups.push(Group { transaction: false, steps: vec![step] });
            } else if let Some(alone) = concurrently(&step) {
                groups.push(Group { transaction: false, steps: vec![alone.0] });
                alone.1.into_iter().for_each(|rest| push(&mut groups, rest));
            } else {
                let (step, validation) = not_valid_first(step);
                push(&mut groups, step);
                validations.extend(validation);
            }
        }
    }
    // Each by itself, so that no lock is held longer than its own table is read.
    groups.extend(validations.into_iter().map(|step| Group { transaction: true, steps: vec![step] }));
    Plan { groups, ..plan }
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

/// A foreign key or check that reads the table is written down first, and validated when everything else is done.
fn not_valid_first(mut step: Step) -> (Step, Option<Step>) {
    let is_one = |sql: &str| {
        sql.starts_with("ALTER TABLE ")
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
    };
    step.statements[0] = format!("{first} NOT VALID");
    step.work = WorkClass::Metadata;
    step.hazards.clear();
    (step, Some(validation))
}

/// The quoted or plain name a text begins with.
fn constraint_name(text: &str) -> &str {
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
