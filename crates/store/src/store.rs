//! Opening the store.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::error::StoreError;
use crate::steps::upgrade;

/// The platform's folder for this program's data.
pub fn data_folder() -> PathBuf {
    dirs::data_dir().unwrap_or_else(|| PathBuf::from(".")).join("cadastre")
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    folder: PathBuf,
}

impl Store {
    /// Opens or creates the store in a folder, which is created if need be and kept from other users.
    ///
    /// # Errors
    /// A folder that cannot be written, a file that is not a store, or one of a newer program.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)?;
        restrict(folder, 0o700)?;
        let path = folder.join("workspace.db");
        let unreadable = |error: rusqlite::Error| StoreError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        let connection = Connection::open(&path).map_err(unreadable)?;
        restrict(&path, 0o600)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let settled = connection
            .execute_batch("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL");
        settled.map_err(unreadable)?;
        upgrade(&connection, &path)?;
        Ok(Self { connection: Mutex::new(connection), folder: folder.to_owned() })
    }

    /// The folder the store is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The connection; a panic elsewhere while it was held leaves it usable, for every change is a transaction.
    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(unix)]
pub(crate) fn restrict(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?)
}

#[cfg(not(unix))]
pub(crate) fn restrict(_path: &Path, _mode: u32) -> Result<(), StoreError> {
    Ok(())
}
