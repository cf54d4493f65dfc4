//! Databases of our own on a scratch server: made, used and dropped within one call.

use std::sync::atomic::{AtomicU32, Ordering};

use cadastre_engine::{
    DbError, Driver, ErrorCode, IntrospectOptions, Rehearsal, Rehearse, RunContext, Secret, ServerAddress,
    Target,
};
use cadastre_model::Model;

use crate::connect::{Session, open};
use crate::dialect::quote;
use crate::driver::PostgresDriver;
use crate::error::explain;
use crate::rehearsal;

/// Tells the databases of one process apart; the process number tells those of several.
static NEXT: AtomicU32 = AtomicU32::new(0);

fn address(target: &Target) -> Result<&ServerAddress, DbError> {
    match target {
        Target::Postgres(address) => Ok(address),
        other => Err(DbError::new(
            ErrorCode::InvalidInput,
            format!("using {} as a scratch server: it is no PostgreSQL server", other.label()),
        )
        .with_hint("give --scratch the address of a PostgreSQL server on which databases may be created")),
    }
}

/// Runs a script in a new database on the scratch server, reads it, and drops it.
///
/// # Errors
/// No right to create databases; the statement of the script that does not run, with its line.
pub(crate) async fn elaborate(
    scratch: &Target,
    secret: Option<&Secret>,
    script: &str,
    context: &RunContext,
) -> Result<Model, DbError> {
    within(scratch, secret, async |target| fill_and_read(target, secret, script, context).await).await
}

/// Runs a plan in a new database on the scratch server and drops it.
///
/// # Errors
/// As [`elaborate`].
pub(crate) async fn rehearse(
    scratch: &Target,
    secret: Option<&Secret>,
    what: &Rehearse<'_>,
    context: &RunContext,
) -> Result<Rehearsal, DbError> {
    within(scratch, secret, async |target| rehearsal::rehearse(target, secret, what, context).await).await
}

/// Does something in a new database on the scratch server, and drops the database whatever comes of it.
async fn within<T>(
    scratch: &Target,
    secret: Option<&Secret>,
    work: impl AsyncFnOnce(&Target) -> Result<T, DbError>,
) -> Result<T, DbError> {
    let own = address(scratch)?;
    let name = format!("cadastre_scratch_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let doing = format!("making a scratch database on {}", scratch.label());
    let home = open(scratch, secret).await?;
    let create = format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", quote(&name));
    home.client.batch_execute(&create).await.map_err(|error| {
        explain(&doing, &error).with_hint("the user must have the right to create databases (CREATEDB)")
    })?;
    let target = Target::Postgres(ServerAddress { database: name.clone(), ..own.clone() });
    let result = work(&target).await;
    drop_database(&home, &name).await;
    result
}

async fn fill_and_read(
    target: &Target,
    secret: Option<&Secret>,
    script: &str,
    context: &RunContext,
) -> Result<Model, DbError> {
    let session = open(target, secret).await?;
    run_script(&session, script).await?;
    drop(session);
    PostgresDriver.introspect(target, secret, &IntrospectOptions::default(), context).await
}

/// What is left behind here is a database of ours with a name that says so; nothing better can be done about it.
async fn drop_database(home: &Session, name: &str) {
    let forced = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote(name));
    if home.client.batch_execute(&forced).await.is_err() {
        let _ = home.client.batch_execute(&format!("DROP DATABASE IF EXISTS {}", quote(name))).await;
    }
}

/// Runs a script statement by statement, as `psql -v ON_ERROR_STOP=1` does.
pub(crate) async fn run_script(session: &Session, script: &str) -> Result<(), DbError> {
    for (line, statement) in crate::words::split_statements(script) {
        session.client.batch_execute(statement).await.map_err(|error| {
            let first = statement.trim().lines().next().unwrap_or_default();
            let doing = format!("running the script, line {line} ({first})");
            explain(&doing, &error)
                .with_hint("correct the statement; nothing outside of the scratch database was touched")
        })?;
    }
    Ok(())
}
