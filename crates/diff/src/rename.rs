//! Renames: said by a person, and carried out on a model.

use std::fmt;

use cadastre_model::{
    Body, IndexTarget, Inheritance, Kind, Model, ModelBuilder, ModelError, ObjectId, QualifiedName, Table,
    View,
};

/// A new name for an object of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The object in the first model.
    pub object: ObjectId,
    /// Not the object, which is a collection, but a field of its documents: the way to it.
    pub field: Option<String>,
    /// The name it gets; of a field its last part.
    pub to: String,
}

/// Why a rename cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameError(pub String);

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads `[schema.]table=name` or `[schema.]table.column=name`; what is left of the `=` is looked for in the first model, and what is right
/// of it may repeat schema and table.
///
/// # Errors
/// Nothing of that name, or several things.
pub fn parse_rename(from: &Model, text: &str) -> Result<Rename, RenameError> {
    let (old, new) =
        text.split_once('=').ok_or_else(|| RenameError(format!("“{text}” is not written as OLD=NEW")))?;
    let to = new.rsplit('.').next().unwrap_or(new).trim().to_owned();
    let old = old.trim();
    if to.is_empty() || old.is_empty() {
        return Err(RenameError(format!("“{text}” is not written as OLD=NEW")));
    }
    let may_be_renamed = |kind: Kind| kind == Kind::Table || kind == Kind::Column || kind == Kind::View;
    let found: Vec<ObjectId> = from
        .objects()
        .filter(|(_, object)| may_be_renamed(object.kind()))
        .filter(|(id, _)| {
            let name = from.display_name(*id);
            name == old || name.split_once('.').is_some_and(|(_, rest)| rest == old)
        })
        .map(|(id, _)| id)
        .collect();
    match found.as_slice() {
        [object] if is_from_above(&from.object(*object).body) => {
            Err(RenameError(format!("{old} is inherited: rename it in the table it comes from")))
        }
        [object] => Ok(Rename { object: *object, field: None, to }),
        [] => field_rename(from, old, &to),
        _ => Err(RenameError(format!("several things are called {old}; put the schema in front"))),
    }
}

/// The rename of a field that was seen in documents.
fn field_rename(from: &Model, old: &str, to: &str) -> Result<Rename, RenameError> {
    for (id, object) in from.objects() {
        let Body::Table(Table { sample: Some(sample), .. }) = &object.body else { continue };
        let own = |name: &str| old.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
        let Some(path) = own(&from.display_name(id)).or_else(|| own(&object.name)) else { continue };
        if path.contains("[]") {
            return Err(RenameError(format!("{old} is inside of an array, where no field can be renamed")));
        }
        if path != "_id" && sample.fields.iter().any(|field| field.path == path) {
            return Ok(Rename { object: id, field: Some(path.to_owned()), to: to.to_owned() });
        }
    }
    Err(RenameError(format!("there is no table, column or field {old}")))
}

/// The sample after a field got another name. Indexes and rules of a collection do not follow: they name what they named.
fn rename_in_sample(body: &mut Body, path: &str, to: &str) {
    let Body::Table(Table { sample: Some(sample), .. }) = body else { return };
    let new = path.rsplit_once('.').map_or_else(|| to.to_owned(), |(above, _)| format!("{above}.{to}"));
    for field in &mut sample.fields {
        let rest =
            field.path.strip_prefix(path).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        if let Some(rest) = rest {
            field.path = format!("{new}{rest}");
        }
    }
}

/// The model after its objects were renamed: everything that refers to them by name follows. Texts follow word by word, which is a
/// good guess; the server has the last word on them.
///
/// # Errors
/// Two siblings would have one name.
pub fn rename(model: &Model, renames: &[Rename]) -> Result<Model, ModelError> {
    let mut objects: Vec<_> = model.objects().map(|(_, object)| object.clone()).collect();
    let in_heirs: Vec<Rename> = renames.iter().flat_map(|it| in_heirs(model, it)).collect();
    for it in renames.iter().chain(&in_heirs) {
        if let Some(field) = &it.field {
            rename_in_sample(&mut objects[it.object.index()].body, field, &it.to);
            continue;
        }
        let walker = model.walk(it.object);
        let old = walker.object().name.clone();
        let table = match walker.object().kind() {
            Kind::Column => walker.object().parent,
            _ => None,
        };
        let table_name = table.map(|table| model.walk(table).qualified_name());
        let own_name = walker.qualified_name();
        for (index, object) in objects.iter_mut().enumerate() {
            let at = model.id_at(index);
            match (&table, &table_name) {
                (Some(table), Some(name)) => {
                    let is_own = object.parent == Some(*table);
                    let depends = model.object(at.unwrap_or(it.object)).depends_on.contains(table);
                    rename_column(&mut object.body, is_own, name, &old, &it.to);
                    if is_own || depends {
                        rename_in_text(&mut object.body, &old, &it.to);
                    }
                }
                _ => rename_relation(&mut object.body, &own_name, &it.to),
            }
        }
        objects[it.object.index()].name.clone_from(&it.to);
    }
    let mut builder = ModelBuilder::new(model.origin.clone());
    for object in objects {
        builder.add(object);
    }
    model.unmodelled.iter().for_each(|it| builder.note_unmodelled(it.kind.clone(), it.name.clone()));
    builder.finish()
}

