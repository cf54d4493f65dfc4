//! DBML, the markup of dbdiagram.io: tables, columns, keys, references, notes. Grammar: <https://dbml.dbdiagram.io/docs>.

use std::fmt::Write;

use cadastre_model::{Body, IndexTarget, Model, RelationWalker};

/// Writes the tables, references and enums of a model; what DBML has no words for is left out.
pub fn write(model: &Model) -> String {
    let mut text = String::new();
    for (_, object) in model.objects() {
        if let Body::Enum(it) = &object.body {
            let namespace =
                object.parent.map(|parent| model.object(parent).name.as_str()).unwrap_or_default();
            let labels: String = it.labels.iter().map(|label| format!("  {}\n", quote(label))).collect();
            let _ = writeln!(text, "Enum {}.{} {{\n{labels}}}\n", quote(namespace), quote(&object.name));
        }
    }
    model.tables().for_each(|table| write_table(&mut text, table));
    model.tables().for_each(|table| write_references(&mut text, table));
    text
}

/// Any name may stand in double quotes; a quote inside cannot be written and becomes a single one, a line break a space.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "'").replace(['\n', '\r'], " "))
}

fn note(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace(['\n', '\r'], " "))
}

fn name(table: RelationWalker<'_>) -> String {
    format!("{}.{}", quote(table.namespace()), quote(table.name()))
}

fn write_table(text: &mut String, table: RelationWalker<'_>) {
    let _ = writeln!(text, "Table {} {{", name(table));
    let primary = table.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default();
    for (object, column) in table.columns() {
        let mut marks = Vec::new();
        if primary == std::slice::from_ref(&object.name) {
            marks.push("pk".to_owned());
        }
        if column.not_null {
            marks.push("not null".to_owned());
        }
        if let Some(default) = &column.default {
            marks.push(format!("default: `{}`", default.replace(['`', '\n'], " ")));
        }
        marks.extend(object.comment.as_ref().map(|comment| format!("note: {}", note(comment))));
        let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
        let data_type = if column.data_type.is_empty() { "any" } else { &column.data_type };
        let _ = writeln!(text, "  {} {}{marks}", quote(&object.name), quote(data_type));
    }
    write_indexes(text, table, primary);
    if let Some(comment) = &table.object().comment {
        let _ = writeln!(text, "  Note: {}", note(comment));
    }
    text.push_str("}\n\n");
}

fn write_indexes(text: &mut String, table: RelationWalker<'_>, primary: &[String]) {
    let mut lines = Vec::new();
    let columns = |names: &[String]| names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
    if primary.len() > 1 {
        lines.push(format!("({}) [pk]", columns(primary)));
    }
    let unique = table.keys().filter(|(_, key)| key.columns != primary);
    lines.extend(unique.map(|(_, key)| format!("({}) [unique]", columns(&key.columns))));
    for (object, index) in table.indexes() {
        let parts = index.parts.iter().map(|part| match &part.target {
            IndexTarget::Column(name) => quote(name),
            IndexTarget::Expression(text) => format!("`{}`", text.replace(['`', '\n'], " ")),
        });
        let unique = if index.unique { "unique, " } else { "" };
        lines.push(format!(
            "({}) [{unique}name: {}]",
            parts.collect::<Vec<_>>().join(", "),
            note(&object.name)
        ));
    }
    if !lines.is_empty() {
        let _ = writeln!(text, "\n  indexes {{\n    {}\n  }}", lines.join("\n    "));
    }
}

fn write_references(text: &mut String, table: RelationWalker<'_>) {
    for key in table.foreign_keys() {
        let Some(target) = key.referenced_table() else { continue };
        let columns = |names: &[String]| names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
        let sign = if table.is_unique_over(&key.key.columns) { "-" } else { ">" };
        let (from, to) = (columns(&key.key.columns), columns(&key.key.referenced_columns));
        let _ = writeln!(text, "Ref: {}.({from}) {sign} {}.({to})", name(table), name(target));
    }
}
