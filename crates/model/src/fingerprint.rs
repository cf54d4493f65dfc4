//! The fingerprint: one hash for "the same schema", independent of catalogue numbers and catalogue order.
//!
//! A Merkle roll-up: every object hashes its own content (without layout-only fields) and its children's hashes in
//! canonical order, so a subtree can be compared without descending into it. SHA-256 (FIPS 180-4), cut to 128 bits.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::body::{Body, Index, Key, Table, View};
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
        let mut children: Vec<Fingerprint> =
            self.children(id).iter().map(|&child| self.fingerprint_of(child)).collect();
        // Where columns come from several tables their order depends on how that came about, and no script can repeat it.
        if matches!(&self.object(id).body, Body::Table(table) if !table.inherits.is_empty()) {
            children.sort();
        }
        children.iter().for_each(|child| hasher.update(child.0));
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
    let mut grants = object.grants.clone();
    grants.iter_mut().for_each(|grants| grants.sort());
    let satellites = (name, &object.comment, &object.owner, grants);
    // Serialisation of these types cannot fail: no maps with odd keys, no custom serialisers.
    let mut bytes = serde_json::to_vec(&meaning(&object.body)).unwrap_or_default();
    bytes.push(0);
    bytes.extend(serde_json::to_vec(&satellites).unwrap_or_default());
    bytes
}

impl Body {
    /// Whether two bodies mean the same, whatever their layout and the order of settings.
    pub fn means_the_same(&self, other: &Self) -> bool {
        self == other || self.kind() == other.kind() && meaning(self) == meaning(other)
    }

    /// Whether the name is the engine's, not the author's, and means nothing.
    pub fn is_unnamed(&self) -> bool {
        is_unnamed(self)
    }
}

fn is_unnamed(body: &Body) -> bool {
    match body {
        Body::PrimaryKey(key) | Body::Unique(key) => key.unnamed,
        Body::ForeignKey(key) => key.unnamed,
        Body::Check(check) => check.unnamed,
        _ => false,
    }
}

/// The body without what means nothing: a kept statement's layout, the order of settings.
fn meaning(body: &Body) -> Cow<'_, Body> {
    if body.client().is_some() {
        let mut body = body.clone();
        body.forget_client();
        return Cow::Owned(meaning(&body).into_owned());
    }
    match body {
        Body::Table(_) | Body::View(_) | Body::Index(_) | Body::PrimaryKey(_) | Body::Unique(_) => {
            let mut body = body.clone();
            if let Body::Table(table) = &mut body {
                table.next_number = None;
                table.sample = None;
            }
            if let Body::View(view) = &mut body {
                view.populated = false;
            }
            match &mut body {
                Body::Table(Table { source, options, .. })
                | Body::View(View { source, options, .. })
                | Body::Index(Index { source, options, .. }) => {
                    *source = None;
                    options.sort();
                }
                Body::PrimaryKey(Key { options, .. }) | Body::Unique(Key { options, .. }) => options.sort(),
                _ => {}
            }
            Cow::Owned(body)
        }
        _ => Cow::Borrowed(body),
    }
}
