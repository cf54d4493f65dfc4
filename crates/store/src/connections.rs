//! Registered connections.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::store::Store;

/// What a database is used for. Unknown counts as production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Environment {
    Production,
    Staging,
    Test,
    Training,
    Development,
}

impl Environment {
    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Test => "test",
            Self::Training => "training",
            Self::Development => "development",
        }
    }

    /// The environment behind a word; a word nobody knows means production.
    pub fn parse(word: &str) -> Self {
        match word {
            "staging" => Self::Staging,
            "test" => Self::Test,
            "training" => Self::Training,
            "development" => Self::Development,
            _ => Self::Production,
        }
    }
}

/// Where a connection's password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretPlace {
    /// There is none.
    None,
    /// In the system's keychain.
    Keychain,
    /// In the vault file.
    Vault,
    /// In memory, until the program ends.
    Session,
}

impl SecretPlace {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Keychain => "keychain",
            Self::Vault => "vault",
            Self::Session => "session",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "keychain" => Self::Keychain,
            "vault" => Self::Vault,
            "session" => Self::Session,
            _ => Self::None,
        }
    }
}

/// A registered connection, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its number in the store; 0 before it is saved.
    pub id: i64,
    /// Its name, unique without regard to case.
    pub name: String,
    /// Its colour, one of the design system's names; empty for none.
    pub colour: String,
    /// What the database is used for.
    pub environment: Environment,
    /// The address, as JSON of the engine's target.
    pub target: String,
    /// Where the password is.
    pub secret_place: SecretPlace,
}

const COLUMNS: &str = "id, name, colour, environment, target, secret_place";

fn read(row: &Row<'_>) -> rusqlite::Result<Connection> {
    Ok(Connection {
        id: row.get(0)?,
        name: row.get(1)?,
        colour: row.get(2)?,
        environment: Environment::parse(&row.get::<_, String>(3)?),
        target: row.get(4)?,
        secret_place: SecretPlace::parse(&row.get::<_, String>(5)?),
    })
}

impl Store {
    /// All connections, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn connections(&self) -> Result<Vec<Connection>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM connection ORDER BY name"))?;
        Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// One connection.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it is not there.
    pub fn connection_by_id(&self, id: i64) -> Result<Connection, StoreError> {
        let connection = self.connection();
        let found =
            connection.query_row(&format!("SELECT {COLUMNS} FROM connection WHERE id = ?1"), [id], read);
        found.optional()?.ok_or(StoreError::Missing)
    }

    /// Saves a connection, a new one if its id is 0; returns its id.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], or [`StoreError::Missing`] when it was removed meanwhile.
    pub fn save_connection(&self, it: &Connection) -> Result<i64, StoreError> {
        let connection = self.connection();
        let taken = connection
            .query_row(
                "SELECT id FROM connection WHERE name = ?1 AND id <> ?2",
                params![it.name, it.id],
                |row| row.get::<_, i64>(0),
            )
            .optional()?;
        if taken.is_some() {
            return Err(StoreError::NameTaken(it.name.clone()));
        }
        let fields =
            params![it.name, it.colour, it.environment.word(), it.target, it.secret_place.word(), it.id];
        if it.id == 0 {
            connection.execute(
                "INSERT INTO connection (name, colour, environment, target, secret_place) SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?6 = 0",
                fields,
            )?;
            return Ok(connection.last_insert_rowid());
        }
        let changed = connection.execute(
            "UPDATE connection SET name = ?1, colour = ?2, environment = ?3, target = ?4, secret_place = ?5 WHERE id = ?6",
            fields,
        )?;
        if changed == 0 { Err(StoreError::Missing) } else { Ok(it.id) }
    }

    /// Removes a connection and its layout. The database itself is not touched.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn remove_connection(&self, id: i64) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM connection WHERE id = ?1", [id])?;
        transaction.execute("DELETE FROM layout WHERE source = ?1", [format!("connection:{id}")])?;
        Ok(transaction.commit()?)
    }
}
