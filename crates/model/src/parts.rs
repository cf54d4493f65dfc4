//! The small typed parts that bodies are made of. Terms are those of the SQL standard and of the engines' manuals.

use serde::{Deserialize, Serialize};

use crate::object::Grant;

/// A name within a namespace: `public.film`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QualifiedName {
    /// The namespace (schema) the object lives in.
    pub namespace: String,
    /// The object's own name, unquoted.
    pub name: String,
}

impl QualifiedName {
    /// Joins a namespace and a name.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

/// A column of a relation, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ColumnRef {
    /// The relation the column belongs to.
    pub relation: QualifiedName,
    /// The column's name.
    pub column: String,
}

/// One `name=value` setting, as in storage parameters and view options.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SettingPair {
    /// The setting's name.
    pub name: String,
    /// Its value as the server writes it.
    pub value: String,
}

/// What a table is, as far as its use of storage goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// Rows of its own.
    #[default]
    Ordinary,
    /// Rows live in its partitions.
    Partitioned,
    /// Rows live in another server.
    Foreign,
    /// A module of the engine answers (full-text or spatial index tables).
    Virtual,
}

/// Whether a table survives a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    /// Written ahead to the log.
    #[default]
    Permanent,
    /// Not logged: emptied after a crash.
    Unlogged,
}

/// A table's place among the partitions of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionBound {
    /// The partitioned table.
    pub parent: QualifiedName,
    /// The bound in the server's own words: `FOR VALUES FROM … TO …`, or `DEFAULT`.
    pub bound: String,
}

/// Row-level security of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowSecurity {
    /// Policies apply.
    pub enabled: bool,
    /// Policies apply to the owner as well.
    pub forced: bool,
}

/// The module behind a virtual table and its arguments, verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualTable {
    /// Module name, e.g. `fts5`.
    pub module: String,
    /// Module arguments as written.
    pub arguments: String,
}

/// A period of time over two columns (SQL:2011): `SYSTEM_TIME`, or one of the application's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its name; `SYSTEM_TIME` for the one the server keeps.
    pub name: String,
    /// The column with its start.
    pub start: String,
    /// The column with its end.
    pub end: String,
}

/// Which end of the system time a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowTime {
    /// `AS ROW START`.
    Start,
    /// `AS ROW END`.
    End,
}

/// With whose rights a view or routine works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Those of its definer.
    Definer,
    /// Those of its caller.
    Invoker,
}

/// The session a stored program was created in, as far as it changes what its text means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramSession {
    /// The SQL mode.
    pub sql_mode: String,
    /// The time zone, where it matters (events).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// How the client spoke, where it was not as clients do now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientCharset>,
}

/// Character set and collation of the connection over which a view or program was created. Kept, and left out of comparison: what was
/// typed by one client and by another means the same, but for the rare text that is compared in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCharset {
    /// `character_set_client`.
    pub character_set: String,
    /// `collation_connection`.
    pub collation: String,
}

/// What a collection of documents is, besides its name and its indexes. Documents of options are kept as canonical extended JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Collection {
    /// At most so many bytes, the oldest going first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capped_bytes: Option<String>,
    /// At most so many documents as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capped_documents: Option<String>,
    /// Measurements over time: the options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_series: Option<String>,
    /// Documents go after so many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_after_seconds: Option<String>,
    /// Documents are stored in the order of their key: the options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clustered: Option<String>,
    /// The collation, where it is not the simple one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// What a document must be like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validator: Option<Validator>,
    /// Documents are kept as they were before a change.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pre_and_post_images: bool,
}

/// A rule for documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validator {
    /// The rule.
    pub rule: String,
    /// `off`, `strict` or `moderate`: whether documents that are there already are looked at.
    pub level: String,
    /// `error` or `warn`.
    pub action: String,
}

/// What documents look like, inferred from some of them. An observation, not a schema: it takes no part in comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// How many documents were looked at.
    pub documents: u32,
    /// How many there are, as far as the server knows.
    pub estimated_total: String,
    /// Fields by path, a field before the fields in it.
    pub fields: Vec<SampledField>,
}

