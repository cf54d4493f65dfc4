//! What each kind of object consists of besides its name, comment, owner and grants.
//!
//! A flat catalogue: one struct per kind, one variant per struct, one line per kind in [`Kind`].

use serde::{Deserialize, Serialize};

use crate::object::Grant;
use crate::parts::*;

/// A namespace of relations, types and routines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Namespace {}

/// An installed extension; its members are not objects of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The namespace its members live in.
    pub namespace: String,
    /// The installed version.
    pub version: String,
    /// The comment that it comes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_comment: Option<String>,
}

/// An enumerated type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enum {
    /// The labels in their order.
    pub labels: Vec<String>,
}

/// A domain: a type with rules. Its checks are children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The type it is over.
    pub base: String,
    /// Nulls refused.
    pub not_null: bool,
    /// Default expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Collation, if not the base type's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
}

/// One attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompositeAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: String,
    /// Its collation, if not the type's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A composite (row) type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composite {
    /// The attributes in order.
    pub attributes: Vec<CompositeAttribute>,
}

/// A range type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The options of `CREATE TYPE … AS RANGE`, in the manual's order; values are canonical text.
    pub options: Vec<SettingPair>,
}

impl Range {
    /// The type of several ranges that comes with it, as it is written.
    pub fn multirange(&self) -> Option<&str> {
        let option = self.options.iter().find(|it| it.name == "multirange_type_name");
        option.map(|it| it.value.as_str())
    }
}

/// A sequence that stands for itself (an identity column's is part of the column).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its options.
    pub options: SequenceOptions,
    /// The column it is dropped with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<ColumnRef>,
}

/// A table. Columns, keys, constraints, indexes, triggers, rules and policies are children.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Ordinary, partitioned, foreign or virtual.
    #[serde(rename = "table_kind")]
    pub kind: TableKind,
    /// Logged or not.
    #[serde(skip_serializing_if = "is_default")]
    pub persistence: Persistence,
    /// Storage parameters in the catalogue's order, which means nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SettingPair>,
    /// Tables it inherits from, in order (not its partitioned table).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<QualifiedName>,
    /// The partition key in the server's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<String>,
    /// Its place in a partitioned table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<PartitionBound>,
    /// Row-level security.
    #[serde(skip_serializing_if = "is_default")]
    pub row_security: RowSecurity,
    /// Storage method, if not the engine's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_method: Option<String>,
    /// What identifies a row for replication, if not the primary key: `full`, `nothing` or `using index …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_identity: Option<String>,
    /// The server and options of a foreign table, in the server's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_server: Option<String>,
    /// The composite type its columns are those of (`CREATE TABLE … OF`), quoted and qualified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_type: Option<String>,
    /// The module of a virtual table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_table: Option<VirtualTable>,
    /// Default character set of its columns, where the engine has one per table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character_set: Option<String>,
    /// Default collation of its columns, where the engine has one per table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Past states of its rows are kept (`WITH SYSTEM VERSIONING`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub system_versioned: bool,
    /// Periods over its columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<Period>,
    /// The next value of its automatic number, where it was read. Not part of the fingerprint: it is data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_number: Option<String>,
    /// What it is as a collection of documents, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<Box<Collection>>,
    /// What its documents look like. Not part of the fingerprint: it is an observation of data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<Box<Sample>>,
    /// Types are enforced (`STRICT`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// The primary key is the storage (`WITHOUT ROWID`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_rowid: bool,
    /// The statement as the engine keeps it, where it keeps one. Not part of the fingerprint: its layout and comments
    /// mean nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A column of a table or view.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Column {
    /// The full type in the server's words; empty where the engine allows none.
    pub data_type: String,
    /// Nulls refused.
    pub not_null: bool,
    /// Default expression, canonical text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Generated from other columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// Identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Numbers itself: `AUTO_INCREMENT`; of a rowid, one that never comes back (`AUTOINCREMENT`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub autoincrement: bool,
    /// Set anew whenever the row changes (`ON UPDATE …`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_update: Option<String>,
    /// Left out of `SELECT *`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub invisible: bool,
    /// Holds one end of the system time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_time: Option<RowTime>,
    /// Its changes make no past state (`WITHOUT SYSTEM VERSIONING`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unversioned: bool,
    /// The spatial reference system its values must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub srid: Option<u32>,
    /// Character set, if not the table's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub character_set: Option<String>,
    /// Collation, if not the type's (or table's) default; canonical text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Declared here, inherited, or both.
    #[serde(skip_serializing_if = "is_default")]
    pub inheritance: Inheritance,
    /// TOAST strategy, if not the type's default: `plain`, `external`, `extended`, `main`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<String>,
    /// Compression method, if set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// Statistics target, if set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics_target: Option<i32>,
    /// Settings for the planner (`n_distinct` …) in the catalogue's order, which means nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SettingPair>,
    /// What a foreign server is told of it: `OPTIONS (…)` in the server's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_options: Option<String>,
    /// The column before it, empty for none: only where columns are compared with their order. Never part of a file.
    #[serde(skip)]
    pub after: Option<String>,
    /// What happens on a violated NOT NULL (`ON CONFLICT …`), if not the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
}

