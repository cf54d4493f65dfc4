//! A plan run on a scratch file with rows of our own, which are counted before and after.

use cadastre_engine::{DbError, Dialect, ErrorCode, Rehearse, RunContext};
use cadastre_model::*;
use cadastre_plan::{RENAMING, Step};
use rusqlite::Connection;

use crate::dialect::{SqliteDialect, quote};

/// So many rows are tried for each table.
const ROWS: usize = 3;

/// Rows of a table before and after the plan; nothing if it is gone.
pub(crate) type Counted = (String, i64, Option<i64>);

/// Runs it in a file that is not there yet; the file has the schema that was reached.
pub(crate) fn rehearse(
    path: &str,
    what: &Rehearse<'_>,
    context: &RunContext,
) -> Result<Vec<Counted>, DbError> {
    let fail = |doing: &str, error: rusqlite::Error| {
        DbError::new(ErrorCode::StatementFailed, format!("{doing}: {error}"))
            .with_hint("nothing outside of the scratch file was touched")
    };
    let connection = Connection::open(path).map_err(|error| fail("making a scratch file", error))?;
    connection.execute_batch(what.script).map_err(|error| fail("making the first schema", error))?;
    let mut counted = Vec::new();
    if what.with_rows {
        put_rows(&connection, what.from, context)?;
        for table in plain_tables(what.from) {
            let count = count(&connection, &quote(table.name()).to_string()).unwrap_or(0);
            if count > 0 {
                counted.push((table.name().to_owned(), count));
            }
        }
    }
    context.check()?;
    let script = SqliteDialect.plan_script(what.plan);
    connection.execute_batch(&script).map_err(|error| fail("running the plan", error))?;
    let after = |name: &str| count(&connection, &new_name(what, name));
    Ok(counted.into_iter().map(|(name, before)| (name.clone(), before, after(&name))).collect())
}

fn plain_tables(model: &Model) -> impl Iterator<Item = RelationWalker<'_>> {
    model.tables().filter(|table| table.table().is_some_and(|it| it.kind == TableKind::Ordinary))
}

/// What a table is called after the plan, quoted.
fn new_name(what: &Rehearse<'_>, name: &str) -> String {
    let head = format!("ALTER TABLE {} RENAME TO ", quote(name));
    let renaming = what.plan.steps().filter(|step| step.object == RENAMING);
    let renamed = renaming.filter_map(Step::first_statement).find_map(|sql| sql.strip_prefix(&head));
    renamed.map_or_else(|| quote(name).to_string(), str::to_owned)
}

/// Nothing when there is no such table.
fn count(connection: &Connection, table: &str) -> Option<i64> {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).ok()
}

/// Puts a few rows of our own into each table that takes them; twice round, for some wait for rows of others. Which it does not take, for
/// a check, a key or a trigger says no, are left out.
fn put_rows(connection: &Connection, model: &Model, context: &RunContext) -> Result<(), DbError> {
    let mut open: Vec<RelationWalker<'_>> = plain_tables(model).collect();
    for _ in 0..2 {
        context.check()?;
        open.retain(|table| {
            let taken = (1..=ROWS).filter(|number| connection.execute(&insert(*table, *number), []).is_ok());
            taken.count() == 0
        });
    }
    Ok(())
}

fn insert(table: RelationWalker<'_>, number: usize) -> String {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (object, column) in table.columns() {
        if column.generated.is_none() && column.default.is_none() {
            names.push(quote(&object.name).to_string());
            values.push(value(&column.data_type, number));
        }
    }
    let name = quote(table.name());
    match names.is_empty() {
        true => format!("INSERT INTO {name} DEFAULT VALUES"),
        false => format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), values.join(", ")),
    }
}

/// The same number gives the same value, so that keys find what they lead to. By the type's affinity (manual, "Datatypes In SQLite",
/// section 3.1).
fn value(data_type: &str, number: usize) -> String {
    let data_type = data_type.to_uppercase();
    let is = |word: &str| data_type.contains(word);
    if is("INT") {
        number.to_string()
    } else if is("CHAR") || is("CLOB") || is("TEXT") {
        format!("'{number}'")
    } else if is("BLOB") {
        format!("x'0{number}'")
    } else {
        number.to_string()
    }
}
