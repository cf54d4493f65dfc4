//! One error for everything that can go wrong with a database: what was being done, what is wrong, what to do.

use std::fmt;

use serde::Serialize;

use crate::context::Cancelled;

/// The closed list of codes. Hosts branch on these and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[allow(missing_docs)]
pub enum ErrorCode {
    InvalidInput,
    NotFound,
    Conflict,
    AuthFailed,
    Unreachable,
    TlsFailed,
    PermissionDenied,
    ReadOnlyTarget,
    FingerprintMismatch,
    HazardNotAcknowledged,
    PolicyDenied,
    LockHeld,
    Timeout,
    Cancelled,
    StatementFailed,
    ProofFailed,
    UnsupportedByEngine,
    IncompatibleStore,
    SecretUnavailable,
    Internal,
}

/// What the server said, kept apart from what we say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DbDetail {
    /// SQLSTATE or the engine's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The server's message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_message: Option<String>,
    /// The server's detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The server's hint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_hint: Option<String>,
    /// The object the server blames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Character position in the statement, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

/// A failed operation on a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbError {
    /// The code to branch on.
    pub code: ErrorCode,
    /// What was being done and what is wrong, one sentence each, for people.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// What the server said. Boxed to keep results small.
    pub detail: Box<DbDetail>,
    /// The same call may succeed later.
    pub retryable: bool,
}

impl DbError {
    /// An error with a code and a sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let retryable = matches!(code, ErrorCode::Unreachable | ErrorCode::Timeout | ErrorCode::LockHeld);
        Self { code, message: message.into(), hint: None, detail: Box::default(), retryable }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what the server said.
    #[must_use]
    pub fn with_detail(mut self, detail: DbDetail) -> Self {
        self.detail = Box::new(detail);
        self
    }

    /// Puts what was being done in front.
    #[must_use]
    pub fn while_doing(mut self, doing: &str) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }
}

impl From<Cancelled> for DbError {
    fn from(_: Cancelled) -> Self {
        Self::new(ErrorCode::Cancelled, "the operation was cancelled; nothing was changed")
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(said) = self.detail.server_message.as_deref().filter(|said| !self.message.contains(*said))
        {
            write!(f, " (server: {said})")?;
        }
        Ok(())
    }
}

impl std::error::Error for DbError {}
