//! Renames: said by a person, and carried out on a model.

use std::collections::{HashMap, HashSet};
use std::fmt;

use cadastre_model::{
    Body, IndexTarget, Inheritance, Kind, Model, ModelBuilder, ModelError, Object, ObjectId, QualifiedName,
    Table, View,
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

/// What becomes of the texts of a schema when something they name gets another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextsFollow {
    /// The server puts the new name in the place of the old one.
    All,
    /// So it does, but a view goes on calling its own columns as it did.
    ButColumnsOfViews,
    /// Views and triggers stay as they are, and may break.
    ButViewsAndTriggers,
}

/// How an engine writes names.
pub struct Naming<'a> {
    /// As it stands in a text.
    pub quote: &'a dyn Fn(&str) -> String,
    /// A backslash takes the next letter of a text along, and texts stand between double quotes as well.
    pub has_backslashes: bool,
    /// What follows a rename.
    pub follow: TextsFollow,
    /// What stands between the name of a table and a number in the names of foreign keys that follow the table's.
    pub key_mark: Option<&'a str>,
}

impl fmt::Debug for Naming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Naming").field("follow", &self.follow).finish_non_exhaustive()
    }
}

/// The model after its objects were renamed, columns before their tables: everything that refers to them by name follows, texts as
/// the engine lets them.
///
/// # Errors
/// Two siblings would have one name.
pub fn rename(model: &Model, renames: &[Rename], naming: &Naming<'_>) -> Result<Model, ModelError> {
    let mut renaming = Renaming::new(model, naming);
    let heirs = heirs(model);
    let in_heirs: Vec<Rename> = renames.iter().flat_map(|it| in_heirs(model, &heirs, it)).collect();
    let is_inside = |it: &&Rename| it.field.is_some() || model.object(it.object).kind() == Kind::Column;
    let (inside, relations): (Vec<&Rename>, Vec<&Rename>) =
        renames.iter().chain(&in_heirs).partition(is_inside);
    for it in inside.into_iter().chain(relations) {
        match (&it.field, model.object(it.object).parent) {
            (Some(field), _) => {
                rename_in_sample(&mut renaming.objects[it.object.index()].body, field, &it.to);
            }
            (None, Some(table)) if model.object(it.object).kind() == Kind::Column => {
                renaming.column(it, table);
            }
            _ => renaming.relation(it),
        }
    }
    let mut builder = ModelBuilder::new(model.origin.clone());
    for object in renaming.objects {
        builder.add(object);
    }
    model.unmodelled.iter().for_each(|it| builder.note_unmodelled(it.kind.clone(), it.name.clone()));
    builder.finish()
}

/// The objects of a model on their way to other names.
struct Renaming<'a> {
    model: &'a Model,
    naming: &'a Naming<'a>,
    objects: Vec<Object>,
    /// Who stands on what.
    dependants: HashMap<ObjectId, Vec<ObjectId>>,
    sequences: Vec<ObjectId>,
}

impl<'a> Renaming<'a> {
    fn new(model: &'a Model, naming: &'a Naming<'a>) -> Self {
        let mut dependants: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        for (id, object) in model.objects() {
            object.depends_on.iter().for_each(|&needed| dependants.entry(needed).or_default().push(id));
        }
        let sequences = model.objects().filter(|(_, it)| it.kind() == Kind::Sequence).map(|(id, _)| id);
        Self {
            model,
            naming,
            objects: model.objects().map(|(_, object)| object.clone()).collect(),
            dependants,
            sequences: sequences.collect(),
        }
    }

