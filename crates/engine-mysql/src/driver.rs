//! The asynchronous half: reach, test, introspect.

use std::time::Instant;

use async_trait::async_trait;
use cadastre_engine::{
    Cancelled, ColumnRef, DbError, Dialect, Driver, ErrorCode, IntrospectOptions, Rehearsal, Rehearse,
    Rights, RunContext, Secret, Stage, Target, TestReport,
};
use cadastre_model::{Model, Origin, QualifiedName};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{Connection, Executor, Row};

use crate::assemble::assemble;
use crate::catalog;
use crate::connect::open;
use crate::dialect::MySqlDialect;
use crate::error::explain;
use crate::{rows, scratch};

/// How many lists an introspection asks for, whatever the schema's size; one packet of `SHOW` statements follows for each megabyte
/// of them.
pub const QUERIES: usize = catalog::LISTS + 1;

/// What is shown depends on these; nothing waits long for a lock; nothing is written.
const OPEN_SNAPSHOT: &str = "SET SESSION sql_mode = '', SESSION sql_quote_show_create = 1, SESSION lock_wait_timeout = 5, \
    SESSION group_concat_max_len = 1048576, SESSION time_zone = '+00:00'; START TRANSACTION READ ONLY";

const ABOUT: &str = "SELECT VERSION(), DATABASE(), @@version_comment";

const ABOUT_SESSION: &str = "SELECT CURRENT_USER(), \
    (SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SUPER' AND GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')), \
    (SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE' AND GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')) + \
    (SELECT COUNT(*) FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE' AND DATABASE() LIKE TABLE_SCHEMA AND GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), ''''))";

/// Reads MySQL and MariaDB databases.
#[derive(Debug, Clone, Copy, Default)]
pub struct MySqlDriver;

fn text(row: &MySqlRow, at: usize) -> String {
    let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(at).ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn one(connection: &mut MySqlConnection, doing: &str, sql: &'static str) -> Result<MySqlRow, DbError> {
    connection.fetch_one(sqlx::raw_sql(sql)).await.map_err(|error| explain(doing, &error))
}

#[async_trait]
impl Driver for MySqlDriver {
    fn dialect(&self) -> &dyn Dialect {
        &MySqlDialect
    }

    async fn test(&self, target: &Target, secret: Option<&Secret>) -> Result<TestReport, DbError> {
        let mut connection = open(target, secret).await?;
        let doing = "testing the connection";
        let about = one(&mut connection, doing, ABOUT).await?;
        let session = one(&mut connection, doing, ABOUT_SESSION).await?;
        let cipher = one(&mut connection, doing, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").await?;
        let started = Instant::now();
        connection.ping().await.map_err(|error| explain(doing, &error))?;
        let latency_micros = u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX);
        let has = |at: usize| text(&session, at) != "0";
        let report = TestReport {
            server: product(&text(&about, 0)),
            user: text(&session, 0),
            database: text(&about, 1),
            rights: match (has(1), has(2)) {
                (true, _) => Rights::Superuser,
                (false, true) => Rights::Create,
                (false, false) => Rights::ReadOnly,
            },
            encrypted: Some(!text(&cipher, 1).is_empty()),
            latency_micros,
        };
        // What was asked is answered; how the session ends changes nothing.
        let _ = connection.close().await;
        Ok(report)
    }

    async fn elaborate(
        &self,
        scratch: Option<&Target>,
        secret: Option<&Secret>,
        script: &str,
        context: &RunContext,
    ) -> Result<Model, DbError> {
        let work = scratch::Work::Script(script);
        scratch::in_scratch(scratch, secret, work, context).await.map(|done| done.model)
    }

    async fn rehearse(
        &self,
        scratch: Option<&Target>,
        secret: Option<&Secret>,
        what: &Rehearse<'_>,
        context: &RunContext,
    ) -> Result<Rehearsal, DbError> {
        scratch::in_scratch(scratch, secret, scratch::Work::Plan(what), context).await
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

    async fn introspect(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        _options: &IntrospectOptions,
        context: &RunContext,
    ) -> Result<Model, DbError> {
        context.report(Stage::Connecting, 0, 1);
        let reading = async {
            let mut connection = open(target, secret).await?;
            context.report(Stage::Connecting, 1, 1);
            read_snapshot(&mut connection, context).await
        };
        // A reading that is given up closes its connection, and the server ends what it was doing for it.
        let (origin, catalog) = tokio::select! {
            read = reading => read?,
            () = context.cancel.cancelled() => return Err(Cancelled.into()),
        };
        context.report(Stage::Building, 0, 1);
        let model = assemble(catalog, origin)?;
        context.report(Stage::Building, 1, 1);
        Ok(model)
    }
}

async fn read_snapshot(
    connection: &mut MySqlConnection,
    context: &RunContext,
) -> Result<(Origin, catalog::Catalog), DbError> {
    let doing = "reading the catalogue";
    connection.execute(sqlx::raw_sql(OPEN_SNAPSHOT)).await.map_err(|error| explain(doing, &error))?;
    let about = one(connection, doing, ABOUT).await?;
    let version = text(&about, 0);
    check_version(doing, &version)?;
    let origin =
        Origin { engine: "mysql".into(), version: product(&version), database: text(&about, 1), owner: None };
    let catalog = catalog::read(connection, context).await?;
    Ok((origin, catalog))
}

/// `10.11.6-MariaDB-0+deb12u1` → `MariaDB 10.11.6`; `8.0.36` → `MySQL 8.0.36`.
fn product(version: &str) -> String {
    let number = version.split('-').next().unwrap_or(version);
    let name = if version.contains("MariaDB") { "MariaDB" } else { "MySQL" };
    format!("{name} {number}")
}

fn check_version(doing: &str, version: &str) -> Result<(), DbError> {
    let mut numbers = version.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or_default());
    let found = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    let oldest = if version.contains("MariaDB") { (10, 5) } else { (8, 0) };
    if found >= oldest {
        return Ok(());
    }
    let message = format!("{doing}: {} is older than {}.{}", product(version), oldest.0, oldest.1);
    Err(DbError::new(ErrorCode::UnsupportedByEngine, message)
        .with_hint("MySQL 8 and MariaDB 10.5 or newer are understood"))
}
