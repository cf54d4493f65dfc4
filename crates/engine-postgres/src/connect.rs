//! Opens a session, and says exactly why when it cannot. What is read is read in read-only transactions: a start-up option for it
//! would keep connection poolers out.

use std::time::Duration;

use cadastre_engine::{DbError, ErrorCode, Secret, ServerAddress, Target, TlsMode};
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{explain_connect, timed_out, unknown_host};
use crate::tls;

/// An open session. The connection's own task ends with it.
pub(crate) struct Session {
    pub client: Client,
    pub tls: MakeRustlsConnect,
    connection: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

fn address_of(target: &Target) -> Result<&ServerAddress, DbError> {
    match target {
        Target::Postgres(address) => Ok(address),
        other => Err(DbError::new(
            ErrorCode::UnsupportedByEngine,
            format!("connecting to {}: this is no address of a PostgreSQL server", other.label()),
        )),
    }
}

/// Opens a session on the target.
///
/// # Errors
/// Unknown host, refusal, TLS, password, missing database, time-out: each with its own code and words.
pub(crate) async fn open(target: &Target, secret: Option<&Secret>) -> Result<Session, DbError> {
    let address = address_of(target)?;
    let limit = Duration::from_secs(u64::from(address.connect_timeout.max(1)));
    let doing = format!("connecting to {}", target.label());
    match tokio::time::timeout(limit, open_in_time(target, address, secret, &doing)).await {
        Ok(result) => result,
        Err(_) => Err(timed_out(&doing)),
    }
}

async fn open_in_time(
    target: &Target,
    address: &ServerAddress,
    secret: Option<&Secret>,
    doing: &str,
) -> Result<Session, DbError> {
    if !address.is_socket() {
        // Asked for by itself, because the client's own error does not tell a name from a connection.
        let mut found = tokio::net::lookup_host(address.endpoint()).await;
        if found.as_mut().map_or(true, |addresses| addresses.next().is_none()) {
            return Err(unknown_host(doing, &address.host));
        }
    }
    let tls = tls::connector(address).map_err(|error| error.while_doing(doing))?;
    let connected = config(address, secret).connect(tls.clone()).await;
    let (client, connection) = connected.map_err(|error| explain_connect(target, &error))?;
    let connection = tokio::spawn(async move {
        // Its error reaches the caller through the client's next call.
        let _ = connection.await;
    });
    Ok(Session { client, tls, connection })
}

fn config(address: &ServerAddress, secret: Option<&Secret>) -> Config {
    let mut config = Config::new();
    let (_, port) = address.endpoint();
    // Through a tunnel the name stays the server's own: it is what its certificate must bear.
    if address.tunnel.as_ref().is_some_and(|tunnel| tunnel.open_at.is_some()) {
        config.hostaddr(std::net::Ipv4Addr::LOCALHOST.into());
    }
    config
        .host(&address.host)
        .port(port)
        .user(&address.user)
        .dbname(&address.database)
        .application_name("cadastre")
        .ssl_mode(match address.tls {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer if address.is_socket() => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
    if let Some(secret) = secret {
        config.password(secret.expose());
    }
    config
}
