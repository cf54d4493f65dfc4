//! Catalogue rows to model. Pure.

use std::collections::{HashMap, HashSet};

use cadastre_engine::{DbError, ErrorCode};
use cadastre_model::*;

use crate::catalog::{Catalog, ColumnRow, ForeignKeyRow, IndexRow, TableRow};
use crate::parse::{
    ParsedKey, ParsedTable, index_texts, parse_create_table, trigger_event, view_column_names, view_query,
    virtual_module,
};

/// The namespace of a connection's own file.
pub(crate) const NAMESPACE: &str = "main";

/// Builds the model of the file `database` and of those attached to it, from their catalogues by schema.
///
/// # Errors
/// [`ErrorCode::Internal`] when the rows contradict each other.
pub(crate) fn assemble(catalogs: Vec<(String, Catalog)>, database: &str) -> Result<Model, DbError> {
    let version = catalogs.first().map(|(_, catalog)| catalog.version.clone()).unwrap_or_default();
    let origin = Origin { engine: "sqlite".into(), version, database: database.to_owned(), owner: None };
    let mut builder = ModelBuilder::new(origin);
    for (schema, catalog) in catalogs {
        add_file(&mut builder, &schema, catalog);
    }
    builder
        .finish()
        .map_err(|error| DbError::new(ErrorCode::Internal, format!("building the model: {error}")))
}

fn add_file(builder: &mut ModelBuilder, schema: &str, catalog: Catalog) {
    let namespace = builder.add(Object::new(None, schema, Body::Namespace(Namespace {})));
    let mut columns = group(catalog.columns, |row| row.table.clone());
    let primary_keys = primary_keys(&columns);
    let mut foreign_keys = group(catalog.foreign_keys, |row| fold(&row.table));
    let mut indexes = group(catalog.indexes, |row| row.table.clone());
    let mut tables = HashMap::new();
    for row in &catalog.tables {
        let parsed = if row.kind == "table" { parse_create_table(&row.sql) } else { ParsedTable::default() };
        let mut assembly =
            Assembly { builder, schema, parsed, taken: HashSet::new(), collations: HashMap::new() };
        let columns = columns.remove(&row.name).unwrap_or_default();
        let id = assembly.add_relation(namespace, row);
        assembly.add_columns(id, &columns);
        if row.kind == "table" {
            assembly.add_keys(id, &columns, &indexes.remove(&row.name).unwrap_or_default());
            assembly.add_foreign_keys(
                id,
                &foreign_keys.remove(&fold(&row.name)).unwrap_or_default(),
                &primary_keys,
            );
            assembly.add_checks(id);
        }
        tables.insert(fold(&row.name), id);
    }
    for trigger in catalog.triggers {
        let body = Trigger {
            event: trigger_event(&trigger.sql),
            definition: trigger.sql,
            firing: Firing::Origin,
            inherited: false,
            order: None,
            session: None,
        };
        match tables.get(&fold(&trigger.table)) {
            Some(&parent) => {
                builder.add(Object::new(Some(parent), trigger.name, Body::Trigger(body)));
            }
            None => builder.note_unmodelled("trigger", trigger.name),
        }
    }
    catalog
        .broken
        .into_iter()
        .for_each(|(name, why)| builder.note_unmodelled("broken view", format!("{name} ({why})")));
}

fn group<T, K: std::hash::Hash + Eq>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// SQLite compares names without regard to ASCII case.
fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Table name as it is spelt, and key columns, for every table by folded name.
type PrimaryKeys = HashMap<String, (String, Vec<String>)>;

fn primary_keys(columns: &HashMap<String, Vec<ColumnRow>>) -> PrimaryKeys {
    columns.iter().map(|(table, rows)| (fold(table), (table.clone(), key_columns(rows)))).collect()
}

fn key_columns(rows: &[ColumnRow]) -> Vec<String> {
    let mut keyed: Vec<&ColumnRow> = rows.iter().filter(|row| row.key_position > 0).collect();
    keyed.sort_by_key(|row| row.key_position);
    keyed.into_iter().map(|row| row.name.clone()).collect()
}

/// The collation of what names none.
const DEFAULT_COLLATION: &str = "BINARY";

struct Assembly<'b> {
    builder: &'b mut ModelBuilder,
    schema: &'b str,
    parsed: ParsedTable,
    taken: HashSet<(Kind, String)>,
    /// The collations of the table's columns, where they are not the default one.
    collations: HashMap<String, String>,
}

