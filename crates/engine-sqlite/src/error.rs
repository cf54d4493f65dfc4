//! What SQLite's result codes mean for a person. Codes: <https://sqlite.org/rescode.html>.

use cadastre_engine::{DbDetail, DbError, ErrorCode};
use rusqlite::ffi::ErrorCode as Code;

/// Translates a failed call on the file at `path`.
pub(crate) fn explain(path: &str, doing: &str, error: &rusqlite::Error) -> DbError {
    let (code, message, hint) = match error.sqlite_error_code() {
        Some(Code::NotADatabase) => return not_a_database(path, doing),
        Some(Code::DatabaseCorrupt) => (
            ErrorCode::StatementFailed,
            format!("the file {path} is damaged"),
            "work on a copy: sqlite3's .recover command saves what can be read; else restore a backup",
        ),
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => (
            ErrorCode::LockHeld,
            format!("another program is writing to {path} and holds its lock"),
            "wait until it has finished, or close it, and try again",
        ),
        Some(Code::CannotOpen) => (
            ErrorCode::NotFound,
            format!("the file {path} could not be opened"),
            "check that it exists and that you may read it and its folder",
        ),
        Some(Code::PermissionDenied | Code::ReadOnly | Code::AuthorizationForStatementDenied) => (
            ErrorCode::PermissionDenied,
            format!("the file {path} may not be read"),
            "give your user the right to read the file and its folder",
        ),
        Some(Code::OperationInterrupted) => {
            return DbError::from(cadastre_engine::Cancelled).while_doing(doing);
        }
        _ => (
            ErrorCode::StatementFailed,
            format!("SQLite could not read {path}"),
            "the message of SQLite below says why",
        ),
    };
    DbError::new(code, format!("{doing}: {message}")).with_hint(hint).with_detail(DbDetail {
        state: error.sqlite_error().map(|inner| inner.extended_code.to_string()),
        server_message: Some(error.to_string()),
        ..DbDetail::default()
    })
}

/// A file whose head is not SQLite's: tells plain text from what may be encrypted.
pub(crate) fn not_a_database(path: &str, doing: &str) -> DbError {
    let head = read_head(path);
    let looks_encrypted = head.len() >= 512 && distinct_bytes(&head) > 200;
    let (what, hint) = if looks_encrypted {
        (
            "is encrypted, or is no SQLite database",
            "encrypted files (SQLCipher, SEE) cannot be opened: decrypt a copy with the program that made it",
        )
    } else {
        (
            "is not a SQLite database",
            "choose a file that was made by SQLite; its first bytes read \"SQLite format 3\"",
        )
    };
    DbError::new(ErrorCode::InvalidInput, format!("{doing}: the file {path} {what}")).with_hint(hint)
}

fn read_head(path: &str) -> Vec<u8> {
    use std::io::Read;
    let mut head = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        // An unreadable head only makes the message less exact.
        let _ = file.take(4096).read_to_end(&mut head);
    }
    head
}

fn distinct_bytes(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    bytes.iter().for_each(|&byte| seen[byte as usize] = true);
    seen.iter().filter(|&&it| it).count()
}
