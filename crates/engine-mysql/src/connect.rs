//! Opens a session, and says exactly why when it cannot.

use std::time::Duration;

use cadastre_engine::{DbError, ErrorCode, Secret, ServerAddress, Target, TlsMode, name_not_checked};
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};

use crate::error::{explain_connect, timed_out, unknown_host};

fn address_of(target: &Target) -> Result<&ServerAddress, DbError> {
    match target {
        Target::MySql(address) => Ok(address),
        other => Err(DbError::new(
            ErrorCode::UnsupportedByEngine,
            format!("connecting to {}: this is no address of a MySQL or MariaDB server", other.label()),
        )),
    }
}

/// Opens a session on the target.
///
/// # Errors
/// Unknown host, refusal, TLS, password, missing database, time-out: each with its own code and words.
pub(crate) async fn open(target: &Target, secret: Option<&Secret>) -> Result<MySqlConnection, DbError> {
    let address = address_of(target)?;
    let doing = format!("connecting to {}", target.label());
    let is_through = address.tunnel.as_ref().is_some_and(|tunnel| tunnel.open_at.is_some());
    if is_through && address.tls == TlsMode::VerifyFull {
        return Err(name_not_checked(&doing).with_hint(
            "choose verify-ca: the server's authority is still checked, and SSH checks the machine between",
        ));
    }
    let limit = Duration::from_secs(u64::from(address.connect_timeout.max(1)));
    let opening = async {
        if !address.is_socket() {
            // Asked for by itself, because the client's own error does not tell a name from a connection.
            let mut found = tokio::net::lookup_host(address.endpoint()).await;
            if found.as_mut().map_or(true, |addresses| addresses.next().is_none()) {
                return Err(unknown_host(&doing, &address.host));
            }
        }
        options(address, secret).connect().await.map_err(|error| explain_connect(target, &error))
    };
    tokio::time::timeout(limit, opening).await.unwrap_or_else(|_| Err(timed_out(&doing)))
}

fn options(address: &ServerAddress, secret: Option<&Secret>) -> MySqlConnectOptions {
    let mut options = MySqlConnectOptions::new()
        .username(&address.user)
        .database(&address.database)
        .charset("utf8mb4")
        // The session's mode and time zone are ours to set.
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    options = if address.is_socket() {
        options.socket(&address.host)
    } else {
        let (host, port) = address.endpoint();
        options.host(host).port(port)
    };
    options = options.ssl_mode(match address.tls {
        TlsMode::Disable => MySqlSslMode::Disabled,
        TlsMode::Prefer if address.is_socket() => MySqlSslMode::Disabled,
        TlsMode::Prefer => MySqlSslMode::Preferred,
        // As for PostgreSQL: who names an authority wants it checked.
        TlsMode::Require if address.root_certificate.is_some() => MySqlSslMode::VerifyCa,
        TlsMode::Require => MySqlSslMode::Required,
        TlsMode::VerifyCa => MySqlSslMode::VerifyCa,
        TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
    });
    if let Some(path) = &address.root_certificate {
        options = options.ssl_ca(path);
    }
    if let Some(path) = &address.client_certificate {
        options = options.ssl_client_cert(path);
    }
    if let Some(path) = &address.client_key {
        options = options.ssl_client_key(path);
    }
    match secret {
        Some(secret) => options.password(secret.expose()),
        None => options,
    }
}
