//! What a person must know before a step runs. What it means here is one of a closed list of reasons, so that a host can say it in
//! the reader's language; the English words are here.

use serde::{Deserialize, Serialize};

/// What a person must know before a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardKind {
    /// Rows or values are gone afterwards.
    DataLoss,
    /// Values may not fit, and then the step fails.
    DataDependent,
    /// A table is locked against reading or writing while its rows are read or written.
    LongLock,
    /// An index is built while writing waits.
    BlockingBuild,
    /// Who may do what changes.
    PrivilegeChange,
    /// The step cannot be taken back.
    Irreversible,
}

macro_rules! reasons {
    ($($name:ident: $kind:ident = $words:literal;)*) => {
        /// Why a step is hazardous. `{0}` and `{1}` stand for what the hazard is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $(#[doc = $words] $name,)*
        }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What kind of hazard it makes.
            pub fn kind(self) -> HazardKind {
                match self {
                    $(Self::$name => HazardKind::$kind,)*
                }
            }

            /// In English.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }
        }
    };
}

reasons! {
    RowsGone: DataLoss = "its rows are gone";
    ValuesGone: DataLoss = "the values of {0} are gone";
    DocumentsGone: DataLoss = "its documents are gone";
    FieldGone: DataLoss = "the field {0} goes from all documents; if it has another name now, say so with --rename";
    Rounded: DataLoss = "the values of {0} may be rounded";
    Cut: DataLoss = "values may be rounded or cut from {0} to {1}";
    VirtualTableAnew: DataLoss = "a virtual table cannot be made anew with its rows";
    OnlyBackup: Irreversible = "only a backup brings them back";
    OnlyBackupTells: Irreversible = "only a backup tells which type a value had";
    Duplicates: DataDependent = "duplicates make it fail";
    BreakingRows: DataDependent = "rows that break it make it fail";
    BreakingValues: DataDependent = "values that break it make it fail";
    BreakingDocuments: DataDependent = "documents that break the rule can no longer be changed";
    NoCounterpart: DataDependent = "rows without a counterpart make it fail";
    NewOrphans: DataDependent = "rows without a counterpart that were not there before make it fail";
    Nulls: DataDependent = "rows without a value make it fail";
    NoValue: DataDependent = "rows that are there have no value for it, and make it fail";
    MayNotFit: DataDependent = "values that do not fit make it fail";
    Unconverted: DataDependent = "values of {0} that would not read back as they were stay as they are";
    WrittenAnew: LongLock = "every row is written anew while everybody waits";
    KeyBuilt: LongLock = "nobody reads or writes while its index is built";
    Copied: LongLock = "writing waits while the table is copied";
    MayBeCopied: LongLock = "the table may be copied";
    IndexBuilt: BlockingBuild = "writing waits while the index is built";
    Privileges: PrivilegeChange = "who may do what changes";
}

/// A hazard of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// What kind.
    pub kind: HazardKind,
    /// Why.
    pub reason: Reason,
    /// What it is about, for the places in the reason's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The reason in English.
    pub message: String,
}

impl Hazard {
    /// A hazard that is about nothing in particular.
    pub fn new(reason: Reason) -> Self {
        Self::about(reason, Vec::new())
    }

    /// A hazard about something, as many as there are places in the reason's words.
    pub fn about(reason: Reason, about: Vec<String>) -> Self {
        Self { kind: reason.kind(), reason, message: filled(reason.words(), &about), about }
    }
}

/// Words with what they are about in the places `{0}`, `{1}`.
pub(crate) fn filled(words: &str, about: &[String]) -> String {
    let fill = |text: String, (at, it): (usize, &String)| text.replace(&format!("{{{at}}}"), it);
    about.iter().enumerate().fold(words.to_owned(), fill)
}
