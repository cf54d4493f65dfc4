//! Keys, constraints between tables and indexes in another engine's words.

use std::collections::HashSet;

use cadastre_engine::CommonType;
use cadastre_model::*;

use super::{KEY_LENGTH, Purpose, Translation};

/// So many bytes a key of InnoDB has at most (manual: "InnoDB Limits").
const LONGEST_KEY: u32 = 3072;
/// The kind of index that every engine has.
const METHOD: &str = "btree";

impl<'m> Translation<'m> {
    pub(super) fn add_keys(&mut self, id: ObjectId, table: RelationWalker<'m>) {
        let mut unique: HashSet<Vec<String>> = HashSet::new();
        let mut referring: HashSet<Vec<String>> = HashSet::new();
        for child in table.children() {
            let object = child.object();
            match &object.body {
                Body::PrimaryKey(key) => {
                    unique.insert(key.columns.clone());
                    let name =
                        if self.is_to("mysql") { "PRIMARY".into() } else { format!("{}_pkey", table.name()) };
                    self.add_key(id, name, Body::PrimaryKey(plain_key(key.columns.clone())));
                }
                Body::Unique(key) if unique.insert(key.columns.clone()) => {
                    self.add_unique(id, table, &object.name, key.columns.clone());
                }
                Body::ForeignKey(key) if referring.insert(key.columns.clone()) => {
                    let made = ForeignKey {
                        columns: key.columns.clone(),
                        references: self.reference(&key.references),
                        referenced_columns: self.referenced(key),
                        on_update: self.action(key.on_update, table, key),
                        on_delete: self.action(key.on_delete, table, key),
                        on_delete_columns: Vec::new(),
                        match_type: MatchType::default(),
                        deferrable: Deferrable::default(),
                        validated: Validated::default(),
                        inherited: false,
                        unnamed: true,
                    };
                    let name = self.name(table, &object.name, "fkey", &key.columns);
                    self.add_key(id, name, Body::ForeignKey(made));
                }
                _ => {}
            }
        }
        self.add_indexes(id, table, &mut unique, &referring);
    }

    fn add_indexes(
        &mut self,
        id: ObjectId,
        table: RelationWalker<'m>,
        unique: &mut HashSet<Vec<String>>,
        referring: &HashSet<Vec<String>>,
    ) {
        let mut others: Vec<(&str, Vec<String>)> = Vec::new();
        for child in table.children() {
            let object = child.object();
            let Body::Index(index) = &object.body else { continue };
            match plain_columns(index) {
                None => self.notes.push(format!("{}: the index {} is left out", table.name(), object.name)),
                Some(columns) if !index.unique => others.push((&object.name, columns)),
                Some(columns) if unique.insert(columns.clone()) => {
                    self.add_unique(id, table, &object.name, columns);
                }
                Some(_) => {}
            }
        }
        let mut indexed: HashSet<Vec<String>> = HashSet::new();
        for (name, columns) in others {
            // One that a key brings along, or would, says nothing.
            let comes_along = unique.contains(&columns)
                || (self.purpose != Purpose::Create && referring.contains(&columns));
            if !comes_along && indexed.insert(columns.clone()) && !self.is_too_long(table, &columns) {
                let name = self.name(table, name, "idx", &columns);
                self.add_key(id, name, Body::Index(plain_index(columns, METHOD, false)));
            }
        }
    }

    fn add_key(&mut self, table: ObjectId, name: String, body: Body) {
        self.builder.add(Object::new(Some(table), name, body));
    }

    /// Whether columns together are more than InnoDB takes as a key, where that matters.
    fn is_too_long(&mut self, table: RelationWalker<'m>, columns: &[String]) -> bool {
        if !self.is_to("mysql") && !self.is_with_mysql() {
            return false;
        }
        let bytes = |name: &String| {
            let (_, column) = table.columns().find(|(object, _)| object.name == *name)?;
            Some(match self.source.common_type(&column.data_type) {
                Some(CommonType::Text(Some(length)) | CommonType::Char(length)) => 4 * length,
                Some(CommonType::Bytes(Some(length))) => length,
                Some(CommonType::Text(None) | CommonType::Json) | None => 4 * KEY_LENGTH,
                Some(CommonType::Bytes(None)) => KEY_LENGTH,
                Some(_) => 8,
            })
        };
        let is = columns.iter().filter_map(bytes).sum::<u32>() > LONGEST_KEY;
        if is {
            self.notes.push(format!("{}: ({}) is too long for a key", table.name(), columns.join(", ")));
        }
        is
    }

