//! Changes of columns that keep their rows.

use std::fmt::Write;

use cadastre_model::*;

use super::types::type_names;
use super::{Planning, foreign};
use crate::dialect::{literal, qualified, quote};
use crate::render;
use crate::satellites::{comment_sql, identity_satellites, sequence_grant_changes};
use crate::script::Rank;

/// Whether a column can be changed without being dropped.
pub(crate) fn can_alter(a: &Column, b: &Column) -> bool {
    match (&a.generated, &b.generated) {
        (None, None) | (Some(_), None) => true,
        (Some(x), Some(y)) => x == y,
        (None, Some(_)) => false,
    }
}

/// Whether the values get another type.
pub(crate) fn is_retyped(a: &Body, b: &Body) -> bool {
    matches!((a, b), (Body::Column(a), Body::Column(b)) if a.data_type != b.data_type || a.collation != b.collation)
}

impl Planning<'_> {
    pub fn column_changes(
        &mut self,
        from: ObjectId,
        to: ObjectId,
        a: &Column,
        b: &Column,
    ) -> (Rank, Vec<String>) {
        let object = self.to.object(to);
        let Some(table) = object.parent else { return (Rank::Column, Vec::new()) };
        let table_name = qualified(&self.new.name(table));
        let column = quote(&object.name);
        if self.to.object(table).kind() == Kind::View {
            let alter = |words: &str| format!("ALTER {words} {table_name} ALTER COLUMN {column}");
            let mut sql: Vec<String> = default_change(&alter("VIEW"), a, b).into_iter().collect();
            if matches!(&self.to.object(table).body, Body::View(it) if it.materialized) {
                sql.extend(setting_changes(&alter("MATERIALIZED VIEW"), a, b));
            }
            return (Rank::Default, sql);
        }
        let heir = self.is_heir(object, b, &|_, _| true);
        let passed_null =
            self.is_heir(object, b, &|x, y| x.not_null != y.not_null && y.not_null == b.not_null);
        let foreign = matches!(&self.to.object(table).body, Body::Table(it) if it.kind == TableKind::Foreign);
        let words = if foreign { "ALTER FOREIGN TABLE" } else { "ALTER TABLE" };
        // Types and NOT NULL are passed on to heirs, which therefore do not change by themselves.
        let alter = format!("{words} {table_name} ALTER COLUMN {column}");
        let only = format!("{words} ONLY {table_name} ALTER COLUMN {column}");
        let mut sql = Vec::new();
        let is_swapped = self.is_of_swapped_type(from);
        let retyped = a.data_type != b.data_type
            || a.collation != b.collation
            || is_swapped
            || a.collation.as_deref().is_some_and(|it| self.is_swapped(it));
        if a.generated.is_some() && b.generated.is_none() {
            sql.push(format!("{alter} DROP EXPRESSION"));
        }
        let had_default = a.default.is_some() && a.generated.is_none();
        let is_bare = self.fates.bare_defaults.contains(&from);
        if had_default && !is_bare && (retyped || b.default.is_none()) {
            let statement = format!("{only} DROP DEFAULT");
            if heir && retyped {
                // The type comes from the parent, and finds no default that does not go with it.
                self.drops.push(super::Drop { object: from, rank: Rank::Takedown, sql: vec![statement] });
            } else {
                sql.push(statement);
            }
        }
        if a.identity.is_some() && b.identity.is_none() {
            // Before anything else may want the name of its sequence.
            let statement = vec![format!("{alter} DROP IDENTITY")];
            self.drops.push(super::Drop { object: from, rank: Rank::Takedown, sql: statement });
        }
        // Bounds that get narrower do so while the sequence is of the old type.
        let narrows = matches!((&a.identity, &b.identity), (Some(x), Some(y)) if is_more(&x.options.max, &y.options.max));
        if narrows {
            sql.extend(self.identity_changes(&alter, object, a, b));
        }
        if retyped && !heir {
            let mut statement =
                format!("{alter} TYPE {}{}", b.data_type, render::collate(b.collation.as_deref()));
            if foreign {
                // What is read is of that type from now on; there is nothing to convert.
            } else if a.data_type.ends_with("[]") != b.data_type.ends_with("[]") {
                // All elements know texts, and a single one is an array of one.
                let _ = match b.data_type.ends_with("[]") {
                    true => write!(
                        statement,
                        " USING CASE WHEN {column} IS NOT NULL THEN ARRAY[{column}::text]::{} END",
                        b.data_type
                    ),
                    false => write!(statement, " USING {column}[1]::text::{}", b.data_type),
                };
            } else if needs_using(&a.data_type, &b.data_type) || is_swapped {
                // Types of different families know nothing of each other; all know texts.
                let through_text = if has_cast(&a.data_type, &b.data_type) { "" } else { "::text" };
                let value = match is_swapped {
                    true => self.converted(from, &column.to_string(), &b.data_type),
                    false => format!("{column}{through_text}::{}", b.data_type),
                };
                let _ = write!(statement, " USING {value}");
            }
            sql.push(statement);
        }
        match (a.not_null, b.not_null) {
            (false, true) if !passed_null => sql.push(format!("{alter} SET NOT NULL")),
            (true, false) if !passed_null => sql.push(format!("{alter} DROP NOT NULL")),
            _ => {}
        }
        if !narrows {
            sql.extend(self.identity_changes(&alter, object, a, b));
        }
        if let Some(default) = &b.default
            && (a.default != b.default || retyped && had_default)
            && !is_bare
        {
            sql.push(format!("{only} SET DEFAULT {default}"));
        }
        // Another type comes with its own storage, and forgets compression.
        let before = match retyped {
            true => &Column { storage: None, compression: None, ..a.clone() },
            false => a,
        };
        sql.extend(setting_changes(&only, before, b));
        sql.extend(foreign::column_options(&alter, a, b));
        (Rank::Column, sql)
    }

    fn identity_changes(&self, alter: &str, object: &Object, a: &Column, b: &Column) -> Vec<String> {
        let owner = object.parent.and_then(|table| self.to.object(table).owner.as_deref());
        let mut sql = Vec::new();
        match (&a.identity, &b.identity) {
            (None, Some(it)) => {
                let clauses =
                    render::sequence_clauses(&it.options).split_whitespace().collect::<Vec<_>>().join(" ");
                let name = qualified(&it.sequence);
                let mode = mode_words(it);
                sql.push(format!(
                    "{alter} ADD GENERATED {mode} AS IDENTITY (SEQUENCE NAME {name} {clauses})"
                ));
                let table = qualified(&self.new.name_of_parent(object));
                sql.extend(go_on_after(&it.sequence, &it.options, &table, &quote(&object.name).to_string()));
                identity_satellites(it, owner, &mut sql);
            }
            (Some(x), Some(y)) => {
                let mut parts = identity_parts(x, y);
                let (moves, restart) = within_bounds(&qualified(&x.sequence), &x.options, &y.options);
                parts.extend(restart);
                sql.extend(moves);
                if !parts.is_empty() {
                    sql.push(format!("{alter} {}", parts.join(" ")));
                }
                if x.sequence != y.sequence {
                    let old = qualified(&x.sequence);
                    sql.push(format!("ALTER SEQUENCE {old} RENAME TO {}", quote(&y.sequence.name)));
                }
                let name = qualified(&y.sequence);
                if x.options.persistence != y.options.persistence {
                    let word =
                        if y.options.persistence == Persistence::Unlogged { "UNLOGGED" } else { "LOGGED" };
                    sql.push(format!("ALTER SEQUENCE {name} SET {word}"));
                }
                if x.comment != y.comment {
                    sql.push(comment_sql(&format!("SEQUENCE {name}"), y.comment.as_deref()));
                }
                sequence_grant_changes(x, y, owner, &mut sql);
            }
            _ => {}
        }
        sql
    }

    /// Whether the parent of a column's table has the same column and passes its changes on, being its parent before as well.
    fn is_heir(&self, object: &Object, column: &Column, passes: &dyn Fn(&Column, &Column) -> bool) -> bool {
        if column.inheritance == Inheritance::Local {
            return false;
        }
        let Some(Body::Table(table)) = object.parent.map(|it| &self.to.object(it).body) else { return false };
        let above = |table: &Table| {
            let names: Vec<QualifiedName> =
                table.partition_of.iter().map(|it| it.parent.clone()).chain(table.inherits.clone()).collect();
            names
        };
        let before =
            object.parent.and_then(|table| self.diff.from(table)).map(|it| &self.from.object(it).body);
        let before = if let Some(Body::Table(before)) = before { above(before) } else { Vec::new() };
        let parents = above(table).into_iter().filter(|name| before.contains(name));
        let mut parents = parents.filter_map(|name| self.to.find_relation(&name));
        parents.any(|parent| {
            let columns = self.to.children(parent).iter();
            columns.copied().any(|id| {
                let same =
                    self.to.object(id).kind() == Kind::Column && self.to.object(id).name == object.name;
                let before = self.diff.from(id).map(|it| &self.from.object(it).body);
                let is_passed = matches!((before, &self.to.object(id).body), (Some(Body::Column(x)), Body::Column(y)) if passes(x, y));
                same && is_passed && self.fates.altered.get(&id).is_some_and(|facets| facets.body)
            })
        })
    }

    fn is_of_swapped_type(&self, column: ObjectId) -> bool {
        let Body::Column(it) = &self.from.object(column).body else { return false };
        let base = it.data_type.split(['[', '(']).next().unwrap_or_default();
        self.is_swapped(base)
    }

    fn is_swapped(&self, name: &str) -> bool {
        self.fates.swapped.keys().any(|&id| type_names(self.from, id).iter().any(|it| it == name))
    }

    /// Defaults that were put aside because what they stood on was made anew.
    pub fn put_defaults_back(&mut self) {
        for &from in &self.fates.bare_defaults {
            let Some(to) = self.diff.to(from).filter(|to| !self.fates.made.contains(to)) else { continue };
            let object = self.to.object(to);
            let Body::Column(Column { default: Some(default), .. }) = &object.body else { continue };
            let words = if object.parent.is_some_and(|it| self.to.object(it).kind() == Kind::View) {
                "VIEW"
            } else {
                "TABLE ONLY"
            };
            let table = qualified(&self.new.name_of_parent(object));
            let sql =
                format!("ALTER {words} {table} ALTER COLUMN {} SET DEFAULT {default}", quote(&object.name));
            let at = self.new.unit(Rank::Default, to, sql);
            self.new.need_all(at, to);
        }
    }
}

