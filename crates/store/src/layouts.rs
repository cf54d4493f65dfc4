//! Where boxes stand, by source and relation. A layout is no part of a schema.

use rusqlite::params;

use crate::error::StoreError;
use crate::store::Store;

/// A relation's corner in a diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// The relation's qualified name, as one text.
    pub relation: String,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

impl Store {
    /// The kept positions of a source (`connection:3`, `demo`).
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn layout(&self, source: &str) -> Result<Vec<Position>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT relation, x, y FROM layout WHERE source = ?1")?;
        let read =
            |row: &rusqlite::Row<'_>| Ok(Position { relation: row.get(0)?, x: row.get(1)?, y: row.get(2)? });
        Ok(statement.query_map([source], read)?.collect::<Result<_, _>>()?)
    }

    /// Keeps positions; those of other relations of the source stay, so that a table that comes back finds its place.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_layout(&self, source: &str, positions: &[Position]) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO layout (source, relation, x, y) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT DO UPDATE SET x = excluded.x, y = excluded.y",
            )?;
            for position in positions {
                insert.execute(params![source, position.relation, position.x, position.y])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Forgets a source's layout, so that the next one is computed afresh.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget_layout(&self, source: &str) -> Result<(), StoreError> {
        self.connection().execute("DELETE FROM layout WHERE source = ?1", [source])?;
        Ok(())
    }
}
