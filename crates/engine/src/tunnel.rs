//! The machine through which a server is reached, when it is not reached directly.

use serde::{Deserialize, Serialize};

use crate::error::{DbError, ErrorCode};

/// A machine that forwards the connection (SSH, RFC 4254 section 7). Who we are is shown by the agent or by a key file; there is
/// no password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tunnel {
    /// Host name, address, or a name of the user's SSH configuration.
    pub host: String,
    /// Port; none for SSH's own choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// User; empty for SSH's own choice.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The file with the key; none for the agent and SSH's own choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The port of this machine that leads to the server, while the tunnel is open.
    #[serde(skip)]
    pub open_at: Option<u16>,
}

impl Tunnel {
    /// Reads `user@host:port`; user and port may be missing.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (user, place) = text.trim().rsplit_once('@').unwrap_or(("", text.trim()));
        let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':').unwrap_or_default()),
            None if place.matches(':').count() > 1 => (place, ""),
            None => place.split_once(':').unwrap_or((place, "")),
        };
        // A name that begins like an option would be taken for one.
        let is_name =
            |name: &str| !name.starts_with('-') && !name.chars().any(|c| c.is_whitespace() || c.is_control());
        if host.is_empty() || !is_name(host) || !is_name(user) {
            return Err(format!("“{text}” is no SSH server: write user@host or user@host:port"));
        }
        let port = match port {
            "" => None,
            port => Some(
                port.parse()
                    .ok()
                    .filter(|port| *port > 0)
                    .ok_or_else(|| format!("the port {port} of the SSH server does not exist"))?,
            ),
        };
        Ok(Self { host: host.to_owned(), port, user: user.to_owned(), ..Self::default() })
    }

    /// What [`Tunnel::parse`] reads.
    pub fn text(&self) -> String {
        let user = if self.user.is_empty() { String::new() } else { format!("{}@", self.user) };
        match (self.host.contains(':'), self.port) {
            (true, Some(port)) => format!("{user}[{}]:{port}", self.host),
            (false, Some(port)) => format!("{user}{}:{port}", self.host),
            (_, None) => format!("{user}{}", self.host),
        }
    }

    /// From the two parameters of an address; nothing where there is no `ssh`.
    ///
    /// # Errors
    /// As [`Tunnel::parse`]; a key without a server.
    pub fn from_parameters(ssh: Option<String>, key: Option<String>) -> Result<Option<Self>, String> {
        match (ssh.filter(|text| !text.trim().is_empty()), key.filter(|path| !path.trim().is_empty())) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err("an SSH key is given and no SSH server to use it with".into()),
            (Some(text), key) => Ok(Some(Self { key, ..Self::parse(&text)? })),
        }
    }
}

/// For clients that hold a certificate against the name they connect to, which at the near end of a tunnel is this machine's.
pub fn name_not_checked(doing: &str) -> DbError {
    DbError::new(
        ErrorCode::UnsupportedByEngine,
        format!("{doing}: through an SSH tunnel the certificate cannot be held against the server's name"),
    )
}
