//! What an object of a model stands on: by the catalogue's word, by reference, and by the words of its text.

use std::collections::HashSet;

use cadastre_model::{
    Body, Index, IndexTarget, Kind, Model, Object, ObjectId, QualifiedName, Sequence, Table,
};

/// The objects of a model that an object needs: by the catalogue's word, by reference, by the words of its text.
pub(super) fn needed_by(model: &Model, id: ObjectId) -> Vec<ObjectId> {
    let object = model.object(id);
    let mut needed = object.depends_on.clone();
    if let Body::ForeignKey(key) = &object.body
        && let Some(table) = model.find_relation(&key.references)
    {
        needed.push(table);
        needed.extend(named_columns(model, table, &key.referenced_columns));
        // Some engines do not let go of the last index that a key is checked with.
        let own = object.parent.map_or(&[][..], |own| model.children(own));
        let serves = |part: ObjectId, columns: &[String]| match &model.object(part).body {
            Body::PrimaryKey(it) | Body::Unique(it) => it.columns.starts_with(columns),
            Body::Index(it) => leads_with(it, columns),
            _ => false,
        };
        needed.extend(own.iter().filter(|part| serves(**part, &key.columns)));
        needed.extend(model.children(table).iter().filter(|part| serves(**part, &key.referenced_columns)));
    }
    if let Body::Sequence(Sequence { owned_by: Some(owner), .. }) = &object.body
        && let Some(table) = model.find_relation(&owner.relation)
    {
        needed.push(table);
        needed.extend(named_columns(model, table, std::slice::from_ref(&owner.column)));
    }
    if let Body::Extension(extension) = &object.body {
        let roots = model.roots().iter().copied();
        needed.extend(roots.filter(|id| {
            let root = model.object(*id);
            root.kind() == Kind::Namespace && root.name == extension.namespace
        }));
    }
    if let Body::View(view) = &object.body {
        needed.extend(view.reads.as_ref().and_then(|name| model.find_relation(name)));
    }
    if let Body::Table(table) = &object.body {
        let parents = table.partition_of.iter().map(|it| &it.parent);
        needed.extend(parents.filter_map(|name: &QualifiedName| model.find_relation(name)));
    }
    if let Some(table) = object.parent.filter(|table| model.object(*table).kind() == Kind::Table) {
        let columns = mentioned_columns(model, table, &Words::of(&object.body));
        needed.extend(columns.into_iter().filter(|it| *it != id));
        // Some catalogues say of a table, and not of its parts, what they stand on.
        let words = Words::of(&object.body);
        let grounds = model.object(table).depends_on.iter();
        needed.extend(grounds.filter(|it| words.mention(&model.object(**it).name)));
        needed.extend(attached_to(model, table, object));
    }
    if matches!(object.body, Body::View(_) | Body::Trigger(_) | Body::Publication(_)) {
        let words = Words::of(&object.body);
        // Not every engine tells what a view reads.
        let relations = model.relations().filter(|relation| {
            object.depends_on.contains(&relation.id())
                || words.mention(relation.name()) && relation.id() != id
        });
        for relation in relations {
            needed.push(relation.id());
            needed.extend(mentioned_columns(model, relation.id(), &words));
        }
    }
    needed
}

/// The key or index of the partitioned table that one of a partition is part of.
pub(super) fn attached_to(model: &Model, table: ObjectId, object: &Object) -> Option<ObjectId> {
    let name = object.body.attached_to()?;
    let Body::Table(Table { partition_of: Some(bound), .. }) = &model.object(table).body else { return None };
    let parent = model.find_relation(&bound.parent)?;
    model.children(parent).iter().copied().find(|it| model.object(*it).name == name.name)
}

/// What stands in a body, to look names up in.
pub(super) struct Words {
    text: String,
    words: HashSet<String>,
    /// A star may stand for any column.
    has_star: bool,
}

impl Words {
    fn of(body: &Body) -> Self {
        let text = serde_json::to_string(body).unwrap_or_default();
        let is_end = |letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$';
        let words = text.split(is_end).map(str::to_owned).collect();
        Self { words, has_star: text.contains('*'), text }
    }

    fn mention(&self, name: &str) -> bool {
        if name.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$') {
            return self.words.contains(name);
        }
        // As it is, and as it is quoted in SQL.
        let quoted = [None, Some('"'), Some('`'), Some('\'')].into_iter().map(|quote| match quote {
            Some(quote) => name.replace(quote, &format!("{quote}{quote}")),
            None => name.to_owned(),
        });
        quoted.into_iter().any(|name| {
            let escaped = serde_json::to_string(&name).unwrap_or_default();
            self.text.contains(escaped.trim_matches('"'))
        })
    }
}

pub(super) fn mentioned_columns(model: &Model, relation: ObjectId, words: &Words) -> Vec<ObjectId> {
    let is_mentioned = |it: &&ObjectId| {
        let column = model.object(**it);
        column.kind() == Kind::Column && (words.has_star || words.mention(&column.name))
    };
    model.children(relation).iter().filter(is_mentioned).copied().collect()
}

/// Whether an index begins with some columns.
pub(super) fn leads_with(index: &Index, columns: &[String]) -> bool {
    let is_it = |(name, target): (&String, &IndexTarget)| matches!(target, IndexTarget::Column(column) if column == name);
    columns.len() <= index.parts.len()
        && columns.iter().zip(index.parts.iter().map(|it| &it.target)).all(is_it)
}

pub(super) fn named_columns(model: &Model, table: ObjectId, names: &[String]) -> Vec<ObjectId> {
    let columns = model.children(table).iter().filter(|it| {
        let column = model.object(**it);
        column.kind() == Kind::Column && names.contains(&column.name)
    });
    columns.copied().collect()
}
