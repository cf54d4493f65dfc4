//! Model to `CREATE` statements, item by item as the server itself shows them. Pure.

use std::fmt::Write;

use cadastre_model::*;

use crate::assemble::NAMESPACE;
use crate::dialect::{literal, quote};
use crate::loose::is_loose;

fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name).to_string()).collect::<Vec<_>>().join(",")
}

/// `CREATE TABLE` with all its columns, keys and constraints, but for foreign keys that have to be made apart ([`crate::loose`]).
pub(crate) fn create_table(relation: RelationWalker<'_>, table: &Table) -> String {
    let checks_at = |name: &str| {
        relation.children().find_map(|child| match &child.object().body {
            Body::Check(check) if check.column.as_deref() == Some(name) => Some(check),
            _ => None,
        })
    };
    let mut items: Vec<String> = relation
        .columns()
        .map(|(object, column)| column_item(object, column, checks_at(&object.name)))
        .collect();
    // In the order they were read: it means nothing to the schema, but the server keeps it.
    let is_inside = |child: &ObjectWalker<'_>| !is_loose(relation.model(), child.id());
    let mut parts: Vec<ObjectWalker<'_>> = relation.children().filter(is_inside).collect();
    parts.sort_by_key(|child| child.id());
    items.extend(parts.into_iter().filter_map(|child| part_item(child.object())));
    for period in &table.periods {
        let name =
            if period.name == "SYSTEM_TIME" { period.name.clone() } else { quote(&period.name).to_string() };
        items.push(format!("PERIOD FOR {name} ({}, {})", quote(&period.start), quote(&period.end)));
    }
    let mut sql = format!("CREATE TABLE {} (\n  {}\n)", quote(relation.name()), items.join(",\n  "));
    table_options(&mut sql, relation, table);
    sql
}

fn table_options(sql: &mut String, relation: RelationWalker<'_>, table: &Table) {
    let mut put = |text: String| {
        sql.push(' ');
        sql.push_str(&text);
    };
    if let Some(engine) = &table.access_method {
        put(format!("ENGINE={engine}"));
    }
    if let Some(number) = &table.next_number {
        put(format!("AUTO_INCREMENT={number}"));
    }
    if let Some(set) = &table.character_set {
        put(format!("DEFAULT CHARSET={set}"));
    }
    if let Some(collation) = &table.collation {
        put(format!("COLLATE={collation}"));
    }
    for SettingPair { name, value } in &table.options {
        put(if name == "TABLESPACE" { format!("{name} {value}") } else { format!("{name}={value}") });
    }
    if let Some(comment) = &relation.object().comment {
        put(format!("COMMENT={}", literal(comment)));
    }
    if table.system_versioned {
        put("WITH SYSTEM VERSIONING".into());
    }
    if let Some(partitioning) = &table.partition_by {
        sql.push('\n');
        sql.push_str(partitioning);
    }
}

pub(crate) fn column_item(object: &Object, column: &Column, check: Option<&Check>) -> String {
    let mut item = format!("{} {}", quote(&object.name), column.data_type);
    let mut put = |text: &str| {
        item.push(' ');
        item.push_str(text);
    };
    if let Some(srid) = column.srid {
        put(&srid_clause(srid));
    }
    if column.compression.is_some() {
        put("COMPRESSED");
    }
    if let Some(set) = &column.character_set {
        put(&format!("CHARACTER SET {set}"));
    }
    if let Some(collation) = &column.collation {
        put(&format!("COLLATE {collation}"));
    }
    if let Some(generated) = &column.generated {
        let storage = if generated.storage == GeneratedStorage::Stored { "STORED" } else { "VIRTUAL" };
        put(&format!("GENERATED ALWAYS AS ({}) {storage}", generated.expression));
    }
    if let Some(end) = column.row_time {
        put(if end == RowTime::Start {
            "GENERATED ALWAYS AS ROW START"
        } else {
            "GENERATED ALWAYS AS ROW END"
        });
    }
    if column.not_null {
        put("NOT NULL");
    } else if column.generated.is_none() && column.row_time.is_none() {
        // A timestamp refuses nulls unless told otherwise.
        put("NULL");
    }
    if column.invisible {
        put("INVISIBLE");
    }
    if column.unversioned {
        put("WITHOUT SYSTEM VERSIONING");
    }
    if let Some(default) = &column.default {
        put(&format!("DEFAULT {default}"));
    }
    if let Some(value) = &column.on_update {
        put(&format!("ON UPDATE {value}"));
    }
    if column.autoincrement {
        put("AUTO_INCREMENT");
    }
    if let Some(comment) = &object.comment {
        put(&format!("COMMENT {}", literal(comment)));
    }
    for SettingPair { name, value } in &column.options {
        // MySQL's own words take their value without a sign of equality.
        let is_word = name.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b' '));
        put(format!("{name}{}{value}", if is_word { " " } else { "=" }).trim_end());
    }
    if let Some(check) = check {
        put(&format!("CHECK ({})", check.expression));
    }
    item
}

fn srid_clause(srid: u32) -> String {
    // MariaDB takes the first form, MySQL the second, which MariaDB reads as a comment.
    format!("/*M! REF_SYSTEM_ID={srid} */ /*!80003 SRID {srid} */")
}

