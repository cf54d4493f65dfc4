//! A private SSH server that forwards connections, with keys of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::free_port;

/// A running `sshd` on the loopback interface; it goes when this does.
pub struct SshServer {
    folder: TempDir,
    process: Child,
    /// The port it listens on.
    pub port: u16,
}

impl SshServer {
    /// Starts one that lets the current user in with one key and forwards TCP connections.
    ///
    /// # Panics
    /// When OpenSSH's server or key generator does not start.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the SSH server");
        for name in ["host_key", "key", "stranger"] {
            let path = folder.path().join(name);
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status();
            assert!(made.expect("ssh-keygen").success(), "ssh-keygen failed");
        }
        let at = |name: &str| folder.path().join(name);
        std::fs::copy(at("key.pub"), at("authorized_keys")).expect("writing authorized_keys");
        let port = free_port();
        let configuration = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nAllowTcpForwarding yes\n",
            at("host_key").display(),
            at("authorized_keys").display(),
        );
        std::fs::write(at("sshd_config"), configuration).expect("writing sshd_config");
        let host_key = std::fs::read_to_string(at("host_key.pub")).expect("reading the host key");
        std::fs::write(at("known_hosts"), format!("[127.0.0.1]:{port} {host_key}"))
            .expect("writing known_hosts");
        // Root's server wants this folder; it is empty and nobody's.
        if Path::new("/run").is_dir() {
            let _ = std::fs::create_dir("/run/sshd");
        }
        // It starts itself anew for each connection, so it insists on its whole path.
        let process = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(at("sshd_config"))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sshd; `npm test` installs it");
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "sshd does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { folder, process, port }
    }

    /// A client's configuration that knows the server's key, or knows none at all.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn client_configuration(&self, knows_host: bool) -> PathBuf {
        let known = if knows_host { self.path("known_hosts") } else { "/dev/null".into() };
        let path = self.folder.path().join(format!("ssh_config_{knows_host}"));
        let text =
            format!("UserKnownHostsFile {known}\nGlobalKnownHostsFile /dev/null\nIdentityAgent none\n");
        std::fs::write(&path, text).expect("writing the client's configuration");
        path
    }

    /// The path of `key`, which is let in, or of `stranger`, which is not.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
