//! A schema of one engine in the words of another: tables, columns, keys and indexes, which all relational engines have. What only one
//! of them has is left out and said.

mod defaults;
mod keys;

use std::collections::{BTreeMap, HashSet};

use cadastre_engine::{CommonType, Dialect};
use cadastre_model::*;

use self::defaults::default_in;
use self::keys::plain_columns;
use super::dialect_of;
use crate::error::{AppError, Code};

/// What the words are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A script that creates the schema.
    Create,
    /// A comparison with a schema of that engine: names of constraints and indexes, which every engine makes up in its own way, are
    /// those of their columns.
    Compare {
        /// One of the two is MySQL, whose keys have limits.
        with_mysql: bool,
    },
}

/// A schema in other words.
#[derive(Debug, Clone)]
pub struct Translated {
    /// The schema, of the other engine.
    pub model: Model,
    /// What was left out or is not quite the same, in words.
    pub notes: Vec<String>,
}

/// Tells a schema in the words of another engine, or in its own in the same reduced way.
///
/// # Errors
/// An engine without tables.
pub fn translate(model: &Model, engine: &str, purpose: Purpose) -> Result<Translated, AppError> {
    let (source, target) = (dialect_of(&model.origin.engine)?, dialect_of(engine)?);
    for dialect in [source, target] {
        if dialect.type_text(CommonType::Boolean).is_none() {
            let doing = format!("telling a schema of {} in the words of {engine}", model.origin.engine);
            let message = format!("{doing}: {} has no tables with columns", dialect.engine());
            return Err(AppError::new(Code::UnsupportedByEngine, message)
                .with_hint("PostgreSQL, MySQL or MariaDB, and SQLite can be told in each other's words"));
        }
    }
    let origin = Origin {
        engine: engine.to_owned(),
        version: String::new(),
        database: model.origin.database.clone(),
        owner: None,
    };
    let translation = Translation {
        model,
        source,
        target,
        purpose,
        builder: ModelBuilder::new(origin),
        notes: Vec::new(),
        names: HashSet::new(),
    };
    translation.run()
}

struct Translation<'m> {
    model: &'m Model,
    source: &'m dyn Dialect,
    target: &'m dyn Dialect,
    purpose: Purpose,
    builder: ModelBuilder,
    notes: Vec<String>,
    /// Names of indexes that are taken, where they are those of the whole schema.
    names: HashSet<String>,
}

/// So many characters of a text without a limit are part of a key where keys have one (InnoDB: 767 bytes, four to a character).
const KEY_LENGTH: u32 = 191;

impl<'m> Translation<'m> {
    fn run(mut self) -> Result<Translated, AppError> {
        let namespace = self.builder.add(Object::new(None, self.namespace(), Body::Namespace(Namespace {})));
        let tables: Vec<RelationWalker<'m>> = self.model.tables().filter(|it| is_plain(*it)).collect();
        let ids: Vec<ObjectId> = tables.iter().map(|&table| self.add_table(namespace, table)).collect();
        for (&table, &id) in tables.iter().zip(&ids) {
            self.add_keys(id, table);
        }
        self.note_left_out(&tables);
        let model = self.builder.finish().map_err(|error| {
            AppError::new(Code::Internal, format!("telling a schema in other words: {error}"))
        })?;
        Ok(Translated { model, notes: self.notes })
    }

    fn is_to(&self, engine: &str) -> bool {
        self.target.engine() == engine
    }