impl Assembly<'_> {
    fn add_relation(&mut self, namespace: ObjectId, row: &TableRow) -> ObjectId {
        let source = Some(row.sql.clone()).filter(|sql| !sql.is_empty());
        let body = match row.kind.as_str() {
            "view" => {
                let definition = view_query(&row.sql);
                let column_names = view_column_names(&row.sql);
                Body::View(View { definition, column_names, source, ..View::default() })
            }
            "virtual" => {
                let (module, arguments) = virtual_module(&row.sql);
                let virtual_table = Some(VirtualTable { module, arguments });
                Body::Table(Table { kind: TableKind::Virtual, virtual_table, source, ..Table::default() })
            }
            _ => {
                let (strict, without_rowid) = (row.strict, row.without_rowid);
                Body::Table(Table { strict, without_rowid, source, ..Table::default() })
            }
        };
        let mut object = Object::new(Some(namespace), row.name.clone(), body);
        object.comment = self.parsed.comment.take();
        self.builder.add(object)
    }

    fn add_columns(&mut self, table: ObjectId, rows: &[ColumnRow]) {
        // 1 marks the hidden columns of virtual tables.
        for row in rows.iter().filter(|row| row.hidden != 1) {
            let parsed =
                self.parsed.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(&row.name));
            let mut column = Column {
                data_type: plain_type(row),
                not_null: row.not_null,
                default: row.default.clone(),
                ..Column::default()
            };
            let mut comment = None;
            if let Some(parsed) = parsed {
                comment = parsed.comment.take();
                column.collation = parsed.collation.take();
                self.collations.extend(column.collation.clone().map(|it| (row.name.clone(), it)));
                column.autoincrement = parsed.autoincrement;
                column.conflict = parsed.not_null_conflict.take();
                column.generated = parsed.generated.take().map(|expression| Generated {
                    expression,
                    storage: if row.hidden == 3 {
                        GeneratedStorage::Stored
                    } else {
                        GeneratedStorage::Virtual
                    },
                });
            }
            let mut object = Object::new(Some(table), row.name.clone(), Body::Column(column));
            object.comment = comment;
            self.builder.add(object);
        }
    }

    fn add_keys(&mut self, table: ObjectId, columns: &[ColumnRow], rows: &[IndexRow]) {
        let primary = key_columns(columns);
        let mut saw_primary_index = false;
        for parts in rows.chunk_by(|a, b| a.name == b.name) {
            match parts[0].origin.as_str() {
                "c" => self.add_index(table, parts),
                origin => {
                    saw_primary_index |= origin == "pk";
                    self.add_key(table, origin == "pk", index_columns(parts), parts);
                }
            }
        }
        if !saw_primary_index && !primary.is_empty() {
            self.add_key(table, true, primary, &[]);
        }
    }

    fn add_key(&mut self, table: ObjectId, primary: bool, columns: Vec<String>, parts: &[IndexRow]) {
        let parsed = self.take_parsed_key(primary, &columns);
        let kind = if primary { Kind::PrimaryKey } else { Kind::Unique };
        let made_up =
            || if primary { "primary key".to_owned() } else { format!("unique ({})", columns.join(", ")) };
        let (name, unnamed) = self.name_or(kind, parsed.name, made_up);
        let descending =
            parts.iter().enumerate().filter(|(_, part)| part.descending).map(|(at, _)| at as u16);
        let collations =
            parts.iter().enumerate().filter_map(|(at, part)| Some((at as u16, self.collation_of(part)?)));
        let key = Key {
            collations: collations.collect(),
            descending: descending.collect(),
            columns,
            unnamed,
            conflict: parsed.conflict,
            ..Key::default()
        };
        let body = if primary { Body::PrimaryKey(key) } else { Body::Unique(key) };
        self.builder.add(Object::new(Some(table), name, body));
    }

    /// The collation of a part of an index, if it is not its column's own.
    fn collation_of(&self, part: &IndexRow) -> Option<String> {
        let own = part.column.as_ref().and_then(|name| self.collations.get(name));
        let own = own.map_or(DEFAULT_COLLATION, String::as_str);
        part.collation.clone().filter(|it| !it.eq_ignore_ascii_case(own))
    }

    fn take_parsed_key(&mut self, primary: bool, columns: &[String]) -> ParsedKey {
        let same = |key: &ParsedKey| {
            key.primary == primary
                && key.columns.len() == columns.len()
                && key.columns.iter().zip(columns).all(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        let found = self.parsed.keys.iter().position(same);
        found.map(|at| self.parsed.keys.remove(at)).unwrap_or_default()
    }

    fn add_index(&mut self, table: ObjectId, rows: &[IndexRow]) {
        let (texts, predicate) = index_texts(&rows[0].sql);
        let parts = rows.iter().enumerate().map(|(at, row)| IndexPart {
            prefix_length: None,
            target: match &row.column {
                Some(column) if row.column_id >= 0 => IndexTarget::Column(column.clone()),
                _ => IndexTarget::Expression(texts.get(at).cloned().unwrap_or_default()),
            },
            collation: self.collation_of(row),
            operator_class: None,
            descending: row.descending,
            nulls: None,
        });
        let index = Index {
            method: "btree".into(),
            unique: rows[0].unique,
            parts: parts.collect(),
            predicate,
            source: Some(rows[0].sql.clone()),
            ..Index::default()
        };
        self.builder.add(Object::new(Some(table), rows[0].name.clone(), Body::Index(index)));
    }

    fn add_foreign_keys(&mut self, table: ObjectId, rows: &[ForeignKeyRow], primary_keys: &PrimaryKeys) {
        for rows in rows.chunk_by(|a, b| a.id == b.id) {
            let columns: Vec<String> = rows.iter().map(|row| row.column.clone()).collect();
            let target = primary_keys.get(&fold(&rows[0].references));
            let named: Option<Vec<String>> = rows.iter().map(|row| row.referenced_column.clone()).collect();
            let referenced_columns = named.or_else(|| target.map(|(_, key)| key.clone())).unwrap_or_default();
            let references = target.map_or(&rows[0].references, |(name, _)| name).clone();
            // The pragma counts from the last one declared.
            let found = self.parsed.foreign_keys.iter().rposition(|key| {
                key.columns.len() == columns.len()
                    && key.columns.iter().zip(&columns).all(|(a, b)| a.eq_ignore_ascii_case(b))
            });
            let parsed = found.map(|at| self.parsed.foreign_keys.remove(at)).unwrap_or_default();
            let made_up = || format!("{} → {references}", columns.join(", "));
            let (name, unnamed) = self.name_or(Kind::ForeignKey, parsed.name, made_up);
            let key = ForeignKey {
                columns,
                references: QualifiedName::new(self.schema, references),
                referenced_columns,
                on_update: action(&rows[0].on_update),
                on_delete: action(&rows[0].on_delete),
                on_delete_columns: Vec::new(),
                match_type: MatchType::Simple,
                deferrable: parsed.deferrable,
                validated: Validated::Yes,
                inherited: false,
                unnamed,
            };
            self.builder.add(Object::new(Some(table), name, Body::ForeignKey(key)));
        }
    }

    fn add_checks(&mut self, table: ObjectId) {
        for parsed in std::mem::take(&mut self.parsed.checks) {
            let (name, unnamed) = self.name_or(Kind::Check, parsed.name, || "check".to_owned());
            let check = Check {
                not_enforced: false,
                column: None,
                expression: parsed.expression,
                no_inherit: false,
                validated: Validated::Yes,
                inheritance: Inheritance::Local,
                unnamed,
            };
            self.builder.add(Object::new(Some(table), name, Body::Check(check)));
        }
    }

    /// The author's name, or one made up; numbered where a sibling has it already (SQLite lets names repeat).
    fn name_or(&mut self, kind: Kind, name: Option<String>, made_up: impl Fn() -> String) -> (String, bool) {
        let unnamed = name.is_none();
        let base = name.unwrap_or_else(made_up);
        let mut candidate = base.clone();
        let mut number = 2;
        while !self.taken.insert((kind, candidate.clone())) {
            candidate = format!("{base} {number}");
            number += 1;
        }
        (candidate, unnamed)
    }
}

/// The declared type; a generated column's pragma repeats the words `GENERATED ALWAYS` in it.
fn plain_type(row: &ColumnRow) -> String {
    let text = row.data_type.trim();
    let cut = text.to_ascii_uppercase().find("GENERATED ALWAYS").filter(|_| row.hidden > 1);
    text[..cut.unwrap_or(text.len())].trim().to_owned()
}

fn index_columns(rows: &[IndexRow]) -> Vec<String> {
    rows.iter().filter_map(|row| row.column.clone()).collect()
}

fn action(words: &str) -> ReferentialAction {
    match words {
        "RESTRICT" => ReferentialAction::Restrict,
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}
