//! Databases of SQLite, in process, in a folder of their own.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use cadastre_engine::Target;
use rusqlite::Connection;

use crate::TestServer;

/// A folder of database files; gone when dropped.
#[derive(Debug)]
pub struct SqliteFolder {
    folder: tempfile::TempDir,
    made: AtomicU32,
}

impl SqliteFolder {
    /// A new folder.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    pub fn new() -> Self {
        Self { folder: crate::server_folder("cadastre-lite-"), made: AtomicU32::new(0) }
    }

    fn path(&self, database: &str) -> String {
        self.folder.path().join(database).display().to_string()
    }
}

impl Default for SqliteFolder {
    fn default() -> Self {
        Self::new()
    }
}

impl TestServer for SqliteFolder {
    fn password(&self) -> &'static str {
        ""
    }

    fn create_database(&self) -> String {
        format!("db{}.sqlite", self.made.fetch_add(1, Ordering::Relaxed))
    }

    fn drop_database(&self, database: &str) {
        // It may never have been written.
        let _ = std::fs::remove_file(self.path(database));
    }

    fn target(&self, database: &str) -> Target {
        Target::Sqlite { path: self.path(database), attached: Vec::new() }
    }

    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let connection = Connection::open(self.path(database)).map_err(|error| error.to_string())?;
        connection.execute_batch(sql).map_err(|error| error.to_string())?;
        connection.close().map_err(|(_, error)| error.to_string())?;
        Ok(String::new())
    }

    fn dump_command(&self, database: &str) -> Command {
        let mut command = Command::new("sqlite3");
        command.arg(self.path(database)).arg(".schema");
        command
    }
}