/// A field as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SampledField {
    /// The way to it: `address.city`; `lines[].sku` for a field of the elements of an array.
    pub path: String,
    /// In how many documents (or elements) it is there, of how many.
    pub present: u32,
    /// See `present`.
    pub of: u32,
    /// Types by how often they were found, the most frequent first.
    pub types: Vec<(String, u32)>,
    /// The validator knows this field: it is enforced, not only observed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub enforced: bool,
    /// Where its values were found to lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<SampledReference>,
}

/// A reference that was guessed by name and confirmed by looking values up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledReference {
    /// The collection.
    pub collection: String,
    /// The field there.
    pub field: String,
    /// How many different values were looked up.
    pub looked_up: u32,
    /// How many of them were found.
    pub found: u32,
}

/// How a generated column keeps its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneratedStorage {
    /// Computed on write and kept.
    Stored,
    /// Computed on read.
    Virtual,
}

/// A generated column's expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression in the server's canonical text, without outer parentheses.
    pub expression: String,
    /// Stored or virtual.
    pub storage: GeneratedStorage,
}

/// When an identity column takes its own value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityMode {
    /// `GENERATED ALWAYS AS IDENTITY`.
    Always,
    /// `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
}

/// An identity column and the sequence the server keeps for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Always or by default.
    pub mode: IdentityMode,
    /// The implicit sequence's name.
    pub sequence: QualifiedName,
    /// Its options.
    pub options: SequenceOptions,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Rights on it; none where the server's defaults hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<Grant>>,
}

/// The options of a sequence. Values are texts because they may exceed 53 bits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceOptions {
    /// `bigint`, `integer` or `smallint`.
    pub data_type: String,
    /// First value.
    pub start: String,
    /// Step.
    pub increment: String,
    /// Smallest value.
    pub min: String,
    /// Largest value.
    pub max: String,
    /// Values kept in memory per session.
    pub cache: String,
    /// Starts over at the end.
    pub cycle: bool,
    /// Whether it survives a crash.
    #[serde(default, skip_serializing_if = "is_default")]
    pub persistence: Persistence,
}

/// How a column of an inheriting table came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inheritance {
    /// Declared on the table itself.
    #[default]
    Local,
    /// Only inherited.
    Inherited,
    /// Inherited and declared as well.
    Merged,
}

/// What happens to the referencing rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferentialAction {
    /// Refused at the end of the statement or transaction.
    #[default]
    NoAction,
    /// Refused at once.
    Restrict,
    /// Followed.
    Cascade,
    /// Set to null.
    SetNull,
    /// Set to the default.
    SetDefault,
}

impl ReferentialAction {
    /// The words of the SQL standard.
    pub fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

/// How a key with nulls in it is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchType {
    /// A null in any column: no check.
    #[default]
    Simple,
    /// All null or none.
    Full,
    /// Partly null keys must match partly.
    Partial,
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deferrable {
    /// At once, always.
    #[default]
    No,
    /// At once unless the transaction defers it.
    InitiallyImmediate,
    /// At commit unless the transaction says otherwise.
    InitiallyDeferred,
}

/// Whether existing rows are known to satisfy a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validated {
    /// Checked.
    #[default]
    Yes,
    /// `NOT VALID`: only new rows are checked.
    No,
}

/// Where nulls sort in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NullsOrder {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// What an index part is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexTarget {
    /// A column, by name.
    Column(String),
    /// An expression in canonical text, without outer parentheses.
    Expression(String),
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One part of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPart {
    /// Column or expression.
    pub target: IndexTarget,
    /// Only so many characters (or bytes) of the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_length: Option<u32>,
    /// Collation, if not the column's own; canonical, quoted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Operator class with its parameters, if not the type's default; canonical, quoted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_class: Option<String>,
    /// Sorted downwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// Where nulls go, if not where the direction puts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<NullsOrder>,
}

/// Whether a policy widens or narrows access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permissive {
    /// Any permissive policy that holds lets the row through.
    Permissive,
    /// Every restrictive policy must hold.
    Restrictive,
}

/// Whether and when a trigger or rule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Firing {
    /// In ordinary sessions (and not on a replica).
    #[default]
    Origin,
    /// Never.
    Disabled,
    /// Only on a replica.
    Replica,
    /// Everywhere.
    Always,
}

/// What a routine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutineKind {
    /// Returns a value or rows.
    Function,
    /// Called with `CALL`.
    Procedure,
    /// Folds rows.
    Aggregate,
    /// Works on a window of rows.
    Window,
}
