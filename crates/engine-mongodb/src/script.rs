//! A model as commands for the server's shell: each a `db.runCommand` with its document, so that what is shown is what is run.

use cadastre_engine::{Script, ScriptPart};
use cadastre_model::*;
use serde_json::{Map, Value, json};

use crate::orders::Order;

pub(crate) fn parsed(text: &str) -> Value {
    // It was written by us from a document.
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn put(target: &mut Map<String, Value>, name: &str, text: Option<&String>) {
    if let Some(text) = text {
        target.insert(name.to_owned(), parsed(text));
    }
}

/// The commands that create the whole model in an empty database.
pub(crate) fn create_script(model: &Model) -> Script {
    let mut parts: Vec<ScriptPart> = Vec::new();
    let of = |kind: Kind| model.objects().filter(move |(_, object)| object.kind() == kind).map(|(id, _)| id);
    for id in of(Kind::Table).chain(views_in_order(model)) {
        for command in commands(model, id) {
            parts.push(ScriptPart { object: Some(id), sql: shown(&command) });
        }
    }
    Script { preamble: String::new(), parts, closing: String::new() }
}

/// A view after those it reads.
pub(crate) fn views_in_order(model: &Model) -> Vec<ObjectId> {
    let views: Vec<ObjectId> =
        model.objects().filter(|(_, object)| object.kind() == Kind::View).map(|(id, _)| id).collect();
    let reads = |id: ObjectId| match &model.object(id).body {
        Body::View(View { reads: Some(name), .. }) => model.find_relation(name),
        _ => None,
    };
    let ranks: Vec<usize> = (0..views.len()).collect();
    let needs: Vec<Vec<usize>> = views
        .iter()
        .map(|&id| {
            reads(id).and_then(|needed| views.iter().position(|&view| view == needed)).into_iter().collect()
        })
        .collect();
    // The server refuses views that read each other in a circle.
    let order = creation_order(&ranks, &needs).unwrap_or(ranks);
    order.into_iter().map(|at| views[at]).collect()
}

/// The commands for one object and its indexes, for reading.
pub(crate) fn object_ddl(model: &Model, id: ObjectId) -> String {
    let object = model.object(id);
    let commands = match (&object.body, object.parent) {
        (Body::Index(_), Some(parent)) => index_command(model.object(parent), [object]).into_iter().collect(),
        _ => commands(model, id),
    };
    commands.iter().map(shown).collect::<Vec<_>>().join("\n\n")
}

fn shown(command: &Value) -> String {
    format!("{};", Order::Command(command.clone()).shown())
}

/// The command documents for a collection with its indexes, or for a view.
pub(crate) fn commands(model: &Model, id: ObjectId) -> Vec<Value> {
    let object = model.object(id);
    match &object.body {
        Body::View(view) => vec![create_view(object, view)],
        Body::Table(table) => {
            let indexes = model.children(id).iter().map(|&child| model.object(child));
            let indexes = indexes.filter(|child| child.kind() == Kind::Index);
            let create = create_collection(object, table);
            std::iter::once(create).chain(index_command(object, indexes)).collect()
        }
        _ => Vec::new(),
    }
}

fn create_view(object: &Object, view: &View) -> Value {
    let mut command = Map::new();
    command.insert("create".into(), json!(object.name));
    command.insert(
        "viewOn".into(),
        json!(view.reads.as_ref().map(|name| name.name.as_str()).unwrap_or_default()),
    );
    command.insert("pipeline".into(), parsed(&view.definition));
    view.options.iter().for_each(|pair| put(&mut command, &pair.name, Some(&pair.value)));
    Value::Object(command)
}

fn create_collection(object: &Object, table: &Table) -> Value {
    let mut command = Map::new();
    command.insert("create".into(), json!(object.name));
    if let Some(it) = &table.collection {
        if it.capped_bytes.is_some() {
            command.insert("capped".into(), json!(true));
        }
        put(&mut command, "size", it.capped_bytes.as_ref());
        put(&mut command, "max", it.capped_documents.as_ref());
        put(&mut command, "timeseries", it.time_series.as_ref());
        put(&mut command, "expireAfterSeconds", it.expire_after_seconds.as_ref());
        put(&mut command, "clusteredIndex", it.clustered.as_ref());
        put(&mut command, "collation", it.collation.as_ref());
        if let Some(validator) = &it.validator {
            command.insert("validator".into(), parsed(&validator.rule));
            command.insert("validationLevel".into(), json!(validator.level));
            command.insert("validationAction".into(), json!(validator.action));
        }
        if it.pre_and_post_images {
            command.insert("changeStreamPreAndPostImages".into(), json!({ "enabled": true }));
        }
    }
    Value::Object(command)
}

pub(crate) fn index_command<'m>(
    collection: &Object,
    indexes: impl IntoIterator<Item = &'m Object>,
) -> Option<Value> {
    let indexes: Vec<Value> = indexes.into_iter().filter_map(index_document).collect();
    (!indexes.is_empty()).then(|| json!({ "createIndexes": collection.name, "indexes": indexes }))
}

fn index_document(object: &Object) -> Option<Value> {
    let Body::Index(index) = &object.body else { return None };
    let mut key = Map::new();
    for part in &index.parts {
        let IndexTarget::Column(path) = &part.target else { continue };
        let value = match &part.operator_class {
            Some(word) => json!(word),
            None => json!(if part.descending { -1 } else { 1 }),
        };
        key.insert(path.clone(), value);
    }
    let mut document = Map::new();
    document.insert("key".into(), Value::Object(key));
    document.insert("name".into(), json!(object.name));
    for (name, yes) in [("unique", index.unique), ("hidden", index.invisible)] {
        if yes {
            document.insert(name.into(), json!(true));
        }
    }
    put(&mut document, "partialFilterExpression", index.predicate.as_ref());
    index.options.iter().for_each(|pair| put(&mut document, &pair.name, Some(&pair.value)));
    Some(Value::Object(document))
}
