//! Addresses as a form: every field by itself, every field a text a person can edit.

use cadastre_engine::{
    AttachedFile, DEFAULT_CONNECT_TIMEOUT, DEFAULT_SAMPLE_SIZE, MongoAddress, ServerAddress, Target, TlsMode,
    Tunnel, is_this_machine,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::engines;
use crate::error::{AppError, Code};

/// The fields of a connection form. Fields that the engine has no use for are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct AddressForm {
    /// The engine's word.
    pub engine: String,
    /// The file.
    pub path: String,
    /// Files attached to it, one a line: `name=path`.
    pub attached: String,
    /// Host name, address, or folder of a socket.
    pub host: String,
    /// Port.
    pub port: String,
    /// User.
    pub user: String,
    /// Database.
    pub database: String,
    /// TLS mode, a word of `sslmode`.
    pub tls: String,
    /// A file with trusted authorities; empty for the system's.
    pub root_certificate: String,
    /// A file with a certificate of our own; empty for none.
    pub client_certificate: String,
    /// The file with its key.
    pub client_key: String,
    /// The hosts are found by asking the name service (`mongodb+srv`).
    pub srv: bool,
    /// The database the user is kept in.
    pub auth_source: String,
    /// The replica set's name.
    pub replica_set: String,
    /// Only the server that is named is talked to.
    pub direct: bool,
    /// How many documents of a collection are looked at.
    pub sample_size: String,
    /// Seconds to wait.
    pub connect_timeout: String,
    /// The SSH server the connection goes through: `user@host:port`; empty for none.
    pub ssh: String,
    /// The file with the key for it; empty for the agent.
    pub ssh_key: String,
}

/// A pasted address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ParsedAddress {
    /// The fields.
    pub form: AddressForm,
    /// The password that stood in the address itself; one found in the environment is not shown.
    pub password: Option<String>,
    /// A name to start with.
    pub suggested_name: String,
}

impl AddressForm {
    /// The form of a target.
    pub fn of(target: &Target) -> Self {
        let engine = target.engine().to_owned();
        match target.clone() {
            Target::Sqlite { path, attached } => {
                let lines: Vec<String> =
                    attached.iter().map(|it| format!("{}={}", it.name, it.path)).collect();
                Self { engine, path, attached: lines.join("\n"), ..Self::default() }
            }
            Target::Postgres(it) | Target::MySql(it) => Self {
                engine,
                host: it.host,
                port: it.port.to_string(),
                user: it.user,
                database: it.database,
                tls: it.tls.word().into(),
                root_certificate: it.root_certificate.unwrap_or_default(),
                client_certificate: it.client_certificate.unwrap_or_default(),
                client_key: it.client_key.unwrap_or_default(),
                connect_timeout: it.connect_timeout.to_string(),
                ssh: it.tunnel.as_ref().map(Tunnel::text).unwrap_or_default(),
                ssh_key: it.tunnel.and_then(|tunnel| tunnel.key).unwrap_or_default(),
                ..Self::default()
            },
            Target::MongoDb(it) => Self {
                engine,
                srv: it.srv,
                host: it.hosts.join(","),
                user: it.user,
                database: it.database,
                auth_source: it.auth_source,
                replica_set: it.replica_set,
                direct: it.direct,
                sample_size: it.sample_size.to_string(),
                tls: it.tls.word().into(),
                root_certificate: it.root_certificate.unwrap_or_default(),
                client_certificate: it.client_certificate.unwrap_or_default(),
                connect_timeout: it.connect_timeout.to_string(),
                ssh: it.tunnel.as_ref().map(Tunnel::text).unwrap_or_default(),
                ssh_key: it.tunnel.and_then(|tunnel| tunnel.key).unwrap_or_default(),
                ..Self::default()
            },
        }
    }

    /// The target the fields describe.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] naming the first field that cannot be.
    pub fn target(&self) -> Result<Target, AppError> {
        match self.engine.as_str() {
            "sqlite" if self.path.trim().is_empty() => Err(missing("the file")),
            "sqlite" => {
                let attached = self.attached_files().map_err(|what| {
                    AppError::new(Code::InvalidInput, format!("reading the form: {what}"))
                        .with_hint("write one attached file a line: name=path")
                })?;
                Ok(Target::Sqlite { path: self.path.trim().to_owned(), attached })
            }
            "postgres" => {
                let address = self.server(5432)?;
                let database = Some(address.database.clone()).filter(|name| !name.is_empty());
                Ok(Target::Postgres(ServerAddress {
                    database: database.unwrap_or_else(|| address.user.clone()),
                    ..address
                }))
            }
            "mysql" => {
                let address = self.server(3306)?;
                if address.database.is_empty() {
                    return Err(missing("the database"));
                }
                Ok(Target::MySql(address))
            }
            "mongodb" => self.mongo(),
            other => Err(AppError::new(
                Code::InvalidInput,
                format!("reading the form: the engine “{other}” is not known"),
            )
            .with_hint(format!("choose one of {}", engines::ENGINES.join(", ")))),
        }
    }

    fn attached_files(&self) -> Result<Vec<AttachedFile>, String> {
        let lines = self.attached.lines().map(str::trim).filter(|line| !line.is_empty());
        let files = lines.map(|line| match line.split_once('=') {
            Some((name, path)) => Ok(AttachedFile { name: name.trim().into(), path: path.trim().into() }),
            None => Err(format!("the attached file “{line}” has no name")),
        });
        let files = files.collect::<Result<Vec<_>, _>>()?;
        cadastre_engine_sqlite::check_attached(&files)?;
        Ok(files)
    }