    fn column(&mut self, it: &Rename, table: ObjectId) {
        let (model, naming) = (self.model, self.naming);
        let old = self.objects[it.object.index()].name.clone();
        let names = (old.as_str(), it.to.as_str());
        let table_name = model.walk(table).qualified_name();
        let own = model.children(table).iter().chain([&table]).chain(model.referencing(table));
        let standing = self.dependants.get(&table).into_iter().flatten();
        let around: HashSet<ObjectId> = own.chain(standing).chain(&self.sequences).copied().collect();
        for id in around {
            let object = &mut self.objects[id.index()];
            let place = Place {
                is_own: object.parent == Some(table),
                is_itself: id == table,
                depends: model.object(id).depends_on.contains(&table),
            };
            let shows = || model.children(id).iter().any(|&child| model.object(child).name == names.0);
            let keeps =
                naming.follow == TextsFollow::ButColumnsOfViews && object.kind() == Kind::View && shows();
            rename_column(object, place, &table_name, names);
            if (place.is_own || place.is_itself || place.depends) && !keeps {
                rename_in_text(&mut object.body, names, naming, Where::Anywhere);
            }
        }
        self.objects[it.object.index()].name.clone_from(&it.to);
    }

    fn relation(&mut self, it: &Rename) {
        let old = self.model.walk(it.object).qualified_name();
        let names = (old.name.as_str(), it.to.as_str());
        let numbered =
            self.naming.key_mark.map(|mark| [names.0, names.1].map(|name| format!("{name}{mark}")));
        for (id, before) in self.model.objects() {
            let object = &mut self.objects[id.index()];
            rename_relation(&mut object.body, &old, &it.to);
            let is_part = object.parent == Some(it.object);
            // Not every engine tells what stands on what.
            let may_name = before.depends_on.is_empty() || before.depends_on.contains(&it.object) || is_part;
            // A view that names what it reads goes on naming it.
            let reads = matches!(&object.body, Body::View(View { reads: Some(_), .. }));
            if may_name && !reads || id == it.object {
                // A part of a table names its columns, which may be called as a table is.
                let names_columns =
                    matches!(object.kind(), Kind::Column | Kind::Check | Kind::Index | Kind::Exclusion);
                let place = if names_columns { Where::BeforeDot } else { Where::Anywhere };
                rename_in_text(&mut object.body, names, self.naming, place);
                rename_in_types(&mut object.body, names, self.naming);
            }
            if let Some([own, new]) =
                numbered.as_ref().filter(|_| is_part && object.kind() == Kind::ForeignKey)
                && let Some(number) = object.name.strip_prefix(own.as_str())
            {
                object.name = format!("{new}{number}");
            }
        }
        self.objects[it.object.index()].name.clone_from(&it.to);
    }
}

/// Where an object stands to the table of a column that is renamed.
#[derive(Clone, Copy)]
struct Place {
    is_own: bool,
    is_itself: bool,
    depends: bool,
}

/// Where in a text a name is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Anywhere,
    /// Where it says of which table a column is.
    BeforeDot,
}

/// The tables that inherit from a table or are partitions of it.
fn heirs(model: &Model) -> HashMap<ObjectId, Vec<ObjectId>> {
    let mut heirs: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    for relation in model.tables() {
        let Some(table) = relation.table() else { continue };
        let parents = table.inherits.iter().chain(table.partition_of.iter().map(|it| &it.parent));
        for parent in parents.filter_map(|name| model.find_relation(name)) {
            heirs.entry(parent).or_default().push(relation.id());
        }
    }
    heirs
}

