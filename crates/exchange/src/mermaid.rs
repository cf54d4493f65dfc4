//! Mermaid's `erDiagram`. Grammar: <https://mermaid.js.org/syntax/entityRelationshipDiagram.html>.

use std::fmt::Write;

use cadastre_model::{Model, RelationWalker};

/// Writes the tables of a model with columns, keys and references.
pub fn write(model: &Model) -> String {
    let mut text = String::from("erDiagram\n");
    let qualify = {
        let mut namespaces = model.tables().map(|table| table.namespace());
        let first = namespaces.next();
        namespaces.any(|namespace| Some(namespace) != first)
    };
    let name = |table: RelationWalker<'_>| {
        let name =
            if qualify { format!("{}.{}", table.namespace(), table.name()) } else { table.name().to_owned() };
        format!("\"{}\"", name.replace('"', "'").replace(['\n', '\r'], " "))
    };
    for table in model.tables() {
        let _ = writeln!(text, "    {} {{", name(table));
        let primary = table.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default();
        for (object, column) in table.columns() {
            let foreign = table.foreign_keys().any(|key| key.key.columns.contains(&object.name));
            let marks = match (primary.contains(&object.name), foreign) {
                (true, true) => " PK, FK",
                (true, false) => " PK",
                (false, true) => " FK",
                (false, false) => "",
            };
            let _ = writeln!(text, "        {} {}{marks}", word(&column.data_type), word(&object.name));
        }
        text.push_str("    }\n");
    }
    for key in model.tables().flat_map(RelationWalker::foreign_keys) {
        let (Some(table), Some(target)) = (key.table(), key.referenced_table()) else { continue };
        let many = if table.is_unique_over(&key.key.columns) { "o|" } else { "o{" };
        let one = if table.all_not_null(&key.key.columns) { "||" } else { "|o" };
        let label = key.key.columns.join(", ").replace('"', "'");
        let _ = writeln!(text, "    {} {one}--{many} {} : \"{label}\"", name(target), name(table));
    }
    text
}

/// Types and attribute names are words of letters, digits and a few signs.
fn word(text: &str) -> String {
    let word: String =
        text.chars().map(|c| if c.is_alphanumeric() || "_-()[]".contains(c) { c } else { '_' }).collect();
    if word.chars().next().is_some_and(char::is_alphabetic) { word } else { format!("x{word}") }
}
