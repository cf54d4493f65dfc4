//! What a statement locks and what it costs. Manual: "Explicit Locking" and the notes of `ALTER TABLE`; measured on PostgreSQL 15.

use std::collections::BTreeSet;

use cadastre_model::*;
use cadastre_plan::{Hazard, HazardKind, LockClass, Step, TableLock, WorkClass};

use crate::script::Rank;

/// The table an object is on, if it is there already.
fn table_of(model: &Model, id: ObjectId) -> Option<ObjectId> {
    let object = model.object(id);
    match object.kind() {
        Kind::Table | Kind::View => Some(id),
        Kind::Namespace | Kind::Domain => None,
        _ => object.parent.filter(|&parent| matches!(model.object(parent).kind(), Kind::Table | Kind::View)),
    }
}

fn lock(step: &mut Step, model: &Model, table: ObjectId, lock: LockClass) {
    let name = model.display_name(table);
    match step.locks.iter_mut().find(|it| it.table == name) {
        Some(it) => it.lock = it.lock.max(lock),
        None => step.locks.push(TableLock { table: name, lock }),
    }
}

/// Locks, work and hazards of a statement that makes or alters something.
pub(crate) fn describe(step: &mut Step, rank: Rank, model: &Model, id: ObjectId, made: &BTreeSet<ObjectId>) {
    let object = model.object(id);
    let is_made = made.contains(&id);
    let Some(table) = table_of(model, id) else { return };
    let is_new_table = made.contains(&table);
    if let Body::ForeignKey(key) = &object.body {
        let target = model.find_relation(&key.references);
        let on = [Some(table), target].into_iter().flatten();
        on.filter(|it| !made.contains(it)).for_each(|it| lock(step, model, it, LockClass::ShareRowExclusive));
        if !is_new_table && key.validated == Validated::Yes {
            step.work = WorkClass::Scan;
            step.hazards
                .push(Hazard::new(HazardKind::DataDependent, "rows without a counterpart make it fail"));
        }
        return;
    }
    if is_new_table {
        return;
    }
    match &object.body {
        Body::Index(_) if is_made => {
            lock(step, model, table, LockClass::Share);
            step.work = WorkClass::Scan;
            step.hazards
                .push(Hazard::new(HazardKind::BlockingBuild, "writing waits while the index is built"));
        }
        Body::Trigger(_) if is_made => lock(step, model, table, LockClass::ShareRowExclusive),
        Body::Statistics(_) => lock(step, model, table, LockClass::ShareUpdateExclusive),
        Body::PrimaryKey(_) | Body::Unique(_) | Body::Exclusion(_) if is_made => {
            lock(step, model, table, LockClass::AccessExclusive);
            step.work = WorkClass::Scan;
            step.hazards
                .push(Hazard::new(HazardKind::LongLock, "nobody reads or writes while its index is built"));
            step.hazards.push(Hazard::new(HazardKind::DataDependent, "duplicates make it fail"));
        }
        Body::Check(check) if is_made => {
            lock(step, model, table, LockClass::AccessExclusive);
            if check.validated == Validated::Yes {
                step.work = WorkClass::Scan;
                step.hazards.push(Hazard::new(HazardKind::DataDependent, "rows that break it make it fail"));
            }
        }
        _ => describe_by_words(step, model, table, rank),
    }
}

/// What the words of the statements say.
fn describe_by_words(step: &mut Step, model: &Model, table: ObjectId, rank: Rank) {
    for statement in step.statements.clone() {
        let has = |words: &str| statement.contains(words);
        if statement.starts_with("COMMENT ON") || has(" SET STATISTICS ") || has(" VALIDATE CONSTRAINT ") {
            lock(step, model, table, LockClass::ShareUpdateExclusive);
        } else if statement.starts_with("GRANT") || statement.starts_with("REVOKE") {
            step.hazards.push(Hazard::new(HazardKind::PrivilegeChange, "who may do what changes"));
        } else if statement.starts_with("ALTER TABLE") || rank == Rank::View || statement.starts_with("ALTER")
        {
            lock(step, model, table, LockClass::AccessExclusive);
        }
        if has(" TYPE ") && statement.starts_with("ALTER TABLE") || has(" ADD GENERATED ") || has(" STORED") {
            step.work = WorkClass::Rewrite;
            step.hazards
                .push(Hazard::new(HazardKind::LongLock, "every row is written anew while everybody waits"));
            step.hazards.push(Hazard::new(HazardKind::DataDependent, "values that do not fit make it fail"));
        } else if has(" SET NOT NULL") {
            step.work = step.work.max(WorkClass::Scan);
            step.hazards.push(Hazard::new(HazardKind::DataDependent, "rows without a value make it fail"));
        }
    }
}

/// Locks and hazards of a statement that takes something away.
pub(crate) fn describe_drop(step: &mut Step, model: &Model, id: ObjectId) {
    let object = model.object(id);
    if let Some(table) = table_of(model, id) {
        lock(step, model, table, LockClass::AccessExclusive);
    }
    match &object.body {
        Body::ForeignKey(key) => {
            if let Some(target) = model.find_relation(&key.references) {
                lock(step, model, target, LockClass::AccessExclusive);
            }
        }
        Body::Table(_) => {
            let drops = step.statements.iter().any(|it| it.starts_with("DROP"));
            if drops {
                step.hazards.push(Hazard::new(HazardKind::DataLoss, "its rows are gone"));
                step.hazards.push(Hazard::new(HazardKind::Irreversible, "only a backup brings them back"));
            }
        }
        Body::Column(_) if step.statements.iter().any(|it| it.contains("DROP COLUMN")) => {
            step.hazards.push(Hazard::new(HazardKind::DataLoss, "its values are gone"));
            step.hazards.push(Hazard::new(HazardKind::Irreversible, "only a backup brings them back"));
        }
        _ => {}
    }
}
