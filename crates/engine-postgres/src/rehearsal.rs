//! A plan run on a scratch database, step by step, with rows in its tables, and watched: `pg_locks` for what it locks, the file of a table for
//! whether it is written anew.

use std::collections::HashMap;

use cadastre_engine::{
    DbError, Driver, IntrospectOptions, Rehearsal, Rehearse, RunContext, Secret, SeenStep, Target,
};
use cadastre_model::*;
use cadastre_plan::{LockClass, Step, TableLock};
use tokio_postgres::Client;

use crate::connect::{Session, open};
use crate::dialect::{qualified, quote};
use crate::driver::PostgresDriver;
use crate::error::explain;
use crate::scratch::run_script;

/// So many rows of ours each table gets, where it takes them.
const ROWS: usize = 3;

/// The tables and views that are there, with the files of their rows.
const RELATIONS: &str = "SELECT c.oid, n.nspname || '.' || c.relname, c.relfilenode, c.relkind IN ('r', 'p') FROM pg_class c \
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') \
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

const LOCKS: &str =
    "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL AND granted";

/// A relation that was there before the plan.
struct Before {
    name: String,
    file: u32,
    lock: Option<LockClass>,
}

/// Runs it in a database that is there and empty.
pub(crate) async fn rehearse(
    target: &Target,
    secret: Option<&Secret>,
    what: &Rehearse<'_>,
    context: &RunContext,
) -> Result<Rehearsal, DbError> {
    let session = open(target, secret).await?;
    run_script(&session, what.script).await?;
    if what.with_rows {
        put_rows(&session.client, what.from, context).await?;
    }
    let rows = count_rows(&session.client).await?;
    let mut watched =
        Watched { session: &session, before: relations(&session.client).await?, seen: Vec::new() };
    run_script(&session, &lines(&what.plan.preamble)).await?;
    for group in &what.plan.groups {
        watched.run(&group.steps, group.transaction, context).await?;
    }
    run_script(&session, &lines(&what.plan.closing)).await?;
    let (steps, before) = (watched.seen, watched.before);
    let mut after = HashMap::new();
    let now = relations(&session.client).await?;
    for (oid, it) in &now {
        if rows.contains_key(oid) {
            after.insert(*oid, count(&session.client, &it.name).await?);
        }
    }
    drop(session);
    let kept = |(oid, (_, count)): (u32, (String, i64))| {
        let name = before.get(&oid).map(|it| it.name.clone()).unwrap_or_default();
        (name, count, after.get(&oid).copied())
    };
    let mut rows: Vec<_> = rows.into_iter().map(kept).collect();
    rows.sort();
    let model = PostgresDriver.introspect(target, secret, &IntrospectOptions::default(), context).await?;
    Ok(Rehearsal { model, steps, rows })
}

fn lines(statements: &[String]) -> String {
    statements.iter().map(|it| format!("{it};\n")).collect()
}

struct Watched<'s> {
    session: &'s Session,
    before: HashMap<u32, Before>,
    seen: Vec<SeenStep>,
}

impl Watched<'_> {
    async fn run(&mut self, steps: &[Step], transaction: bool, context: &RunContext) -> Result<(), DbError> {
        let sql = |text: &'static str| run_script(self.session, text);
        // Steps name tables as they are called when their group begins.
        let now = relations(&self.session.client).await?;
        for (oid, it) in &mut self.before {
            it.lock = None;
            if let Some(now) = now.get(oid) {
                it.name.clone_from(&now.name);
            }
        }
        if transaction {
            sql("BEGIN;").await?;
        }
        for step in steps {
            context.check()?;
            run_script(self.session, &lines(&step.statements)).await?;
            let seen = self.look(transaction).await?;
            self.seen.push(seen);
        }
        if transaction {
            run_script(self.session, "COMMIT;").await?;
        }
        Ok(())
    }

    async fn look(&mut self, transaction: bool) -> Result<SeenStep, DbError> {
        let mut seen = SeenStep::default();
        let client = &self.session.client;
        // Outside of a transaction the locks are given back before anyone can look.
        if transaction {
            let rows = client.query(LOCKS, &[]).await.map_err(|error| explain("watching locks", &error))?;
            let mut locks: HashMap<u32, LockClass> = HashMap::new();
            for row in rows {
                let Some(class) = class(row.get(1)) else { continue };
                let held = locks.entry(row.get(0)).or_insert(class);
                *held = (*held).max(class);
            }
            for (oid, class) in locks {
                let Some(it) = self.before.get_mut(&oid).filter(|it| it.lock.is_none_or(|held| held < class))
                else {
                    continue;
                };
                it.lock = Some(class);
                seen.locks.push(TableLock { table: it.name.clone(), lock: class });
            }
            seen.locks.sort();
        }
        for (oid, now) in relations(client).await? {
            if let Some(it) = self.before.get_mut(&oid).filter(|it| it.file != now.file) {
                it.file = now.file;
                seen.rewritten.push(it.name.clone());
            }
        }
        seen.rewritten.sort();
        Ok(seen)
    }
}

