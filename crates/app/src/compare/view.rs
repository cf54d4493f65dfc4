//! What crosses to the window: sides, differences, plans and proofs in words.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::source::Source;

/// One side as the window names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum SideChoice {
    /// The demo or a connection.
    Source {
        /// Which.
        source: Source,
    },
    /// A file: a model as JSON, a script, a SQLite database.
    File {
        /// Where.
        path: String,
    },
}

/// What a person said about a question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RenameAnswer {
    /// The old name, as it was asked.
    pub from: String,
    /// The new name, as it was asked.
    pub to: String,
    /// It is the same thing under a new name.
    pub is_rename: bool,
}

/// What to compare.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompareRequest {
    /// What is there.
    pub from: SideChoice,
    /// What is wanted.
    pub to: SideChoice,
    /// What was said about renames so far.
    pub answers: Vec<RenameAnswer>,
    /// The connection whose server may be used for databases of our own.
    pub scratch: Option<u32>,
}

/// One side that was read.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SideView {
    /// What it is called.
    pub title: String,
    /// Product and version.
    pub version: String,
    /// Equal for equal schemas.
    pub fingerprint: String,
}

/// A difference.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// Its place in the difference, by which it is chosen.
    pub index: u32,
    /// `added`, `removed`, `changed`.
    pub change: String,
    /// The object's kind.
    pub kind: String,
    /// Its own name.
    pub name: String,
    /// The relation or other object it is part of; its own full name if it stands by itself.
    pub group: String,
    /// The kind of that object.
    pub group_kind: String,
    /// What differs, of something on both sides: `definition`, `comment`, `owner`, `grants`.
    pub facets: Vec<String>,
}

/// Something that was perhaps renamed.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuestionView {
    /// What it is.
    pub from: String,
    /// What it would be.
    pub to: String,
    /// Why it looks like it.
    pub evidence: Vec<EvidenceView>,
}

/// Something that speaks for a rename.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceView {
    /// Its word, as `all_columns`.
    pub clue: String,
    /// For `{0}` and `{1}` in its words.
    pub numbers: Vec<u32>,
}

/// What came of a comparison.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonView {
    /// By which it is asked about.
    pub number: u32,
    /// The engine's word.
    pub engine: String,
    /// What is there.
    pub from: SideView,
    /// What is wanted.
    pub to: SideView,
    /// The statements of what is renamed.
    pub renames: Vec<String>,
    /// Renames nobody has answered.
    pub questions: Vec<QuestionView>,
    /// Of two engines: what is not compared, in words.
    pub across: Option<Vec<String>>,
    /// The differences.
    pub changes: Vec<ChangeView>,
}

/// A line of two texts side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DdlLine {
    /// On the left, if there is one.
    pub left: Option<String>,
    /// On the right, if there is one.
    pub right: Option<String>,
    /// The two are the same.
    pub same: bool,
}

/// Which changes to plan, and how.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanChoice {
    /// The chosen changes.
    pub chosen: Vec<u32>,
    /// With the least locking.
    pub online: bool,
}

/// What to know before a step.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HazardView {
    /// The kind's word, as `data_loss`.
    pub kind: String,
    /// The reason's word, as `rows_gone`.
    pub reason: String,
    /// What it is about, for `{0}` and `{1}` in the reason's words.
    pub about: Vec<String>,
    /// The reason in English.
    pub message: String,
}

/// A step.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// What it is about.
    pub object: String,
    /// Its statements.
    pub sql: String,
    /// `metadata`, `scan`, `rewrite`.
    pub work: String,
    /// Each a table and its lock: `public.film: access exclusive`.
    pub locks: Vec<String>,
    /// What to know before.
    pub hazards: Vec<HazardView>,
    /// How large the table is that it reads or writes.
    pub size: Option<SizeView>,
    /// The statements that take it back; empty where there are none.
    pub reverse: String,
    /// Seconds after which it gives up waiting for a lock; 0 for never.
    pub lock_time_out: u32,
    /// Seconds after which a statement of it is ended; 0 for never.
    pub statement_time_out: u32,
}

/// How large a table is, as far as the server knows.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SizeView {
    /// Rows, estimated.
    pub rows: u32,
    /// With indexes.
    pub mebibytes: Option<u32>,
}

/// Steps that happen together or not at all.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    /// They run in one transaction.
    pub transaction: bool,
    /// The steps.
    pub steps: Vec<StepView>,
}

/// A difference that stays.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoteView {
    /// The reason's word, as `no_statement`.
    pub reason: String,
    /// What it is about, for `{0}` and `{1}` in the reason's words.
    pub about: Vec<String>,
    /// The whole in English.
    pub message: String,
}

/// A plan.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// Changes that were not chosen and that the chosen ones need.
    pub also: Vec<u32>,
    /// The groups, in order.
    pub groups: Vec<GroupView>,
    /// What differs and cannot be planned.
    pub notes: Vec<NoteView>,
    /// The script.
    pub script: String,
    /// The script that goes back.
    pub reverse: String,
    /// Equal for equal plans.
    pub hash: String,
}

/// A proof, in a few words.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    /// What ran it, with its version.
    pub server: String,
    /// Steps whose locks were watched.
    pub watched_steps: u32,
    /// Tables whose rows were counted before and after.
    pub tables_with_rows: u32,
}

/// What to write to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PlanFile {
    /// The script.
    Script,
    /// The script that goes back.
    Reverse,
    /// The plan as JSON.
    Plan,
}
