//! A private PostgreSQL cluster from the system's package.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cadastre_engine::Target;

use crate::TestServer;

const USER: &str = "postgres";
/// The superuser's password: only valid in the cluster that lives as long as the test.
pub(crate) const PASSWORD: &str = "private-to-this-test";

/// A running cluster.
pub struct PostgresServer {
    folder: tempfile::TempDir,
    process: Option<Child>,
    port: u16,
    databases: AtomicU32,
}

impl PostgresServer {
    /// Creates and starts a cluster; every connection by TCP must give the password.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message has its output.
    pub fn start() -> Self {
        let folder = crate::server_folder("cadastre-pg-");
        give_to_postgres(folder.path());
        let data = folder.path().join("data");
        let password_file = folder.path().join("password");
        std::fs::write(&password_file, PASSWORD).expect("writing the password file");
        give_to_postgres(&password_file);
        let mut init = as_postgres(&binary("initdb"));
        init.arg("-D").arg(&data).args([
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        run(init.arg("--pwfile").arg(&password_file));
        let mut server =
            Self { folder, process: None, port: crate::free_port(), databases: AtomicU32::new(0) };
        server.launch();
        server
    }

    fn launch(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("the server's log");
        let mut command = as_postgres(&binary("postgres"));
        command.arg("-D").arg(self.folder.path().join("data"));
        command.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-c",
            "fsync=off",
            "-c",
            "max_connections=60",
            "-c",
            "max_locks_per_transaction=1024",
        ]);
        command.arg("-c").arg(format!("unix_socket_directories={}", self.folder.path().display()));
        command.stdout(Stdio::null()).stderr(log).stdin(Stdio::null());
        self.process = Some(command.spawn().expect("starting postgres"));
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.is_ready() {
            assert!(Instant::now() < deadline, "PostgreSQL did not start:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_ready(&self) -> bool {
        let mut command = Command::new(binary("pg_isready"));
        command.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command.status().is_ok_and(|status| status.success())
    }

    /// What the server wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The superuser's name.
    pub fn user(&self) -> &'static str {
        USER
    }

    /// The address as a URL, password included, as a person would paste it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// A session of psql that runs a script and stays open until it is killed.
    ///
    /// # Panics
    /// When psql cannot be started, or does not take the script.
    pub fn open_session(&self, database: &str, sql: &str) -> Child {
        use std::io::{BufRead, BufReader, Write};
        let mut command = self.client("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", "-d", database]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("starting psql");
        let mut input = child.stdin.take().expect("its input");
        writeln!(input, "{sql}\n\\echo ready").expect("psql takes the script");
        let mut answer = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut answer).expect("an answer");
        assert_eq!(answer.trim(), "ready", "psql did not run: {sql}");
        child.stdin = Some(input);
        child
    }

    fn client(&self, name: &str) -> Command {
        let mut command = Command::new(binary(name));
        command.env("PGPASSWORD", PASSWORD).args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            USER,
        ]);
        command
    }

    /// Gives the server a certificate; from then on it offers TLS.
    ///
    /// # Panics
    /// When the files cannot be written, or the server does not take them.
    pub fn offer_tls(&self, issued: &crate::Issued) {
        use std::os::unix::fs::PermissionsExt;
        let data = self.folder.path().join("data");
        for (name, text) in [("server.crt", &issued.certificate), ("server.key", &issued.key)] {
            let path = data.join(name);
            std::fs::write(&path, text).expect("writing the certificate");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its rights");
            give_to_postgres(&path);
        }
        self.run_sql("postgres", "ALTER SYSTEM SET ssl = on");
        self.run_sql("postgres", "SELECT pg_reload_conf()");
        let deadline = Instant::now() + Duration::from_secs(20);
        let takes_tls = || self.try_sql("postgres", "SHOW ssl").is_ok_and(|answer| answer.trim() == "on");
        while !takes_tls() {
            assert!(Instant::now() < deadline, "PostgreSQL does not offer TLS:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops the server at once, as a crash or a pulled plug would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            signal(process.id(), "QUIT");
            let _ = process.wait();
        }
    }
}

impl TestServer for PostgresServer {
    fn password(&self) -> &'static str {
        PASSWORD
    }

    fn create_database(&self) -> String {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run_sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy"));
        name
    }

    fn drop_database(&self, database: &str) {
        self.run_sql("postgres", &format!("DROP DATABASE {database} WITH (FORCE)"));
    }

    fn target(&self, database: &str) -> Target {
        Target::Postgres(crate::local_address(self.port, USER, database))
    }

    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut command = self.client("psql");
        crate::run_with_input(
            command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", "-d", database, "-f", "-"]),
            sql,
        )
    }

    fn dump_command(&self, database: &str) -> Command {
        let mut command = self.client("pg_dump");
        command.args(["-s", "--restrict-key=x", "-d", database]);
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status();
}

/// The newest installed version's program.
fn binary(name: &str) -> PathBuf {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin").join(name)))
        })
        .filter(|(_, path)| path.exists())
        .collect();
    versions.sort();
    let found = versions.pop().map(|(_, path)| path);
    found.unwrap_or_else(|| panic!("PostgreSQL's {name} is not installed: run `npm test`, which installs it"))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// PostgreSQL refuses to run as root, so a root session hands it to the package's own user.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command.current_dir("/");
    command
}

fn give_to_postgres(path: &Path) {
    if is_root() {
        run(Command::new("chown").arg("postgres:postgres").arg(path));
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("running {command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{said}");
}