/// The lock a mode of `pg_locks` is; plain reading is none.
fn class(mode: &str) -> Option<LockClass> {
    Some(match mode {
        "ShareUpdateExclusiveLock" => LockClass::ShareUpdateExclusive,
        "ShareLock" => LockClass::Share,
        "ShareRowExclusiveLock" => LockClass::ShareRowExclusive,
        "ExclusiveLock" => LockClass::Exclusive,
        "AccessExclusiveLock" => LockClass::AccessExclusive,
        _ => return None,
    })
}

async fn relations(client: &Client) -> Result<HashMap<u32, Before>, DbError> {
    let rows = client.query(RELATIONS, &[]).await.map_err(|error| explain("watching tables", &error))?;
    let row =
        |row: tokio_postgres::Row| (row.get(0), Before { name: row.get(1), file: row.get(2), lock: None });
    Ok(rows.into_iter().map(row).collect())
}

/// How many rows the tables of the rehearsal hold, by table; empty ones are left out.
async fn count_rows(client: &Client) -> Result<HashMap<u32, (String, i64)>, DbError> {
    let rows = client.query(RELATIONS, &[]).await.map_err(|error| explain("counting rows", &error))?;
    let mut found = HashMap::new();
    for row in rows.iter().filter(|row| row.get(3)) {
        let name: String = row.get(1);
        let count = count(client, &name).await?;
        if count > 0 {
            found.insert(row.get(0), (name, count));
        }
    }
    Ok(found)
}

/// `name` as [`RELATIONS`] gives it: the schema up to the first dot.
async fn count(client: &Client, name: &str) -> Result<i64, DbError> {
    let (schema, table) = name.split_once('.').unwrap_or(("public", name));
    let sql = format!("SELECT count(*) FROM ONLY {}", qualified(&QualifiedName::new(schema, table)));
    // A foreign table has no rows of its own, and a view that fails is no matter here.
    Ok(client.query_one(&sql, &[]).await.map_or(0, |row| row.get(0)))
}

/// Puts a few rows of our own into each table that takes them. Which it does not take, for a check, a key or a trigger says no, are left out.
async fn put_rows(client: &Client, model: &Model, context: &RunContext) -> Result<(), DbError> {
    for relation in model.tables() {
        context.check()?;
        let is_plain =
            relation.table().is_some_and(|it| it.kind == TableKind::Ordinary && it.partition_of.is_none());
        for number in (1..=ROWS).filter(|_| is_plain) {
            // A constraint that is checked at the end may say no as well.
            let sql = format!("BEGIN; {}; COMMIT", insert(relation, number));
            if client.batch_execute(&sql).await.is_err() {
                let ended = client.batch_execute("ROLLBACK").await;
                ended.map_err(|error| explain("putting rows into the scratch database", &error))?;
            }
        }
    }
    Ok(())
}

fn insert(relation: RelationWalker<'_>, number: usize) -> String {
    let mut names = Vec::new();
    let mut values = Vec::new();
    for (object, column) in relation.columns() {
        if column.generated.is_some() || column.identity.is_some() || column.default.is_some() {
            continue;
        }
        let Some(value) = value(&column.data_type, number).or(column.not_null.then(|| "NULL".to_owned()))
        else {
            continue;
        };
        names.push(quote(&object.name).to_string());
        values.push(value);
    }
    let table = qualified(&relation.qualified_name());
    match names.is_empty() {
        true => format!("INSERT INTO {table} DEFAULT VALUES"),
        false => format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", ")),
    }
}

/// A value of a common type; the same number gives the same value, so that keys find what they lead to.
fn value(data_type: &str, number: usize) -> Option<String> {
    let base = data_type.split('(').next().unwrap_or(data_type).trim();
    Some(match base {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => number.to_string(),
        "text" | "character varying" | "character" | "name" => format!("'{number}'"),
        "boolean" => (number % 2 == 1).to_string(),
        "date" => format!("'2020-01-0{number}'"),
        "timestamp without time zone" | "timestamp with time zone" | "timestamp" => {
            format!("'2020-01-0{number} 12:00:00'")
        }
        "time without time zone" | "time with time zone" | "time" => format!("'1{number}:00'"),
        "interval" => format!("'{number} days'"),
        "uuid" => format!("'00000000-0000-0000-0000-00000000000{number}'"),
        "json" | "jsonb" => format!("'{{\"n\": {number}}}'"),
        "bytea" => format!("'\\x0{number}'"),
        "inet" | "cidr" => format!("'10.0.0.{number}'"),
        _ if data_type.ends_with("[]") => "'{}'".into(),
        _ => return None,
    })
}
