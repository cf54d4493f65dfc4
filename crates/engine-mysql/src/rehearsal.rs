//! A plan run on a scratch database, step by step, with rows of our own, which are counted before and after. What is written anew is
//! watched: a table of InnoDB then has another number. What is locked is not: the server refuses an `ALTER TABLE` that would lock more than
//! its own words allow.

use std::collections::BTreeMap;

use cadastre_engine::{
    DbError, Driver, IntrospectOptions, Rehearsal, Rehearse, RunContext, Secret, SeenStep, Target,
};
use cadastre_model::*;
use cadastre_plan::{Plan, Step};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::connect::open;
use crate::dialect::quote;
use crate::driver::MySqlDriver;
use crate::error::explain;
use crate::scratch::{run, run_script};

/// So many rows are tried for each table.
const ROWS: usize = 3;

/// Runs it in a database that is there and empty.
pub(crate) async fn rehearse(
    target: &Target,
    secret: Option<&Secret>,
    what: &Rehearse<'_>,
    context: &RunContext,
) -> Result<Rehearsal, DbError> {
    let mut connection = open(target, secret).await?;
    run_script(&mut connection, what.script, context).await?;
    let mut counted = Vec::new();
    if what.with_rows {
        put_rows(&mut connection, what.from, context).await?;
        for table in plain_tables(what.from).collect::<Vec<_>>() {
            let count = count(&mut connection, &quote(table.name()).to_string()).await.unwrap_or(0);
            if count > 0 {
                counted.push((table.name().to_owned(), count));
            }
        }
    }
    let steps = run_watched(&mut connection, what.plan, context).await?;
    let mut rows = Vec::new();
    for (name, before) in counted {
        let now = new_name(what, &name);
        rows.push((name, before, count(&mut connection, &now).await));
    }
    drop(connection);
    let model = MySqlDriver.introspect(target, secret, &IntrospectOptions::default(), context).await?;
    Ok(Rehearsal { model, steps, rows })
}

/// Runs the plan and tells what each of its steps wrote anew; nothing of any step where the user may not see the numbers of tables (the
/// privilege `PROCESS`).
async fn run_watched(
    connection: &mut MySqlConnection,
    plan: &Plan,
    context: &RunContext,
) -> Result<Vec<SeenStep>, DbError> {
    let session = |statements: &Vec<String>| Step {
        object: "the session".into(),
        statements: statements.clone(),
        ..Step::default()
    };
    run_step(connection, &session(&plan.preamble), context).await?;
    let mut seen = Vec::new();
    let mut before = table_numbers(connection).await;
    for step in plan.steps() {
        run_step(connection, step, context).await?;
        let after = table_numbers(connection).await;
        if let (Some(before), Some(after)) = (&before, &after) {
            let is_other =
                |(name, number): &(&String, &u64)| before.get(*name).is_some_and(|it| it != *number);
            let rewritten = after.iter().filter(is_other).map(|(name, _)| name.clone()).collect();
            seen.push(SeenStep { rewritten, ..SeenStep::default() });
        }
        before = after;
    }
    run_step(connection, &session(&plan.closing), context).await?;
    Ok(if seen.len() == plan.steps().count() { seen } else { Vec::new() })
}

async fn run_step(
    connection: &mut MySqlConnection,
    step: &Step,
    context: &RunContext,
) -> Result<(), DbError> {
    for sql in &step.statements {
        context.check()?;
        run(connection, sql).await.map_err(|error| {
            let first = sql.lines().next().unwrap_or_default();
            explain(&format!("running the plan, {} ({first})", step.object), &error)
        })?;
    }
    Ok(())
}

