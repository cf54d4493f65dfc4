//! Opens a client, and says exactly why when it cannot.

use std::time::Duration;

use cadastre_engine::{DbError, ErrorCode, MongoAddress, Secret, Target, TlsMode, name_not_checked};
use mongodb::options::{AuthMechanism, ClientOptions, Credential, Tls, TlsOptions};
use mongodb::{Client, Database};

use crate::error::explain_connect;

pub(crate) fn address_of(target: &Target) -> Result<&MongoAddress, DbError> {
    match target {
        Target::MongoDb(address) => Ok(address),
        other => Err(DbError::new(
            ErrorCode::UnsupportedByEngine,
            format!("connecting to {}: this is no address of a MongoDB server", other.label()),
        )),
    }
}

/// A client for the target, and the address it was made from. The driver connects when it is first asked something.
///
/// # Errors
/// An address the driver does not take, unreadable certificates, and an SRV record that does not exist.
pub(crate) async fn open<'t>(
    target: &'t Target,
    secret: Option<&Secret>,
) -> Result<(&'t MongoAddress, Database), DbError> {
    let address = address_of(target)?;
    let is_through = address.tunnel.as_ref().is_some_and(|tunnel| tunnel.open_at.is_some());
    if is_through && address.tls == TlsMode::VerifyFull {
        return Err(name_not_checked(&format!("connecting to {}", target.label())).with_hint(
            "choose require: the way is still encrypted to the server, and SSH checks the machine between",
        ));
    }
    let limit = Duration::from_secs(u64::from(address.connect_timeout.max(1)));
    // The password is not part of the text, so that no message of the driver can show it.
    let mut options =
        ClientOptions::parse(address.plain_url()).await.map_err(|error| explain_connect(target, &error))?;
    options.app_name = Some("cadastre".into());
    options.server_selection_timeout = Some(limit);
    options.connect_timeout = Some(limit);
    options.max_pool_size = Some(8);
    options.credential = credential(options.credential.take(), address, secret);
    options.tls = Some(tls(address)?);
    let client = Client::with_options(options).map_err(|error| explain_connect(target, &error))?;
    Ok((address, client.database(&address.database)))
}

/// What the driver made of user and database, with the secret. Whose name an SRV record stands for may say where users are kept.
fn credential(
    named: Option<Credential>,
    address: &MongoAddress,
    secret: Option<&Secret>,
) -> Option<Credential> {
    let mut credential = named?;
    credential.password = secret.map(|secret| secret.expose().to_owned());
    // Without a password it can only be the certificate that tells who we are.
    if secret.is_none() && address.client_certificate.is_some() {
        credential.mechanism = Some(AuthMechanism::MongoDbX509);
        credential.source = Some("$external".into());
    }
    Some(credential)
}

fn tls(address: &MongoAddress) -> Result<Tls, DbError> {
    let mut options = TlsOptions::default();
    options.ca_file_path = address.root_certificate.as_ref().map(Into::into);
    options.cert_key_file_path = address.client_certificate.as_ref().map(Into::into);
    match address.tls {
        TlsMode::Disable | TlsMode::Prefer => return Ok(Tls::Disabled),
        TlsMode::Require => options.allow_invalid_certificates = Some(true),
        TlsMode::VerifyFull => {}
        TlsMode::VerifyCa => {
            return Err(DbError::new(
                ErrorCode::UnsupportedByEngine,
                "setting up TLS: MongoDB's driver cannot check the authority without the name",
            )
            .with_hint("choose verify-full, or require on a network you trust"));
        }
    }
    Ok(Tls::Enabled(options))
}