    fn mongo(&self) -> Result<Target, AppError> {
        let hosts: Vec<String> =
            self.host.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
        if self.database.is_empty() {
            return Err(missing("the database"));
        }
        // The port of the form is meant for a single host that has none of its own.
        let port = self.port.trim();
        let with_port = |host: &String| !port.is_empty() && !self.srv && !host.contains(':');
        let hosts = match hosts.as_slice() {
            [] => vec![format!("localhost:{}", number("the port", port, 27017)?)],
            [host] if with_port(host) => vec![format!("{host}:{}", number("the port", port, 27017)?)],
            _ => hosts,
        };
        let tunnel = self.tunnel()?;
        if tunnel.is_some() && (self.srv || hosts.len() > 1) {
            return Err(AppError::new(
                Code::InvalidInput,
                "reading the form: through an SSH tunnel one server is reached, and several are named",
            )
            .with_hint("name one host"));
        }
        if self.direct && (self.srv || hosts.len() > 1) {
            return Err(AppError::new(
                Code::InvalidInput,
                "reading the form: one server is to be talked to directly, and several are named",
            )
            .with_hint("name one host, or let the replica set be found"));
        }
        // The driver cannot try with and then without; in doubt nothing goes in clear over a network.
        let is_here =
            !self.srv && hosts.iter().all(|host| is_this_machine(host.split(':').next().unwrap_or(host)));
        let tls = match TlsMode::parse(&self.tls) {
            Some(TlsMode::Prefer) if is_here => TlsMode::Disable,
            Some(TlsMode::Prefer) | None => TlsMode::VerifyFull,
            Some(mode) => mode,
        };
        Ok(Target::MongoDb(MongoAddress {
            srv: self.srv,
            hosts,
            user: self.user.trim().to_owned(),
            database: self.database.clone(),
            auth_source: self.auth_source.trim().to_owned(),
            replica_set: self.replica_set.trim().to_owned(),
            direct: self.direct,
            tls,
            root_certificate: file(&self.root_certificate),
            client_certificate: file(&self.client_certificate),
            connect_timeout: number("the time-out", &self.connect_timeout, DEFAULT_CONNECT_TIMEOUT)?
                .clamp(1, 600),
            sample_size: number("the number of documents", &self.sample_size, DEFAULT_SAMPLE_SIZE)?
                .clamp(1, 100_000),
            tunnel,
        }))
    }

    fn server(&self, default_port: u32) -> Result<ServerAddress, AppError> {
        let host = self.host.trim();
        let user = self.user.trim();
        if user.is_empty() {
            return Err(missing("the user"));
        }
        let port = number("the port", &self.port, default_port)?;
        let port = u16::try_from(port).ok().filter(|port| *port > 0).ok_or_else(|| {
            AppError::new(Code::InvalidInput, format!("reading the form: the port {port} does not exist"))
                .with_hint("ports go from 1 to 65535")
        })?;
        Ok(ServerAddress {
            host: if host.is_empty() { "localhost" } else { host }.to_owned(),
            port,
            user: user.to_owned(),
            database: self.database.clone(),
            tls: TlsMode::parse(&self.tls).unwrap_or(TlsMode::VerifyFull),
            root_certificate: file(&self.root_certificate),
            client_certificate: file(&self.client_certificate),
            client_key: file(&self.client_key),
            connect_timeout: number("the time-out", &self.connect_timeout, DEFAULT_CONNECT_TIMEOUT)?
                .clamp(1, 600),
            tunnel: self.tunnel()?,
        })
    }

    fn tunnel(&self) -> Result<Option<Tunnel>, AppError> {
        Tunnel::from_parameters(file(&self.ssh), file(&self.ssh_key)).map_err(|error| {
            AppError::new(Code::InvalidInput, format!("reading the form: {error}"))
                .with_hint("leave both SSH fields empty to connect directly")
        })
    }
}

fn file(path: &str) -> Option<String> {
    Some(path.trim().to_owned()).filter(|path| !path.is_empty())
}

fn missing(field: &str) -> AppError {
    AppError::new(Code::InvalidInput, format!("reading the form: {field} is missing")).with_hint("fill it in")
}

fn number(field: &str, text: &str, default: u32) -> Result<u32, AppError> {
    match text.trim() {
        "" => Ok(default),
        text => text.parse::<u32>().map_err(|_| {
            AppError::new(Code::InvalidInput, format!("reading the form: {field} “{text}” is not a number"))
                .with_hint("use digits only")
        }),
    }
}

/// Takes a pasted address apart.
///
/// # Errors
/// What is wrong with it, in the engine's words.
pub fn parse_address(text: &str) -> Result<ParsedAddress, AppError> {
    let (target, _) = engines::parse_url(text)?;
    let suggested_name = match &target {
        Target::Sqlite { path, .. } => std::path::Path::new(path)
            .file_stem()
            .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned()),
        Target::Postgres(it) | Target::MySql(it) if it.is_socket() => it.database.clone(),
        Target::Postgres(it) | Target::MySql(it) => format!("{} on {}", it.database, it.host),
        Target::MongoDb(it) => format!("{} on {}", it.database, it.hosts.join(", ")),
    };
    Ok(ParsedAddress { form: AddressForm::of(&target), password: engines::password_in(text), suggested_name })
}
