//! The bundled example: a town library with its branches, members, loans, events and suppliers.

use std::path::Path;

use cadastre_engine::Target;

use crate::error::{AppError, Code};
use crate::export::write_file;

/// The script the database is made from, data included.
const SCRIPT: &str = include_str!("../demo/demo.sql");

/// Makes sure that the example database is in the data folder, and returns its address. One that is there is left as it is,
/// unless it was made by another version of the script.
///
/// # Errors
/// When the folder cannot be written.
pub fn prepare(folder: &Path) -> Result<Target, AppError> {
    let path = folder.join(format!("demo-{:08x}.db", version()));
    if !path.exists() {
        build(folder, &path)?;
    }
    Ok(Target::Sqlite { path: path.to_string_lossy().into_owned(), attached: Vec::new() })
}

/// A number that changes with the script (FNV-1a, 32 bits).
fn version() -> u32 {
    SCRIPT.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn build(folder: &Path, path: &Path) -> Result<(), AppError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        AppError::new(Code::PermissionDenied, format!("preparing the demo database: {error}"))
            .with_hint("check that the data folder can be written")
    })?;
    write(path)
}

/// Writes the example database to a path.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path) -> Result<(), AppError> {
    write_script(path, SCRIPT)
}

/// Writes a SQLite database made from a script; for examples and measurements, never over a user's database.
///
/// # Errors
/// When the script does not run, or the folder cannot be written.
pub fn write_script(path: &Path, script: &str) -> Result<(), AppError> {
    write_file(path, &cadastre_engine_sqlite::build_database(script)?)
}