fn default_change(alter: &str, a: &Column, b: &Column) -> Option<String> {
    match (&a.default, &b.default) {
        (x, y) if x == y => None,
        (_, Some(default)) => Some(format!("{alter} SET DEFAULT {default}")),
        (_, None) => Some(format!("{alter} DROP DEFAULT")),
    }
}

/// Whether the server has no cast of its own for assignments from one type to the other. Asking where it is not needed does no harm.
fn needs_using(from: &str, to: &str) -> bool {
    let base = |name: &str| name.split('(').next().unwrap_or(name).trim().to_owned();
    let (a, b) = (base(from), base(to));
    let is_text = |name: &str| matches!(name, "text" | "character varying" | "character" | "name" | "bpchar");
    a != b && !is_text(&b)
}

/// Whether a change of type may succeed and leave less than there was. What must fit or fail is no loss: texts with a length, whole numbers.
pub(crate) fn may_lose(from: &str, to: &str) -> bool {
    let base = |name: &str| name.split('(').next().unwrap_or(name).trim().to_owned();
    let (a, b) = (base(from), base(to));
    let numbers = |name: &str| -> Vec<i64> {
        let inside =
            name.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
        inside.split(',').filter_map(|part| part.trim().parse().ok()).collect()
    };
    let whole = ["smallint", "integer", "bigint"];
    let is_whole = |name: &String| whole.contains(&name.as_str());
    match (a.as_str(), b.as_str()) {
        _ if from == to => false,
        // Of several elements only the first stays.
        _ if from.ends_with("[]") && !to.ends_with("[]") => true,
        (_, "text" | "character varying") => false,
        // Digits behind the point are rounded away; those before it must fit.
        ("numeric", "numeric") => match (numbers(from).get(1), numbers(to).as_slice()) {
            (_, []) => false,
            (Some(before), [_, after]) => after < before,
            (before, _) => before.is_none_or(|digits| *digits > 0),
        },
        (_, "numeric") if is_whole(&a) => numbers(to).get(1).is_some_and(|digits| *digits < 0),
        (_, "real" | "double precision") if a == "smallint" || a == "integer" && b == "double precision" => {
            false
        }
        ("real", "double precision") | ("date", "timestamp" | "timestamp without time zone") => false,
        ("json", "jsonb") | ("jsonb", "json") | ("text" | "character varying" | "character", _) => false,
        _ if is_whole(&a) && is_whole(&b) => false,
        _ if a == b => numbers(to) != numbers(from) && !numbers(to).is_empty() && b != "character",
        // Types of the user's own have texts that fit or fail.
        _ => !from.contains('.') && !to.contains('.'),
    }
}

