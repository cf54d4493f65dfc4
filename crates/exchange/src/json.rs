//! The model as JSON: versioned, nested as the objects are, with references by address.
//!
//! Version 1: `{format, version, origin, unmodelled, objects}`; an object has its kind's fields beside `kind`, `name`, and where
//! there are any `comment`, `owner`, `grants`, `dependsOn` (addresses) and `children`.

use std::collections::HashMap;

use cadastre_model::{Body, Grant, Model, ModelBuilder, Object, ObjectId, Origin, Unmodelled};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const FORMAT: &str = "cadastre-model";
const VERSION: u32 = 1;

/// Why a text is no model.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It is no JSON, or not of this shape.
    #[error("this is not the JSON of a model: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is something else.
    #[error("this is not the JSON of a model: its format is “{0}”")]
    Format(String),
    /// It was written by a newer program.
    #[error("this model has version {0} of the format; up to {VERSION} is understood")]
    Version(u32),
    /// It names an object that is not in it.
    #[error("an object depends on {0}, which is not in the file")]
    Reference(String),
    /// Two objects have the same address.
    #[error("{0}")]
    Duplicate(String),
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: String,
    version: u32,
    origin: Origin,
    #[serde(default)]
    unmodelled: Vec<Unmodelled>,
    objects: Vec<Node>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    name: String,
    #[serde(flatten)]
    body: Body,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grants: Option<Vec<Grant>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    children: Vec<Node>,
}

/// Writes a model.
pub fn write(model: &Model) -> String {
    let document = Document {
        format: FORMAT.into(),
        version: VERSION,
        origin: model.origin.clone(),
        unmodelled: model.unmodelled.clone(),
        objects: model.roots().iter().map(|&root| node(model, root)).collect(),
    };
    // Serialisation of these types cannot fail: no maps with odd keys, no custom serialisers.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn node(model: &Model, id: ObjectId) -> Node {
    let object = model.object(id);
    Node {
        name: object.name.clone(),
        body: object.body.clone(),
        comment: object.comment.clone(),
        owner: object.owner.clone(),
        grants: object.grants.clone(),
        depends_on: object.depends_on.iter().map(|&other| model.address(other)).collect(),
        children: model.children(id).iter().map(|&child| node(model, child)).collect(),
    }
}

/// Reads a model.
///
/// # Errors
/// [`ReadError`], with line and column where it is no JSON.
pub fn read(text: &str) -> Result<Model, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        format: String,
        version: u32,
    }
    // Looked at first, so that another file is named as what it is rather than by its first missing field.
    let head: Head = serde_json::from_str(text)?;
    if head.format != FORMAT {
        return Err(ReadError::Format(head.format));
    }
    if head.version > VERSION {
        return Err(ReadError::Version(head.version));
    }
    let document: Document = serde_json::from_str(text)?;
    let mut builder = ModelBuilder::new(document.origin);
    document.unmodelled.into_iter().for_each(|item| builder.note_unmodelled(item.kind, item.name));
    let mut reading = Reading { builder, by_address: HashMap::new(), needs: Vec::new() };
    document.objects.into_iter().for_each(|root| reading.add(None, &[], root));
    reading.finish()
}

struct Reading {
    builder: ModelBuilder,
    by_address: HashMap<Vec<String>, ObjectId>,
    needs: Vec<(ObjectId, Vec<String>)>,
}

impl Reading {
    fn add(&mut self, parent: Option<ObjectId>, within: &[String], node: Node) {
        let mut object = Object::new(parent, node.name, node.body);
        object.comment = node.comment;
        object.owner = node.owner;
        object.grants = node.grants;
        let mut address = within.to_vec();
        address.extend([object.kind().word().to_owned(), object.key()]);
        let id = self.builder.add(object);
        self.needs.extend(node.depends_on.into_iter().map(|needed| (id, needed)));
        node.children.into_iter().for_each(|child| self.add(Some(id), &address, child));
        self.by_address.insert(address, id);
    }

    fn finish(mut self) -> Result<Model, ReadError> {
        for (id, needed) in self.needs {
            let found = self.by_address.get(&needed).ok_or_else(|| ReadError::Reference(needed.join(" ")))?;
            self.builder.object_mut(id).depends_on.push(*found);
        }
        self.builder.finish().map_err(|error| ReadError::Duplicate(error.to_string()))
    }
}