/// A primary or unique key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// The key's parts in order.
    pub columns: Vec<String>,
    /// Columns carried along in its index.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// When it is checked.
    #[serde(skip_serializing_if = "is_default")]
    pub deferrable: Deferrable,
    /// Two nulls are equal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub nulls_not_distinct: bool,
    /// Storage parameters of its index.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SettingPair>,
    /// The name is the engine's, not the author's: it means nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
    /// The comment of its index, which may differ from its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_comment: Option<String>,
    /// The key or index of the partitioned table that its index is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached_to: Option<QualifiedName>,
    /// What happens on a conflict (`ON CONFLICT …`), if not the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
    /// Sort directions that differ from ascending, by position, as `DESC`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub descending: Vec<u16>,
    /// Only so many characters of a column, by position.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix_lengths: Vec<(u16, u32)>,
    /// Its last part is a period without overlaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_overlaps: Option<String>,
    /// Collations that differ from the columns' own, by position.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collations: Vec<(u16, String)>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The referencing columns in order.
    pub columns: Vec<String>,
    /// The referenced table.
    pub references: QualifiedName,
    /// The referenced columns in order; empty where the engine means the primary key and none was found.
    pub referenced_columns: Vec<String>,
    /// On update of the referenced key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_update: ReferentialAction,
    /// On delete of the referenced row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_delete: ReferentialAction,
    /// The columns `SET NULL`/`SET DEFAULT` is limited to on delete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_delete_columns: Vec<String>,
    /// How nulls match.
    #[serde(default, skip_serializing_if = "is_default")]
    pub match_type: MatchType,
    /// When it is checked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deferrable: Deferrable,
    /// Existing rows are known to satisfy it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validated: Validated,
    /// Cloned from the partitioned table's constraint.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inherited: bool,
    /// The name is the engine's, not the author's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
}

/// A check constraint of a table or domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The condition, canonical text without outer parentheses.
    pub expression: String,
    /// Not passed on to inheriting tables.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_inherit: bool,
    /// Existing rows are known to satisfy it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validated: Validated,
    /// Declared here, inherited, or both.
    #[serde(default, skip_serializing_if = "is_default")]
    pub inheritance: Inheritance,
    /// Written down and not looked at (`NOT ENFORCED`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_enforced: bool,
    /// The column it stands at, where the engine tells that from a check of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The name is the engine's, not the author's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
}

/// An exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// `EXCLUDE USING …` in the server's words, deferrability included.
    pub definition: String,
    /// The comment of its index, which may differ from its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_comment: Option<String>,
}

/// An index that no constraint stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Index {
    /// Access method, e.g. `btree`.
    pub method: String,
    /// Refuses duplicates.
    pub unique: bool,
    /// The parts in order.
    pub parts: Vec<IndexPart>,
    /// Columns carried along.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// The condition of a partial index, canonical text without outer parentheses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// Two nulls are equal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub nulls_not_distinct: bool,
    /// Storage parameters in the catalogue's order, which means nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SettingPair>,
    /// A build that failed left it unusable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub invalid: bool,
    /// The partitioned index it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached_to: Option<QualifiedName>,
    /// Statistics targets of expression parts, by position from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statistics_targets: Vec<(i16, i32)>,
    /// Kept up to date and not used by the planner.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub invisible: bool,
    /// The module that takes texts apart, of a full-text index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parser: Option<String>,
    /// Its last part is a period without overlaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_overlaps: Option<String>,
    /// The table is ordered by it (`CLUSTER ON`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub clustered: bool,
    /// The statement as the engine keeps it, where it keeps one. Not part of the fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A view. Its columns are children.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// The query, canonical text, without the closing semicolon.
    pub definition: String,
    /// The names its columns are given in front of the query, where the engine keeps these apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub column_names: Vec<String>,
    /// Rows are kept.
    pub materialized: bool,
    /// Storage method of its rows, if not the engine's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_method: Option<String>,
    /// Rows are there, of one that keeps them. Never part of a file or of the fingerprint: it is data.
    #[serde(skip)]
    pub populated: bool,
    /// The one relation it reads, where the engine has it apart from the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<QualifiedName>,
    /// How the client that created it spoke, where the engine keeps it and it was not as clients do now. Not part of the fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientCharset>,
    /// With whose rights it reads, where that is part of every view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// Options in the catalogue's order, which means nothing (`check_option`, `security_invoker` …).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SettingPair>,
    /// The statement as the engine keeps it, where it keeps one. Not part of the fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A rewrite rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The whole statement in the server's words.
    pub definition: String,
    /// When it fires.
    #[serde(default, skip_serializing_if = "is_default")]
    pub firing: Firing,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The whole statement in the server's words.
    pub definition: String,
    /// When it fires.
    #[serde(default, skip_serializing_if = "is_default")]
    pub firing: Firing,
    /// It came with the partitioned table's trigger; only when it fires is its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inherited: bool,
    /// `BEFORE INSERT OR UPDATE`, for people; derived from the definition.
    pub event: String,
    /// Its place among the triggers of the same event, from 1, where the engine has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// The session it was created in, where it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ProgramSession>,
}

