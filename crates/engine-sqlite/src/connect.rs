//! Opens a file for reading, and only for reading.

use std::path::Path;
use std::time::Duration;

use cadastre_engine::{AttachedFile, DbError, ErrorCode, Target};
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::assemble::NAMESPACE;
use crate::error::{explain, not_a_database};

/// How long a lock of another program is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_millis(2500);

/// The files behind a target of this engine, each with the schema it is; the first is the main one.
///
/// # Errors
/// [`ErrorCode::UnsupportedByEngine`] for a target of another engine.
pub(crate) fn files_of(target: &Target) -> Result<Vec<AttachedFile>, DbError> {
    match target {
        Target::Sqlite { path, attached } => {
            let main = AttachedFile { name: NAMESPACE.into(), path: path.clone() };
            Ok(std::iter::once(main).chain(attached.iter().cloned()).collect())
        }
        other => Err(DbError::new(
            ErrorCode::UnsupportedByEngine,
            format!("opening {}: this is no address of a SQLite file", other.label()),
        )),
    }
}

/// Opens the file at `path` read-only and makes sure that it is a database.
///
/// # Errors
/// Missing, unreadable, foreign, encrypted, damaged or locked files, each with its own words.
pub(crate) fn open_read_only(path: &str, doing: &str) -> Result<Connection, DbError> {
    check_file(path, doing)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| explain(path, doing, &error))?;
    let prepared = connection
        .busy_timeout(BUSY_TIMEOUT)
        .and_then(|()| connection.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF"))
        .and_then(|()| {
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        });
    match prepared {
        Ok(_) => Ok(connection),
        Err(error) => Err(explain(path, doing, &error)),
    }
}

fn check_file(path: &str, doing: &str) -> Result<(), DbError> {
    let kind = std::fs::metadata(Path::new(path)).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            DbError::new(ErrorCode::PermissionDenied, format!("{doing}: the file {path} may not be read"))
                .with_hint("give your user the right to read the file and its folder")
        }
        _ => DbError::new(ErrorCode::NotFound, format!("{doing}: there is no file {path}"))
            .with_hint("check the path; relative paths start at the folder the program was started in"),
    })?;
    if kind.is_dir() {
        return Err(DbError::new(ErrorCode::InvalidInput, format!("{doing}: {path} is a folder"))
            .with_hint("choose the database file in it"));
    }
    check_magic(path, doing, kind.len())
}

/// SQLite itself takes any file shorter than a page head for empty; we do not. See <https://sqlite.org/fileformat.html>,
/// section 1.3. A file of no bytes is an empty database.
fn check_magic(path: &str, doing: &str, length: u64) -> Result<(), DbError> {
    use std::io::Read;
    if length == 0 {
        return Ok(());
    }
    let mut head = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Ok(()) if &head == b"SQLite format 3\0" => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(DbError::new(
            ErrorCode::PermissionDenied,
            format!("{doing}: the file {path} may not be read"),
        )
        .with_hint("give your user the right to read the file")),
        _ => Err(not_a_database(path, doing)),
    }
}

/// Makes a file by running a script in it.
///
/// # Errors
/// [`ErrorCode::StatementFailed`] with SQLite's message.
pub(crate) fn build_file(path: &str, script: &str) -> Result<(), DbError> {
    let run = || -> rusqlite::Result<()> {
        let connection = Connection::open(path)?;
        // A script may not reach for other files.
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.execute_batch(script)
    };
    run().map_err(|error| {
        DbError::new(ErrorCode::StatementFailed, format!("running the script: {error}"))
            .with_hint("correct the statement; nothing outside of the scratch file was touched")
    })
}

/// Runs a script in an empty database in memory and returns the file it makes. For examples and tests that bring their own
/// script; never for a user's database.
///
/// # Errors
/// [`ErrorCode::StatementFailed`] with SQLite's message.
pub fn build_database(script: &str) -> Result<Vec<u8>, DbError> {
    let fail = |error: rusqlite::Error| {
        DbError::new(ErrorCode::StatementFailed, format!("building a database from a script: {error}"))
    };
    let mut connection = Connection::open_in_memory().map_err(fail)?;
    connection.execute_batch(script).map_err(fail)?;
    let data = connection.serialize("main").map_err(fail)?;
    Ok(data.to_vec())
}
