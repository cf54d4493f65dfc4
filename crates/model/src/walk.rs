//! Walkers: an object together with its model, so that callers follow references instead of looking them up.

use crate::body::{Body, Column, ForeignKey, Index, Key, Kind, Table, View};
use crate::object::{Model, Object, ObjectId};
use crate::parts::QualifiedName;

/// Any object with its model.
#[derive(Debug, Clone, Copy)]
pub struct ObjectWalker<'m> {
    /// The model walked in.
    pub model: &'m Model,
    /// The object stood on.
    pub id: ObjectId,
}

/// A table or view with its model.
#[derive(Debug, Clone, Copy)]
pub struct RelationWalker<'m> {
    walker: ObjectWalker<'m>,
}

/// A foreign key with its model.
#[derive(Debug, Clone, Copy)]
pub struct ForeignKeyWalker<'m> {
    walker: ObjectWalker<'m>,
    /// The key's content.
    pub key: &'m ForeignKey,
}

impl<'m> ObjectWalker<'m> {
    /// Its number.
    pub fn id(self) -> ObjectId {
        self.id
    }

    /// The object itself.
    pub fn object(self) -> &'m Object {
        self.model.object(self.id)
    }

    /// The children of one kind, in order.
    pub fn children_of(self, kind: Kind) -> impl Iterator<Item = ObjectWalker<'m>> {
        let model = self.model;
        model
            .children(self.id)
            .iter()
            .map(move |&id| ObjectWalker { model, id })
            .filter(move |child| child.object().kind() == kind)
    }

    /// The namespace the object is in: its outermost ancestor's name.
    pub fn namespace(self) -> &'m str {
        let mut object = self.object();
        while let Some(parent) = object.parent {
            object = self.model.object(parent);
        }
        &object.name
    }

    /// Namespace and name.
    pub fn qualified_name(self) -> QualifiedName {
        QualifiedName::new(self.namespace(), self.object().name.clone())
    }
}

impl Model {
    /// A walker standing on any object.
    pub fn walk(&self, id: ObjectId) -> ObjectWalker<'_> {
        ObjectWalker { model: self, id }
    }

    /// All tables and views, in arena order.
    pub fn relations(&self) -> impl Iterator<Item = RelationWalker<'_>> {
        self.objects().filter_map(move |(id, _)| self.relation(id))
    }

    /// All tables, in arena order.
    pub fn tables(&self) -> impl Iterator<Item = RelationWalker<'_>> {
        self.relations().filter(|relation| relation.table().is_some())
    }

    /// A walker for a table or view; `None` for anything else.
    pub fn relation(&self, id: ObjectId) -> Option<RelationWalker<'_>> {
        matches!(self.object(id).body, Body::Table(_) | Body::View(_))
            .then_some(RelationWalker { walker: self.walk(id) })
    }
}

impl<'m> RelationWalker<'m> {
    /// The model walked in.
    pub fn model(self) -> &'m Model {
        self.walker.model
    }

    /// The id of the table or view.
    pub fn id(self) -> ObjectId {
        self.walker.id
    }

    /// The object itself.
    pub fn object(self) -> &'m Object {
        self.walker.object()
    }

    /// The unquoted name.
    pub fn name(self) -> &'m str {
        &self.object().name
    }

    /// The namespace's name.
    pub fn namespace(self) -> &'m str {
        self.walker.namespace()
    }

    /// Namespace and name.
    pub fn qualified_name(self) -> QualifiedName {
        self.walker.qualified_name()
    }

    /// The table, if it is one.
    pub fn table(self) -> Option<&'m Table> {
        match &self.object().body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The view, if it is one.
    pub fn view(self) -> Option<&'m View> {
        match &self.object().body {
            Body::View(view) => Some(view),
            _ => None,
        }
    }

    /// The columns in order, with their names.
    pub fn columns(self) -> impl Iterator<Item = (&'m Object, &'m Column)> {
        self.walker.children_of(Kind::Column).filter_map(|child| match &child.object().body {
            Body::Column(column) => Some((child.object(), column)),
            _ => None,
        })
    }

    /// The primary key, if there is one.
    pub fn primary_key(self) -> Option<&'m Key> {
        self.keys().find(|(object, _)| object.kind() == Kind::PrimaryKey).map(|(_, key)| key)
    }

    /// Primary and unique keys.
    pub fn keys(self) -> impl Iterator<Item = (&'m Object, &'m Key)> {
        self.children().filter_map(|child| match &child.object().body {
            Body::PrimaryKey(key) | Body::Unique(key) => Some((child.object(), key)),
            _ => None,
        })
    }

    /// The foreign keys that leave this table.
    pub fn foreign_keys(self) -> impl Iterator<Item = ForeignKeyWalker<'m>> {
        self.children().filter_map(|walker| match &walker.object().body {
            Body::ForeignKey(key) => Some(ForeignKeyWalker { walker, key }),
            _ => None,
        })
    }

    /// The indexes.
    pub fn indexes(self) -> impl Iterator<Item = (&'m Object, &'m Index)> {
        self.children().filter_map(|child| match &child.object().body {
            Body::Index(index) => Some((child.object(), index)),
            _ => None,
        })
    }

    /// All children, in order.
    pub fn children(self) -> impl Iterator<Item = ObjectWalker<'m>> {
        let model = self.walker.model;
        model.children(self.walker.id).iter().map(move |&id| ObjectWalker { model, id })
    }

    /// The foreign keys of other tables (and its own) that lead here.
    pub fn referenced_by(self) -> impl Iterator<Item = ForeignKeyWalker<'m>> {
        let model = self.walker.model;
        model.referencing(self.walker.id).iter().filter_map(move |&id| match &model.object(id).body {
            Body::ForeignKey(key) => Some(ForeignKeyWalker { walker: model.walk(id), key }),
            _ => None,
        })
    }

    /// Whether every one of these columns refuses nulls.
    pub fn all_not_null(self, columns: &[String]) -> bool {
        columns
            .iter()
            .all(|name| self.columns().any(|(object, column)| object.name == *name && column.not_null))
    }

    /// Whether a key or unique index over exactly these columns forbids two rows with the same values.
    pub fn is_unique_over(self, columns: &[String]) -> bool {
        let wanted: std::collections::BTreeSet<&str> = columns.iter().map(String::as_str).collect();
        let by_key = self.keys().any(|(_, key)| {
            key.columns.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>() == wanted
        });
        by_key || self.indexes().any(|(_, index)| index.covers_exactly(&wanted))
    }
}

impl Index {
    fn covers_exactly(&self, wanted: &std::collections::BTreeSet<&str>) -> bool {
        self.unique
            && self.predicate.is_none()
            && self.parts.len() == wanted.len()
            && self.parts.iter().all(
                |part| matches!(&part.target, crate::parts::IndexTarget::Column(name) if wanted.contains(name.as_str())),
            )
    }
}

impl<'m> ForeignKeyWalker<'m> {
    /// The constraint's id.
    pub fn id(self) -> ObjectId {
        self.walker.id
    }

    /// The constraint itself.
    pub fn object(self) -> &'m Object {
        self.walker.object()
    }

    /// The table the key is on.
    pub fn table(self) -> Option<RelationWalker<'m>> {
        self.object().parent.and_then(|id| self.walker.model.relation(id))
    }

    /// The table the key leads to, if it is in the model.
    pub fn referenced_table(self) -> Option<RelationWalker<'m>> {
        let model = self.walker.model;
        model.find_relation(&self.key.references).and_then(|id| model.relation(id))
    }
}