/// Whether values of both types are compared by one index, so that a foreign key holds between them (manual, "Operator Classes and
/// Operator Families").
pub(crate) fn are_comparable(a: &str, b: &str) -> bool {
    let base = |name: &str| name.split('(').next().unwrap_or(name).trim().to_owned();
    let family = |name: &str| match base(name).as_str() {
        "smallint" | "integer" | "bigint" => 1,
        "text" | "character varying" => 2,
        "real" | "double precision" => 3,
        it if it == "date" || it.starts_with("timestamp") => 4,
        _ => 0,
    };
    base(a) == base(b) || family(a) != 0 && family(a) == family(b)
}

/// Whether one type can be cast to the other without a text between them (manual: `pg_cast`, as far as its types are plain).
pub(crate) fn has_cast(from: &str, to: &str) -> bool {
    if let (Some(from), Some(to)) = (from.strip_suffix("[]"), to.strip_suffix("[]")) {
        return has_cast(from, to);
    }
    let base = |name: &str| name.split(['(', '[']).next().unwrap_or(name).trim().to_owned();
    let family = |name: &str| match base(name).as_str() {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "oid" => 1,
        "text" | "character varying" | "character" | "name" => 2,
        it if it.starts_with("timestamp") || it.starts_with("time") || it == "date" => 3,
        "json" | "jsonb" => 4,
        _ => 0,
    };
    let (a, b) = (family(from), family(to));
    let is_flag = |x: &str, y: &str| base(x) == "integer" && base(y) == "boolean";
    let one_is_array = from.ends_with("[]") != to.ends_with("[]");
    !one_is_array
        && (a == 2
            || b == 2
            || a == b && a != 0
            || base(from) == base(to)
            || is_flag(from, to)
            || is_flag(to, from))
}

