//! Model to `CREATE` statements, for objects whose stored statement is not at hand. Pure.

use std::fmt::Write;

use cadastre_model::*;

use crate::assemble::NAMESPACE;
use crate::dialect::quote;
use crate::tokens::{Token, TokenKind, tokenize};

/// The statement for one object of its own, without the closing semicolon; `None` for what is part of another statement.
pub(crate) fn create_statement(model: &Model, id: ObjectId) -> Option<String> {
    let sql = bare_statement(model, id)?;
    let schema = model.walk(id).qualified_name().namespace;
    Some(if schema == NAMESPACE { sql } else { in_schema(&sql, &schema) })
}

/// A `CREATE` statement with the schema in front of the name of what it makes. What an index or trigger is on has to be in the same.
fn in_schema(sql: &str, schema: &str) -> String {
    const HEAD: [&str; 11] = [
        "CREATE",
        "TEMP",
        "TEMPORARY",
        "UNIQUE",
        "VIRTUAL",
        "TABLE",
        "INDEX",
        "VIEW",
        "TRIGGER",
        "IF",
        "NOT",
    ];
    let tokens = tokenize(sql);
    let is_head = |token: &Token<'_>| {
        token.kind == TokenKind::Comment || token.is("EXISTS") || HEAD.iter().any(|word| token.is(word))
    };
    match tokens.iter().find(|token| !is_head(token)) {
        Some(name) => format!("{}{}.{}", &sql[..name.start], quote(schema), &sql[name.start..]),
        None => sql.to_owned(),
    }
}

fn bare_statement(model: &Model, id: ObjectId) -> Option<String> {
    let object = model.object(id);
    match &object.body {
        Body::Table(Table { source: Some(sql), .. })
        | Body::View(View { source: Some(sql), .. })
        | Body::Index(Index { source: Some(sql), .. }) => Some(sql.clone()),
        Body::Table(table) => model.relation(id).map(|relation| create_table(relation, table)),
        Body::View(view) => model.relation(id).map(|relation| create_view(relation, view)),
        Body::Index(index) => Some(create_index(model, object, index)),
        Body::Trigger(trigger) => Some(trigger.definition.clone()),
        _ => None,
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name).to_string()).collect::<Vec<_>>().join(", ")
}

fn create_table(relation: RelationWalker<'_>, table: &Table) -> String {
    if let Some(module) = &table.virtual_table {
        return format!(
            "CREATE VIRTUAL TABLE {} USING {}({})",
            quote(relation.name()),
            quote(&module.module),
            module.arguments
        );
    }
    let rowid_key =
        relation.columns().find(|(_, column)| column.autoincrement).map(|(object, _)| &object.name);
    let mut items: Vec<String> =
        relation.columns().map(|(object, column)| column_item(object, column)).collect();
    for child in relation.children() {
        let object = child.object();
        let item = match &object.body {
            // AUTOINCREMENT is only allowed at the column, so its key stands there.
            Body::PrimaryKey(key) if rowid_key.is_some_and(|name| key.columns == [name.clone()]) => continue,
            Body::PrimaryKey(key) => key_item("PRIMARY KEY", key),
            Body::Unique(key) => key_item("UNIQUE", key),
            Body::ForeignKey(key) => foreign_key_item(key),
            Body::Check(check) => format!("CHECK ({})", check.expression),
            _ => continue,
        };
        items.push(format!("{}{item}", constraint_name(object)));
    }
    let mut options = Vec::new();
    options.extend(table.without_rowid.then_some("WITHOUT ROWID"));
    options.extend(table.strict.then_some("STRICT"));
    let body = items.join(",\n  ");
    let gap = if options.is_empty() { "" } else { " " };
    format!("CREATE TABLE {} (\n  {body}\n){gap}{}", quote(relation.name()), options.join(", "))
}

fn constraint_name(object: &Object) -> String {
    let unnamed = match &object.body {
        Body::PrimaryKey(key) | Body::Unique(key) => key.unnamed,
        Body::ForeignKey(key) => key.unnamed,
        Body::Check(check) => check.unnamed,
        _ => true,
    };
    if unnamed { String::new() } else { format!("CONSTRAINT {} ", quote(&object.name)) }
}