    fn add_unique(&mut self, id: ObjectId, table: RelationWalker<'m>, name: &str, columns: Vec<String>) {
        if self.is_too_long(table, &columns) {
            return;
        }
        let name = self.name(table, name, "key", &columns);
        let body = if self.is_to("mysql") {
            Body::Index(plain_index(columns, METHOD, true))
        } else {
            Body::Unique(plain_key(columns))
        };
        self.add_key(id, name, body);
    }

    fn action(
        &self,
        it: ReferentialAction,
        table: RelationWalker<'m>,
        key: &ForeignKey,
    ) -> ReferentialAction {
        let is_strict =
            |(object, column): (&Object, &Column)| column.not_null && key.columns.contains(&object.name);
        match it {
            // They differ only in when they refuse.
            ReferentialAction::Restrict => ReferentialAction::NoAction,
            // Columns that cannot be null: it would be refused as well, only later.
            ReferentialAction::SetNull if table.columns().any(is_strict) => ReferentialAction::NoAction,
            // InnoDB has none.
            ReferentialAction::SetDefault if self.is_to("mysql") || self.is_with_mysql() => {
                ReferentialAction::NoAction
            }
            other => other,
        }
    }

    /// Whether a comparison is one with MySQL.
    pub(super) fn is_with_mysql(&self) -> bool {
        self.purpose == Purpose::Compare { with_mysql: true }
    }

    /// What a key refers to; some engines leave the primary key unsaid.
    pub(super) fn referenced(&self, key: &ForeignKey) -> Vec<String> {
        if !key.referenced_columns.is_empty() {
            return key.referenced_columns.clone();
        }
        let table = self.model.find_relation(&key.references);
        let children = table.map(|table| self.model.children(table)).unwrap_or_default();
        let keys = children.iter().find_map(|&id| match &self.model.object(id).body {
            Body::PrimaryKey(key) => Some(key.columns.clone()),
            _ => None,
        });
        keys.unwrap_or_default()
    }

    /// The name of a constraint or index. To be created it keeps its own where that is free.
    fn name(&mut self, table: RelationWalker<'m>, own: &str, suffix: &str, columns: &[String]) -> String {
        if self.purpose != Purpose::Create {
            return format!("{suffix} ({})", columns.join(", "));
        }
        let spelled = format!("{}_{}_{suffix}", self.table_name(&table.qualified_name()), columns.join("_"));
        let short: String = spelled.chars().take(60).collect();
        let wanted = if own.is_empty() || own.contains(' ') { short.clone() } else { own.to_owned() };
        let mut candidates = [wanted, short.clone()].into_iter().chain((2..).map(|n| format!("{short}{n}")));
        let free = candidates.find(|name| !self.names.contains(&name.to_lowercase())).unwrap_or(short);
        self.names.insert(free.to_lowercase());
        free
    }
}

fn plain_key(columns: Vec<String>) -> Key {
    Key { columns, unnamed: true, ..Key::default() }
}

fn plain_index(columns: Vec<String>, method: &str, unique: bool) -> Index {
    let part = |name| IndexPart {
        target: IndexTarget::Column(name),
        prefix_length: None,
        collation: None,
        operator_class: None,
        descending: false,
        nulls: None,
    };
    Index {
        method: method.into(),
        unique,
        parts: columns.into_iter().map(part).collect(),
        ..Index::default()
    }
}

/// The columns of an index that every engine has.
pub(super) fn plain_columns(index: &Index) -> Option<Vec<String>> {
    let is_plain = index.predicate.is_none()
        && (index.method.is_empty() || index.method.eq_ignore_ascii_case("btree"))
        && index.parts.iter().all(|part| part.operator_class.is_none());
    let columns = index.parts.iter().map(|part| match &part.target {
        IndexTarget::Column(name) => Some(name.clone()),
        IndexTarget::Expression(_) => None,
    });
    columns.collect::<Option<Vec<String>>>().filter(|_| is_plain)
}