/// The options of an identity's sequence that change, as parts of one `ALTER COLUMN`.
fn identity_parts(x: &Identity, y: &Identity) -> Vec<String> {
    let mut parts = Vec::new();
    if x.mode != y.mode {
        parts.push(format!("SET GENERATED {}", mode_words(y)));
    }
    let (p, q) = (&x.options, &y.options);
    let pairs = [
        ("START WITH", &p.start, &q.start),
        ("INCREMENT BY", &p.increment, &q.increment),
        ("MINVALUE", &p.min, &q.min),
        ("MAXVALUE", &p.max, &q.max),
        ("CACHE", &p.cache, &q.cache),
    ];
    parts.extend(
        pairs.iter().filter(|(_, x, y)| x != y).map(|(word, _, value)| format!("SET {word} {value}")),
    );
    if p.cycle != q.cycle {
        parts.push(format!("SET {}", if q.cycle { "CYCLE" } else { "NO CYCLE" }));
    }
    parts
}

/// Where a sequence stands must lie within new bounds before they hold: statements that move it there, and the clause that makes it begin
/// anew where no value of the old bounds lies within the new ones.
pub(super) fn within_bounds(
    name: &str,
    x: &SequenceOptions,
    y: &SequenceOptions,
) -> (Vec<String>, Option<String>) {
    let is_apart = is_more(&y.min, &x.max) || is_more(&x.min, &y.max);
    let call = |to: &str, condition: &str| {
        format!(
            "SELECT pg_catalog.setval({}, {to}, false) FROM {name} WHERE last_value {condition} {to}",
            literal(name)
        )
    };
    let mut moves = Vec::new();
    if is_more(&y.min, &x.min) && !is_more(&y.min, &x.max) {
        moves.push(call(&y.min, "<"));
    }
    if is_more(&x.max, &y.max) && !is_more(&x.min, &y.max) {
        moves.push(call(&y.max, ">"));
    }
    (moves, is_apart.then(|| format!("RESTART WITH {}", y.start)))
}

