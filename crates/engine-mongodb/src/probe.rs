//! How one sees whether a step is done, for every command is final by itself: a command of the server's shell whose first batch holds
//! something, or nothing.

use serde_json::{Map, Value, json};

use crate::orders::COMMAND;

/// Whether a command finds something, or nothing; as the server's shell takes it, without a semicolon.
fn shown(command: &Value, is_found: bool) -> String {
    let text = serde_json::to_string(command).unwrap_or_default();
    let test = if is_found { "> 0" } else { "=== 0" };
    format!("{COMMAND}{text})).cursor.firstBatch.length {test}")
}

fn with(name: &str, more: Map<String, Value>) -> Value {
    let mut filter = Map::from_iter([("name".to_owned(), json!(name))]);
    filter.extend(more);
    Value::Object(filter)
}

/// Whether there is a collection or view of which this is true (manual: "listCollections").
pub(crate) fn collection(name: &str, more: Map<String, Value>) -> String {
    shown(&json!({ "listCollections": 1, "filter": with(name, more) }), true)
}

/// Whether there is no collection or view of this name.
pub(crate) fn no_collection(name: &str) -> String {
    shown(&json!({ "listCollections": 1, "filter": with(name, Map::new()) }), false)
}

/// Whether a collection has an index of which this is true, or has none (manual: "$indexStats").
pub(crate) fn index(collection: &str, name: &str, more: Map<String, Value>, is_there: bool) -> String {
    let pipeline = json!([{ "$indexStats": {} }, { "$match": with(name, more) }]);
    shown(&json!({ "aggregate": collection, "pipeline": pipeline, "cursor": {} }), is_there)
}

/// Whether no document of a collection matches any more.
pub(crate) fn no_document(collection: &str, filter: &Value) -> String {
    shown(&json!({ "find": collection, "filter": filter, "limit": 1 }), false)
}
