//! Fields of documents: those that a rule does not take are brought in line with it.

use cadastre_model::{Sample, SampledField};
use serde_json::{Value, json};

use crate::orders::Order;

/// Types that the server converts others to (manual: "$convert").
const CONVERTIBLE: [&str; 8] = ["double", "string", "objectId", "bool", "date", "int", "long", "decimal"];

/// How a field is brought in line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldChange {
    /// The field.
    pub path: String,
    /// What does it.
    pub order: Order,
    /// What becomes of it.
    pub fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its values get another type, where they read back as they were; others stay as they are.
    Converted,
    /// It goes, values and all.
    Removed,
}

/// A field gets another name.
pub(crate) fn rename(collection: &str, path: &str, to: &str) -> Order {
    let new = path.rsplit_once('.').map_or_else(|| to.to_owned(), |(above, _)| format!("{above}.{to}"));
    // A document that has both keeps both: nothing is written over.
    let filter = json!({ path: { "$exists": true }, new.clone(): { "$exists": false } });
    Order::Change { collection: collection.into(), filter, change: json!({ "$rename": { path: new } }) }
}

/// What the fields at the top of sampled documents need, to be as a validator's JSON schema wants them.
pub(crate) fn in_line(collection: &str, sample: &Sample, rule: &Value) -> Vec<FieldChange> {
    let Some(schema) = rule.get("$jsonSchema") else { return Vec::new() };
    let declared = schema.get("properties").and_then(Value::as_object);
    let is_closed = schema.get("additionalProperties") == Some(&json!(false));
    let is_patterned = schema.get("patternProperties").is_some();
    let top = sample.fields.iter().filter(|field| !field.path.contains(['.', '[']) && field.path != "_id");
    top.filter_map(|field| match declared.and_then(|declared| declared.get(&field.path)) {
        Some(property) => convert(collection, field, property),
        None if is_closed && !is_patterned => Some(unset(collection, &field.path)),
        None => None,
    })
    .collect()
}

fn convert(collection: &str, field: &SampledField, property: &Value) -> Option<FieldChange> {
    let wanted = property.get("bsonType").and_then(Value::as_str)?;
    let differs = field.types.iter().any(|(found, _)| found != wanted);
    if !differs || !CONVERTIBLE.contains(&wanted) {
        return None;
    }
    let path = &field.path;
    let value = format!("${path}");
    let to = |otherwise: Value| json!({ "$convert": { "input": value, "to": wanted, "onError": otherwise.clone(), "onNull": otherwise } });
    // Only what can be converted is looked at, so that a stopped change goes on with what is left; and only what would read back
    // as it was, for the server rounds numbers and takes every text for true. A date has no text that it reads back as.
    let converted = to(Value::Null);
    let is_some = json!({ "$ne": [converted.clone(), null] });
    let reads_back = json!({ "$convert": { "input": converted, "to": { "$type": value }, "onError": null, "onNull": null } });
    let may = match wanted {
        "date" => is_some,
        _ => json!({ "$and": [is_some, { "$eq": [reads_back, value] }] }),
    };
    let filter = json!({ path: { "$exists": true, "$not": { "$type": wanted } }, "$expr": may });
    let change = json!([{ "$set": { path: to(json!(value)) } }]);
    let order = Order::Change { collection: collection.into(), filter, change };
    Some(FieldChange { path: path.clone(), order, fate: Fate::Converted })
}

fn unset(collection: &str, path: &str) -> FieldChange {
    let order = Order::Change {
        collection: collection.into(),
        filter: json!({ path: { "$exists": true } }),
        change: json!({ "$unset": { path: "" } }),
    };
    FieldChange { path: path.into(), order, fate: Fate::Removed }
}
