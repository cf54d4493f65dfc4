//! Foreign keys that the server would not make like this: with no index over their own columns, or to a table without a key over the
//! others. They are what is left when an index went while foreign keys were not looked at (manual, `foreign_key_checks`), and are made again
//! the same way: with what the server wants, which goes when they are there.

use cadastre_model::*;

use crate::assemble::NAMESPACE;
use crate::dialect::quote;
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
    target(model, key).is_some_and(|it| leads_with(model, it, &key.referenced_columns))
}

fn lacks_index(model: &Model, id: ObjectId) -> bool {
    let object = model.object(id);
    let Body::ForeignKey(key) = &object.body else { return false };
    object.parent.is_some_and(|table| !leads_with(model, table, &key.columns))
}

fn target(model: &Model, key: &ForeignKey) -> Option<ObjectId> {
    model.find_relation(&QualifiedName::new(NAMESPACE, key.references.name.clone()))
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
    let is_mariadb = model.origin.version.starts_with("MariaDB");
    Some(if is_mariadb {
        item.replace(" ON DELETE RESTRICT", "").replace(" ON UPDATE RESTRICT", "")
    } else {
        item
    })
}

/// Whether a key or index of a table begins with these columns, in this order and whole (manual, "FOREIGN KEY Constraints").
fn leads_with(model: &Model, table: ObjectId, columns: &[String]) -> bool {
    let begins = |names: &mut dyn Iterator<Item = Option<&String>>| {
        let mut wanted = columns.iter();
        wanted.all(|it| names.next().flatten().is_some_and(|name| name.to_lowercase() == it.to_lowercase()))
    };
    model.children(table).iter().any(|&id| match &model.object(id).body {
        Body::PrimaryKey(key) => begins(&mut key.columns.iter().map(Some)),
        Body::Index(index) => begins(&mut index.parts.iter().map(|part| match &part.target {
            IndexTarget::Column(name) if part.prefix_length.is_none() => Some(name),
            IndexTarget::Column(_) | IndexTarget::Expression(_) => None,
        })),
        _ => false,
    })
}