pub(crate) fn column_item(object: &Object, column: &Column) -> String {
    let mut item = quote(&object.name).to_string();
    let mut push = |words: &str| {
        item.push(' ');
        item.push_str(words);
    };
    if !column.data_type.is_empty() {
        push(&column.data_type);
    }
    if column.autoincrement {
        push("PRIMARY KEY AUTOINCREMENT");
    }
    if column.not_null {
        push("NOT NULL");
        if let Some(conflict) = &column.conflict {
            push(&format!("ON CONFLICT {conflict}"));
        }
    }
    if let Some(default) = &column.default {
        push(&format!("DEFAULT {}", default_text(default)));
    }
    if let Some(collation) = &column.collation {
        push(&format!("COLLATE {}", quote(collation)));
    }
    if let Some(generated) = &column.generated {
        let storage = match generated.storage {
            GeneratedStorage::Stored => "STORED",
            GeneratedStorage::Virtual => "VIRTUAL",
        };
        push(&format!("GENERATED ALWAYS AS ({}) {storage}", generated.expression));
    }
    item
}

/// The pragma strips the parentheses that an expression must have; a literal or single word needs none.
fn default_text(default: &str) -> String {
    let is_number = default.trim_start_matches(['+', '-']).parse::<f64>().is_ok();
    let is_word = default.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_text = crate::tokens::tokenize(default).len() == 1 && default.starts_with(['\'', '"', 'x', 'X']);
    if is_number || is_word || is_text { default.to_owned() } else { format!("({default})") }
}

fn key_item(words: &str, key: &Key) -> String {
    let parts = key.columns.iter().enumerate().map(|(at, name)| {
        let direction = if key.descending.contains(&(at as u16)) { " DESC" } else { "" };
        let collation = key.collations.iter().find(|(place, _)| *place == at as u16);
        let collation = collation.map(|(_, name)| format!(" COLLATE {}", quote(name))).unwrap_or_default();
        format!("{}{collation}{direction}", quote(name))
    });
    let mut item = format!("{words} ({})", parts.collect::<Vec<_>>().join(", "));
    if let Some(conflict) = &key.conflict {
        let _ = write!(item, " ON CONFLICT {conflict}");
    }
    item
}

fn foreign_key_item(key: &ForeignKey) -> String {
    let mut item = format!("FOREIGN KEY ({}) REFERENCES {}", list(&key.columns), quote(&key.references.name));
    if !key.referenced_columns.is_empty() {
        let _ = write!(item, " ({})", list(&key.referenced_columns));
    }
    for (event, action) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
        if action != ReferentialAction::NoAction {
            let _ = write!(item, " ON {event} {}", action.sql());
        }
    }
    item.push_str(match key.deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    });
    item
}

fn create_view(relation: RelationWalker<'_>, view: &View) -> String {
    let names = &view.column_names;
    let columns = if names.is_empty() { String::new() } else { format!(" ({})", list(names)) };
    format!("CREATE VIEW {}{columns} AS {}", quote(relation.name()), view.definition)
}

fn create_index(model: &Model, object: &Object, index: &Index) -> String {
    let parts = index.parts.iter().map(|part| {
        let mut text = match &part.target {
            IndexTarget::Column(name) => quote(name).to_string(),
            IndexTarget::Expression(expression) => expression.clone(),
        };
        if let Some(collation) = &part.collation {
            let _ = write!(text, " COLLATE {}", quote(collation));
        }
        if part.descending {
            text.push_str(" DESC");
        }
        text
    });
    let table = object.parent.map(|id| model.object(id).name.as_str()).unwrap_or_default();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let predicate = index.predicate.as_ref().map(|text| format!(" WHERE {text}")).unwrap_or_default();
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!("CREATE {unique}INDEX {} ON {} ({parts}){predicate}", quote(&object.name), quote(table))
}
