//! Which fields could refer to which collections, by their names; whether they do is found out by looking values up. Pure.

use std::collections::BTreeSet;

use bson::Bson;

/// What a collection offers to be referred to by.
pub(crate) struct Referable {
    pub name: String,
    /// Fields that tell documents apart: `_id`, and those with a unique index of their own.
    pub keys: BTreeSet<String>,
}

/// A field that may refer to a key of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub collection: String,
    pub key: String,
}

/// The last words of fields that hold the `_id` of something.
const ID_WORDS: [&str; 8] = ["id", "ids", "ref", "refs", "oid", "oids", "fk", "uuid"];
/// What a document calls another one of its own kind.
const OWN_KIND: [&str; 9] =
    ["parent", "parents", "child", "children", "previous", "next", "root", "manager", "replaces"];

/// Fewer different values prove nothing.
pub(crate) const FEWEST_VALUES: usize = 3;
/// A field refers when at least this share of its values is found: orphans are tolerated, chance is not.
pub(crate) const LEAST_FOUND: f64 = 0.8;

/// The words of a name in lower case: `billingCustomer_id` → `billing`, `customer`, `id`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            was_lower = false;
            words.push(String::new());
        } else {
            if words.is_empty() || (c.is_uppercase() && was_lower) {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
            was_lower = c.is_lowercase() || c.is_numeric();
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

fn singulars(name: &str) -> Vec<String> {
    words(name).iter().map(|word| singular(word)).collect()
}

/// What the field at `path` of the collection `own` may refer to; `values` are what it holds.
pub(crate) fn candidates(own: &str, path: &str, values: &[Bson], all: &[Referable]) -> Vec<Candidate> {
    let name = path.trim_end_matches("[]").rsplit('.').next().unwrap_or(path);
    if path == "_id" || values.len() < FEWEST_VALUES {
        return Vec::new();
    }
    let name_words = words(name);
    let last = name_words.last().cloned().unwrap_or_default();
    let (base, key) = if ID_WORDS.contains(&last.as_str()) && name_words.len() > 1 {
        (&name_words[..name_words.len() - 1], "_id".to_owned())
    } else {
        (name_words.as_slice(), "_id".to_owned())
    };
    let base: Vec<String> = base.iter().map(|word| singular(word)).collect();
    let mut found = Vec::new();
    let mut add = |collection: &str, key: &str| {
        let candidate = Candidate { collection: collection.to_owned(), key: key.to_owned() };
        // A field is not a reference to itself.
        let is_itself = collection == own && key == path;
        if !is_itself && !found.contains(&candidate) {
            found.push(candidate);
        }
    };
    for target in all {
        let of_target = singulars(&target.name);
        if base.ends_with(&of_target) {
            add(&target.name, &key);
        }
        // `customer_code` → `code` of customers; `sku` → `sku` of whatever is told apart by it.
        for own_key in target.keys.iter().filter(|key| *key != "_id") {
            let key_words: Vec<String> = singulars(own_key);
            let with_name = name_words.len() > key_words.len()
                && base.ends_with(&key_words)
                && base[..base.len() - key_words.len()].ends_with(&of_target);
            if with_name || name == own_key {
                add(&target.name, own_key);
            }
        }
    }
    if base.last().is_some_and(|word| OWN_KIND.contains(&word.as_str())) {
        add(own, "_id");
    }
    found
}

/// Whether values are unique everywhere, so that they need no name to be looked up: object ids are.
pub(crate) fn need_no_name(path: &str, values: &[Bson]) -> bool {
    path != "_id"
        && values.len() >= FEWEST_VALUES
        && values.iter().all(|value| matches!(value, Bson::ObjectId(_)))
}
