//! The one shape in which errors reach a host.

use cadastre_engine::DbError;
pub use cadastre_engine::ErrorCode as Code;
use cadastre_store::StoreError;
use serde::Serialize;
use specta::Type;

/// What a host can offer at once to mend an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Remedy {
    /// Ask for the vault's passphrase.
    UnlockVault,
}

/// A failed use case: what was being done and what is wrong, what to do, and what the server said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppError {
    /// To branch on.
    pub code: Code,
    /// For people.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// What the server said, line by line: SQLSTATE, message, detail, hint, object, position.
    pub details: Vec<String>,
    /// The same call may succeed later.
    pub retryable: bool,
    /// What can be offered at once.
    pub remedy: Option<Remedy>,
    /// The run it happened in.
    pub run_id: Option<String>,
}

impl AppError {
    /// An error with a code and a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            details: Vec::new(),
            retryable: false,
            remedy: None,
            run_id: None,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says in which run it happened.
    #[must_use]
    pub fn in_run(mut self, run_id: &str) -> Self {
        self.run_id = Some(run_id.to_owned());
        self
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AppError {}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        let detail = *error.detail;
        let line = |label: &str, text: Option<String>| text.map(|text| format!("{label}: {text}"));
        let details = [
            line("SQLSTATE", detail.state),
            line("server", detail.server_message),
            line("detail", detail.detail),
            line("hint", detail.server_hint),
            line("object", detail.object),
            line("position", detail.position.map(|at| at.to_string())),
        ];
        Self {
            code: error.code,
            message: error.message,
            hint: error.hint,
            details: details.into_iter().flatten().collect(),
            retryable: error.retryable,
            remedy: None,
            run_id: None,
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let (code, hint) = match &error {
            StoreError::Newer { .. } => {
                (Code::IncompatibleStore, "update Cadastre, or choose another data folder")
            }
            StoreError::Unreadable { .. } => {
                (Code::IncompatibleStore, "choose another data folder, or restore a copy")
            }
            StoreError::NameTaken(_) => (Code::Conflict, "choose another name"),
            StoreError::Missing => (Code::NotFound, "it may have been removed in another window"),
            StoreError::WrongPassphrase => {
                (Code::AuthFailed, "try again; a lost passphrase cannot be recovered")
            }
            StoreError::VaultLocked => (Code::SecretUnavailable, "unlock the vault with its passphrase"),
            StoreError::VaultDamaged(_) => {
                (Code::SecretUnavailable, "restore vault.json from a backup, or remove it")
            }
            StoreError::NoKeychain(_) => {
                (Code::SecretUnavailable, "keep the password in the vault, or for this run only")
            }
            StoreError::Io(_) => (Code::PermissionDenied, "check that the data folder can be written"),
            StoreError::Sqlite(_) => {
                (Code::Internal, "try again; if it stays, copy the diagnostics and report it")
            }
        };
        let remedy = matches!(error, StoreError::VaultLocked).then_some(Remedy::UnlockVault);
        Self { remedy, ..Self::new(code, error.to_string()).with_hint(hint) }
    }
}