/// A column that heirs and partitions have from the table has its new name in them as well.
fn in_heirs(model: &Model, heirs: &HashMap<ObjectId, Vec<ObjectId>>, rename: &Rename) -> Vec<Rename> {
    let column = model.object(rename.object);
    let Some(table) = column.parent.filter(|_| column.kind() == Kind::Column) else { return Vec::new() };
    let (mut waiting, mut seen) = (vec![table], HashSet::from([table]));
    let mut found = Vec::new();
    while let Some(above) = waiting.pop() {
        for &heir in heirs.get(&above).into_iter().flatten() {
            if !seen.insert(heir) {
                continue;
            }
            waiting.push(heir);
            let same = model.children(heir).iter().filter(|&&id| {
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

fn rename_column(object: &mut Object, place: Place, table: &QualifiedName, (old, new): (&str, &str)) {
    let all = |names: &mut Vec<String>| names.iter_mut().for_each(|name| swap(name, old, new));
    let is_own = place.is_own;
    match &mut object.body {
        Body::Table(it) if place.is_itself => {
            for period in &mut it.periods {
                swap(&mut period.start, old, new);
                swap(&mut period.end, old, new);
            }
        }
        // One that stands at a column is called as the column is.
        Body::Check(check) if is_own && check.column.as_deref() == Some(old) => {
            check.column = Some(new.to_owned());
            swap(&mut object.name, old, new);
        }
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
}

/// Names in texts. The statement a table was made with is forgotten where the name stands in it: it is made anew from what the table is.
fn rename_in_text(body: &mut Body, (old, new): (&str, &str), naming: &Naming<'_>, place: Where) {
    let renamed = |text: &str| rename_identifier(text, old, new, naming, place);
    if let Body::Table(table) = body {
        table.source = table.source.take().filter(|text| renamed(text) == *text);
        if let Some(words) = &mut table.partition_by {
            *words = renamed(words);
        }
    }
    let stays = matches!(body, Body::View(_) | Body::Trigger(_));
    if !stays || naming.follow != TextsFollow::ButViewsAndTriggers {
        body.texts_mut().into_iter().for_each(|text| *text = renamed(text));
    }
}

/// Where views keep their columns' names, a table is the type of its rows as well; types have their schema's name, but for the server's own.
fn rename_in_types(body: &mut Body, (old, new): (&str, &str), naming: &Naming<'_>) {
    let follow = |text: &mut String| {
        if text.contains('.') {
            *text = rename_identifier(text, old, new, naming, Where::Anywhere);
        }
    };
    match body {
        _ if naming.follow != TextsFollow::ButColumnsOfViews => {}
        Body::Column(column) => follow(&mut column.data_type),
        Body::Composite(composite) => {
            composite.attributes.iter_mut().for_each(|it| follow(&mut it.data_type))
        }
        Body::Domain(domain) => follow(&mut domain.base),
        // What stands between dollars is no more than a text.
        Body::Routine(routine) => {
            follow(&mut routine.signature);
            follow(&mut routine.returns);
            let (mut head, body) = match routine.definition.find("\nAS $") {
                Some(at) => (routine.definition[..at].to_owned(), routine.definition[at..].to_owned()),
                None => (routine.definition.clone(), String::new()),
            };
            follow(&mut head);
            routine.definition = head + &body;
        }
        _ => {}
    }
}

/// Replaces a name in a text wherever it stands as one, plain or quoted, and not within a literal.
fn rename_identifier(text: &str, old: &str, new: &str, naming: &Naming<'_>, place: Where) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let new = (naming.quote)(new);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_literal = first == '\'' || first == '"' && naming.has_backslashes;
        let length = match first {
            '\'' | '"' | '`' => quoted_length(rest, first, is_literal && naming.has_backslashes),
            c if is_part(c) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let name = match first {
            '"' | '`' if token.len() > 1 => {
                let double = format!("{first}{first}");
                token[1..].strip_suffix(first).unwrap_or(&token[1..]).replace(&double, &first.to_string())
            }
            _ => token.to_owned(),
        };
        let is_it = name == old && !is_literal && (place == Where::Anywhere || after.starts_with('.'));
        out.push_str(if is_it { &new } else { token });
        rest = after;
    }
    out
}

/// The length of what begins with a quote, to where that is closed; a doubled quote is none.
fn quoted_length(text: &str, quote: char, has_backslashes: bool) -> usize {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && has_backslashes {
            letters.next();
        } else if letter == quote && letters.next_if(|(_, next)| *next == quote).is_none() {
            return at + letter.len_utf8();
        }
    }
    text.len()
}
