//! The asynchronous half: test and introspect.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use cadastre_engine::{
    ColumnRef, DbError, Dialect, Driver, ErrorCode, IntrospectOptions, Rehearsal, Rehearse, Rights,
    RunContext, Secret, Stage, Target, TestReport,
};
use cadastre_model::{Model, Origin, QualifiedName};

use tokio_postgres::Client;

use crate::assemble::{Server, assemble};
use crate::connect::{Session, open};
use crate::dialect::PostgresDialect;
use crate::{catalog, error::explain, rows, scratch, stamp};

/// How many catalogue queries an introspection runs, whatever the schema's size; two more where there are rare kinds and extensions.
pub const QUERIES: usize = 14;

/// The oldest server the catalogue statements are written for.
const OLDEST: u32 = 120_000;

/// How often the catalogue is read before a schema that keeps changing is given up.
const ATTEMPTS: usize = 8;

/// One snapshot; the server's functions qualify every name; nothing waits long for a lock.
const OPEN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL search_path = pg_catalog; SET LOCAL jit = off; SET LOCAL lock_timeout = '5s'; \
    SET LOCAL statement_timeout = '10min'; SET LOCAL quote_all_identifiers = off; SET LOCAL bytea_output = hex; \
    SET LOCAL IntervalStyle = postgres; SET LOCAL DateStyle = ISO; SET LOCAL extra_float_digits = 1";

const ABOUT: &str = "SELECT current_setting('server_version_num')::int4, current_setting('server_version'), \
    current_database()::text, pg_get_userbyid(10)::text";

const ABOUT_SESSION: &str = "SELECT current_user::text, current_database()::text, current_setting('server_version'), \
    r.rolsuper, pg_has_role(d.datdba, 'USAGE'), has_database_privilege(d.oid, 'CREATE'), \
    coalesce((SELECT s.ssl FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()), false) \
    FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()";

/// Reads PostgreSQL databases.
#[derive(Debug, Clone, Copy, Default)]
pub struct PostgresDriver;

#[async_trait]
impl Driver for PostgresDriver {
    fn dialect(&self) -> &dyn Dialect {
        &PostgresDialect
    }