/// A row-level-security policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Permissive or restrictive.
    pub permissive: Permissive,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
    pub command: String,
    /// The roles it holds for, sorted; `public` for everyone.
    pub roles: Vec<String>,
    /// The condition for rows that are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    /// The condition for rows that are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_check: Option<String>,
}

/// A function, procedure or aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routine {
    /// Function, procedure, aggregate or window function.
    #[serde(rename = "routine_kind")]
    pub kind: RoutineKind,
    /// The argument types that tell overloads apart.
    pub signature: String,
    /// What it returns; empty for a procedure.
    pub returns: String,
    /// The language it is written in.
    pub language: String,
    /// The whole statement in the server's words.
    pub definition: String,
    /// The session it was created in, where it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ProgramSession>,
}

/// A statement that runs by the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The whole statement in the server's words, without its definer.
    pub definition: String,
    /// The session it was created in.
    pub session: ProgramSession,
}

/// An operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The argument types that tell overloads apart.
    pub signature: String,
    /// The whole statement, put together from the catalogue.
    pub definition: String,
}

/// Extended statistics over several columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// The whole statement in the server's words.
    pub definition: String,
    /// How exactly they are taken, if not as the columns say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<i32>,
}

/// An object of which only its statement is kept: it is made and dropped as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defined {
    /// The whole statement (or statements), put together from the catalogue.
    pub definition: String,
    /// When it fires, of what does.
    #[serde(default, skip_serializing_if = "is_default")]
    pub firing: Firing,
}

/// What objects that a role will make are granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultPrivileges {
    /// The role that makes them.
    pub role: String,
    /// `TABLES`, `SEQUENCES`, `FUNCTIONS`, `TYPES` or `SCHEMAS`.
    pub objects: String,
    /// The rights they will have, sorted.
    pub grants: Vec<Grant>,
    /// The rights they would have without, sorted.
    pub initial: Vec<Grant>,
}

