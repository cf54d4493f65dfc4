//! What documents look like: nested paths, arrays, presence, types. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bson::{Bson, Document};
use cadastre_model::SampledField;

/// Values of a field are kept for looking up, so many at most.
const KEPT_VALUES: usize = 200;
/// Fields deeper than this are summed up in their parent.
const DEEPEST: usize = 12;

/// A field while it is being counted.
#[derive(Default)]
struct Seen {
    present: u32,
    types: HashMap<&'static str, u32>,
    /// The first different values, for looking up.
    values: Vec<Bson>,
    known: BTreeSet<String>,
}

/// What a sample says.
#[derive(Default)]
pub(crate) struct Inferred {
    pub documents: u32,
    pub fields: Vec<SampledField>,
    /// Different values by path.
    pub values: BTreeMap<String, Vec<Bson>>,
}

#[derive(Default)]
struct Counter {
    fields: BTreeMap<String, Seen>,
    /// Paths in the order in which they were met.
    order: Vec<String>,
    /// How many documents (or elements) there were that could have the fields below a path.
    holders: HashMap<String, u32>,
}

/// Looks at documents.
pub(crate) fn infer(documents: &[Document]) -> Inferred {
    let mut counter = Counter::default();
    for document in documents {
        counter.document("", document, 0);
    }
    let mut fields = Vec::with_capacity(counter.order.len());
    let mut values = BTreeMap::new();
    for path in in_reading_order(&counter.order) {
        let Some(seen) = counter.fields.remove(&path) else { continue };
        let mut types: Vec<(String, u32)> =
            seen.types.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        types.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let of = counter.holders.get(holder_of(&path)).copied().unwrap_or_default();
        fields.push(SampledField {
            path: path.clone(),
            present: seen.present,
            of,
            types,
            ..SampledField::default()
        });
        values.insert(path, seen.values);
    }
    Inferred { documents: documents.len() as u32, fields, values }
}

/// The path of what a field is in: `a.b` → `a`; `a[].b` → `a[]`; `a[]` → `a[`, which counts elements.
fn holder_of(path: &str) -> &str {
    if let Some(array) = path.strip_suffix("[]") {
        return &path[..array.len() + 1];
    }
    path.rfind('.').map_or("", |at| &path[..at])
}

/// A field before the fields in it, siblings as they were met first.
fn in_reading_order(met: &[String]) -> Vec<String> {
    let mut below: HashMap<&str, Vec<&String>> = HashMap::new();
    for path in met {
        let parent = path.strip_suffix("[]").unwrap_or_else(|| path.rfind('.').map_or("", |at| &path[..at]));
        below.entry(parent).or_default().push(path);
    }
    let mut ordered = Vec::with_capacity(met.len());
    let mut waiting: Vec<&String> = below.get("").into_iter().flatten().rev().copied().collect();
    while let Some(path) = waiting.pop() {
        ordered.push(path.clone());
        waiting.extend(below.get(path.as_str()).into_iter().flatten().rev());
    }
    ordered
}

impl Counter {
    fn document(&mut self, path: &str, document: &Document, depth: usize) {
        *self.holders.entry(path.to_owned()).or_default() += 1;
        for (name, value) in document {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            self.value(&path, value, depth + 1);
        }
    }

    fn value(&mut self, path: &str, value: &Bson, depth: usize) {
        if !self.fields.contains_key(path) {
            self.order.push(path.to_owned());
        }
        let seen = self.fields.entry(path.to_owned()).or_default();
        seen.present += 1;
        *seen.types.entry(type_name(value)).or_default() += 1;
        if is_key_like(value) && seen.values.len() < KEPT_VALUES && seen.known.insert(value.to_string()) {
            seen.values.push(value.clone());
        }
        if depth >= DEEPEST {
            return;
        }
        match value {
            Bson::Document(inner) => self.document(path, inner, depth),
            Bson::Array(elements) => {
                let within = format!("{path}[]");
                *self.holders.entry(format!("{path}[")).or_default() += elements.len() as u32;
                for element in elements {
                    self.value(&within, element, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// Whether a value could be a key of something.
fn is_key_like(value: &Bson) -> bool {
    match value {
        Bson::ObjectId(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Binary(_) => true,
        Bson::String(text) => text.len() <= 64,
        _ => false,
    }
}

/// The server's alias of a BSON type (manual: "BSON Types").
pub(crate) fn type_name(value: &Bson) -> &'static str {
    match value {
        Bson::Double(_) => "double",
        Bson::String(_) => "string",
        Bson::Array(_) => "array",
        Bson::Document(_) => "object",
        Bson::Boolean(_) => "bool",
        Bson::Null => "null",
        Bson::RegularExpression(_) => "regex",
        Bson::JavaScriptCode(_) | Bson::JavaScriptCodeWithScope(_) => "javascript",
        Bson::Int32(_) => "int",
        Bson::Int64(_) => "long",
        Bson::Timestamp(_) => "timestamp",
        Bson::Binary(_) => "binData",
        Bson::ObjectId(_) => "objectId",
        Bson::DateTime(_) => "date",
        Bson::Symbol(_) => "symbol",
        Bson::Decimal128(_) => "decimal",
        Bson::Undefined => "undefined",
        Bson::MaxKey => "maxKey",
        Bson::MinKey => "minKey",
        Bson::DbPointer(_) => "dbPointer",
    }
}

/// The paths a `$jsonSchema` names.
pub(crate) fn enforced_paths(validator: &Document) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    if let Ok(schema) = validator.get_document("$jsonSchema") {
        collect_enforced("", schema, &mut paths);
    }
    paths
}

fn collect_enforced(path: &str, schema: &Document, paths: &mut BTreeSet<String>) {
    if let Ok(properties) = schema.get_document("properties") {
        for (name, inner) in properties {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if let Bson::Document(inner) = inner {
                collect_enforced(&path, inner, paths);
            }
            paths.insert(path);
        }
    }
    if let Ok(items) = schema.get_document("items") {
        collect_enforced(&format!("{path}[]"), items, paths);
    }
}
