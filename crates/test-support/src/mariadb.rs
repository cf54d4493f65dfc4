//! A private MariaDB server from the system's package.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cadastre_engine::Target;

use crate::{Issued, TestServer};

const USER: &str = "tester";
/// Only valid on the server that lives as long as the test.
const PASSWORD: &str = "private-to-this-test";

/// A running server.
pub struct MariaDbServer {
    folder: tempfile::TempDir,
    process: Option<Child>,
    port: u16,
    databases: AtomicU32,
}

impl MariaDbServer {
    /// Creates and starts a server; every connection must give the password.
    ///
    /// # Panics
    /// When MariaDB is not installed or does not start; the message has its output.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// As [`MariaDbServer::start`]; it offers TLS with this certificate.
    ///
    /// # Panics
    /// As [`MariaDbServer::start`].
    pub fn start_with_tls(issued: &Issued) -> Self {
        Self::start_with(Some(issued))
    }

    fn start_with(issued: Option<&Issued>) -> Self {
        let folder = crate::server_folder("cadastre-my-");
        let data = folder.path().join("data");
        // One of its own for what it needs for a moment: servers clear away each other's files where they share one.
        let temporary = folder.path().join("tmp");
        std::fs::create_dir(&temporary).expect("a folder for temporary files");
        let mut install = Command::new(binary("mariadb-install-db"));
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        install.arg(format!("--datadir={}", data.display())).arg(format!("--user={}", system_user()));
        install.arg(format!("--tmpdir={}", temporary.display()));
        let output = install.output().expect("running mariadb-install-db");
        assert!(output.status.success(), "mariadb-install-db: {}", String::from_utf8_lossy(&output.stderr));
        let accounts: String = ["%", "127.0.0.1", "localhost"]
            .map(|host| {
                format!(
                    "CREATE USER '{USER}'@'{host}' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO '{USER}'@'{host}' WITH GRANT OPTION;\n"
                )
            })
            .concat();
        std::fs::write(folder.path().join("accounts.sql"), accounts).expect("writing the accounts");
        let mut server =
            Self { folder, process: None, port: crate::free_port(), databases: AtomicU32::new(0) };
        server.launch(issued);
        server
    }

    fn launch(&mut self, issued: Option<&Issued>) {
        let path = |name: &str| self.folder.path().join(name);
        let log = std::fs::File::create(path("log")).expect("the server's log");
        let mut command = Command::new(binary("mariadbd"));
        command.arg("--no-defaults").arg(format!("--user={}", system_user()));
        for (option, name) in [
            ("datadir", "data"),
            ("tmpdir", "tmp"),
            ("socket", "socket"),
            ("pid-file", "pid"),
            ("init-file", "accounts.sql"),
        ] {
            command.arg(format!("--{option}={}", path(name).display()));
        }
        command.args([
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--log-bin-trust-function-creators=1",
            "--innodb-buffer-pool-size=64M",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--character-set-server=utf8mb4",
        ]);
        command.arg(format!("--port={}", self.port));
        if let Some(issued) = issued {
            std::fs::write(path("server.crt"), &issued.certificate).expect("writing the certificate");
            std::fs::write(path("server.key"), &issued.key).expect("writing the key");
            command.arg(format!("--ssl-cert={}", path("server.crt").display()));
            command.arg(format!("--ssl-key={}", path("server.key").display()));
        }
        command.stdout(Stdio::null()).stderr(log).stdin(Stdio::null());
        self.process = Some(command.spawn().expect("starting mariadbd"));
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.try_sql("mysql", "SELECT 1").is_err() {
            assert!(Instant::now() < deadline, "MariaDB did not start:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What the server wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// The address as a URL, password included, as a person would paste it.
    pub fn url(&self, database: &str) -> String {
        format!("mysql://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    fn client(&self, name: &str) -> Command {
        let mut command = Command::new(binary(name));
        command.env("MYSQL_PWD", PASSWORD).args([
            "--no-defaults",
            "-h",
            "127.0.0.1",
            "-u",
            USER,
            "--skip-ssl",
        ]);
        command.args(["--default-character-set=utf8mb4", "-P", &self.port.to_string()]);
        command
    }

    /// Stops the server at once, as a crash or a pulled plug would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl TestServer for MariaDbServer {
    fn password(&self) -> &'static str {
        PASSWORD
    }

    fn create_database(&self) -> String {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run_sql("mysql", &format!("CREATE DATABASE {name}"));
        name
    }

    fn drop_database(&self, database: &str) {
        self.run_sql("mysql", &format!("DROP DATABASE {database}"));
    }

    fn target(&self, database: &str) -> Target {
        Target::MySql(crate::local_address(self.port, USER, database))
    }

    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut command = self.client("mariadb");
        crate::run_with_input(command.args(["--batch", "--skip-column-names", database]), sql)
    }

    fn dump_command(&self, database: &str) -> Command {
        let mut command = self.client("mariadb-dump");
        command.args(["--no-data", "--routines", "--triggers", "--events", "--skip-comments", database]);
        command
    }
}

impl Drop for MariaDbServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn system_user() -> String {
    let output = Command::new("id").arg("-un").output().expect("running id");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn binary(name: &str) -> PathBuf {
    let folders = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];
    let found = folders.iter().map(|folder| PathBuf::from(folder).join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("MariaDB's {name} is not installed: run `npm test`, which installs it"))
}
