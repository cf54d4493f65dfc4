//! What a script of ours orders: commands, new names of collections, and documents changed in batches. It is written for the
//! server's shell, so that what is shown is what is run, and read back to be run from here.

use bson::{Bson, Document, doc};
use cadastre_engine::{DbError, ErrorCode};
use futures::stream::TryStreamExt;
use mongodb::Database;
use serde_json::{Value, json};

use crate::probe;

/// So many documents are changed at a time.
const BATCH: i64 = 1_000;

/// The function that scripts with batches begin with. A batch begins where the last one ended, in the order of `_id`; what was
/// changed does not match any more, so that a script that was stopped goes on where it was.
const CHANGE_IN_BATCHES: &str = r#"function changeInBatches(name, filter, change) {
  let from = null;
  for (;;) {
    let found = db.getCollection(name).find(filter, { _id: 1 }).hint({ _id: 1 }).limit(1000);
    if (from !== null) found = found.min({ _id: from });
    const ids = found.toArray().map((it) => it._id);
    if (ids.length === 0) return;
    const update = { q: { $and: [{ _id: { $in: ids } }, filter] }, u: change, multi: true };
    const answer = db.runCommand({ update: name, updates: [update], bypassDocumentValidation: true });
    if (answer.writeErrors) throw new Error(JSON.stringify(answer.writeErrors[0]));
    from = ids[ids.length - 1];
  }
}"#;

pub(crate) const COMMAND: &str = "db.runCommand(EJSON.deserialize(";
const RENAME: &str = "db.getCollection(";
const CHANGE: &str = "changeInBatches(";

/// One order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Order {
    /// A command of the database.
    Command(Value),
    /// A collection gets another name.
    Rename { from: String, to: String },
    /// The documents of a collection that match are changed: an update, or a pipeline of them.
    Change { collection: String, filter: Value, change: Value },
}

impl Order {
    /// As the server's shell takes it, without a semicolon.
    pub fn shown(&self) -> String {
        let text = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
        match self {
            Self::Command(command) => format!("{COMMAND}{}))", text(command)),
            Self::Rename { from, to } => {
                format!("{RENAME}{}).renameCollection({})", json!(from), json!(to))
            }
            Self::Change { collection, filter, change } => format!(
                "{CHANGE}{}, EJSON.deserialize({}), EJSON.deserialize({}))",
                json!(collection),
                text(filter),
                text(change)
            ),
        }
    }

    /// How one sees that it is done, where documents tell: none is left that would be changed.
    pub fn left(&self) -> Option<String> {
        match self {
            Self::Change { collection, filter, .. } => Some(probe::no_document(collection, filter)),
            Self::Command(_) | Self::Rename { .. } => None,
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// What the server refuses.
    pub async fn run(&self, database: &Database) -> mongodb::error::Result<()> {
        match self {
            Self::Command(command) => drop(database.run_command(document(command)).await?),
            Self::Rename { from, to } => {
                let full = |name: &str| format!("{}.{name}", database.name());
                let command = doc! { "renameCollection": full(from), "to": full(to) };
                database.client().database("admin").run_command(command).await?;
            }
            Self::Change { collection, filter, change } => {
                change_in_batches(database, collection, &document(filter), bson(change)).await?;
            }
        }
        Ok(())
    }
}

/// The shell's text of orders.
pub(crate) fn script<'o>(orders: impl IntoIterator<Item = &'o str>) -> String {
    let mut text = String::new();
    for order in orders {
        if order.starts_with(CHANGE) && !text.starts_with(CHANGE_IN_BATCHES) {
            text.insert_str(0, &format!("{CHANGE_IN_BATCHES}\n\n"));
        }
        text.push_str(order);
        text.push_str(";\n\n");
    }
    text
}

/// Reads a script of ours, or several one after the other.
///
/// # Errors
/// A text that is none.
pub(crate) fn read(script: &str) -> Result<Vec<Order>, DbError> {
    let mut orders = Vec::new();
    let mut rest = skip(script);
    while !rest.is_empty() {
        let (order, after) = read_one(rest).ok_or_else(|| {
            let first = rest.lines().next().unwrap_or_default();
            DbError::new(ErrorCode::InvalidInput, format!("reading the script: {first} is no order of ours"))
                .with_hint("compare live databases or JSON models")
        })?;
        orders.push(order);
        rest = skip(after);
    }
    Ok(orders)
}

/// Without what stands between two orders.
fn skip(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
    text.strip_prefix(CHANGE_IN_BATCHES).map_or(text, skip)
}

fn read_one(text: &str) -> Option<(Order, &str)> {
    if let Some(rest) = text.strip_prefix(COMMAND) {
        let (command, rest) = value(rest)?;
        return Some((Order::Command(command), rest.strip_prefix("))")?));
    }
    if let Some(rest) = text.strip_prefix(RENAME) {
        let (from, rest) = value(rest)?;
        let (to, rest) = value(rest.strip_prefix(").renameCollection(")?)?;
        let order = Order::Rename { from: from.as_str()?.to_owned(), to: to.as_str()?.to_owned() };
        return Some((order, rest.strip_prefix(')')?));
    }
    let (collection, rest) = value(text.strip_prefix(CHANGE)?)?;
    let (filter, rest) = value(rest.strip_prefix(", EJSON.deserialize(")?)?;
    let (change, rest) = value(rest.strip_prefix("), EJSON.deserialize(")?)?;
    let order = Order::Change { collection: collection.as_str()?.to_owned(), filter, change };
    Some((order, rest.strip_prefix("))")?))
}

/// The value a text begins with, and the rest.
fn value(text: &str) -> Option<(Value, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, &text[values.byte_offset()..]))
}

fn bson(value: &Value) -> Bson {
    Bson::try_from(value.clone()).unwrap_or(Bson::Null)
}

fn document(value: &Value) -> Document {
    match bson(value) {
        Bson::Document(document) => document,
        _ => Document::new(),
    }
}

/// As the function of the same name in the script. Rules for documents do not hold back what brings them in line.
async fn change_in_batches(
    database: &Database,
    name: &str,
    filter: &Document,
    change: Bson,
) -> mongodb::error::Result<()> {
    let collection = database.collection::<Document>(name);
    let mut from: Option<Bson> = None;
    loop {
        let find = collection
            .find(filter.clone())
            .projection(doc! { "_id": 1 })
            .hint(mongodb::options::Hint::Keys(doc! { "_id": 1 }))
            .limit(BATCH);
        let cursor = match &from {
            Some(id) => find.min(doc! { "_id": id }).await?,
            None => find.await?,
        };
        let found: Vec<Document> = cursor.try_collect().await?;
        let ids: Vec<Bson> = found.iter().filter_map(|it| it.get("_id").cloned()).collect();
        let Some(last) = ids.last() else { return Ok(()) };
        from = Some(last.clone());
        let these = doc! { "$and": [{ "_id": { "$in": ids } }, filter.clone()] };
        let update = doc! { "q": these, "u": change.clone(), "multi": true };
        let command = doc! { "update": name, "updates": [update], "bypassDocumentValidation": true };
        let answer = database.run_command(command).await?;
        if let Some(error) = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()) {
            return Err(mongodb::error::Error::custom(error.to_string()));
        }
    }
}