pub(crate) fn part_item(object: &Object) -> Option<String> {
    Some(match &object.body {
        Body::PrimaryKey(key) => {
            let part = |(at, name): (usize, &String)| {
                let at = at as u16;
                let length = key.prefix_lengths.iter().find(|(place, _)| *place == at);
                let length = length.map(|(_, length)| format!("({length})")).unwrap_or_default();
                let direction = if key.descending.contains(&at) { " DESC" } else { "" };
                format!("{}{length}{direction}", quote(name))
            };
            let mut parts: Vec<String> = key.columns.iter().enumerate().map(part).collect();
            parts.extend(
                key.without_overlaps.iter().map(|period| format!("{} WITHOUT OVERLAPS", quote(period))),
            );
            format!("PRIMARY KEY ({}){}", parts.join(","), key_options(&key.options, object))
        }
        Body::Index(index) => index_item(object, index),
        Body::ForeignKey(key) => foreign_key_item(object, key),
        Body::Check(check) if check.column.is_none() => {
            let enforced = if check.not_enforced { " NOT ENFORCED" } else { "" };
            format!("CONSTRAINT {} CHECK ({}){enforced}", quote(&object.name), check.expression)
        }
        _ => return None,
    })
}

fn key_options(options: &[SettingPair], object: &Object) -> String {
    let mut text = String::new();
    for SettingPair { name, value } in options {
        let _ =
            if name == "using" { write!(text, " USING {value}") } else { write!(text, " {name}={value}") };
    }
    if let Some(comment) = &object.comment {
        let _ = write!(text, " COMMENT {}", literal(comment));
    }
    text
}

fn index_item(object: &Object, index: &Index) -> String {
    let part = |part: &IndexPart| {
        let target = match &part.target {
            IndexTarget::Column(name) => quote(name).to_string(),
            IndexTarget::Expression(text) => format!("({text})"),
        };
        let length = part.prefix_length.map(|length| format!("({length})")).unwrap_or_default();
        format!("{target}{length}{}", if part.descending { " DESC" } else { "" })
    };
    let mut parts: Vec<String> = index.parts.iter().map(part).collect();
    parts.extend(index.without_overlaps.iter().map(|period| format!("{} WITHOUT OVERLAPS", quote(period))));
    let kind = match index.method.as_str() {
        "btree" if index.unique => "UNIQUE KEY".to_owned(),
        "btree" => "KEY".to_owned(),
        method => format!("{} KEY", method.to_uppercase()),
    };
    let parser =
        index.parser.as_ref().map(|parser| format!(" WITH PARSER {}", quote(parser))).unwrap_or_default();
    // MariaDB calls it ignored, MySQL invisible; each reads the other's word as a comment.
    let invisible = if index.invisible { " /*M! IGNORED */ /*!80000 INVISIBLE */" } else { "" };
    let options = key_options(&index.options, object);
    format!("{kind} {} ({}){options}{parser}{invisible}", quote(&object.name), parts.join(","))
}

fn foreign_key_item(object: &Object, key: &ForeignKey) -> String {
    let target = &key.references;
    let elsewhere =
        if target.namespace == NAMESPACE { String::new() } else { format!("{}.", quote(&target.namespace)) };
    let mut sql = format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {elsewhere}{} ({})",
        quote(&object.name),
        list(&key.columns),
        quote(&target.name),
        list(&key.referenced_columns)
    );
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        let _ = write!(sql, " ON {event} {}", action.sql());
    }
    sql
}

/// `CREATE SEQUENCE` (MariaDB).
pub(crate) fn create_sequence(object: &Object, sequence: &Sequence) -> String {
    let it = &sequence.options;
    let data_type = if it.data_type == "bigint" { String::new() } else { format!(" AS {}", it.data_type) };
    let cycle = if it.cycle { "CYCLE" } else { "NOCYCLE" };
    let comment =
        object.comment.as_ref().map(|text| format!(" COMMENT={}", literal(text))).unwrap_or_default();
    let cache = if it.cache == "0" { "NOCACHE".to_owned() } else { format!("CACHE {}", it.cache) };
    format!(
        "CREATE SEQUENCE {}{data_type} START WITH {} MINVALUE {} MAXVALUE {} INCREMENT BY {} {cache} {cycle}{comment}",
        quote(&object.name),
        it.start,
        it.min,
        it.max,
        it.increment
    )
}

/// `CREATE VIEW`; its definer is whoever runs it unless the object has an owner.
pub(crate) fn create_view(object: &Object, view: &View) -> String {
    let option =
        |name: &str| view.options.iter().find(|it| it.name == name).map(|it| it.value.to_uppercase());
    let algorithm = option("algorithm").unwrap_or_else(|| "UNDEFINED".into());
    let security = if view.security == Some(Security::Invoker) { "INVOKER" } else { "DEFINER" };
    let check = option("check_option").map(|kind| format!(" WITH {kind} CHECK OPTION")).unwrap_or_default();
    let columns = view.options.iter().find(|it| it.name == "columns").map(|it| format!(" {}", it.value));
    format!(
        "CREATE ALGORITHM={algorithm}{} SQL SECURITY {security} VIEW {}{} AS {}{check}",
        definer(object),
        quote(&object.name),
        columns.unwrap_or_default(),
        view.definition
    )
}

/// The statement of a program with its definer put back.
pub(crate) fn create_program(object: &Object, definition: &str) -> String {
    match definition.strip_prefix("CREATE ") {
        Some(rest) => format!("CREATE{} {rest}", definer(object)),
        None => definition.to_owned(),
    }
}

fn definer(object: &Object) -> String {
    let Some((user, host)) = object.owner.as_ref().and_then(|owner| owner.rsplit_once('@')) else {
        return String::new();
    };
    if host.is_empty() {
        return format!(" DEFINER={}", quote(user));
    }
    format!(" DEFINER={}@{}", quote(user), quote(host))
}
