//! Databases of our own on a scratch server: made, used and dropped within one call; and plans that run there with documents of
//! our own, which are counted before and after.

use std::sync::atomic::{AtomicU32, Ordering};

use bson::{Bson, Document, doc};
use cadastre_engine::{
    DbError, Driver, IntrospectOptions, MongoAddress, Rehearsal, Rehearse, RunContext, Secret, Target,
};
use cadastre_model::*;
use mongodb::Database;

use crate::connect::{address_of, open};
use crate::driver::MongoDriver;
use crate::error::explain;
use crate::orders::{self, Order};

/// Tells the databases of one process apart; the process number tells those of several.
static NEXT: AtomicU32 = AtomicU32::new(0);
/// So many documents are put into each collection.
const DOCUMENTS: i32 = 3;

/// Runs a script of ours in a new database on the scratch server, reads it, and drops it.
///
/// # Errors
/// No right to write there; the order of the script that does not run.
pub(crate) async fn elaborate(
    scratch: &Target,
    secret: Option<&Secret>,
    script: &str,
    context: &RunContext,
) -> Result<Model, DbError> {
    within(scratch, secret, async |target, database| {
        run_script(database, script, context).await?;
        MongoDriver.introspect(target, secret, &IntrospectOptions::default(), context).await
    })
    .await
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
    within(scratch, secret, async |target, database| {
        run_script(database, what.script, context).await?;
        let counted = if what.with_rows { put_documents(database, what.from).await } else { Vec::new() };
        for step in what.plan.steps() {
            for statement in &step.statements {
                context.check()?;
                for order in orders::read(statement)? {
                    let doing = format!("running the plan, {}", step.object);
                    order.run(database).await.map_err(|error| explain(&doing, &error))?;
                }
            }
        }
        let mut rows = Vec::new();
        for (name, before) in counted {
            let after = count(database, &new_name(what, &name)).await;
            rows.push((name, before, after));
        }
        let model = MongoDriver.introspect(target, secret, &IntrospectOptions::default(), context).await?;
        Ok(Rehearsal { model, steps: Vec::new(), rows })
    })
    .await
}

/// Does something in a new database on the scratch server, and drops the database whatever comes of it.
async fn within<T>(
    scratch: &Target,
    secret: Option<&Secret>,
    work: impl AsyncFnOnce(&Target, &Database) -> Result<T, DbError>,
) -> Result<T, DbError> {
    let own = address_of(scratch)?;
    let name = format!("cadastre_scratch_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    // Where the opened database says who may log in, another one would not.
    let auth_source = if own.auth_source.is_empty() && !own.srv && !own.database.is_empty() {
        own.database.clone()
    } else {
        own.auth_source.clone()
    };
    let target = Target::MongoDb(MongoAddress { database: name, auth_source, ..own.clone() });
    let (_, database) = open(&target, secret).await?;
    let result = work(&target, &database).await;
    // What is left behind here is a database of ours with a name that says so; nothing better can be done about it.
    let _ = database.drop().await;
    result
}

async fn run_script(database: &Database, script: &str, context: &RunContext) -> Result<(), DbError> {
    for (at, order) in orders::read(script)?.iter().enumerate() {
        context.check()?;
        order.run(database).await.map_err(|error| {
            explain(&format!("running the script, order {}", at + 1), &error)
                .with_hint("the user must have the right to write to other databases (readWriteAnyDatabase)")
        })?;
    }
    Ok(())
}

/// Puts a few documents of our own into each collection that takes them; how many are there.
async fn put_documents(database: &Database, model: &Model) -> Vec<(String, i64)> {
    let mut counted = Vec::new();
    for (_, object) in model.objects() {
        let Body::Table(table) = &object.body else { continue };
        if table.collection.as_ref().is_some_and(|it| it.time_series.is_some()) {
            continue;
        }
        let fields = table.sample.iter().flat_map(|sample| &sample.fields);
        let fields: Vec<&SampledField> =
            fields.filter(|field| !field.path.contains(['.', '[', '$']) && field.path != "_id").collect();
        for number in 1..=DOCUMENTS {
            let mut document = doc! { "_id": number };
            for field in &fields {
                let value = field.types.first().and_then(|(name, _)| value(name, number));
                value.into_iter().for_each(|value| drop(document.insert(field.path.clone(), value)));
            }
            // Which a rule does not take is left out.
            let _ = database.collection::<Document>(&object.name).insert_one(document).await;
        }
        if let Some(there) = count(database, &object.name).await.filter(|it| *it > 0) {
            counted.push((object.name.clone(), there));
        }
    }
    counted
}

/// A value of a type of BSON; the same number gives the same value.
fn value(name: &str, number: i32) -> Option<Bson> {
    Some(match name {
        "double" => Bson::Double(number.into()),
        "string" => Bson::String(number.to_string()),
        "bool" => Bson::Boolean(number % 2 == 0),
        "int" => Bson::Int32(number),
        "long" => Bson::Int64(number.into()),
        "date" => Bson::DateTime(bson::DateTime::from_millis(i64::from(number) * 86_400_000)),
        "null" => Bson::Null,
        "object" => Bson::Document(doc! { "n": number }),
        "array" => Bson::Array(vec![Bson::Int32(number)]),
        _ => return None,
    })
}

/// What a collection is called after the plan.
fn new_name(what: &Rehearse<'_>, name: &str) -> String {
    let statements = what.plan.steps().flat_map(|step| &step.statements);
    let mut orders = statements.filter_map(|it| orders::read(it).ok()).flatten();
    let renamed = orders.find_map(|order| match order {
        Order::Rename { from, to } if from == name => Some(to),
        _ => None,
    });
    renamed.unwrap_or_else(|| name.to_owned())
}

/// How many documents a collection has; nothing when there is no such collection.
async fn count(database: &Database, name: &str) -> Option<i64> {
    let names = database.list_collection_names().await.ok()?;
    names.iter().any(|it| it == name).then_some(())?;
    let count = database.collection::<Document>(name).count_documents(doc! {}).await.ok()?;
    i64::try_from(count).ok()
}
