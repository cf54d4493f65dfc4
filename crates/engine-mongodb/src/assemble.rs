//! Collections to model. Pure.

use bson::{Bson, Document};
use cadastre_engine::{DbError, ErrorCode};
use cadastre_model::*;

use crate::catalog::{CollectionFacts, Sampled};
use crate::sample::enforced_paths;

/// The one namespace: the database, under a name that is the same for all databases, so that two can be compared.
pub(crate) const NAMESPACE: &str = "main";

/// A value as relaxed extended JSON, keys in the server's order.
pub(crate) fn json(value: &Bson) -> String {
    value.clone().into_relaxed_extjson().to_string()
}

/// Builds the model of one database. What cannot be read is listed as not modelled, with the reason.
///
/// # Errors
/// [`ErrorCode::Internal`] when the answers contradict each other.
pub(crate) fn assemble(facts: Vec<CollectionFacts>, origin: Origin) -> Result<Model, DbError> {
    let mut builder = ModelBuilder::new(origin);
    let namespace = builder.add(Object::new(None, NAMESPACE, Body::Namespace(Namespace {})));
    for one in facts {
        if one.row.kind == "view" {
            add_view(&mut builder, namespace, one);
        } else {
            add_collection(&mut builder, namespace, one);
        }
    }
    let built = builder.finish();
    built.map_err(|error| DbError::new(ErrorCode::Internal, format!("building the model: {error}")))
}

fn add_view(builder: &mut ModelBuilder, namespace: ObjectId, one: CollectionFacts) {
    let options = &one.row.options;
    let pipeline = options.get("pipeline").map(json).unwrap_or_else(|| "[]".into());
    let reads = options.get_str("viewOn").unwrap_or_default();
    let collation =
        options.get("collation").map(|value| SettingPair { name: "collation".into(), value: json(value) });
    let view = View {
        definition: pipeline,
        reads: Some(QualifiedName::new(NAMESPACE, reads)),
        options: collation.into_iter().collect(),
        ..View::default()
    };
    builder.add(Object::new(Some(namespace), one.row.name, Body::View(view)));
}

/// Options of a collection that the model has a place for, or that mean nothing.
const KNOWN: [&str; 12] = [
    "capped",
    "size",
    "max",
    "timeseries",
    "expireAfterSeconds",
    "clusteredIndex",
    "collation",
    "validator",
    "validationLevel",
    "validationAction",
    "changeStreamPreAndPostImages",
    "autoIndexId",
];

fn add_collection(builder: &mut ModelBuilder, namespace: ObjectId, one: CollectionFacts) {
    let (name, options) = (one.row.name, one.row.options);
    for option in options.keys().filter(|option| !KNOWN.contains(&option.as_str())) {
        builder.note_unmodelled("collection option", format!("{name}: {option}"));
    }
    let text = |key: &str| options.get(key).map(json);
    let is_capped = options.get_bool("capped").unwrap_or_default();
    let validator = options.get_document("validator").ok().filter(|rule| !rule.is_empty());
    let word = |key: &str, default: &str| options.get_str(key).unwrap_or(default).to_owned();
    let collection = Collection {
        capped_bytes: text("size").filter(|_| is_capped),
        capped_documents: text("max").filter(|_| is_capped),
        time_series: text("timeseries"),
        expire_after_seconds: text("expireAfterSeconds"),
        clustered: text("clusteredIndex"),
        collation: text("collation"),
        validator: validator.map(|rule| Validator {
            rule: json(&Bson::Document(rule.clone())),
            level: word("validationLevel", "strict"),
            action: word("validationAction", "error"),
        }),
        pre_and_post_images: options
            .get_document("changeStreamPreAndPostImages")
            .is_ok_and(|it| it.get_bool("enabled").unwrap_or_default()),
    };
    let sample = match one.sample {
        Ok(sampled) => Some(Box::new(sample_of(sampled, validator))),
        Err(reason) => {
            builder.note_unmodelled("unreadable documents", format!("{name}: {reason}"));
            None
        }
    };
    let is_time_series = collection.time_series.is_some();
    let body = Table { collection: Some(Box::new(collection)), sample, ..Table::default() };
    let table = builder.add(Object::new(Some(namespace), name.clone(), Body::Table(body)));
    if !is_time_series {
        let key = Key { columns: vec!["_id".into()], unnamed: true, ..Key::default() };
        builder.add(Object::new(Some(table), "_id_", Body::PrimaryKey(key)));
    }
    match one.indexes {
        Ok(indexes) => indexes.iter().for_each(|index| add_index(builder, table, &name, index)),
        Err(reason) => builder.note_unmodelled("unreadable indexes", format!("{name}: {reason}")),
    }
}

