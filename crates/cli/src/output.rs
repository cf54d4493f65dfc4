//! Progress and errors on standard error.

use std::io::IsTerminal;
use std::process::ExitCode;

use cadastre_app::AppError;
use cadastre_app::error::Code;
use cadastre_app::run::RunEvent;
use indicatif::{ProgressBar, ProgressStyle};

/// How to speak.
pub struct Output {
    json: bool,
}

impl Output {
    /// In JSON, or for people.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// A progress bar, hidden where nobody watches.
    pub fn progress(&self) -> ProgressBar {
        if self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(1);
        if let Ok(style) = ProgressStyle::with_template("{msg:12} [{bar:30}] {pos}/{len}") {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar
    }

    /// Says what is wrong and what to do; the exit code of the contract.
    pub fn fail(&self, error: &AppError) -> ExitCode {
        if self.json {
            // An error is plain data and always serialises.
            eprintln!("{}", serde_json::to_string(error).unwrap_or_default());
        } else {
            eprintln!("cadastre: {}", error.message);
            error.details.iter().for_each(|line| eprintln!("  {line}"));
            if let Some(hint) = &error.hint {
                eprintln!("  → {hint}");
            }
        }
        ExitCode::from(exit_code(error.code))
    }
}

/// Shows an event on a bar.
pub fn show(bar: &ProgressBar, event: &RunEvent) {
    bar.set_length(u64::from(event.total));
    bar.set_position(u64::from(event.done));
    bar.set_message(event.stage.clone());
}

fn exit_code(code: Code) -> u8 {
    match code {
        Code::ReadOnlyTarget
        | Code::HazardNotAcknowledged
        | Code::PolicyDenied
        | Code::FingerprintMismatch => 4,
        Code::Cancelled => 130,
        Code::InvalidInput
        | Code::NotFound
        | Code::Conflict
        | Code::AuthFailed
        | Code::Unreachable
        | Code::TlsFailed
        | Code::PermissionDenied
        | Code::LockHeld
        | Code::Timeout
        | Code::StatementFailed
        | Code::ProofFailed
        | Code::UnsupportedByEngine
        | Code::IncompatibleStore
        | Code::SecretUnavailable
        | Code::Internal => 1,
    }
}
