//! The catalogue as rows: seven queries, whatever the number of tables, in one read transaction.
//!
//! Pragmas are read through their table-valued functions (<https://sqlite.org/pragma.html#pragfunc>).

use cadastre_engine::{DbError, RunContext, Stage};
use rusqlite::{Connection, Row};

use crate::error::explain;

/// How many queries introspection runs; one more for each broken view or unknown module.
pub(crate) const QUERIES: usize = 7;

const TABLES: &str = "SELECT l.name, l.type, l.wr, l.strict, coalesce(s.sql, '') \
    FROM pragma_table_list l JOIN sqlite_schema s ON s.name = l.name AND s.type IN ('table', 'view') \
    WHERE l.schema = 'main' AND l.type <> 'shadow' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY l.name";
const COLUMNS: &str = "SELECT s.name, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden \
    FROM sqlite_schema s, pragma_table_xinfo(s.name) x \
    WHERE s.type = ?1 AND (s.sql LIKE 'CREATE VIRTUAL%') = ?2 AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const COLUMNS_OF_ONE: &str =
    "SELECT ?1, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden FROM pragma_table_xinfo(?1) x";
const FOREIGN_KEYS: &str = "SELECT s.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete \
    FROM sqlite_schema s, pragma_foreign_key_list(s.name) f WHERE s.type = 'table' ORDER BY s.name, f.id, f.seq";
const INDEXES: &str = "SELECT s.name, i.name, i.\"unique\", i.origin, coalesce(m.sql, ''), x.cid, x.name, x.\"desc\", x.coll \
    FROM sqlite_schema s, pragma_index_list(s.name) i, pragma_index_xinfo(i.name) x \
    LEFT JOIN sqlite_schema m ON m.type = 'index' AND m.name = i.name \
    WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL%' AND x.key = 1 ORDER BY s.name, i.name, x.seqno";
const TRIGGERS: &str =
    "SELECT name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'trigger' ORDER BY name";

/// A table, view or virtual table.
pub(crate) struct TableRow {
    pub name: String,
    pub kind: String,
    pub without_rowid: bool,
    pub strict: bool,
    pub sql: String,
}

/// A column.
pub(crate) struct ColumnRow {
    pub table: String,
    pub name: String,
    pub data_type: String,
    pub not_null: bool,
    pub default: Option<String>,
    pub key_position: u16,
    pub hidden: u8,
}

/// One column of a foreign key.
pub(crate) struct ForeignKeyRow {
    pub table: String,
    pub id: i64,
    pub references: String,
    pub column: String,
    pub referenced_column: Option<String>,
    pub on_update: String,
    pub on_delete: String,
}

/// One part of an index.
pub(crate) struct IndexRow {
    pub table: String,
    pub name: String,
    pub unique: bool,
    pub origin: String,
    pub sql: String,
    pub column_id: i64,
    pub column: Option<String>,
    pub descending: bool,
    pub collation: Option<String>,
}

/// A trigger.
pub(crate) struct TriggerRow {
    pub name: String,
    pub table: String,
    pub sql: String,
}

/// Everything that was read.
pub(crate) struct Catalog {
    pub version: String,
    pub tables: Vec<TableRow>,
    pub columns: Vec<ColumnRow>,
    pub foreign_keys: Vec<ForeignKeyRow>,
    pub indexes: Vec<IndexRow>,
    pub triggers: Vec<TriggerRow>,
    /// Views and virtual tables whose columns SQLite cannot tell, with its message.
    pub broken: Vec<(String, String)>,
}

/// Reads the catalogue of the opened file in one snapshot.
///
/// # Errors
/// Damaged or locked files; a cancelled run.
pub(crate) fn read(connection: &Connection, path: &str, context: &RunContext) -> Result<Catalog, DbError> {
    let doing = "reading the schema";
    let fail = |error: rusqlite::Error| explain(path, doing, &error);
    connection.execute_batch("BEGIN").map_err(fail)?;
    let mut done = 0;
    let mut step = || {
        done += 1;
        context.report(Stage::Reading, done, QUERIES);
        context.check()
    };
    let tables = rows(connection, TABLES, table_row).map_err(fail)?;
    step()?;
    let mut columns = rows_with(connection, COLUMNS, ("table", false), column_row).map_err(fail)?;
    step()?;
    let mut broken = Vec::new();
    for (kind, is_virtual, table_kind) in [("view", false, "view"), ("table", true, "virtual")] {
        read_fragile(connection, (kind, is_virtual), &tables, table_kind, &mut columns, &mut broken);
        step()?;
    }
    let foreign_keys = rows(connection, FOREIGN_KEYS, foreign_key_row).map_err(fail)?;
    step()?;
    let indexes = rows(connection, INDEXES, index_row).map_err(fail)?;
    step()?;
    let triggers = rows(connection, TRIGGERS, trigger_row).map_err(fail)?;
    step()?;
    connection.execute_batch("COMMIT").map_err(fail)?;
    let version = rusqlite::version().to_owned();
    Ok(Catalog { version, tables, columns, foreign_keys, indexes, triggers, broken })
}

/// Columns of views or virtual tables: asked for in one query, and one by one only if that fails, because one broken view
/// fails them all.
fn read_fragile(
    connection: &Connection,
    filter: (&str, bool),
    tables: &[TableRow],
    table_kind: &str,
    columns: &mut Vec<ColumnRow>,
    broken: &mut Vec<(String, String)>,
) {
    if let Ok(mut found) = rows_with(connection, COLUMNS, filter, column_row) {
        columns.append(&mut found);
        return;
    }
    for table in tables.iter().filter(|table| table.kind == table_kind) {
        match rows_with(connection, COLUMNS_OF_ONE, [&table.name], column_row) {
            Ok(mut found) => columns.append(&mut found),
            Err(error) => broken.push((table.name.clone(), error.to_string())),
        }
    }
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    rows_with(connection, sql, [], read)
}

fn rows_with<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare(sql)?.query_map(parameters, read)?.collect()
}

fn table_row(row: &Row<'_>) -> rusqlite::Result<TableRow> {
    Ok(TableRow {
        name: row.get(0)?,
        kind: row.get(1)?,
        without_rowid: row.get(2)?,
        strict: row.get(3)?,
        sql: row.get(4)?,
    })
}

fn column_row(row: &Row<'_>) -> rusqlite::Result<ColumnRow> {
    Ok(ColumnRow {
        table: row.get(0)?,
        name: row.get(1)?,
        data_type: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        not_null: row.get(3)?,
        default: row.get(4)?,
        key_position: row.get(5)?,
        hidden: row.get(6)?,
    })
}

fn foreign_key_row(row: &Row<'_>) -> rusqlite::Result<ForeignKeyRow> {
    Ok(ForeignKeyRow {
        table: row.get(0)?,
        id: row.get(1)?,
        references: row.get(2)?,
        column: row.get(3)?,
        referenced_column: row.get(4)?,
        on_update: row.get(5)?,
        on_delete: row.get(6)?,
    })
}

fn index_row(row: &Row<'_>) -> rusqlite::Result<IndexRow> {
    Ok(IndexRow {
        table: row.get(0)?,
        name: row.get(1)?,
        unique: row.get(2)?,
        origin: row.get(3)?,
        sql: row.get(4)?,
        column_id: row.get(5)?,
        column: row.get(6)?,
        descending: row.get(7)?,
        collation: row.get(8)?,
    })
}

fn trigger_row(row: &Row<'_>) -> rusqlite::Result<TriggerRow> {
    Ok(TriggerRow { name: row.get(0)?, table: row.get(1)?, sql: row.get(2)? })
}