    fn namespace(&self) -> &'static str {
        if self.is_to("postgres") { "public" } else { "main" }
    }

    /// A table's name: one namespace holds them all, so that those of others carry it in front.
    fn table_name(&self, name: &QualifiedName) -> String {
        match name.namespace.as_str() {
            "public" | "main" | "" => name.name.clone(),
            other => format!("{other}_{}", name.name),
        }
    }

    fn reference(&self, name: &QualifiedName) -> QualifiedName {
        QualifiedName::new(self.namespace(), self.table_name(name))
    }

    fn add_table(&mut self, namespace: ObjectId, table: RelationWalker<'m>) -> ObjectId {
        let name = self.table_name(&table.qualified_name());
        let mut object = Object::new(Some(namespace), name, Body::Table(Table::default()));
        object.comment = self.comment(table.object());
        let id = self.builder.add(object);
        let in_keys = in_keys(table);
        let numbered = self.numbered(table);
        for (column, body) in table.columns() {
            let translated = self.column(table, &column.name, body, &in_keys, numbered == Some(&column.name));
            let mut object = Object::new(Some(id), column.name.clone(), Body::Column(translated));
            object.comment = self.comment(column);
            self.builder.add(object);
        }
        id
    }

    /// SQLite has none.
    fn comment(&self, object: &Object) -> Option<String> {
        object.comment.clone().filter(|_| !self.is_to("sqlite"))
    }

    fn column(
        &mut self,
        table: RelationWalker<'m>,
        name: &str,
        column: &Column,
        in_keys: &HashSet<&str>,
        is_numbered: bool,
    ) -> Column {
        let place = format!("{}.{name}", table.name());
        let own = self.source.common_type(&column.data_type);
        if own.is_none() && !column.data_type.is_empty() {
            self.notes.push(format!("{place}: the type {} is a text there", column.data_type));
        }
        let common = self.referred_type(table, name, 0).or(own).unwrap_or(CommonType::Text(None));
        // MariaDB's own JSON.
        let is_json = table.children().any(|child| {
            matches!(&child.object().body, Body::Check(it) if is_json_check(it) && it.column.as_deref() == Some(name))
        });
        let common = if is_json { CommonType::Json } else { common };
        let common = match (self.purpose, common) {
            (Purpose::Create, CommonType::Text(None) | CommonType::Json) if self.is_short(name, in_keys) => {
                CommonType::Text(Some(KEY_LENGTH))
            }
            (Purpose::Create, CommonType::Bytes(None)) if self.is_short(name, in_keys) => {
                CommonType::Bytes(Some(KEY_LENGTH))
            }
            // What it was made short for is no difference.
            (Purpose::Compare { with_mysql: true }, CommonType::Text(Some(KEY_LENGTH))) => {
                CommonType::Text(None)
            }
            (Purpose::Compare { with_mysql: true }, CommonType::Bytes(Some(KEY_LENGTH))) => {
                CommonType::Bytes(None)
            }
            (_, other) => other,
        };
        // Only SQLite lets a primary key be null.
        let is_key = table.children().any(
            |child| matches!(&child.object().body, Body::PrimaryKey(key) if key.columns.iter().any(|it| it == name)),
        );
        let mut made = Column {
            data_type: self.target.type_text(common).unwrap_or_default(),
            not_null: column.not_null || is_key,
            ..Column::default()
        };
        if column.generated.is_some() {
            self.notes.push(format!("{place}: its expression is left out"));
        } else if is_numbered {
            self.number(table, name, &mut made);
        } else if let Some(default) = &column.default {
            made.default = default_in(default, common, self.source, self.target);
            if made.default.is_none() && !default.eq_ignore_ascii_case("null") {
                self.notes.push(format!("{place}: the default {default} is left out"));
            }
        }
        made
    }

    /// The column that numbers itself: by its own word, by a sequence of its own, or because it is SQLite's rowid, here or there.
    fn numbered(&self, table: RelationWalker<'m>) -> Option<&'m String> {
        let key = table.children().find_map(|child| match &child.object().body {
            Body::PrimaryKey(key) => Some(&key.columns),
            _ => None,
        })?;
        let [only] = key.as_slice() else { return None };
        let (object, column) = table.columns().find(|(object, _)| object.name == *only)?;
        let is_rowid = self.source.engine() == "sqlite"
            && column.data_type.eq_ignore_ascii_case("integer")
            && !table.table().is_some_and(|it| it.without_rowid);
        let is_integer =
            matches!(self.source.common_type(&column.data_type), Some(CommonType::Integer { .. }));
        let takes_next = column.default.as_deref().is_some_and(|it| it.starts_with("nextval("));
        let numbers = column.identity.is_some() || column.autoincrement || takes_next;
        (numbers || is_rowid || is_integer && self.is_to("sqlite")).then_some(&object.name)
    }

    /// The type of the column that a column refers to, where both must have the same.
    fn referred_type(&self, table: RelationWalker<'m>, name: &str, depth: u8) -> Option<CommonType> {
        if !self.is_to("mysql") && !self.is_with_mysql() {
            return None;
        }
        let (key, at) = table.children().find_map(|child| match &child.object().body {
            Body::ForeignKey(key) => key.columns.iter().position(|it| it == name).map(|at| (key, at)),
            _ => None,
        })?;
        let referred = self.model.relation(self.model.find_relation(&key.references)?)?;
        let column = self.referenced(key).get(at)?.clone();
        let (_, body) = referred.columns().find(|(object, _)| object.name == column)?;
        // What is referred to may refer on, in a circle as well.
        let further = (depth < 8).then(|| self.referred_type(referred, &column, depth + 1)).flatten();
        further.or_else(|| self.source.common_type(&body.data_type))
    }

    fn is_short(&self, name: &str, in_keys: &HashSet<&str>) -> bool {
        self.is_to("mysql") && in_keys.contains(name)
    }

    /// Makes a column number itself.
    fn number(&self, table: RelationWalker<'m>, name: &str, column: &mut Column) {
        match self.target.engine() {
            // Its type alone does it.
            "sqlite" => column.data_type = "INTEGER".into(),
            "mysql" => column.autoincrement = true,
            _ => {
                // Numbers count up in whole numbers.
                if !matches!(column.data_type.as_str(), "smallint" | "integer") {
                    column.data_type = "bigint".into();
                }
                let data_type = column.data_type.clone();
                let max = match data_type.as_str() {
                    "smallint" => i64::from(i16::MAX),
                    "integer" => i64::from(i32::MAX),
                    _ => i64::MAX,
                };
                let sequence = format!("{}_{name}_seq", self.table_name(&table.qualified_name()));
                column.not_null = true;
                column.identity = Some(Identity {
                    mode: IdentityMode::ByDefault,
                    sequence: QualifiedName::new(self.namespace(), sequence),
                    options: SequenceOptions {
                        data_type,
                        start: "1".into(),
                        increment: "1".into(),
                        min: "1".into(),
                        max: max.to_string(),
                        cache: "1".into(),
                        cycle: false,
                        persistence: Persistence::Permanent,
                    },
                    comment: None,
                    grants: None,
                });
            }
        }
    }

    /// Counts what is of no kind that was told.
    fn note_left_out(&mut self, tables: &[RelationWalker<'m>]) {
        let told: HashSet<ObjectId> = tables.iter().map(|table| table.id()).collect();
        let mut left: BTreeMap<Kind, u32> = BTreeMap::new();
        for (id, object) in self.model.objects() {
            let is_left = match object.kind() {
                Kind::Table => !told.contains(&id),
                Kind::Namespace | Kind::Column | Kind::Index => false,
                Kind::PrimaryKey | Kind::Unique | Kind::ForeignKey => false,
                Kind::Check => !matches!(&object.body, Body::Check(it) if is_json_check(it)),
                // They belong to columns that number themselves.
                Kind::Sequence => !matches!(&object.body, Body::Sequence(it) if it.owned_by.is_some()),
                _ => true,
            };
            if is_left {
                *left.entry(object.kind()).or_default() += 1;
            }
        }
        if !left.is_empty() {
            let word = |kind: &Kind, count: u32| match count {
                1 => kind.word().replace('_', " "),
                _ => kind.plural().to_owned(),
            };
            let words: Vec<String> =
                left.iter().map(|(kind, &count)| format!("{count} {}", word(kind, count))).collect();
            self.notes.push(format!("left out: {}", words.join(", ")));
        }
    }
}

/// Tables that hold rows of their own: partitions are told as the table they are part of.
fn is_plain(table: RelationWalker<'_>) -> bool {
    table.table().is_some_and(|it| {
        matches!(it.kind, TableKind::Ordinary | TableKind::Partitioned) && it.partition_of.is_none()
    })
}

/// The columns that a key or an index needs.
fn in_keys(table: RelationWalker<'_>) -> HashSet<&str> {
    let mut names = HashSet::new();
    for child in table.children() {
        match &child.object().body {
            Body::PrimaryKey(key) | Body::Unique(key) => names.extend(key.columns.iter().map(String::as_str)),
            Body::ForeignKey(key) => names.extend(key.columns.iter().map(String::as_str)),
            Body::Index(index) if plain_columns(index).is_some() => {
                names.extend(index.parts.iter().filter_map(|part| match &part.target {
                    IndexTarget::Column(name) => Some(name.as_str()),
                    IndexTarget::Expression(_) => None,
                }));
            }
            _ => {}
        }
    }
    names
}

fn is_json_check(check: &Check) -> bool {
    check.expression.to_ascii_lowercase().starts_with("json_valid(")
}

/// What a column is, in a line.
pub(super) fn column_words(column: &Column) -> String {
    let mut words = vec![column.data_type.clone()];
    words.extend(column.not_null.then(|| "NOT NULL".to_owned()));
    words.extend(column.default.as_ref().map(|default| format!("DEFAULT {default}")));
    words.extend((column.autoincrement || column.identity.is_some()).then(|| "numbered".to_owned()));
    words.join(" ")
}
