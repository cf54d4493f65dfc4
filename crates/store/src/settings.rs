//! Named settings of this user: language, theme, window.

use rusqlite::{OptionalExtension, params};

use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// A setting's value.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let connection = self.connection();
        let value =
            connection.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0));
        Ok(value.optional()?)
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }
}