fn is_more(a: &str, b: &str) -> bool {
    a.parse::<i128>().ok() > b.parse::<i128>().ok()
}

fn mode_words(it: &Identity) -> &'static str {
    if it.mode == IdentityMode::Always { "ALWAYS" } else { "BY DEFAULT" }
}

/// A sequence that begins to number rows which are there goes on after them, or it would number new ones like old ones.
pub(crate) fn go_on_after(
    sequence: &QualifiedName,
    options: &SequenceOptions,
    table: &str,
    column: &str,
) -> Option<String> {
    if options.increment.starts_with('-') {
        return None;
    }
    let name = literal(&qualified(sequence));
    let start = &options.start;
    Some(format!(
        "SELECT pg_catalog.setval({name}, max({column})::bigint) FROM {table} HAVING max({column}) >= {start}"
    ))
}

fn setting_changes(alter: &str, a: &Column, b: &Column) -> Vec<String> {
    let mut sql = Vec::new();
    if a.storage != b.storage {
        let storage = b
            .storage
            .as_ref()
            .map_or_else(|| default_storage(&b.data_type).to_owned(), |it| it.to_uppercase());
        sql.push(format!("{alter} SET STORAGE {storage}"));
    }
    if a.compression != b.compression {
        sql.push(format!("{alter} SET COMPRESSION {}", b.compression.as_deref().unwrap_or("default")));
    }
    if a.statistics_target != b.statistics_target {
        sql.push(format!("{alter} SET STATISTICS {}", b.statistics_target.unwrap_or(-1)));
    }
    let (mut x, mut y) = (a.options.clone(), b.options.clone());
    x.sort();
    y.sort();
    sql.extend(super::alter::option_changes(alter, &x, &y));
    sql
}

/// `SET STORAGE DEFAULT` came with PostgreSQL 16; before, the type's own has to be named.
fn default_storage(data_type: &str) -> &'static str {
    let base = data_type.split('(').next().unwrap_or_default().trim();
    match base {
        "numeric" | "inet" | "cidr" => "MAIN",
        "smallint" | "integer" | "bigint" | "boolean" | "real" | "double precision" | "date" | "uuid"
        | "oid" | "name" | "money" => "PLAIN",
        it if !it.ends_with("[]")
            && (it.starts_with("timestamp") || it.starts_with("time") || it.starts_with("interval")) =>
        {
            "PLAIN"
        }
        _ => "EXTENDED",
    }
}
