//! Addresses as MySQL's own tools read them: URL, then variables, then `~/.my.cnf`, then defaults. Manual: "Connecting to the
//! Server Using URI-Like Strings", "Using Option Files", "Environment Variables".

use std::collections::HashMap;
use std::path::PathBuf;

use cadastre_engine::{
    DEFAULT_CONNECT_TIMEOUT, DbError, ErrorCode, Secret, ServerAddress, Target, TlsMode, Tunnel,
    is_this_machine, percent_decode,
};

/// What surrounds the program. Given, not looked up, so that it can be tested.
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
        let known = |name: &String| name.starts_with("MYSQL_") || name == "USER";
        Self { variables: std::env::vars().filter(|(name, _)| known(name)).collect(), home: dirs::home_dir() }
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// The `[client]` group of `~/.my.cnf`. A file that cannot be read counts as none, as it does for the server's own tools.
    fn option_file(&self) -> HashMap<String, String> {
        let path = self.home.as_ref().map(|home| home.join(".my.cnf"));
        let text = path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let mut in_client = false;
        let mut options = HashMap::new();
        for line in text.lines().map(str::trim) {
            if let Some(group) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                in_client = matches!(group, "client" | "client-mariadb" | "client-server");
            } else if in_client
                && !line.starts_with(['#', ';', '!'])
                && let Some((name, value)) = line.split_once('=')
            {
                let value = value.trim().trim_matches(|c| c == '"' || c == '\'');
                options.insert(name.trim().replace('_', "-"), value.to_owned());
            }
        }
        options
    }
}

const SCHEMES: [&str; 2] = ["mysql://", "mariadb://"];

/// The parameters we act on.
const PARAMETERS: [&str; 8] =
    ["socket", "ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "connect-timeout", "ssh", "ssh-key"];

fn invalid(what: impl std::fmt::Display) -> DbError {
    DbError::new(ErrorCode::InvalidInput, format!("reading the address: {what}"))
        .with_hint("write it as mysql://user@host:3306/database?ssl-mode=verify-full")
}

/// The mode behind a word of `ssl-mode`, MySQL's or libpq's.
fn tls_mode(word: &str) -> Option<TlsMode> {
    match word.to_ascii_uppercase().as_str() {
        "DISABLED" => Some(TlsMode::Disable),
        "PREFERRED" => Some(TlsMode::Prefer),
        "REQUIRED" => Some(TlsMode::Require),
        "VERIFY_CA" => Some(TlsMode::VerifyCa),
        "VERIFY_IDENTITY" => Some(TlsMode::VerifyFull),
        _ => TlsMode::parse(word),
    }
}

/// Reads an address and finds the password that belongs to it, if there is one.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] for anything that cannot be understood, a parameter's name included.
pub fn parse_url(text: &str, environment: &Environment) -> Result<(Target, Option<Secret>), DbError> {
    let url = Url::split(text)?;
    let file = environment.option_file();
    let own = |name: &str| url.parameters.get(name).cloned();
    let option = |name: &str| own(name).or_else(|| file.get(name).cloned());
    let file_host =
        file.get("socket").or_else(|| file.get("host")).cloned().unwrap_or_else(|| "localhost".into());
    let host = own("socket").or_else(|| url.host.clone()).or_else(|| environment.variable("MYSQL_HOST"));
    let host = host.unwrap_or_else(|| file_host.clone());
    let user =
        url.user.clone().or_else(|| file.get("user").cloned()).or_else(|| environment.variable("USER"));
    let user = user.ok_or_else(|| invalid("the user is missing"))?;
    let port = match url
        .port
        .clone()
        .or_else(|| environment.variable("MYSQL_TCP_PORT"))
        .or_else(|| file.get("port").cloned())
    {
        None => 3306,
        Some(text) => text.parse().map_err(|_| invalid(format!("{text} is not a port number")))?,
    };
    let database = url.database.clone().or_else(|| file.get("database").cloned());
    let database = database.ok_or_else(|| invalid("the database is missing"))?;
    let tls = match option("ssl-mode") {
        Some(word) => tls_mode(&word).ok_or_else(|| {
            invalid(format!(
                "ssl-mode={word} is not known: disable, prefer, require, verify-ca or verify-full"
            ))
        })?,
        None if is_this_machine(&host) => TlsMode::Prefer,
        None => TlsMode::VerifyFull,
    };
    let connect_timeout = match option("connect-timeout") {
        None => DEFAULT_CONNECT_TIMEOUT,
        Some(text) => text.parse().map_err(|_| invalid(format!("connect-timeout={text} is not a number")))?,
    };
    // The file's password goes to the file's server and user only.
    let is_files = host == file_host && file.get("user").is_none_or(|it| *it == user);
    let password = url.password.clone().or_else(|| environment.variable("MYSQL_PWD"));
    let password = password.or_else(|| file.get("password").filter(|_| is_files).cloned());
    let address = ServerAddress {
        host,
        port,
        user,
        database,
        tls,
        root_certificate: option("ssl-ca"),
        client_certificate: option("ssl-cert"),
        client_key: option("ssl-key"),
        connect_timeout: if connect_timeout == 0 { DEFAULT_CONNECT_TIMEOUT } else { connect_timeout },
        tunnel: Tunnel::from_parameters(own("ssh"), own("ssh-key")).map_err(invalid)?,
    };
    Ok((Target::MySql(address), password.map(Secret::new)))
}

#[derive(Default)]
struct Url {
    user: Option<String>,
    password: Option<String>,
    host: Option<String>,
    port: Option<String>,
    database: Option<String>,
    parameters: HashMap<String, String>,
}

impl Url {
    fn split(text: &str) -> Result<Self, DbError> {
        let text = text.trim();
        let rest = SCHEMES.iter().find_map(|scheme| {
            let head = text.get(..scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
        });
        let rest = rest.ok_or_else(|| invalid("it does not start with mysql://"))?;
        let decode = |part: &str| {
            percent_decode(part).ok_or_else(|| invalid("a % must be followed by two hexadecimal digits"))
        };
        let filled = |part: &str| if part.is_empty() { Ok(None) } else { decode(part).map(Some) };
        // Whatever stands behind a raw `/` or `?` of a password would be taken for a port or a database, and shown.
        if rest.split_once(['/', '?']).is_some_and(|(_, tail)| tail.contains('@')) {
            return Err(invalid(
                "a / or ? in the user or the password, or an @ behind the host, must be written as %2F, %3F or %40",
            ));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':').unwrap_or_default()),
            None => place.rsplit_once(':').unwrap_or((place, "")),
        };
        let mut url = Self {
            user: filled(user)?,
            password: filled(password)?,
            host: filled(host)?,
            port: filled(port)?,
            database: filled(database)?,
            parameters: HashMap::new(),
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) =
                pair.split_once('=').ok_or_else(|| invalid(format!("the parameter {pair} has no value")))?;
            let name = name.to_ascii_lowercase().replace('_', "-");
            if !PARAMETERS.contains(&name.as_str()) {
                return Err(invalid(format!("the parameter {name} is not known")));
            }
            url.parameters.insert(name, decode(value)?);
        }
        Ok(url)
    }
}