/// The numbers of the database's tables in InnoDB; nothing where they may not be seen. MariaDB calls the list by another name than MySQL does.
async fn table_numbers(connection: &mut MySqlConnection) -> Option<BTreeMap<String, u64>> {
    for list in ["INNODB_SYS_TABLES", "INNODB_TABLES"] {
        let sql = format!(
            "SELECT SUBSTRING_INDEX(NAME, '/', -1), TABLE_ID FROM information_schema.{list} \
             WHERE NAME LIKE CONCAT(REPLACE(DATABASE(), '_', '\\_'), '/%') AND NAME NOT LIKE '%#%'"
        );
        let Ok(rows) = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql))).await else { continue };
        let pair = |row: &sqlx::mysql::MySqlRow| {
            Some((row.try_get_unchecked::<String, _>(0).ok()?, row.try_get_unchecked::<u64, _>(1).ok()?))
        };
        return rows.iter().map(pair).collect();
    }
    None
}

fn plain_tables(model: &Model) -> impl Iterator<Item = RelationWalker<'_>> {
    model.tables().filter(|table| table.table().is_some_and(|it| it.kind == TableKind::Ordinary))
}

/// What a table is called after the plan, quoted.
fn new_name(what: &Rehearse<'_>, name: &str) -> String {
    let head = format!("RENAME TABLE {} TO ", quote(name));
    let mut statements = what.plan.steps().flat_map(|step| &step.statements);
    let renamed = statements.find_map(|sql| sql.strip_prefix(&head));
    renamed.map_or_else(|| quote(name).to_string(), str::to_owned)
}

/// Nothing when there is no such table.
async fn count(connection: &mut MySqlConnection, table: &str) -> Option<i64> {
    let sql = format!("SELECT count(*) FROM {table}");
    let row = connection.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql))).await.ok()?;
    row.try_get_unchecked::<i64, _>(0).ok()
}

/// Puts a few rows of our own into each table that takes them; twice round, for some wait for rows of others. Which it does not take, for
/// a check, a key or a trigger says no, are left out.
async fn put_rows(
    connection: &mut MySqlConnection,
    model: &Model,
    context: &RunContext,
) -> Result<(), DbError> {
    let explained = |error: sqlx::Error| explain("putting rows into the scratch database", &error);
    run(connection, "SET SESSION foreign_key_checks = 1, unique_checks = 1").await.map_err(explained)?;
    let mut open: Vec<RelationWalker<'_>> = plain_tables(model).collect();
    for _ in 0..2 {
        let mut refused = Vec::new();
        for table in open {
            context.check()?;
            let mut taken = 0;
            for number in 1..=ROWS {
                taken += usize::from(run(connection, &insert(table, number)).await.is_ok());
            }
            if taken == 0 {
                refused.push(table);
            }
        }
        open = refused;
    }
    Ok(())
}

fn insert(table: RelationWalker<'_>, number: usize) -> String {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (object, column) in table.columns() {
        let is_filled = column.generated.is_some()
            || column.autoincrement
            || column.row_time.is_some()
            || column.default.as_deref().is_some_and(|it| !it.eq_ignore_ascii_case("NULL"));
        if let Some(value) = value(&column.data_type, number).filter(|_| !is_filled) {
            names.push(quote(&object.name).to_string());
            values.push(value);
        }
    }
    format!("INSERT INTO {} ({}) VALUES ({})", quote(table.name()), names.join(", "), values.join(", "))
}

/// A value of a common type; the same number gives the same value, so that keys find what they lead to.
fn value(data_type: &str, number: usize) -> Option<String> {
    let base = data_type.split(['(', ' ']).next().unwrap_or(data_type);
    Some(match base {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "bit" => {
            number.to_string()
        }
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "binary" | "varbinary"
        | "tinyblob" | "blob" | "mediumblob" | "longblob" => format!("'{number}'"),
        "json" => format!("'{{\"n\": {number}}}'"),
        "date" => format!("'2020-01-0{number}'"),
        "datetime" | "timestamp" => format!("'2020-01-0{number} 12:00:00'"),
        "time" => format!("'1{number}:00'"),
        "year" => format!("202{number}"),
        "uuid" => format!("'00000000-0000-0000-0000-00000000000{number}'"),
        "inet6" => format!("'::{number}'"),
        // The first label.
        "enum" | "set" => "1".into(),
        "point" | "geometry" => format!("ST_GeomFromText('POINT({number} {number})')"),
        _ => return None,
    })
}
