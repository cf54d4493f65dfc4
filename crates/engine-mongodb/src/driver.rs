//! The asynchronous half: reach, test, introspect.

use std::time::Instant;

use async_trait::async_trait;
use bson::{Document, doc};
use cadastre_engine::{
    Cancelled, DbError, Dialect, Driver, ErrorCode, FieldRef, IntrospectOptions, Rehearsal, Rehearse, Rights,
    RunContext, Secret, Stage, Target, TestReport,
};
use cadastre_model::{Model, Origin, QualifiedName};
use mongodb::Database;

use crate::assemble::assemble;
use crate::catalog;
use crate::connect::open;
use crate::dialect::MongoDialect;
use crate::error::explain;
use crate::sample::values_at;
use crate::scratch;

/// Reads MongoDB databases.
#[derive(Debug, Clone, Copy, Default)]
pub struct MongoDriver;

/// The oldest server whose answers are understood.
const OLDEST: (u32, u32) = (4, 4);

async fn ask(database: &Database, doing: &str, command: Document) -> Result<Document, DbError> {
    database.run_command(command).await.map_err(|error| explain(doing, &error))
}

#[async_trait]
impl Driver for MongoDriver {
    fn dialect(&self) -> &dyn Dialect {
        &MongoDialect
    }

    async fn test(&self, target: &Target, secret: Option<&Secret>) -> Result<TestReport, DbError> {
        let (address, database) = open(target, secret).await?;
        let doing = format!("connecting to {}", target.label());
        let about = ask(&database, &doing, doc! { "buildInfo": 1 }).await?;
        let status = ask(&database, &doing, doc! { "connectionStatus": 1, "showPrivileges": false }).await?;
        // The first command that needs a login shows whether there has to be one.
        ask(
            &database,
            &doing,
            doc! { "listCollections": 1, "nameOnly": true, "authorizedCollections": true },
        )
        .await?;
        let started = Instant::now();
        ask(&database, &doing, doc! { "ping": 1 }).await?;
        let latency_micros = u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX);
        Ok(TestReport {
            server: format!("MongoDB {}", about.get_str("version").unwrap_or_default()),
            user: address.user.clone(),
            database: address.database.clone(),
            rights: rights(&status, &address.database),
            encrypted: Some(address.is_encrypted()),
            latency_micros,
        })
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
            let (address, database) = open(target, secret).await?;
            let doing = format!("connecting to {}", target.label());
            let about = ask(&database, &doing, doc! { "buildInfo": 1 }).await?;
            let version = about.get_str("version").unwrap_or_default().to_owned();
            check_version(&doing, &version)?;
            context.report(Stage::Connecting, 1, 1);
            let origin =
                Origin { engine: "mongodb".into(), version, database: address.database.clone(), owner: None };
            Ok::<_, DbError>((catalog::read(&database, address.sample_size, context).await?, origin))
        };
        let (facts, origin) = tokio::select! {
            read = reading => read?,
            () = context.cancel.cancelled() => return Err(Cancelled.into()),
        };
        context.report(Stage::Building, 0, 1);
        let model = assemble(facts, origin)?;
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

    async fn holding_rows(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<bool>, DbError> {
        let (_, database) = open(target, secret).await?;
        let mut found = Vec::with_capacity(tables.len());
        for table in tables {
            let one = database.collection::<Document>(&table.name).find_one(doc! {}).await;
            // Who may not look must assume that there are some.
            found.push(one.map_or(true, |one| one.is_some()));
        }
        Ok(found)
    }

    async fn table_sizes(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<Option<(u64, Option<u64>)>>, DbError> {
        let (_, database) = open(target, secret).await?;
        let mut found = Vec::with_capacity(tables.len());
        for table in tables {
            // Whoever may not ask for the size is told none.
            let stats = database.run_command(doc! { "collStats": &table.name }).await.unwrap_or_default();
            let number = |name: &str| {
                let value = stats.get(name);
                value.and_then(|it| {
                    it.as_i64().or(it.as_i32().map(i64::from)).or(it.as_f64().map(|it| it as i64))
                })
            };
            let size = number("count").and_then(|count| u64::try_from(count).ok());
            found.push(size.map(|count| (count, number("totalSize").and_then(|it| u64::try_from(it).ok()))));
        }
        Ok(found)
    }

    async fn examples(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        field: &FieldRef,
        limit: usize,
    ) -> Result<Vec<String>, DbError> {
        let (_, database) = open(target, secret).await?;
        let documents = catalog::documents_with(&database, field).await;
        let documents = documents
            .map_err(|error| explain(&format!("reading examples of {}", field.collection), &error))?;
        Ok(values_at(&documents, &field.path, limit))
    }
}

fn scratch_server(scratch: Option<&Target>) -> Result<&Target, DbError> {
    scratch.ok_or_else(|| {
        DbError::new(ErrorCode::InvalidInput, "running on a scratch server: none was given")
            .with_hint("give --scratch the address of a MongoDB server on which databases may be written")
    })
}

fn check_version(doing: &str, version: &str) -> Result<(), DbError> {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    let found = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    if found >= OLDEST {
        return Ok(());
    }
    let message = format!("{doing}: MongoDB {version} is older than {}.{}", OLDEST.0, OLDEST.1);
    Err(DbError::new(ErrorCode::UnsupportedByEngine, message).with_hint("MongoDB 4.4 or newer is understood"))
}

/// The rights that the built-in roles give (manual: "Built-In Roles"). A server without access control gives all.
fn rights(status: &Document, database: &str) -> Rights {
    let info = status.get_document("authInfo").ok();
    let list = |name: &str| info.and_then(|info| info.get_array(name).ok()).cloned().unwrap_or_default();
    if list("authenticatedUsers").is_empty() {
        return Rights::Superuser;
    }
    let roles: Vec<(String, String)> = list("authenticatedUserRoles")
        .iter()
        .filter_map(|role| role.as_document())
        .map(|role| {
            let text = |name: &str| role.get_str(name).unwrap_or_default().to_owned();
            (text("role"), text("db"))
        })
        .collect();
    let has = |names: &[&str]| {
        roles.iter().any(|(role, db)| names.contains(&role.as_str()) && (db == database || db == "admin"))
    };
    if has(&["root", "__system"]) {
        Rights::Superuser
    } else if has(&["dbOwner"]) {
        Rights::Owner
    } else if has(&["readWrite", "dbAdmin", "readWriteAnyDatabase", "dbAdminAnyDatabase"]) {
        Rights::Create
    } else {
        Rights::ReadOnly
    }
}
