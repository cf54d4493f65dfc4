//! Addresses as a form: every field by itself, every field a text a person can edit.

use cadastre_engine::{Target, TlsMode};
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
    /// Seconds to wait.
    pub connect_timeout: String,
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
            Target::Sqlite { path } => Self { engine, path, ..Self::default() },
            Target::Postgres { host, port, user, database, tls, root_certificate, connect_timeout } => Self {
                engine,
                host,
                port: port.to_string(),
                user,
                database,
                tls: tls.word().into(),
                root_certificate: root_certificate.unwrap_or_default(),
                connect_timeout: connect_timeout.to_string(),
                path: String::new(),
            },
        }
    }

    /// The target the fields describe.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] naming the first field that cannot be.
    pub fn target(&self) -> Result<Target, AppError> {
        let missing = |field: &str| {
            AppError::new(Code::InvalidInput, format!("reading the form: {field} is missing"))
                .with_hint("fill it in")
        };
        let number = |field: &str, text: &str, default: u32| match text.trim() {
            "" => Ok(default),
            text => text.parse::<u32>().map_err(|_| {
                AppError::new(
                    Code::InvalidInput,
                    format!("reading the form: {field} “{text}” is not a number"),
                )
                .with_hint("use digits only")
            }),
        };
        match self.engine.as_str() {
            "sqlite" if self.path.trim().is_empty() => Err(missing("the file")),
            "sqlite" => Ok(Target::Sqlite { path: self.path.trim().to_owned() }),
            "postgres" => {
                let host = self.host.trim();
                let user = self.user.trim();
                if user.is_empty() {
                    return Err(missing("the user"));
                }
                let port = number("the port", &self.port, 5432)?;
                let port = u16::try_from(port).ok().filter(|port| *port > 0).ok_or_else(|| {
                    AppError::new(
                        Code::InvalidInput,
                        format!("reading the form: the port {port} does not exist"),
                    )
                    .with_hint("ports go from 1 to 65535")
                })?;
                let database = if self.database.is_empty() { user } else { self.database.as_str() };
                Ok(Target::Postgres {
                    host: if host.is_empty() { "localhost" } else { host }.to_owned(),
                    port,
                    user: user.to_owned(),
                    database: database.to_owned(),
                    tls: TlsMode::parse(&self.tls).unwrap_or(TlsMode::VerifyFull),
                    root_certificate: Some(self.root_certificate.trim().to_owned())
                        .filter(|path| !path.is_empty()),
                    connect_timeout: number("the time-out", &self.connect_timeout, 10)?.clamp(1, 600),
                })
            }
            other => Err(AppError::new(
                Code::InvalidInput,
                format!("reading the form: the engine “{other}” is not known"),
            )
            .with_hint(format!("choose one of {}", engines::ENGINES.join(", ")))),
        }
    }
}

/// Takes a pasted address apart.
///
/// # Errors
/// What is wrong with it, in the engine's words.
pub fn parse_address(text: &str) -> Result<ParsedAddress, AppError> {
    let (target, _) = engines::parse_url(text)?;
    let suggested_name = match &target {
        Target::Sqlite { path } => std::path::Path::new(path)
            .file_stem()
            .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned()),
        Target::Postgres { host, database, .. } if host.starts_with('/') => database.clone(),
        Target::Postgres { host, database, .. } => format!("{database} on {host}"),
    };
    Ok(ParsedAddress { form: AddressForm::of(&target), password: engines::password_in(text), suggested_name })
}
