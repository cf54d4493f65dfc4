//! The arena: objects, their tree, and the builder that is the only way to make a model.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::body::{Body, Kind, Operator, Routine};
use crate::parts::QualifiedName;

/// An object's place in the arena of its model. Means nothing outside that model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub(crate) u32);

impl ObjectId {
    /// The place as a number, for tables indexed by object.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Who a privilege is given to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grantee {
    /// The object's own owner, whoever that is.
    Owner,
    /// Everyone.
    Public,
    /// A role by name.
    Role(String),
}

/// Privileges given to a role on an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// Who has it.
    pub grantee: Grantee,
    /// The privilege, e.g. `SELECT`.
    pub privilege: String,
    /// May be passed on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub grantable: bool,
    /// The role that passed it on; `None` where it is from the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// One object of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The object it belongs to and is dropped with.
    pub parent: Option<ObjectId>,
    /// Its name, unquoted.
    pub name: String,
    /// Its kind and content.
    pub body: Body,
    /// Its comment.
    pub comment: Option<String>,
    /// The role that owns it, if that is not the role that owns most of the database.
    pub owner: Option<String>,
    /// The privileges in the order they were given, which means nothing; `None` means the engine's defaults for the kind and owner.
    pub grants: Option<Vec<Grant>>,
    /// The objects that must exist before it, besides its parent.
    pub depends_on: Vec<ObjectId>,
}

impl Object {
    /// An object with nothing but a place, a name and a body.
    pub fn new(parent: Option<ObjectId>, name: impl Into<String>, body: Body) -> Self {
        Self {
            parent,
            name: name.into(),
            body,
            comment: None,
            owner: None,
            grants: None,
            depends_on: Vec::new(),
        }
    }

    /// The object's kind.
    pub fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// What tells the object from its siblings of the same kind: the name, and for a routine or operator its argument types.
    pub fn key(&self) -> String {
        match &self.body {
            Body::Routine(Routine { signature, .. }) | Body::Operator(Operator { signature, .. }) => {
                format!("{}({signature})", self.name)
            }
            _ => self.name.clone(),
        }
    }
}

/// Where a model came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The dialect's word for itself; opaque here.
    pub engine: String,
    /// The server's version as it tells it.
    pub version: String,
    /// The database's name.
    pub database: String,
    /// The role that owns what has no owner of its own, where there are roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// Something that was seen and is not modelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unmodelled {
    /// What it is, in the engine's terms.
    pub kind: String,
    /// What it is called.
    pub name: String,
}

/// A schema model: everything known of one database.
#[derive(Debug, Clone)]
pub struct Model {
    /// Where it came from. Not part of the fingerprint.
    pub origin: Origin,
    /// What was seen and is not modelled, sorted.
    pub unmodelled: Vec<Unmodelled>,
    pub(crate) objects: Vec<Object>,
    pub(crate) children: Vec<Vec<ObjectId>>,
    pub(crate) roots: Vec<ObjectId>,
    pub(crate) relations: HashMap<QualifiedName, ObjectId>,
    pub(crate) referencing: HashMap<ObjectId, Vec<ObjectId>>,
}

/// Why a model could not be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelError {
    /// Two siblings of one kind share a name.
    Duplicate {
        /// The kind.
        kind: Kind,
        /// The address both claim.
        address: String,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { kind, address } => {
                write!(f, "two objects of kind {} are called {address}", kind.word())
            }
        }
    }
}

impl std::error::Error for ModelError {}

/// Collects objects, parents first, and closes them into a [`Model`].
#[derive(Debug)]
pub struct ModelBuilder {
    origin: Origin,
    unmodelled: Vec<Unmodelled>,
    objects: Vec<Object>,
}

impl ModelBuilder {
    /// An empty model of the given origin.
    pub fn new(origin: Origin) -> Self {
        Self { origin, unmodelled: Vec::new(), objects: Vec::new() }
    }

    /// Adds an object; its parent must have been added before.
    pub fn add(&mut self, object: Object) -> ObjectId {
        debug_assert!(object.parent.is_none_or(|p| p.index() < self.objects.len()));
        let id = ObjectId(u32::try_from(self.objects.len()).unwrap_or(u32::MAX));
        self.objects.push(object);
        id
    }

    /// The object added under this id, to complete it.
    pub fn object_mut(&mut self, id: ObjectId) -> &mut Object {
        &mut self.objects[id.index()]
    }

    /// The object added under this id.
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }

    /// How many objects there are so far.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Notes something that was seen and is not modelled.
    pub fn note_unmodelled(&mut self, kind: impl Into<String>, name: impl Into<String>) {
        self.unmodelled.push(Unmodelled { kind: kind.into(), name: name.into() });
    }

    /// Closes the model: sorts siblings (columns keep their order), resolves references.
    ///
    /// # Errors
    /// [`ModelError::Duplicate`] when two siblings of one kind have the same key.
    pub fn finish(mut self) -> Result<Model, ModelError> {
        self.unmodelled.sort();
        for object in &mut self.objects {
            object.depends_on.sort();
            object.depends_on.dedup();
        }
        let mut model = Model {
            origin: self.origin,
            unmodelled: self.unmodelled,
            children: vec![Vec::new(); self.objects.len()],
            roots: Vec::new(),
            relations: HashMap::new(),
            referencing: HashMap::new(),
            objects: self.objects,
        };
        model.link_children();
        model.check_unique()?;
        model.index_relations();
        model.index_references();
        Ok(model)
    }
}

