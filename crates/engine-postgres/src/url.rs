//! Addresses as libpq reads them: URL, then service file, then `PG*` variables, then defaults; the password from the URL,
//! `PGPASSWORD` or the password file. Manual: "Database Connection Control Functions", "The Password File", "The Connection
//! Service File".

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cadastre_engine::{
    DEFAULT_CONNECT_TIMEOUT, DbError, ErrorCode, Secret, ServerAddress, Target, TlsMode, Tunnel,
    is_this_machine, percent_decode,
};

/// What surrounds the program: variables and the home folder. Given, not looked up, so that it can be tested.
#[derive(Clone, Default)]
pub struct Environment {
    /// Environment variables.
    pub variables: HashMap<String, String>,
    /// The home folder.
    pub home: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        Self {
            variables: std::env::vars()
                .filter(|(name, _)| name.starts_with("PG") || name == "USER")
                .collect(),
            home: dirs::home_dir(),
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The parameters we act on, by libpq's names, with the variable that stands for each.
const PARAMETERS: [(&str, &str); 13] = [
    ("ssh", ""),
    ("ssh_key", ""),
    ("host", "PGHOST"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("dbname", "PGDATABASE"),
    ("password", "PGPASSWORD"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("service", "PGSERVICE"),
];

/// Parameters that change nothing about what is read.
const IGNORED: [&str; 6] = [
    "application_name",
    "fallback_application_name",
    "keepalives",
    "gssencmode",
    "channel_binding",
    "target_session_attrs",
];

type Parameters = HashMap<String, String>;

fn invalid(what: impl std::fmt::Display) -> DbError {
    DbError::new(ErrorCode::InvalidInput, format!("reading the address: {what}"))
        .with_hint("write it as postgres://user@host:5432/database?sslmode=verify-full")
}

/// Reads an address and finds the password that belongs to it, if there is one.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] for anything that cannot be understood, a parameter's name included.
pub fn parse_url(text: &str, environment: &Environment) -> Result<(Target, Option<Secret>), DbError> {
    let mut parameters = split_url(text)?;
    for (name, variable) in PARAMETERS {
        // What a service says goes before the variables, so they are kept apart.
        if name == "service" && !parameters.contains_key("service") {
            parameters.extend(environment.variable(variable).map(|value| (name.to_owned(), value)));
        }
    }
    if let Some(service) = parameters.remove("service") {
        for (name, value) in read_service(&service, environment)? {
            parameters.entry(name).or_insert(value);
        }
    }
    for (name, variable) in PARAMETERS {
        if let Some(value) = environment.variable(variable) {
            parameters.entry(name.to_owned()).or_insert(value);
        }
    }
    complete(parameters, environment)
}

fn complete(
    mut parameters: Parameters,
    environment: &Environment,
) -> Result<(Target, Option<Secret>), DbError> {
    let host = parameters.remove("host").unwrap_or_else(|| "localhost".into());
    if host.contains(',') {
        return Err(invalid("several hosts are not supported; name the primary server"));
    }
    let port = number(&parameters, "port", 5432)?;
    let port = u16::try_from(port).map_err(|_| invalid(format!("{port} is not a port number")))?;
    let user = parameters.remove("user").or_else(|| environment.variable("USER"));
    let user = user.ok_or_else(|| invalid("the user is missing"))?;
    let database = parameters.remove("dbname").unwrap_or_else(|| user.clone());
    // `system` stands for the system's authorities, and insists on them (libpq, "sslrootcert").
    let root_certificate = parameters.remove("sslrootcert");
    let by_system = root_certificate.as_deref() == Some("system");
    let root_certificate = root_certificate.filter(|_| !by_system);
    let tls = match parameters.get("sslmode") {
        Some(word) if by_system && word != "verify-full" => {
            return Err(invalid(format!(
                "sslrootcert=system goes with sslmode=verify-full only, not with {word}"
            )));
        }
        Some(word) => TlsMode::parse(word).ok_or_else(|| {
            invalid(format!(
                "sslmode={word} is not known: disable, prefer, require, verify-ca or verify-full"
            ))
        })?,
        None if by_system => TlsMode::VerifyFull,
        // Nobody listens on this machine's own wires; anywhere else the answer must come from whom it should.
        None if is_this_machine(&host) => TlsMode::Prefer,
        None => TlsMode::VerifyFull,
    };
    let connect_timeout = number(&parameters, "connect_timeout", DEFAULT_CONNECT_TIMEOUT)?;
    let connect_timeout = if connect_timeout == 0 { DEFAULT_CONNECT_TIMEOUT } else { connect_timeout };
    let secret = match parameters.remove("password") {
        Some(password) => Some(Secret::new(password)),
        None => read_password_file(environment, [&host, &port.to_string(), &database, &user]),
    };
    let address = ServerAddress {
        host,
        port,
        user,
        database,
        tls,
        root_certificate,
        client_certificate: parameters.remove("sslcert"),
        client_key: parameters.remove("sslkey"),
        connect_timeout,
        tunnel: Tunnel::from_parameters(parameters.remove("ssh"), parameters.remove("ssh_key"))
            .map_err(invalid)?,
    };
    Ok((Target::Postgres(address), secret))
}

fn number(parameters: &Parameters, name: &str, default: u32) -> Result<u32, DbError> {
    match parameters.get(name).filter(|text| !text.is_empty()) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| invalid(format!("{name}={text} is not a number"))),
    }
}

/// `scheme://[user[:password]@][host][:port][/database][?parameters]`; split by hand because a host may be empty, a socket's
/// folder or encoded, which the URL standard forbids.
fn split_url(text: &str) -> Result<Parameters, DbError> {
    let rest = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme));
    let rest = rest.ok_or_else(|| invalid("it does not start with postgres://"))?;
    let decode = |text: &str| {
        percent_decode(text).ok_or_else(|| invalid("a % is not followed by two hexadecimal digits"))
    };
    let mut parameters = Parameters::new();
    let mut put = |name: &str, value: &str| -> Result<(), DbError> {
        if !value.is_empty() {
            parameters.insert(name.to_owned(), decode(value)?);
        }
        Ok(())
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    put("user", user)?;
    put("password", password)?;
    put("dbname", database)?;
    let (host, port) = split_port(host)?;
    put("host", host)?;
    put("port", port)?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| invalid(format!("the parameter {pair} has no value")))?;
        if PARAMETERS.iter().any(|(known, _)| *known == name) {
            put(name, value)?;
        } else if !IGNORED.contains(&name) {
            return Err(invalid(format!("the parameter {name} is not known")));
        }
    }
    Ok(parameters)
}

