//! The fingerprint: one hash for "the same schema", independent of catalogue numbers and catalogue order.
//!
//! A Merkle roll-up: every object hashes its own content (without layout-only fields) and its children's hashes in
//! canonical order, so a subtree can be compared without descending into it. SHA-256 (FIPS 180-4), cut to 128 bits.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::body::Body;
use crate::object::{Model, Object, ObjectId};

/// 128 bits that are equal for equal schemas.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl Model {
    /// The fingerprint of the whole model; origin and dependencies do not count, being derived or circumstantial.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = Sha256::new();
        for &root in self.roots() {
            hasher.update(self.fingerprint_of(root).0);
        }
        for item in &self.unmodelled {
            hasher.update(format!("{}\0{}\0", item.kind, item.name));
        }
        cut(hasher)
    }

    /// The fingerprint of one object and everything below it.
    pub fn fingerprint_of(&self, id: ObjectId) -> Fingerprint {
        let mut hasher = Sha256::new();
        hasher.update(own_content(self.object(id)));
        for &child in self.children(id) {
            hasher.update(self.fingerprint_of(child).0);
        }
        cut(hasher)
    }
}

fn cut(hasher: Sha256) -> Fingerprint {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize()[..16]);
    Fingerprint(bytes)
}

/// The object's own content as bytes: the JSON of its body without what only concerns layout, then its satellites.
fn own_content(object: &Object) -> Vec<u8> {
    let name = if is_unnamed(&object.body) { "" } else { object.name.as_str() };
    let satellites = (name, &object.comment, &object.owner, &object.grants);
    // Serialisation of these types cannot fail: no maps with odd keys, no custom serialisers.
    let mut bytes = serde_json::to_vec(&meaning(&object.body)).unwrap_or_default();
    bytes.push(0);
    bytes.extend(serde_json::to_vec(&satellites).unwrap_or_default());
    bytes
}

fn is_unnamed(body: &Body) -> bool {
    match body {
        Body::PrimaryKey(key) | Body::Unique(key) => key.unnamed,
        Body::ForeignKey(key) => key.unnamed,
        Body::Check(check) => check.unnamed,
        _ => false,
    }
}

fn meaning(body: &Body) -> std::borrow::Cow<'_, Body> {
    use std::borrow::Cow;
    match body {
        Body::Table(table) if table.source.is_some() => {
            Cow::Owned(Body::Table(crate::Table { source: None, ..table.clone() }))
        }
        Body::Index(index) if index.source.is_some() => {
            Cow::Owned(Body::Index(crate::Index { source: None, ..index.clone() }))
        }
        Body::View(view) if view.source.is_some() => {
            Cow::Owned(Body::View(crate::View { source: None, ..view.clone() }))
        }
        _ => Cow::Borrowed(body),
    }
}