/// A column that heirs and partitions have from the table has its new name in them as well.
fn in_heirs(model: &Model, rename: &Rename) -> Vec<Rename> {
    let column = model.object(rename.object);
    let Some(table) = column.parent.filter(|_| column.kind() == Kind::Column) else { return Vec::new() };
    let mut family = vec![table];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&above) = family.get(at) {
        at += 1;
        for relation in model.tables() {
            let Some(heir) = relation.table().filter(|_| !family.contains(&relation.id())) else { continue };
            let mut parents = heir.inherits.iter().chain(heir.partition_of.iter().map(|it| &it.parent));
            if !parents.any(|name| model.find_relation(name) == Some(above)) {
                continue;
            }
            family.push(relation.id());
            let same = model.children(relation.id()).iter().filter(|&&id| {
                let object = model.object(id);
                object.name == column.name && is_from_above(&object.body)
            });
            found.extend(same.map(|&id| Rename { object: id, ..rename.clone() }));
        }
    }
    found
}

/// Whether a table has a column only because one above it does.
pub(crate) fn is_from_above(body: &Body) -> bool {
    matches!(body, Body::Column(column) if column.inheritance != Inheritance::Local)
}

fn swap(name: &mut String, old: &str, new: &str) {
    if name == old {
        new.clone_into(name);
    }
}

fn rename_column(body: &mut Body, is_own: bool, table: &QualifiedName, old: &str, new: &str) {
    let all = |names: &mut Vec<String>| names.iter_mut().for_each(|name| swap(name, old, new));
    match body {
        Body::PrimaryKey(key) | Body::Unique(key) if is_own => {
            all(&mut key.columns);
            all(&mut key.include);
        }
        Body::ForeignKey(key) => {
            if is_own {
                all(&mut key.columns);
                all(&mut key.on_delete_columns);
            }
            if key.references == *table {
                all(&mut key.referenced_columns);
            }
        }
        Body::Index(index) if is_own => {
            all(&mut index.include);
            for part in &mut index.parts {
                if let IndexTarget::Column(name) = &mut part.target {
                    swap(name, old, new);
                }
            }
        }
        Body::Sequence(sequence) => {
            if let Some(owner) = sequence.owned_by.as_mut().filter(|owner| owner.relation == *table) {
                swap(&mut owner.column, old, new);
            }
        }
        _ => {}
    }
}

fn rename_relation(body: &mut Body, old: &QualifiedName, new: &str) {
    let follow = |name: &mut QualifiedName| {
        if name == old {
            new.clone_into(&mut name.name);
        }
    };
    match body {
        Body::ForeignKey(key) => follow(&mut key.references),
        Body::Table(table) => {
            table.inherits.iter_mut().for_each(follow);
            if let Some(partition) = &mut table.partition_of {
                follow(&mut partition.parent);
            }
        }
        Body::Sequence(sequence) => {
            if let Some(owner) = &mut sequence.owned_by {
                follow(&mut owner.relation);
            }
        }
        _ => {}
    }
    // A view that names what it reads goes on naming it.
    if !matches!(body, Body::View(View { reads: Some(_), .. })) {
        rename_in_text(body, &old.name, new);
    }
}

/// Names in texts. The statement a table was made with is forgotten where the name stands in it: it is made anew from what the table is.
fn rename_in_text(body: &mut Body, old: &str, new: &str) {
    if let Body::Table(table) = body {
        table.source = table.source.take().filter(|text| replace_word(text, old, new) == *text);
    }
    body.texts_mut().into_iter().for_each(|text| *text = replace_word(text, old, new));
}

/// Replaces a name where it stands by itself and not as part of a longer one.
fn replace_word(text: &str, old: &str, new: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let before = rest[..at].chars().next_back().or_else(|| out.chars().next_back());
        let after = rest[at + old.len()..].chars().next();
        out.push_str(&rest[..at]);
        out.push_str(if before.is_some_and(is_part) || after.is_some_and(is_part) { old } else { new });
        rest = &rest[at + old.len()..];
    }
    out.push_str(rest);
    out
}