/// Host and port; an IPv6 address stands in brackets.
fn split_port(text: &str) -> Result<(&str, &str), DbError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) =
            rest.split_once(']').ok_or_else(|| invalid("the bracket around the address is not closed"))?;
        return Ok((host, rest.strip_prefix(':').unwrap_or("")));
    }
    Ok(text.rsplit_once(':').unwrap_or((text, "")))
}

/// Reads one service of the user's service file, or of the system's.
fn read_service(service: &str, environment: &Environment) -> Result<Parameters, DbError> {
    let own = environment.variable("PGSERVICEFILE").map(PathBuf::from);
    let own = own.or_else(|| environment.home.as_ref().map(|home| home.join(".pg_service.conf")));
    let system =
        environment.variable("PGSYSCONFDIR").map(|folder| Path::new(&folder).join("pg_service.conf"));
    let system = system.or_else(|| Some(PathBuf::from("/etc/postgresql-common/pg_service.conf")));
    for path in [own, system].into_iter().flatten() {
        if let Ok(text) = std::fs::read_to_string(&path)
            && let Some(parameters) = find_service(&text, service)
        {
            return Ok(parameters);
        }
    }
    Err(DbError::new(ErrorCode::NotFound, format!("reading the address: there is no service {service}"))
        .with_hint("services stand in ~/.pg_service.conf, or in the file that PGSERVICEFILE names"))
}

fn find_service(text: &str, service: &str) -> Option<Parameters> {
    let mut found: Option<Parameters> = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            if found.is_some() {
                break;
            }
            found = (name == service).then(Parameters::new);
        } else if let (Some(parameters), Some((name, value))) = (&mut found, line.split_once('=')) {
            parameters.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    found
}

/// The first line of the password file that fits. A file that others may read is passed over, as libpq does.
fn read_password_file(environment: &Environment, wanted: [&str; 4]) -> Option<Secret> {
    let path = environment.variable("PGPASSFILE").map(PathBuf::from);
    let path = path.or_else(|| environment.home.as_ref().map(|home| home.join(".pgpass")))?;
    if !is_private(&path) {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(split_password_line).find_map(|fields| match fields.as_slice() {
        [address @ .., password] if address.len() == 4 => {
            let fits = address.iter().zip(wanted).all(|(field, value)| field == "*" || field == value);
            fits.then(|| Secret::new(password.clone()))
        }
        _ => None,
    })
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    path.is_file()
}

/// Fields are separated by colons; a backslash makes a colon or backslash part of the field.
fn split_password_line(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let last = fields.len() - 1;
        match c {
            '\\' => fields[last].extend(chars.next()),
            ':' if fields.len() < 5 => fields.push(String::new()),
            _ => fields[last].push(c),
        }
    }
    fields
}
