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
    /// The field it is in; empty at the top.
    parent: String,
    /// What counts how often it could have been there: see [`Counter::holders`].
    holder: String,
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
    for path in counter.in_reading_order() {
        let Some(seen) = counter.fields.remove(&path) else { continue };
        let mut types: Vec<(String, u32)> =
            seen.types.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        types.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let of = counter.holders.get(&seen.holder).copied().unwrap_or_default();
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

impl Counter {
    /// A field before the fields in it, siblings as they were met first. Names may be empty or hold dots, so what is in what is kept and
    /// not read from paths.
    fn in_reading_order(&self) -> Vec<String> {
        let mut below: HashMap<&str, Vec<&String>> = HashMap::new();
        for path in &self.order {
            let parent = self.fields.get(path).map_or("", |seen| seen.parent.as_str());
            below.entry(parent).or_default().push(path);
        }
        let mut ordered = Vec::with_capacity(self.order.len());
        let mut waiting: Vec<&String> = below.remove("").unwrap_or_default();
        waiting.reverse();
        while let Some(path) = waiting.pop() {
            ordered.push(path.clone());
            waiting.extend(below.remove(path.as_str()).unwrap_or_default().into_iter().rev());
        }
        ordered
    }

    fn document(&mut self, path: &str, document: &Document, depth: usize) {
        *self.holders.entry(path.to_owned()).or_default() += 1;
        for (name, value) in document {
            let name = if name.is_empty() { "\"\"" } else { name.as_str() };
            let inner = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            self.value(&inner, path, path, value, depth + 1);
        }
    }

    fn value(&mut self, path: &str, parent: &str, holder: &str, value: &Bson, depth: usize) {
        if !self.fields.contains_key(path) {
            self.order.push(path.to_owned());
            let (parent, holder) = (parent.to_owned(), holder.to_owned());
            self.fields.insert(path.to_owned(), Seen { parent, holder, ..Seen::default() });
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
                // The elements are counted apart from the documents among them.
                let holder = format!("{path}[");
                *self.holders.entry(holder.clone()).or_default() += elements.len() as u32;
                for element in elements {
                    self.value(&within, path, &holder, element, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// No example is longer.
const EXAMPLE_LENGTH: usize = 120;

/// The first different values of a field: texts and object ids as they are, all else as extended JSON, cut where they are long.
pub(crate) fn values_at(documents: &[Document], path: &str, limit: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for document in documents {
        let mut inside = Vec::new();
        collect_values(&Bson::Document(document.clone()), "", path, &mut inside);
        for value in inside {
            let text = match value {
                Bson::String(text) => text,
                Bson::ObjectId(id) => id.to_hex(),
                other => other.into_relaxed_extjson().to_string(),
            };
            let text = match text.char_indices().nth(EXAMPLE_LENGTH) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            };
            if !found.contains(&text) {
                found.push(text);
            }
            if found.len() == limit {
                return found;
            }
        }
    }
    found
}

fn collect_values(value: &Bson, at: &str, wanted: &str, found: &mut Vec<Bson>) {
    if at == wanted {
        return found.push(value.clone());
    }
    let leads = |path: &str| {
        wanted == path || wanted.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    match value {
        Bson::Document(inner) => {
            for (name, value) in inner {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                if leads(&path) {
                    collect_values(value, &path, wanted, found);
                }
            }
        }
        Bson::Array(elements) => {
            let path = format!("{at}[]");
            elements.iter().for_each(|element| collect_values(element, &path, wanted, found));
        }
        _ => {}
    }
}

/// Whether a value could be a key of something.
fn is_key_like(value: &Bson) -> bool {
    match value {
        Bson::ObjectId(_) | Bson::Int32(_) | Bson::Int64(_) => true,
        Bson::Binary(binary) => binary.bytes.len() <= 64,
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
