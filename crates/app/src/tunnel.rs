//! Opens the tunnel an address asks for, with the OpenSSH client: the user's agent, keys, configuration and known hosts hold.
//!
//! A host key that is not known is refused; nothing is ever asked or remembered on the user's behalf.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use cadastre_engine::{Target, Tunnel};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::error::{AppError, Code};

/// Names a configuration to use instead of the user's own, as `ssh -F` does.
const CONFIGURATION: &str = "CADASTRE_SSH_CONFIG";

/// An open tunnel; it closes when this goes.
pub(crate) struct OpenTunnel {
    _process: Child,
}

/// The target as it is reached, with the tunnel that leads there if it needs one. Hold both as long as the target is used.
///
/// # Errors
/// No SSH client, an unknown host key, a refused key, an unreachable server: each with what to do.
pub(crate) async fn reach(target: &Target) -> Result<(Target, Option<OpenTunnel>), AppError> {
    let (host, port, seconds) = match target {
        Target::Sqlite { .. } => return Ok((target.clone(), None)),
        Target::Postgres(it) | Target::MySql(it) => (it.host.clone(), it.port, it.connect_timeout),
        Target::MongoDb(it) => {
            let host = it.hosts.first().map(String::as_str).unwrap_or_default();
            let (name, port) = host.rsplit_once(':').unwrap_or((host, "27017"));
            (name.to_owned(), port.parse().unwrap_or(27017), it.connect_timeout)
        }
    };
    let Some(tunnel) = target.tunnel().cloned() else { return Ok((target.clone(), None)) };
    let local = free_port()?;
    let mut process = spawn(&tunnel, local, &format!("{}:{port}", bracketed(&host)), seconds)?;
    wait_until_open(&tunnel, &mut process, local, seconds).await?;
    Ok((target.through(local), Some(OpenTunnel { _process: process })))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

fn doing(tunnel: &Tunnel) -> String {
    format!("opening the SSH tunnel through {}", tunnel.text())
}

fn free_port() -> Result<u16, AppError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| {
        AppError::new(Code::Internal, format!("opening the SSH tunnel: no free port: {error}"))
            .with_hint("close programs that hold many connections")
    })
}

fn spawn(tunnel: &Tunnel, local: u16, server: &str, seconds: u32) -> Result<Child, AppError> {
    let mut command = Command::new("ssh");
    if let Some(path) = std::env::var_os(CONFIGURATION).map(PathBuf::from) {
        command.arg("-F").arg(path);
    }
    let options = [
        "BatchMode=yes".to_owned(),
        "StrictHostKeyChecking=yes".to_owned(),
        "ExitOnForwardFailure=yes".to_owned(),
        "ServerAliveInterval=15".to_owned(),
        "ControlMaster=no".to_owned(),
        "ControlPath=none".to_owned(),
        "LogLevel=ERROR".to_owned(),
        format!("ConnectTimeout={seconds}"),
    ];
    for option in &options {
        command.args(["-o", option]);
    }
    command.args(["-N", "-T", "-L", &format!("127.0.0.1:{local}:{server}")]);
    if let Some(port) = tunnel.port {
        command.args(["-p", &port.to_string()]);
    }
    if let Some(key) = &tunnel.key {
        command.args(["-o", "IdentitiesOnly=yes", "-i", key]);
    }
    if !tunnel.user.is_empty() {
        command.args(["-l", &tunnel.user]);
    }
    command.args(["--", &tunnel.host]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    command.spawn().map_err(|error| {
        AppError::new(
            Code::Unreachable,
            format!("{}: the program ssh does not start: {error}", doing(tunnel)),
        )
        .with_hint("install the OpenSSH client (Debian: apt install openssh-client)")
    })
}

async fn wait_until_open(
    tunnel: &Tunnel,
    process: &mut Child,
    local: u16,
    seconds: u32,
) -> Result<(), AppError> {
    let limit = Duration::from_secs(u64::from(seconds) + 2);
    let opened = async {
        loop {
            if let Ok(Some(_)) = process.try_wait() {
                return Err(explain(tunnel, &said(process).await));
            }
            // It listens when it has signed in, not before.
            if TcpStream::connect(("127.0.0.1", local)).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(limit, opened).await.unwrap_or_else(|_| {
        Err(AppError::new(Code::Timeout, format!("{}: no answer within {seconds} s", doing(tunnel)))
            .with_hint("check the host and port, or raise the time-out"))
    })
}

async fn said(process: &mut Child) -> String {
    let mut text = String::new();
    if let Some(mut output) = process.stderr.take() {
        // What cannot be read is not said.
        let _ = output.read_to_string(&mut text).await;
    }
    text
}

/// The client's own words are kept; the first that we know decides what to do.
fn explain(tunnel: &Tunnel, said: &str) -> AppError {
    let last =
        said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("ssh ended without a word");
    let place = tunnel.text();
    let (code, what, hint) = if said.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        (
            Code::AuthFailed,
            "the server's host key has changed",
            format!(
                "someone may be in between; ask who runs {place} before you remove the old key from known_hosts"
            ),
        )
    } else if said.contains("Host key verification failed") {
        (
            Code::AuthFailed,
            "the server's host key is not known",
            format!("run `ssh {place}` once in a terminal, compare the fingerprint, and accept it"),
        )
    } else if said.contains("Permission denied") {
        (Code::AuthFailed, "the server does not accept our key", "load the key into the agent (ssh-add), or name its file; a key with a passphrase needs the agent".to_owned())
    } else if said.contains("Could not resolve hostname") {
        (Code::Unreachable, "there is no such host", "check the name of the SSH server".to_owned())
    } else if said.contains("forwarding failed") || said.contains("administratively prohibited") {
        (
            Code::PermissionDenied,
            "the server does not forward connections",
            "ask who runs it to allow TCP forwarding".to_owned(),
        )
    } else {
        (Code::Unreachable, "the SSH server cannot be reached", "check host, port and network".to_owned())
    };
    AppError::new(code, format!("{}: {what} ({last})", doing(tunnel))).with_hint(hint)
}
