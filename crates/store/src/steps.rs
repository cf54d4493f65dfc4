//! The numbered steps by which the store's file grew. A step is never changed once it has been released; new ones follow.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::StoreError;

/// Statement batches; after the n-th, `PRAGMA user_version` is n.
const STEPS: &[&str] = &["
    CREATE TABLE connection (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        colour TEXT NOT NULL DEFAULT '',
        environment TEXT NOT NULL,
        target TEXT NOT NULL,
        secret_place TEXT NOT NULL,
        position INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE layout (
        source TEXT NOT NULL,
        relation TEXT NOT NULL,
        x REAL NOT NULL,
        y REAL NOT NULL,
        PRIMARY KEY (source, relation)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
"];

/// Marks the file as ours (`PRAGMA application_id`): \"Cada\".
const APPLICATION: i32 = 0x4361_6461;

/// Brings the file to the newest step; copies it first if it holds anything.
///
/// # Errors
/// [`StoreError::Newer`] for a file of a newer program, [`StoreError::Unreadable`] for a file that is not a store.
pub(crate) fn upgrade(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let known = STEPS.len() as u32;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && objects > 0 {
        let reason = "it is a database of another program".to_owned();
        return Err(StoreError::Unreadable { path: path.display().to_string(), reason });
    }
    if found > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found, known });
    }
    if found == known {
        return Ok(());
    }
    if objects > 0 {
        keep_copy(connection, path, found)?;
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for (at, step) in STEPS.iter().enumerate().skip(found as usize) {
        connection.execute_batch(step)?;
        connection.pragma_update(None, "user_version", at as u32 + 1)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn keep_copy(connection: &Connection, path: &Path, step: u32) -> Result<(), StoreError> {
    let copy = PathBuf::from(format!("{}.step-{step}", path.display()));
    // An older copy of the same step is from an upgrade that did not finish.
    if copy.exists() {
        std::fs::remove_file(&copy)?;
    }
    connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    Ok(())
}
