//! What the server's and the driver's errors mean for a person. Codes: the server's `error_codes.yml`.

use cadastre_engine::{DbDetail, DbError, ErrorCode, Target};
use mongodb::error::{Error, ErrorKind};

/// Translates an error that came while `doing` something.
pub(crate) fn explain(doing: &str, error: &Error) -> DbError {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => {
            let (code, message, hint): (_, String, &str) = match command.code {
                13 => (
                    ErrorCode::PermissionDenied,
                    "the user lacks the right for this".into(),
                    "ask for a role that may read the database",
                ),
                18 => wrong_login(),
                50 | 262 => (
                    ErrorCode::Timeout,
                    "the server stopped the command".into(),
                    "it took longer than the server allows",
                ),
                11600 | 91 | 189 => (
                    ErrorCode::Unreachable,
                    "the server is shutting down".into(),
                    "try again when it is back",
                ),
                _ => (ErrorCode::StatementFailed, command.message.clone(), "the server's message says why"),
            };
            DbError::new(code, format!("{doing}: {message}")).with_hint(hint).with_detail(DbDetail {
                state: Some(format!("{} ({})", command.code, command.code_name)),
                server_message: Some(command.message.clone()),
                ..DbDetail::default()
            })
        }
        ErrorKind::Authentication { message, .. } => {
            let (code, text, hint) = wrong_login();
            let is_wrong = message.contains("Authentication failed") || message.contains("SCRAM");
            let text = if is_wrong { text } else { message.clone() };
            DbError::new(code, format!("{doing}: {text}")).with_hint(hint)
        }
        ErrorKind::ServerSelection { message, .. } => explain_selection(doing, message),
        ErrorKind::Io(io) => {
            let detail = DbDetail { server_message: Some(io.to_string()), ..DbDetail::default() };
            DbError::new(ErrorCode::Unreachable, format!("{doing}: the server closed the connection"))
                .with_hint(
                    "it was stopped, restarted or cut off; nothing was changed. Try again when it is back",
                )
                .with_detail(detail)
        }
        ErrorKind::DnsResolve { message, .. } => {
            DbError::new(ErrorCode::Unreachable, format!("{doing}: the host name is not known ({message})"))
                .with_hint("check the spelling; mongodb+srv needs SRV records at the name")
        }
        ErrorKind::InvalidTlsConfig { message, .. } => {
            DbError::new(ErrorCode::TlsFailed, format!("{doing}: {message}"))
                .with_hint("check the certificate files")
        }
        ErrorKind::InvalidArgument { message, .. } => {
            DbError::new(ErrorCode::InvalidInput, format!("{doing}: {message}"))
                .with_hint("check the address")
        }
        other => DbError::new(ErrorCode::Internal, format!("{doing}: {other}")),
    }
}

fn wrong_login() -> (ErrorCode, String, &'static str) {
    let hint = "check user and password, and the database the user is kept in (authSource)";
    (ErrorCode::AuthFailed, "the user or the password is wrong".into(), hint)
}

/// The driver tells of everything that keeps it from a server as of a failed selection, with the causes in its message.
fn explain_selection(doing: &str, message: &str) -> DbError {
    let lower = message.to_lowercase();
    let (code, what, hint) = if lower.contains("certificate")
        || lower.contains("tls")
        || lower.contains("handshake")
    {
        let what = if lower.contains("notvalidforname") || lower.contains("not valid for name") {
            "the server's certificate is for another name"
        } else if lower.contains("unknownissuer") {
            "nobody we trust has signed the server's certificate"
        } else {
            "TLS could not be agreed on"
        };
        (ErrorCode::TlsFailed, what, "check the authority's certificate, and whether the server speaks TLS")
    } else if lower.contains("refused") {
        (
            ErrorCode::Unreachable,
            "the connection was refused",
            "check host and port, and whether the server runs and listens there",
        )
    } else if lower.contains("lookup") || lower.contains("resolve") || lower.contains("not known") {
        (
            ErrorCode::Unreachable,
            "the host name is not known",
            "check the spelling; a VPN or a DNS server may be missing",
        )
    } else if lower.contains("replicaset") || lower.contains("replica set") || lower.contains("primary") {
        (
            ErrorCode::Unreachable,
            "no server of the replica set answers as asked",
            "check the set's name and that it has a primary",
        )
    } else {
        (ErrorCode::Timeout, "no answer in time", "check hosts and ports; a firewall may drop the packets")
    };
    let detail = DbDetail { server_message: Some(message.to_owned()), ..DbDetail::default() };
    DbError::new(code, format!("{doing}: {what}")).with_hint(hint).with_detail(detail)
}

/// Translates an error of making the client.
pub(crate) fn explain_connect(target: &Target, error: &Error) -> DbError {
    explain(&format!("connecting to {}", target.label()), error)
}