impl Model {
    /// A model without objects.
    pub fn empty(origin: Origin) -> Self {
        Self {
            origin,
            unmodelled: Vec::new(),
            objects: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            relations: HashMap::new(),
            referencing: HashMap::new(),
        }
    }

    fn link_children(&mut self) {
        for index in 0..self.objects.len() {
            let id = ObjectId(index as u32);
            match self.objects[index].parent {
                Some(parent) => self.children[parent.index()].push(id),
                None => self.roots.push(id),
            }
        }
        let objects = &self.objects;
        let rank = |id: &ObjectId| {
            let object = &objects[id.index()];
            let kind = object.kind();
            // A column's place is part of its meaning; the place of everything else is the catalogue's chance.
            if kind == Kind::Column { (kind, id.0, String::new()) } else { (kind, 0, object.key()) }
        };
        for list in self.children.iter_mut().chain(std::iter::once(&mut self.roots)) {
            list.sort_by_cached_key(rank);
        }
    }

    fn check_unique(&self) -> Result<(), ModelError> {
        for list in self.children.iter().chain(std::iter::once(&self.roots)) {
            let mut seen = std::collections::HashSet::new();
            for &id in list {
                let object = self.object(id);
                if !seen.insert((object.kind(), object.key())) {
                    return Err(ModelError::Duplicate {
                        kind: object.kind(),
                        address: self.display_name(id),
                    });
                }
            }
        }
        Ok(())
    }

    fn index_relations(&mut self) {
        for index in 0..self.objects.len() {
            let object = &self.objects[index];
            if matches!(object.body, Body::Table(_) | Body::View(_) | Body::Sequence(_)) {
                let name = QualifiedName::new(self.namespace_name(object), object.name.clone());
                self.relations.insert(name, ObjectId(index as u32));
            }
        }
    }

    fn index_references(&mut self) {
        for index in 0..self.objects.len() {
            if let Body::ForeignKey(key) = &self.objects[index].body
                && let Some(&target) = self.relations.get(&key.references)
            {
                self.referencing.entry(target).or_default().push(ObjectId(index as u32));
            }
        }
    }

    fn namespace_name(&self, object: &Object) -> String {
        object.parent.map(|p| self.objects[p.index()].name.clone()).unwrap_or_default()
    }

    /// Every object with its id, parents before children.
    pub fn objects(&self) -> impl Iterator<Item = (ObjectId, &Object)> {
        self.objects.iter().enumerate().map(|(index, object)| (ObjectId(index as u32), object))
    }

    /// The same model with its objects changed one by one in anything but their names and places.
    #[must_use]
    pub fn adjusted(&self, mut change: impl FnMut(&Model, ObjectId, &mut Object)) -> Model {
        let mut model = self.clone();
        for (index, object) in model.objects.iter_mut().enumerate() {
            change(self, ObjectId(index as u32), object);
        }
        model
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// There is no object.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The object of this model under the id.
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }

    /// The id behind a number from [`ObjectId::index`], if there is one.
    pub fn id_at(&self, index: usize) -> Option<ObjectId> {
        (index < self.objects.len()).then_some(ObjectId(index as u32))
    }

    /// The objects without a parent, sorted.
    pub fn roots(&self) -> &[ObjectId] {
        &self.roots
    }

    /// The children of an object, sorted by kind and name; columns in their order.
    pub fn children(&self, id: ObjectId) -> &[ObjectId] {
        &self.children[id.index()]
    }

    /// The table, view or sequence of this name.
    pub fn find_relation(&self, name: &QualifiedName) -> Option<ObjectId> {
        self.relations.get(name).copied()
    }

    /// The foreign keys that reference this table.
    pub fn referencing(&self, table: ObjectId) -> &[ObjectId] {
        self.referencing.get(&table).map_or(&[], Vec::as_slice)
    }

    /// How many objects of each kind there are.
    pub fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for object in &self.objects {
            *counts.entry(object.kind()).or_insert(0) += 1;
        }
        counts
    }

    /// The names from the root down, dotted, for people: `public.film.title`.
    pub fn display_name(&self, id: ObjectId) -> String {
        let object = self.object(id);
        match object.parent {
            Some(parent) => format!("{}.{}", self.display_name(parent), object.key()),
            None => object.key(),
        }
    }

    /// Kind words and keys from the root down: an exact address within this and any other model.
    pub fn address(&self, id: ObjectId) -> Vec<String> {
        let object = self.object(id);
        let mut address = object.parent.map(|p| self.address(p)).unwrap_or_default();
        address.push(object.kind().word().to_owned());
        address.push(object.key());
        address
    }
}
