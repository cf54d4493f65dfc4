//! What the server's and the client's errors mean for a person. SQLSTATEs: manual, appendix "PostgreSQL Error Codes".

use std::error::Error as _;

use cadastre_engine::{DbDetail, DbError, ErrorCode, Target};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError as ServerError, ErrorPosition};

/// Translates an error that came while `doing` something on an open connection.
pub(crate) fn explain(doing: &str, error: &Error) -> DbError {
    match error.as_db_error() {
        Some(server) => explain_server(doing, server),
        None if error.is_closed() || io_error(error).is_some() => lost(doing),
        None => DbError::new(ErrorCode::Internal, format!("{doing}: {error}")).with_detail(DbDetail {
            server_message: error.source().map(ToString::to_string),
            ..DbDetail::default()
        }),
    }
}

fn lost(doing: &str) -> DbError {
    DbError::new(ErrorCode::Unreachable, format!("{doing}: the server closed the connection"))
        .with_hint("it was stopped, restarted or cut off; nothing was changed. Try again when it is back")
}

fn explain_server(doing: &str, server: &ServerError) -> DbError {
    let (code, message, hint): (_, String, &str) = match server.code().code() {
        "28P01" => (ErrorCode::AuthFailed, "the password is wrong".into(), "check user and password"),
        "28000" => (
            ErrorCode::AuthFailed,
            "the server does not let this user in from here".into(),
            "check the user; the server's pg_hba.conf says who may come from where, and whether TLS is asked for",
        ),
        "3D000" => (
            ErrorCode::NotFound,
            "the database does not exist on this server".into(),
            "check the database's name; psql -l lists them",
        ),
        "42501" => (
            ErrorCode::PermissionDenied,
            "the user lacks the right for this".into(),
            "ask the owner for the right, or connect as another user",
        ),
        "53300" => (
            ErrorCode::Unreachable,
            "the server has no connection left".into(),
            "close other connections, or raise max_connections",
        ),
        "57P03" => {
            (ErrorCode::Unreachable, "the server is starting up or shutting down".into(), "try again shortly")
        }
        "57P01" | "57P02" => return lost(doing).with_detail(detail(server)),
        "55P03" => (
            ErrorCode::LockHeld,
            "another session holds a lock on an object".into(),
            "wait until it has finished; pg_stat_activity tells which one it is",
        ),
        "57014" => (
            ErrorCode::Timeout,
            "the server stopped the statement".into(),
            "it was cancelled or took longer than statement_timeout allows",
        ),
        _ => (
            ErrorCode::StatementFailed,
            server.message().to_owned(),
            server.hint().unwrap_or("the server's message says why"),
        ),
    };
    DbError::new(code, format!("{doing}: {message}")).with_hint(hint).with_detail(detail(server))
}

fn detail(server: &ServerError) -> DbDetail {
    DbDetail {
        state: Some(server.code().code().to_owned()),
        server_message: Some(server.message().to_owned()),
        detail: server.detail().map(str::to_owned),
        server_hint: server.hint().map(str::to_owned),
        object: server.constraint().or(server.column()).or(server.table()).map(str::to_owned),
        position: match server.position() {
            Some(ErrorPosition::Original(at)) => Some(*at),
            _ => None,
        },
    }
}

/// Translates an error of the connection attempt.
pub(crate) fn explain_connect(target: &Target, error: &Error) -> DbError {
    let doing = format!("connecting to {}", target.label());
    if let Some(server) = error.as_db_error() {
        return explain_server(&doing, server);
    }
    if let Some(io) = io_error(error) {
        return explain_io(&doing, io);
    }
    let text = error.to_string();
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if text.contains("TLS") || cause.contains("certificate") || cause.contains("TLS") {
        return explain_tls(&doing, &cause);
    }
    if cause.contains("password missing") || text.contains("password missing") {
        return DbError::new(
            ErrorCode::AuthFailed,
            format!("{doing}: the server asks for a password and none was given"),
        )
        .with_hint("enter the password; PGPASSWORD and ~/.pgpass are read as well");
    }
    if error.is_closed() {
        return lost(&doing);
    }
    DbError::new(ErrorCode::Unreachable, format!("{doing}: {text}")).with_detail(DbDetail {
        server_message: Some(cause).filter(|cause| !cause.is_empty()),
        ..DbDetail::default()
    })
}

fn explain_tls(doing: &str, cause: &str) -> DbError {
    let (message, hint) = if cause.contains("does not support TLS") {
        (
            "the server speaks no TLS",
            "if the network is trusted, set sslmode=disable or prefer; else turn TLS on at the server",
        )
    } else if cause.contains("NotValidForName") || cause.contains("not valid for name") {
        (
            "the server's certificate is for another host name",
            "use the name in the certificate, or sslmode=verify-ca if you trust its authority alone",
        )
    } else if cause.contains("UnknownIssuer") || cause.contains("CaUsedAsEndEntity") {
        (
            "the server's certificate is signed by nobody this machine trusts",
            "give the authority's certificate as sslrootcert; sslmode=require encrypts without checking who answers",
        )
    } else if cause.contains("Expired") {
        ("the server's certificate has expired", "have it renewed")
    } else {
        ("the TLS handshake failed", "the message below says why; sslmode sets how much is checked")
    };
    DbError::new(ErrorCode::TlsFailed, format!("{doing}: {message}")).with_hint(hint).with_detail(DbDetail {
        server_message: Some(cause.to_owned()).filter(|cause| !cause.is_empty()),
        ..DbDetail::default()
    })
}

fn io_error(error: &Error) -> Option<&std::io::Error> {
    error.source().and_then(|source| source.downcast_ref::<std::io::Error>())
}

fn explain_io(doing: &str, io: &std::io::Error) -> DbError {
    use std::io::ErrorKind;
    let inner = io.to_string();
    if inner.contains("certificate") || inner.contains("TLS") {
        return explain_tls(doing, &inner);
    }
    match io.kind() {
        ErrorKind::ConnectionRefused => refused(doing),
        ErrorKind::NotFound => {
            DbError::new(ErrorCode::Unreachable, format!("{doing}: there is no socket in this folder"))
                .with_hint(
                    "check that the server is running and where it puts its socket (unix_socket_directories)",
                )
        }
        ErrorKind::TimedOut => timed_out(doing),
        ErrorKind::PermissionDenied => {
            DbError::new(ErrorCode::PermissionDenied, format!("{doing}: the socket may not be used"))
                .with_hint("your user needs the right to write to the server's socket")
        }
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => lost(doing),
        _ => DbError::new(ErrorCode::Unreachable, format!("{doing}: {inner}"))
            .with_hint("check host and port, and that no firewall stands between"),
    }
}

fn refused(doing: &str) -> DbError {
    DbError::new(ErrorCode::Unreachable, format!("{doing}: the connection was refused"))
        .with_hint("nothing listens there: check host and port, and that the server is running and listens on this address")
}

/// Nobody answered in time.
pub(crate) fn timed_out(doing: &str) -> DbError {
    DbError::new(ErrorCode::Timeout, format!("{doing}: no answer in time"))
        .with_hint("check host and port; a firewall that drops packets looks like this. connect_timeout sets how long is waited")
}

/// The name has no address.
pub(crate) fn unknown_host(doing: &str, host: &str) -> DbError {
    DbError::new(ErrorCode::Unreachable, format!("{doing}: the host name {host} is not known"))
        .with_hint("check its spelling; a name of an internal network may need a VPN")
}
