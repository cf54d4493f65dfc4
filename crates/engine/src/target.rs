//! Where a database is, without its secret.

use serde::{Deserialize, Serialize};

/// How much of TLS is asked for; the words and meanings of libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Never.
    Disable,
    /// If the server offers it; nothing is verified.
    Prefer,
    /// Always; nothing is verified.
    Require,
    /// Always; the certificate must be signed by a trusted authority.
    VerifyCa,
    /// Always; and the host name must be the certificate's.
    VerifyFull,
}

impl TlsMode {
    /// The word in a URL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    /// The mode behind a word of a URL. `allow` counts as `prefer`.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }
}

/// A database's address, parsed and complete, without a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "engine", rename_all = "lowercase")]
pub enum Target {
    /// A file.
    Sqlite {
        /// Its path.
        path: String,
    },
    /// A server and a database on it.
    Postgres {
        /// Host name, address, or the folder of a Unix socket.
        host: String,
        /// Port.
        port: u16,
        /// User (role).
        user: String,
        /// Database.
        database: String,
        /// TLS.
        tls: TlsMode,
        /// A file with the authorities to trust instead of the system's.
        root_certificate: Option<String>,
        /// Seconds to wait for the connection.
        connect_timeout: u32,
    },
}

impl Target {
    /// The engine's word.
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    /// The address as a URL, without a password: to show, to store, to compare.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { path } => format!("sqlite:{path}"),
            Self::Postgres { host, port, user, database, tls, root_certificate, connect_timeout } => {
                let shown_host = if host.contains(':') && !host.starts_with('/') {
                    format!("[{host}]")
                } else {
                    percent_encode(host)
                };
                let certificate = root_certificate
                    .as_ref()
                    .map(|path| format!("&sslrootcert={}", percent_encode(path)))
                    .unwrap_or_default();
                format!(
                    "postgres://{}@{shown_host}:{port}/{}?sslmode={}{certificate}&connect_timeout={connect_timeout}",
                    percent_encode(user),
                    percent_encode(database),
                    tls.word(),
                )
            }
        }
    }

    /// A few words for lists: `user@host:port/database`, or the file's path.
    pub fn label(&self) -> String {
        match self {
            Self::Sqlite { path } => path.clone(),
            Self::Postgres { host, port, user, database, .. } => format!("{user}@{host}:{port}/{database}"),
        }
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Undoes percent-encoding. `None` when a `%` is not followed by two hexadecimal digits or the bytes are not UTF-8.
pub fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
