//! What the server's and the client's errors mean for a person. Numbers: manual, "Server Error Message Reference".

use cadastre_engine::{DbDetail, DbError, ErrorCode, Target};
use sqlx::Error;
use sqlx::mysql::MySqlDatabaseError;

/// Translates an error that came while `doing` something on an open connection.
pub(crate) fn explain(doing: &str, error: &Error) -> DbError {
    match error {
        Error::Database(server) => match server.try_downcast_ref::<MySqlDatabaseError>() {
            Some(server) => explain_server(doing, server),
            None => DbError::new(ErrorCode::StatementFailed, format!("{doing}: {server}")),
        },
        Error::Io(_) => lost(doing),
        other => DbError::new(ErrorCode::Internal, format!("{doing}: {other}")),
    }
}

fn lost(doing: &str) -> DbError {
    DbError::new(ErrorCode::Unreachable, format!("{doing}: the server closed the connection"))
        .with_hint("it was stopped, restarted or cut off; nothing was changed. Try again when it is back")
}

fn explain_server(doing: &str, server: &MySqlDatabaseError) -> DbError {
    let (code, message, hint): (_, String, &str) = match server.number() {
        1045 | 1698 => (
            ErrorCode::AuthFailed,
            "the user or the password is wrong, or the user may not come from here".into(),
            "check user and password; accounts are bound to the host they come from",
        ),
        1049 => (
            ErrorCode::NotFound,
            "the database does not exist on this server".into(),
            "check the database's name; SHOW DATABASES lists them",
        ),
        1044 | 1142 | 1143 | 1227 | 1370 => (
            ErrorCode::PermissionDenied,
            "the user lacks the right for this".into(),
            "ask for the right with GRANT, or connect as another user",
        ),
        1040 | 1203 => (
            ErrorCode::Unreachable,
            "the server has no connection left".into(),
            "close other connections, or raise max_connections",
        ),
        1053 | 1927 | 3169 => return lost(doing).with_detail(detail(server)),
        1205 => (
            ErrorCode::LockHeld,
            "another session holds a lock on an object".into(),
            "wait until it has finished; SHOW PROCESSLIST tells which one it is",
        ),
        1317 | 1969 | 3024 => (
            ErrorCode::Timeout,
            "the server stopped the statement".into(),
            "it was cancelled or took longer than the server allows",
        ),
        1130 => (
            ErrorCode::AuthFailed,
            "the server does not let this machine in".into(),
            "create an account for this host at the server",
        ),
        3159 => (ErrorCode::TlsFailed, "the server asks for TLS".into(), "set ssl-mode=require or stricter"),
        _ => (ErrorCode::StatementFailed, server.message().to_owned(), "the server's message says why"),
    };
    DbError::new(code, format!("{doing}: {message}")).with_hint(hint).with_detail(detail(server))
}

fn detail(server: &MySqlDatabaseError) -> DbDetail {
    DbDetail {
        state: Some(format!("{} ({})", server.number(), server.code().unwrap_or("-"))),
        server_message: Some(server.message().to_owned()),
        ..DbDetail::default()
    }
}

/// Translates an error of the connection attempt.
pub(crate) fn explain_connect(target: &Target, error: &Error) -> DbError {
    let doing = format!("connecting to {}", target.label());
    match error {
        Error::Io(io) => explain_io(&doing, io),
        Error::Tls(tls) => explain_tls(&doing, &tls.to_string()),
        Error::Configuration(what) => DbError::new(ErrorCode::TlsFailed, format!("{doing}: {what}"))
            .with_hint("check the certificate files"),
        other => {
            let text = other.to_string();
            if text.contains("TLS") { explain_tls(&doing, &text) } else { explain(&doing, other) }
        }
    }
}

fn explain_io(doing: &str, error: &std::io::Error) -> DbError {
    use std::io::ErrorKind;
    let text = error.to_string();
    // TLS alerts and refused certificates come wrapped as I/O errors.
    if text.contains("certificate") || text.contains("alert") {
        return explain_tls(doing, &text);
    }
    let (message, hint) = match error.kind() {
        ErrorKind::ConnectionRefused => (
            "the connection was refused",
            "check host and port, and whether the server runs and listens there",
        ),
        ErrorKind::NotFound => {
            ("there is no socket at this path", "check the path; @@socket tells where it is")
        }
        ErrorKind::PermissionDenied => {
            ("the socket may not be opened", "check the rights of the socket and its folder")
        }
        ErrorKind::TimedOut => return timed_out(doing),
        ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => return lost(doing),
        _ => ("the server cannot be reached", "check host, port and network"),
    };
    let detail = DbDetail { server_message: Some(text), ..DbDetail::default() };
    DbError::new(ErrorCode::Unreachable, format!("{doing}: {message}")).with_hint(hint).with_detail(detail)
}

fn explain_tls(doing: &str, cause: &str) -> DbError {
    let (message, hint) = if cause.contains("does not support TLS")
        || cause.contains("server does not support")
    {
        (
            "the server speaks no TLS",
            "if the network is trusted, set ssl-mode=disable or prefer; else turn TLS on at the server",
        )
    } else if cause.contains("NotValidForName") || cause.contains("not valid for name") {
        (
            "the server's certificate is for another name",
            "connect by the name in the certificate; ssl-mode=verify-ca checks the authority only",
        )
    } else if cause.contains("UnknownIssuer") {
        (
            "nobody we trust has signed the server's certificate",
            "give the authority's certificate as ssl-ca; ssl-mode=require encrypts without checking who answers",
        )
    } else {
        ("TLS could not be agreed on", "check the certificates of the server and ours")
    };
    let detail = DbDetail { server_message: Some(cause.to_owned()), ..DbDetail::default() };
    DbError::new(ErrorCode::TlsFailed, format!("{doing}: {message}")).with_hint(hint).with_detail(detail)
}

/// The host's name is not known.
pub(crate) fn unknown_host(doing: &str, host: &str) -> DbError {
    DbError::new(ErrorCode::Unreachable, format!("{doing}: the host name {host} is not known"))
        .with_hint("check the spelling; a VPN or a DNS server may be missing")
}

/// Nothing answered in time.
pub(crate) fn timed_out(doing: &str) -> DbError {
    DbError::new(ErrorCode::Timeout, format!("{doing}: no answer in time")).with_hint(
        "check host and port; a firewall may drop the packets. connect-timeout sets how long is waited",
    )
}
