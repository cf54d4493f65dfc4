//! Addresses as the driver's own connection strings. Manual: "Connection Strings".

use cadastre_engine::{
    DEFAULT_CONNECT_TIMEOUT, DEFAULT_SAMPLE_SIZE, DbError, ErrorCode, MongoAddress, Secret, Target, TlsMode,
    Tunnel, is_this_machine, percent_decode,
};

fn invalid(what: impl std::fmt::Display) -> DbError {
    DbError::new(ErrorCode::InvalidInput, format!("reading the address: {what}"))
        .with_hint("write it as mongodb://user@host:27017/database or mongodb+srv://user@name/database")
}

/// Reads an address and the password in it.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] for anything that cannot be understood, a parameter's name included.
pub fn parse_url(text: &str) -> Result<(Target, Option<Secret>), DbError> {
    let text = text.trim();
    let (scheme, rest) =
        text.split_once("://").ok_or_else(|| invalid("it does not start with mongodb://"))?;
    let srv = match scheme.to_ascii_lowercase().as_str() {
        "mongodb" => false,
        "mongodb+srv" => true,
        other => return Err(invalid(format!("{other}:// is not mongodb://"))),
    };
    let decode = |part: &str| {
        percent_decode(part).ok_or_else(|| invalid("a % must be followed by two hexadecimal digits"))
    };
    // Whatever stands behind a raw `/` or `?` of a password would be taken for a database or an option, and shown.
    if rest.split_once(['/', '?']).is_some_and(|(_, tail)| tail.contains('@')) {
        return Err(invalid(
            "a / or ? in the user or the password, or an @ behind the host, must be written as %2F, %3F or %40",
        ));
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let database = decode(database)?;
    if database.is_empty() {
        return Err(invalid("the database is missing"));
    }
    let hosts: Vec<String> = hosts.split(',').filter(|host| !host.is_empty()).map(str::to_owned).collect();
    if hosts.is_empty() {
        return Err(invalid("the host is missing"));
    }
    let is_here = !srv && hosts.iter().all(|host| is_this_machine(host_name(host)));
    let mut address = MongoAddress {
        srv,
        hosts,
        user: decode(user)?,
        database,
        auth_source: String::new(),
        replica_set: String::new(),
        direct: false,
        // Nobody listens on this machine's own wires; anywhere else the answer must come from whom it should.
        tls: if is_here { TlsMode::Disable } else { TlsMode::VerifyFull },
        root_certificate: None,
        client_certificate: None,
        connect_timeout: DEFAULT_CONNECT_TIMEOUT,
        sample_size: DEFAULT_SAMPLE_SIZE,
        tunnel: None,
    };
    let (mut ssh, mut ssh_key) = (None, None);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| invalid(format!("the parameter {pair} has no value")))?;
        match name {
            "ssh" => ssh = Some(decode(value)?),
            "ssh-key" => ssh_key = Some(decode(value)?),
            _ => take_parameter(&mut address, name, decode(value)?)?,
        }
    }
    address.tunnel = Tunnel::from_parameters(ssh, ssh_key).map_err(invalid)?;
    if address.tunnel.is_some() && (address.srv || address.hosts.len() > 1) {
        return Err(invalid("through an SSH tunnel one server is reached; name one host"));
    }
    check_direct(&address).map_err(invalid)?;
    let password = decode(password)?;
    Ok((Target::MongoDb(address), Some(password).filter(|it| !it.is_empty()).map(Secret::new)))
}

/// Of several servers none can be the one that is talked to directly.
fn check_direct(address: &MongoAddress) -> Result<(), &'static str> {
    let is_one = !address.srv && address.hosts.len() == 1;
    if address.direct && !is_one {
        return Err("directConnection talks to one server; name one host, and not by mongodb+srv");
    }
    Ok(())
}

/// `host:port` or `[address]:port` without the port.
fn host_name(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    }
}

/// Parameters that change nothing about what is read.
const IGNORED: [&str; 8] = [
    "appname",
    "retrywrites",
    "retryreads",
    "w",
    "readpreference",
    "readconcernlevel",
    "maxpoolsize",
    "compressors",
];

/// No sample is larger: it is held in memory.
const MOST_SAMPLED: u32 = 100_000;

fn take_parameter(address: &mut MongoAddress, name: &str, value: String) -> Result<(), DbError> {
    let is_true = value.eq_ignore_ascii_case("true");
    match name.to_ascii_lowercase().as_str() {
        "authsource" => address.auth_source = value,
        "replicaset" => address.replica_set = value,
        "directconnection" => address.direct = is_true,
        "tls" | "ssl" if is_true => {
            if matches!(address.tls, TlsMode::Disable) {
                address.tls = TlsMode::VerifyFull;
            }
        }
        "tls" | "ssl" => address.tls = TlsMode::Disable,
        "tlsinsecure" | "tlsallowinvalidcertificates" if is_true => address.tls = TlsMode::Require,
        "tlsinsecure" | "tlsallowinvalidcertificates" => {}
        "tlscafile" => address.root_certificate = Some(value),
        "tlscertificatekeyfile" => address.client_certificate = Some(value),
        "connecttimeoutms" | "serverselectiontimeoutms" => {
            let milliseconds: u32 =
                value.parse().map_err(|_| invalid(format!("{name}={value} is not a number")))?;
            address.connect_timeout = milliseconds.div_ceil(1000).max(1);
        }
        "samplesize" => {
            let size = value.parse().ok().filter(|size| (1..=MOST_SAMPLED).contains(size));
            address.sample_size = size
                .ok_or_else(|| invalid(format!("{name}={value} is not a number from 1 to {MOST_SAMPLED}")))?;
        }
        other if IGNORED.contains(&other) => {}
        _ => return Err(invalid(format!("the parameter {name} is not known"))),
    }
    Ok(())
}