    async fn test(&self, target: &Target, secret: Option<&Secret>) -> Result<TestReport, DbError> {
        let session = open(target, secret).await?;
        let doing = "testing the connection";
        let row =
            session.client.query_one(ABOUT_SESSION, &[]).await.map_err(|error| explain(doing, &error))?;
        let started = Instant::now();
        session.client.batch_execute("").await.map_err(|error| explain(doing, &error))?;
        let latency_micros = u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX);
        let version: String = row.get(2);
        Ok(TestReport {
            server: format!("PostgreSQL {version}"),
            user: row.get(0),
            database: row.get(1),
            rights: match (row.get(3), row.get(4), row.get(5)) {
                (true, _, _) => Rights::Superuser,
                (_, true, _) => Rights::Owner,
                (_, _, true) => Rights::Create,
                _ => Rights::ReadOnly,
            },
            encrypted: Some(row.get(6)),
            latency_micros,
        })
    }

    async fn introspect(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        options: &IntrospectOptions,
        context: &RunContext,
    ) -> Result<Model, DbError> {
        context.report(Stage::Connecting, 0, 1);
        let session = tokio::select! {
            session = open(target, secret) => session?,
            () = context.cancel.cancelled() => return Err(cadastre_engine::Cancelled.into()),
        };
        context.report(Stage::Connecting, 1, 1);
        let reading = read_snapshot(&session, context);
        let (origin, server, catalog) = tokio::select! {
            read = reading => read?,
            () = context.cancel.cancelled() => {
                stop_server_side(&session).await;
                return Err(cadastre_engine::Cancelled.into());
            }
        };
        context.report(Stage::Building, 0, 1);
        check_schemas(&catalog, options)?;
        let model = assemble(catalog, origin, &server, &options.schemas)?;
        context.report(Stage::Building, 1, 1);
        Ok(model)
    }

    async fn elaborate(
        &self,
        scratch: Option<&Target>,
        secret: Option<&Secret>,
        script: &str,
        context: &RunContext,
    ) -> Result<Model, DbError> {
        scratch::elaborate(scratch_server(scratch)?, secret, script, context).await
    }

    async fn rehearse(
        &self,
        scratch: Option<&Target>,
        secret: Option<&Secret>,
        what: &Rehearse<'_>,
        context: &RunContext,
    ) -> Result<Rehearsal, DbError> {
        scratch::rehearse(scratch_server(scratch)?, secret, what, context).await
    }

    async fn stamp(&self, target: &Target, secret: Option<&Secret>) -> Result<Option<String>, DbError> {
        stamp::stamp(target, secret).await.map(Some)
    }

    async fn holding_rows(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<bool>, DbError> {
        rows::holding_rows(target, secret, tables).await
    }

    async fn table_sizes(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<Option<(u64, Option<u64>)>>, DbError> {
        rows::table_sizes(target, secret, tables).await
    }

    async fn value_sketches(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        columns: &[ColumnRef],
    ) -> Result<Vec<Option<Vec<String>>>, DbError> {
        rows::value_sketches(target, secret, columns).await
    }
}

fn scratch_server(scratch: Option<&Target>) -> Result<&Target, DbError> {
    scratch.ok_or_else(|| {
        DbError::new(ErrorCode::InvalidInput, "elaborating a script: no scratch server was given")
            .with_hint("give --scratch the address of a PostgreSQL server on which databases may be created")
    })
}

async fn read_snapshot(
    session: &Session,
    context: &RunContext,
) -> Result<(Origin, Server, catalog::Catalog), DbError> {
    let doing = "reading the catalogue";
    let client = &session.client;
    client.batch_execute(OPEN_SNAPSHOT).await.map_err(|error| explain(doing, &error))?;
    let about = client.query_typed(ABOUT, &[]).await.map_err(|error| explain(doing, &error))?;
    let about =
        about.first().ok_or_else(|| DbError::new(ErrorCode::Internal, format!("{doing}: no answer")))?;
    let number: i32 = about.get(0);
    let version = u32::try_from(number).unwrap_or_default();
    let server = Server { version, bootstrap_role: about.get(3) };
    let origin =
        Origin { engine: "postgres".into(), version: about.get(1), database: about.get(2), owner: None };
    if version < OLDEST {
        let message = format!("{doing}: PostgreSQL {} is older than 12", origin.version);
        return Err(DbError::new(ErrorCode::UnsupportedByEngine, message)
            .with_hint("versions 12 to 17 are understood"));
    }
    let catalog = read_catalogue(client, version, context).await?;
    // The snapshot is given back at once; its loss at this point would change nothing that was read.
    let _ = client.batch_execute("COMMIT").await;
    Ok((origin, server, catalog))
}

/// Reads in the open snapshot; in a new one when an object went away in between. The functions that write
/// definitions look at the catalogue as it is now, not at the snapshot, and fail on what was dropped since.
async fn read_catalogue(
    client: &Client,
    version: u32,
    context: &RunContext,
) -> Result<catalog::Catalog, DbError> {
    let doing = "reading the catalogue";
    for _ in 1..ATTEMPTS {
        match catalog::read(client, version, context).await {
            Err(error) if is_gone(&error) => {
                client.batch_execute("ROLLBACK").await.map_err(|error| explain(doing, &error))?;
                client.batch_execute(OPEN_SNAPSHOT).await.map_err(|error| explain(doing, &error))?;
            }
            read => return read,
        }
    }
    catalog::read(client, version, context).await.map_err(|error| match is_gone(&error) {
        false => error,
        true => DbError {
            retryable: true,
            ..DbError::new(
                ErrorCode::Conflict,
                format!("{doing}: the schema kept changing while it was read"),
            )
            .with_hint("something creates and drops objects all the time; try again when it has finished")
            .with_detail(*error.detail)
        },
    })
}

/// "Could not open relation", "cache lookup failed" (both `XX000`), or a name that is not there: our statements
/// name nothing but the catalogue, so an object went away after the snapshot was taken.
fn is_gone(error: &DbError) -> bool {
    matches!(error.detail.state.as_deref(), Some("XX000" | "42P01" | "42703" | "42704" | "42883"))
}

/// A schema that was asked for and is not there is an error, not an empty result.
fn check_schemas(catalog: &catalog::Catalog, options: &IntrospectOptions) -> Result<(), DbError> {
    let missing =
        options.schemas.iter().find(|name| !catalog.namespaces.iter().any(|row| row.name == **name));
    match missing {
        None => Ok(()),
        Some(name) => {
            let known: Vec<&str> = catalog.namespaces.iter().map(|row| row.name.as_str()).collect();
            Err(DbError::new(
                ErrorCode::NotFound,
                format!("reading the catalogue: there is no schema {name}"),
            )
            .with_hint(format!("the database has: {}", known.join(", "))))
        }
    }
}

/// Asks the server to stop what this session runs; a server that does not answer is left alone.
async fn stop_server_side(session: &Session) {
    let cancel = session.client.cancel_token();
    let _ = tokio::time::timeout(Duration::from_secs(2), cancel.cancel_query(session.tls.clone())).await;
}