fn sample_of(sampled: Sampled, validator: Option<&Document>) -> Sample {
    let enforced = validator.map(enforced_paths).unwrap_or_default();
    let mut fields = sampled.inferred.fields;
    for field in &mut fields {
        field.enforced = enforced.contains(&field.path);
        let reference = sampled.references.iter().find(|(path, ..)| *path == field.path);
        field.reference = reference.map(|(_, collection, key, looked_up, found)| SampledReference {
            collection: collection.clone(),
            field: key.clone(),
            looked_up: *looked_up,
            found: *found,
        });
    }
    Sample { documents: sampled.inferred.documents, estimated_total: sampled.total.to_string(), fields }
}

/// Options of an index that have a place of their own in the model, or follow from it.
const INDEX_OWN: [&str; 11] = [
    "v",
    "key",
    "name",
    "ns",
    "unique",
    "hidden",
    "partialFilterExpression",
    "background",
    "textIndexVersion",
    "2dsphereIndexVersion",
    "clustered",
];

fn add_index(builder: &mut ModelBuilder, table: ObjectId, collection: &str, document: &Document) {
    let name = document.get_str("name").unwrap_or_default();
    // The index of `_id` is the primary key; that of a clustered collection is the collection itself.
    if name == "_id_" || document.get_bool("clustered").unwrap_or_default() {
        return;
    }
    let Ok(key) = document.get_document("key") else {
        return builder.note_unmodelled("index", format!("{collection}.{name}"));
    };
    let flag = |option: &str| document.get_bool(option).unwrap_or_default();
    let index = Index {
        method: method_of(key),
        unique: flag("unique"),
        invisible: flag("hidden"),
        parts: parts_of(key, document),
        predicate: document.get("partialFilterExpression").map(json),
        options: document
            .iter()
            .filter(|(option, _)| !INDEX_OWN.contains(&option.as_str()))
            .map(|(option, value)| SettingPair { name: option.clone(), value: json(value) })
            .collect(),
        ..Index::default()
    };
    builder.add(Object::new(Some(table), name, Body::Index(index)));
}

fn method_of(key: &Document) -> String {
    let special = key.values().find_map(Bson::as_str).map(str::to_owned);
    let wildcard = key.keys().any(|path| path == "$**" || path.ends_with(".$**"));
    special.unwrap_or_else(|| if wildcard { "wildcard".into() } else { "btree".into() })
}

/// A text index hides its fields behind `_fts`; their names are those of the weights.
fn parts_of(key: &Document, document: &Document) -> Vec<IndexPart> {
    let part = |path: &str, value: &Bson| IndexPart {
        target: IndexTarget::Column(path.to_owned()),
        prefix_length: None,
        collation: None,
        operator_class: value.as_str().map(str::to_owned),
        descending: matches!(value, Bson::Int32(-1) | Bson::Int64(-1)) || *value == Bson::Double(-1.0),
        nulls: None,
    };
    let weights = document.get_document("weights").cloned().unwrap_or_default();
    let mut parts = Vec::new();
    for (path, value) in key {
        match path.as_str() {
            "_fts" => parts.extend(weights.keys().map(|field| part(field, &Bson::String("text".into())))),
            "_ftsx" => {}
            _ => parts.push(part(path, value)),
        }
    }
    parts
}
