//! Foreign keys that the server would not make like this: with no index over their own columns, or to a table without a key over the
//! others. They are what is left when an index went while foreign keys were not looked at (manual, `foreign_key_checks`), and are made again
//! the same way: with what the server wants, which goes when they are there.

use cadastre_model::*;

use crate::dialect::{is_mariadb, quote};
use crate::render::part_item;

/// Statements that make one such foreign key on a table that is there.
pub(crate) struct Loose {
    /// What the server wants at the other end.
    pub before: Vec<String>,
    pub add: String,
    /// That goes again, and so does the index that came with the foreign key.
    pub after: Vec<String>,
}

/// Whether a foreign key is one that no `CREATE TABLE` makes. A table that is not there at all is taken unchecked.
pub(crate) fn is_loose(model: &Model, id: ObjectId) -> bool {
    let Body::ForeignKey(key) = &model.object(id).body else { return false };
    lacks_index(model, id) || target(model, key).is_some() && !leads_to_key(model, id)
}

/// Whether a foreign key leads to a key that is there. Those that do not the server takes unchecked, and cannot check.
pub(crate) fn leads_to_key(model: &Model, id: ObjectId) -> bool {
    let Body::ForeignKey(key) = &model.object(id).body else { return false };
    target(model, key).is_some_and(|it| leads_with(model, it, &key.referenced_columns, Hidden::Counted))
}

fn lacks_index(model: &Model, id: ObjectId) -> bool {
    let object = model.object(id);
    let Body::ForeignKey(key) = &object.body else { return false };
    object.parent.is_some_and(|table| !leads_with(model, table, &key.columns, Hidden::Left))
}

fn target(model: &Model, key: &ForeignKey) -> Option<ObjectId> {
    model.find_relation(&key.references).filter(|&it| model.object(it).kind() == Kind::Table)
}

/// The statements for a foreign key, which run while foreign keys are not looked at; nothing for what is no foreign key.
pub(crate) fn make(model: &Model, id: ObjectId) -> Option<Loose> {
    let object = model.object(id);
    let Body::ForeignKey(key) = &object.body else { return None };
    let table = quote(&model.object(object.parent?).name).to_string();
    let add = format!("ALTER TABLE {table} ADD {}", added_item(model, id)?);
    let mut loose = Loose { before: Vec::new(), add, after: Vec::new() };
    if lacks_index(model, id) {
        // In place: after a copy MariaDB does not show the foreign key until the table is opened anew.
        loose.after.push(format!("ALTER TABLE {table} DROP KEY {}, ALGORITHM=INPLACE", quote(&object.name)));
    }
    if target(model, key).is_some() && !leads_to_key(model, id) {
        let columns: Vec<String> =
            key.referenced_columns.iter().map(|name| quote(name).to_string()).collect();
        let other = quote(&key.references.name);
        loose.before.push(format!("ALTER TABLE {other} ADD KEY {STAND_IN} ({})", columns.join(", ")));
        loose.after.push(format!("ALTER TABLE {other} DROP KEY {STAND_IN}"));
    }
    Some(loose)
}

const STAND_IN: &str = "`cadastre_stand_in`";

/// MariaDB takes a `RESTRICT` that is said for `NO ACTION` in an `ALTER TABLE`, and one that is not said for what it is.
pub(crate) fn added_item(model: &Model, id: ObjectId) -> Option<String> {
    let item = part_item(model.object(id))?;
    Some(if is_mariadb(&model.origin) {
        item.replace(" ON DELETE RESTRICT", "").replace(" ON UPDATE RESTRICT", "")
    } else {
        item
    })
}

/// Whether the columns of the primary key that InnoDB puts behind those of an index count as its own. They do where a foreign key leads to
/// (MySQL manual, "FOREIGN KEY Constraints").
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Counted,
    Left,
}

/// Whether a key or index of a table begins with these columns, in this order and whole.
fn leads_with(model: &Model, table: ObjectId, columns: &[String], hidden: Hidden) -> bool {
    let primary: Vec<Option<&String>> = model
        .children(table)
        .iter()
        .find_map(|&id| match &model.object(id).body {
            Body::PrimaryKey(key) => Some(key),
            _ => None,
        })
        .map(|key| {
            let is_whole = |at: usize| !key.prefix_lengths.iter().any(|(place, _)| usize::from(*place) == at);
            key.columns.iter().enumerate().map(|(at, name)| Some(name).filter(|_| is_whole(at))).collect()
        })
        .unwrap_or_default();
    let begins = |names: &[Option<&String>]| {
        let same = |a: &String, b: &Option<&String>| b.is_some_and(|b| a.to_lowercase() == b.to_lowercase());
        names.len() >= columns.len() && columns.iter().zip(names).all(|(a, b)| same(a, b))
    };
    let over = |index: &Index| -> Vec<Option<String>> { index.parts.iter().map(whole_column).collect() };
    begins(&primary)
        || model.children(table).iter().any(|&id| match &model.object(id).body {
            Body::Index(index) if !matches!(index.method.as_str(), "fulltext" | "spatial") => {
                let own = over(index);
                let mut names: Vec<Option<&String>> = own.iter().map(Option::as_ref).collect();
                if hidden == Hidden::Counted {
                    let behind = primary.iter().filter(|it| !own.iter().any(|own| own.as_ref() == **it));
                    names.extend(behind.copied());
                }
                begins(&names)
            }
            _ => false,
        })
}

/// The column that is a part of an index as a whole.
fn whole_column(part: &IndexPart) -> Option<String> {
    match &part.target {
        IndexTarget::Column(name) if part.prefix_length.is_none() => Some(name.clone()),
        IndexTarget::Column(_) | IndexTarget::Expression(_) => None,
    }
}
