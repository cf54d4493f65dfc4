//! Where a database is, without its secret.

use serde::{Deserialize, Serialize};

use crate::tunnel::Tunnel;

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
        /// Files that are attached to it, each a schema of its own (<https://sqlite.org/lang_attach.html>).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attached: Vec<AttachedFile>,
    },
    /// A PostgreSQL server and a database on it.
    Postgres(ServerAddress),
    /// A MySQL or MariaDB server and a database on it.
    MySql(ServerAddress),
    /// A MongoDB server, replica set or cluster, and a database on it.
    MongoDb(MongoAddress),
}

/// A file attached to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFile {
    /// The schema it is.
    pub name: String,
    /// Its path.
    pub path: String,
}

/// How many documents of a large collection are looked at where nobody says otherwise.
pub const DEFAULT_SAMPLE_SIZE: u32 = 1000;

fn default_sample_size() -> u32 {
    DEFAULT_SAMPLE_SIZE
}

/// Where a MongoDB database is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MongoAddress {
    /// The hosts are found by asking the name service (`mongodb+srv`).
    pub srv: bool,
    /// `host` or `host:port`; of a replica set several.
    pub hosts: Vec<String>,
    /// User; empty for none.
    pub user: String,
    /// Database.
    pub database: String,
    /// The database the user is kept in; empty for the one that is opened (manual: "Connection Strings", `defaultauthdb`).
    pub auth_source: String,
    /// The replica set's name; empty for none.
    pub replica_set: String,
    /// Only the host that is named is talked to, whatever it says of its set.
    #[serde(default)]
    pub direct: bool,
    /// TLS.
    pub tls: TlsMode,
    /// A file with the authorities to trust.
    pub root_certificate: Option<String>,
    /// A file with a certificate of our own and its key.
    pub client_certificate: Option<String>,
    /// Seconds to wait for a server.
    pub connect_timeout: u32,
    /// How many documents of a large collection are looked at.
    #[serde(default = "default_sample_size")]
    pub sample_size: u32,
    /// The machine through which it is reached; of one host only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<Tunnel>,
}

impl MongoAddress {
    /// Whether what goes over the wire is encrypted.
    pub fn is_encrypted(&self) -> bool {
        !matches!(self.tls, TlsMode::Disable | TlsMode::Prefer)
    }

    /// The address without password and options of TLS: what the driver needs to find the servers, and the user's database.
    pub fn plain_url(&self) -> String {
        // Whatever it says of its set, through a tunnel there is one server to talk to.
        let near_end = self.tunnel.as_ref().and_then(|tunnel| tunnel.open_at);
        let start = match near_end {
            Some(port) => self.start_of_url("mongodb", &format!("127.0.0.1:{port}")),
            None => self.start_of_url(self.scheme(), &self.hosts.join(",")),
        };
        let is_direct = self.direct || near_end.is_some();
        let set = if is_direct { "" } else { self.replica_set.as_str() };
        let named = [("authSource", self.auth_source.as_str()), ("replicaSet", set)];
        let mut parameters: Vec<String> = named
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("{name}={}", percent_encode(text)))
            .collect();
        parameters.extend(is_direct.then(|| "directConnection=true".to_owned()));
        format!("{start}{}", parameters.join("&"))
    }

    fn scheme(&self) -> &'static str {
        if self.srv { "mongodb+srv" } else { "mongodb" }
    }

    /// Up to the parameters.
    fn start_of_url(&self, scheme: &str, hosts: &str) -> String {
        let user =
            if self.user.is_empty() { String::new() } else { format!("{}@", percent_encode(&self.user)) };
        format!("{scheme}://{user}{hosts}/{}?", percent_encode(&self.database))
    }

    /// The whole address as a URL, without a password.
    fn url(&self) -> String {
        let mut url = self.start_of_url(self.scheme(), &self.hosts.join(","));
        url.push_str(match self.tls {
            TlsMode::Disable | TlsMode::Prefer => "tls=false",
            TlsMode::Require => "tlsInsecure=true",
            TlsMode::VerifyCa | TlsMode::VerifyFull => "tls=true",
        });
        let texts = [("authSource", &self.auth_source), ("replicaSet", &self.replica_set)];
        for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            url.push_str(&format!("&{name}={}", percent_encode(text)));
        }
        url.push_str(if self.direct { "&directConnection=true" } else { "" });
        let files =
            [("tlsCAFile", &self.root_certificate), ("tlsCertificateKeyFile", &self.client_certificate)];
        for (name, path) in files {
            url.extend(path.iter().map(|path| format!("&{name}={}", percent_encode(path))));
        }
        url.push_str(&format!("&connectTimeoutMS={}", u64::from(self.connect_timeout) * 1000));
        if self.sample_size != DEFAULT_SAMPLE_SIZE {
            url.push_str(&format!("&sampleSize={}", self.sample_size));
        }
        url.push_str(&tunnel_parameters(self.tunnel.as_ref(), '-'));
        url
    }
}

/// A server and a database on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerAddress {
    /// Host name, address, or the path of a Unix socket (its folder, for PostgreSQL).
    pub host: String,
    /// Port.
    pub port: u16,
    /// User (role).
    pub user: String,
    /// Database.
    pub database: String,
    /// TLS.
    pub tls: TlsMode,
    /// A file with the authorities to trust instead of the system's.
    pub root_certificate: Option<String>,
    /// A file with a certificate of our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// The file with its private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// Seconds to wait for the connection.
    pub connect_timeout: u32,
    /// The machine through which it is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<Tunnel>,
}

