//! TLS by libpq's modes on rustls. Manual: "SSL Support", table "SSL Mode Descriptions".

use std::sync::Arc;

use cadastre_engine::{DbError, ErrorCode, ServerAddress, TlsMode};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The connector for an address: its mode, its authorities (without a file the system's are trusted), and a certificate of our own.
///
/// # Errors
/// [`ErrorCode::TlsFailed`] when a certificate file cannot be read or the system trusts nobody.
pub(crate) fn connector(address: &ServerAddress) -> Result<MakeRustlsConnect, DbError> {
    let (mode, root_certificate) = (address.tls, address.root_certificate.as_deref());
    let provider = Arc::new(ring::default_provider());
    let check = match mode {
        // As libpq does: who names an authority wants it checked.
        TlsMode::Require if root_certificate.is_some() => {
            Check::Authority(authority_verifier(root_certificate, &provider)?)
        }
        TlsMode::Disable | TlsMode::Prefer | TlsMode::Require => Check::Nothing,
        TlsMode::VerifyCa => Check::Authority(authority_verifier(root_certificate, &provider)?),
        TlsMode::VerifyFull => Check::Name(authority_verifier(root_certificate, &provider)?),
    };
    let verifier = Arc::new(Verifier { check, provider: provider.clone() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(format!("setting up TLS: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match own_certificate(address)? {
        None => config.with_no_client_auth(),
        Some((chain, key)) => config
            .with_client_auth_cert(chain, key)
            .map_err(|error| failed(format!("setting up TLS with a certificate of our own: {error}")))?,
    };
    Ok(MakeRustlsConnect::new(config))
}

type OwnCertificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The certificate we show and its key, where the address names them.
fn own_certificate(address: &ServerAddress) -> Result<Option<OwnCertificate>, DbError> {
    if address.tls == TlsMode::Disable || address.is_socket() {
        return Ok(None);
    }
    let (chain_file, key_file) = match (&address.client_certificate, &address.client_key) {
        (None, None) => return Ok(None),
        (Some(chain), Some(key)) => (chain, key),
        _ => {
            return Err(failed(
                "setting up TLS: a certificate of our own needs its key, and a key its certificate".into(),
            )
            .with_hint("give both sslcert and sslkey, or neither"));
        }
    };
    let unreadable = |path: &str, error: String| {
        failed(format!("reading {path}: {error}")).with_hint("it must be a PEM file that you may read")
    };
    let chain = CertificateDer::pem_file_iter(chain_file)
        .and_then(|them| them.collect::<Result<Vec<_>, _>>())
        .map_err(|error| unreadable(chain_file, error.to_string()))?;
    let key =
        PrivateKeyDer::from_pem_file(key_file).map_err(|error| unreadable(key_file, error.to_string()))?;
    Ok(Some((chain, key)))
}

fn failed(message: String) -> DbError {
    DbError::new(ErrorCode::TlsFailed, message)
}

fn authority_verifier(
    root_certificate: Option<&str>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, DbError> {
    let mut roots = RootCertStore::empty();
    match root_certificate {
        Some(path) => {
            let unreadable = |error: String| {
                failed(format!("reading the authority's certificate {path}: {error}"))
                    .with_hint("sslrootcert must name a PEM file with one or more certificates")
            };
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            }
        }
        None => {
            let (_, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().map_err(|_| {
        failed("setting up TLS: this machine trusts no certificate authority".into())
            .with_hint("install ca-certificates, or give the authority's certificate as sslrootcert")
    })
}

#[derive(Debug)]
enum Check {
    /// `prefer` and `require`: encrypted, nobody is asked who they are.
    Nothing,
    /// `verify-ca`: signed by a trusted authority, for whatever name.
    Authority(Arc<WebPkiServerVerifier>),
    /// `verify-full`: and for this name.
    Name(Arc<WebPkiServerVerifier>),
}

#[derive(Debug)]
struct Verifier {
    check: Check,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, name, ocsp, now)
        };
        match &self.check {
            Check::Nothing => Ok(ServerCertVerified::assertion()),
            Check::Name(verifier) => verify(verifier),
            // The name is the last thing that verifier looks at, so a wrong name means that the chain held.
            Check::Authority(verifier) => match verify(verifier) {
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                )) => Ok(ServerCertVerified::assertion()),
                other => other,
            },
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