macro_rules! kinds {
    ($($variant:ident($body:ty) = $word:literal, $plural:literal;)*) => {
        /// An object's kind with all that is particular to it.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub enum Body { $($variant($body),)* }

        /// The kinds of object, without their content. The order is the order of display.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Kind { $($variant,)* }

        impl Body {
            /// What is kept of an object that is made and dropped as a whole; nothing for all others.
            pub fn defined(&self) -> Option<&Defined> {
                match self {
                    Self::OperatorFamily(it) | Self::OperatorClass(it) | Self::Cast(it) | Self::Collation(it) => Some(it),
                    Self::Conversion(it) | Self::TextSearchParser(it) | Self::TextSearchTemplate(it) => Some(it),
                    Self::TextSearchDictionary(it) | Self::TextSearchConfiguration(it) => Some(it),
                    Self::ForeignDataWrapper(it) | Self::ForeignServer(it) | Self::UserMapping(it) => Some(it),
                    Self::EventTrigger(it) | Self::Publication(it) | Self::BaseType(it) => Some(it),
                    Self::Language(it) | Self::AccessMethod(it) | Self::Transform(it) => Some(it),
                    _ => None,
                }
            }

            /// The key or index of the partitioned table that one of a partition belongs to.
            pub fn attached_to(&self) -> Option<&QualifiedName> {
                match self {
                    Self::PrimaryKey(key) | Self::Unique(key) => key.attached_to.as_ref(),
                    Self::Index(index) => index.attached_to.as_ref(),
                    _ => None,
                }
            }

            /// The session a program was created in, of engines that keep it.
            pub fn session(&self) -> Option<&ProgramSession> {
                match self {
                    Self::Routine(it) => it.session.as_ref(),
                    Self::Trigger(it) => it.session.as_ref(),
                    Self::Event(it) => Some(&it.session),
                    _ => None,
                }
            }

            /// How the client that created a view or program spoke, where it is kept.
            pub fn client(&self) -> Option<&ClientCharset> {
                match self {
                    Self::View(view) => view.client.as_ref(),
                    _ => self.session().and_then(|session| session.client.as_ref()),
                }
            }

            /// Leaves out how the client spoke.
            pub(crate) fn forget_client(&mut self) {
                match self {
                    Self::View(view) => view.client = None,
                    Self::Routine(Routine { session: Some(session), .. })
                    | Self::Trigger(Trigger { session: Some(session), .. })
                    | Self::Event(Event { session, .. }) => session.client = None,
                    _ => {}
                }
            }

            /// The expressions, queries and statements in it: what the engine wrote and reads back, and where names of other objects stand.
            pub fn texts_mut(&mut self) -> Vec<&mut String> {
                match self {
                    Self::Column(column) => {
                        let generated = column.generated.as_mut().map(|it| &mut it.expression);
                        column.default.as_mut().into_iter().chain(generated).collect()
                    }
                    Self::Check(check) => vec![&mut check.expression],
                    Self::Exclusion(it) => vec![&mut it.definition],
                    Self::Index(index) => {
                        let parts = index.parts.iter_mut().filter_map(|part| match &mut part.target {
                            IndexTarget::Expression(text) => Some(text),
                            IndexTarget::Column(_) => None,
                        });
                        parts.chain(index.predicate.as_mut()).chain(index.source.as_mut()).collect()
                    }
                    Self::View(view) => std::iter::once(&mut view.definition).chain(view.source.as_mut()).collect(),
                    Self::Trigger(it) => vec![&mut it.definition],
                    Self::Rule(it) => vec![&mut it.definition],
                    Self::Statistics(it) => vec![&mut it.definition],
                    Self::Policy(it) => it.using.as_mut().into_iter().chain(it.with_check.as_mut()).collect(),
                    Self::Publication(it) => vec![&mut it.definition],
                    _ => Vec::new(),
                }
            }

            /// The kind of this body.
            pub fn kind(&self) -> Kind { match self { $(Self::$variant(_) => Kind::$variant,)* } }
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];
            /// The word for one, in snake case: stable, used in files and IPC.
            pub fn word(self) -> &'static str { match self { $(Self::$variant => $word,)* } }
            /// The word for many, for people.
            pub fn plural(self) -> &'static str { match self { $(Self::$variant => $plural,)* } }
        }
    };
}

kinds! {
    Namespace(Namespace) = "namespace", "schemas";
    Extension(Extension) = "extension", "extensions";
    Enum(Enum) = "enum", "enums";
    Domain(Domain) = "domain", "domains";
    Composite(Composite) = "composite", "composite types";
    Range(Range) = "range", "range types";
    BaseType(Defined) = "base_type", "base types";
    Sequence(Sequence) = "sequence", "sequences";
    Table(Table) = "table", "tables";
    View(View) = "view", "views";
    Routine(Routine) = "routine", "routines";
    Operator(Operator) = "operator", "operators";
    OperatorFamily(Defined) = "operator_family", "operator families";
    OperatorClass(Defined) = "operator_class", "operator classes";
    Cast(Defined) = "cast", "casts";
    Transform(Defined) = "transform", "transforms";
    Language(Defined) = "language", "languages";
    AccessMethod(Defined) = "access_method", "access methods";
    Collation(Defined) = "collation", "collations";
    Conversion(Defined) = "conversion", "conversions";
    TextSearchParser(Defined) = "text_search_parser", "text search parsers";
    TextSearchTemplate(Defined) = "text_search_template", "text search templates";
    TextSearchDictionary(Defined) = "text_search_dictionary", "text search dictionaries";
    TextSearchConfiguration(Defined) = "text_search_configuration", "text search configurations";
    ForeignDataWrapper(Defined) = "foreign_data_wrapper", "foreign data wrappers";
    ForeignServer(Defined) = "foreign_server", "foreign servers";
    UserMapping(Defined) = "user_mapping", "user mappings";
    EventTrigger(Defined) = "event_trigger", "event triggers";
    Publication(Defined) = "publication", "publications";
    DefaultPrivileges(DefaultPrivileges) = "default_privileges", "default privileges";
    Event(Event) = "event", "events";
    Column(Column) = "column", "columns";
    PrimaryKey(Key) = "primary_key", "primary keys";
    Unique(Key) = "unique", "unique constraints";
    ForeignKey(ForeignKey) = "foreign_key", "foreign keys";
    Check(Check) = "check", "check constraints";
    Exclusion(Exclusion) = "exclusion", "exclusion constraints";
    Index(Index) = "index", "indexes";
    Rule(Rule) = "rule", "rules";
    Trigger(Trigger) = "trigger", "triggers";
    Policy(Policy) = "policy", "policies";
    Statistics(Statistics) = "statistics", "statistics objects";
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