/// Seconds a connection is waited for where nobody says otherwise.
pub const DEFAULT_CONNECT_TIMEOUT: u32 = 10;

impl ServerAddress {
    /// Whether it is a Unix socket.
    pub fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }

    /// Where a connection goes: the server itself, or the near end of an open tunnel to it.
    pub fn endpoint(&self) -> (&str, u16) {
        match self.tunnel.as_ref().and_then(|tunnel| tunnel.open_at) {
            Some(port) => ("127.0.0.1", port),
            None => (&self.host, self.port),
        }
    }

    /// Whether the way there stays within this machine.
    pub fn is_this_machine(&self) -> bool {
        is_this_machine(&self.host)
    }

    /// `user@host:port/database`.
    pub fn label(&self) -> String {
        format!("{}@{}:{}/{}", self.user, self.host, self.port, self.database)
    }

    fn url(&self, scheme: &str, words: &UrlWords) -> String {
        let host = &self.host;
        let shown_host =
            if host.contains(':') && !self.is_socket() { format!("[{host}]") } else { percent_encode(host) };
        let files = [
            (words.root_certificate, &self.root_certificate),
            (words.client_certificate, &self.client_certificate),
            (words.client_key, &self.client_key),
        ];
        let files: String = files
            .iter()
            .filter_map(|(word, path)| path.as_ref().map(|path| format!("&{word}={}", percent_encode(path))))
            .collect();
        format!(
            "{scheme}://{}@{shown_host}:{}/{}?{}={}{files}&{}={}",
            percent_encode(&self.user),
            self.port,
            percent_encode(&self.database),
            words.tls,
            self.tls.word(),
            words.timeout,
            self.connect_timeout,
        ) + &tunnel_parameters(self.tunnel.as_ref(), words.separator)
    }
}

/// Whether a host is this machine: a socket, `localhost`, or a loopback address.
pub fn is_this_machine(host: &str) -> bool {
    host.starts_with('/')
        || host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What the parameters of a URL are called; each product has its own words.
struct UrlWords {
    tls: &'static str,
    root_certificate: &'static str,
    client_certificate: &'static str,
    client_key: &'static str,
    timeout: &'static str,
    separator: char,
}

const POSTGRES_WORDS: UrlWords = UrlWords {
    tls: "sslmode",
    root_certificate: "sslrootcert",
    client_certificate: "sslcert",
    client_key: "sslkey",
    timeout: "connect_timeout",
    separator: '_',
};

const MYSQL_WORDS: UrlWords = UrlWords {
    tls: "ssl-mode",
    root_certificate: "ssl-ca",
    client_certificate: "ssl-cert",
    client_key: "ssl-key",
    timeout: "connect-timeout",
    separator: '-',
};

fn tunnel_parameters(tunnel: Option<&Tunnel>, separator: char) -> String {
    let Some(tunnel) = tunnel else { return String::new() };
    let key = tunnel.key.as_ref().map(|path| format!("&ssh{separator}key={}", percent_encode(path)));
    format!("&ssh={}{}", percent_encode(&tunnel.text()), key.unwrap_or_default())
}

impl Target {
    /// The machine through which it is reached, if it is not reached directly.
    pub fn tunnel(&self) -> Option<&Tunnel> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres(it) | Self::MySql(it) => it.tunnel.as_ref(),
            Self::MongoDb(it) => it.tunnel.as_ref(),
        }
    }

    /// The same database, reached at a port of this machine where its tunnel is open.
    #[must_use]
    pub fn through(&self, port: u16) -> Self {
        let mut target = self.clone();
        let tunnel = match &mut target {
            Self::Sqlite { .. } => None,
            Self::Postgres(it) | Self::MySql(it) => it.tunnel.as_mut(),
            Self::MongoDb(it) => it.tunnel.as_mut(),
        };
        if let Some(tunnel) = tunnel {
            tunnel.open_at = Some(port);
        }
        target
    }

    /// The engine's word.
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
            Self::MySql(_) => "mysql",
            Self::MongoDb(_) => "mongodb",
        }
    }

    /// The address as a URL, without a password: to show, to store, to compare.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { path, attached } => {
                let attached = attached.iter().enumerate().map(|(at, it)| {
                    let sign = if at == 0 { '?' } else { '&' };
                    format!("{sign}attach={}:{}", percent_encode(&it.name), percent_encode(&it.path))
                });
                format!("sqlite:{path}{}", attached.collect::<String>())
            }
            Self::Postgres(address) => address.url("postgres", &POSTGRES_WORDS),
            Self::MySql(address) => address.url("mysql", &MYSQL_WORDS),
            Self::MongoDb(address) => address.url(),
        }
    }

    /// Whether both are the same database, whoever asks for it and however.
    pub fn is_same_database(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sqlite { path: a, .. }, Self::Sqlite { path: b, .. }) => a == b,
            (Self::Postgres(a), Self::Postgres(b)) | (Self::MySql(a), Self::MySql(b)) => {
                (&a.host, a.port, &a.database) == (&b.host, b.port, &b.database)
            }
            (Self::MongoDb(a), Self::MongoDb(b)) => {
                (a.srv, &a.hosts, &a.database) == (b.srv, &b.hosts, &b.database)
            }
            _ => false,
        }
    }

    /// A few words for lists: `user@host:port/database`, or the file's path.
    pub fn label(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => path.clone(),
            Self::Postgres(address) | Self::MySql(address) => address.label(),
            Self::MongoDb(address) => {
                let user = if address.user.is_empty() { String::new() } else { format!("{}@", address.user) };
                format!("{user}{}/{}", address.hosts.join(","), address.database)
            }
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
