//! Private servers for the tests: started in a temporary directory, on a free port of the loopback interface, stopped by
//! process id when dropped. A server that cannot be started is an error with the reason, never a skip.

use std::process::Command;

use cadastre_engine::{ServerAddress, Target, TlsMode};

mod certificates;
mod edits;
mod mariadb;
mod mongodb;
mod mongodb_scripts;
mod postgres;
pub mod random;
mod sqlite;
mod ssh;
pub mod walk;

pub use certificates::{Authority, Issued};
pub use mariadb::MariaDbServer;
pub use mongodb::{MongoServer, REPLICA_SET};
pub use mongodb_scripts::MongoScripts;
pub use postgres::PostgresServer;
pub use sqlite::SqliteFolder;
pub use ssh::SshServer;

/// A private server of any engine.
pub trait TestServer {
    /// The password of the account that [`TestServer::target`] names.
    fn password(&self) -> &'static str;

    /// Creates an empty database with a name of its own.
    fn create_database(&self) -> String;

    /// Drops a database nobody uses any more.
    fn drop_database(&self, database: &str);

    /// The address of a database, for an account that may do everything.
    fn target(&self, database: &str) -> Target;

    /// Runs a script with the server's own client and stops at the first error.
    ///
    /// # Errors
    /// The client's output when a statement fails.
    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String>;

    /// The engine's own dump of a schema, ready to run.
    fn dump_command(&self, database: &str) -> Command;

    /// Runs a script with the server's own client.
    ///
    /// # Panics
    /// When a statement fails; the message has the client's output.
    fn run_sql(&self, database: &str, sql: &str) {
        self.try_sql(database, sql)
            .unwrap_or_else(|output| panic!("a statement failed on {database}:\n{output}"));
    }

    /// The schema as the engine's own dump writes it.
    ///
    /// # Panics
    /// When the dump fails.
    fn dump_schema(&self, database: &str) -> String {
        let output = self.dump_command(database).output().expect("running the engine's dump");
        assert!(output.status.success(), "the dump failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The address of a database on a private server.
pub(crate) fn local_address(port: u16, user: &str, database: &str) -> ServerAddress {
    ServerAddress {
        host: "127.0.0.1".into(),
        port,
        user: user.into(),
        database: database.into(),
        tls: TlsMode::Prefer,
        root_certificate: None,
        client_certificate: None,
        client_key: None,
        connect_timeout: 10,
        tunnel: None,
    }
}

/// A folder for a server's files: in memory where there is room for it, for a server that is thrown away need not wait for a disk.
///
/// # Panics
/// When no folder can be made.
pub(crate) fn server_folder(prefix: &str) -> tempfile::TempDir {
    const MEMORY: &str = "/dev/shm";
    /// In KiB.
    const ROOM: u64 = 4 << 20;
    let df = Command::new("df").args(["-k", "--output=avail", MEMORY]).output();
    let free = df.ok().and_then(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().last().and_then(|line| line.trim().parse::<u64>().ok())
    });
    let mut folder = tempfile::Builder::new();
    folder.prefix(prefix);
    let in_memory = free.filter(|free| *free >= ROOM).and_then(|_| folder.tempdir_in(MEMORY).ok());
    in_memory.unwrap_or_else(|| folder.tempdir().expect("a temporary folder"))
}

/// A port of the loopback interface that nobody listens on.
///
/// # Panics
/// When the machine has no free port at all.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port())
        .unwrap_or_else(|error| panic!("no free port on 127.0.0.1: {error}"))
}

/// Runs a command with a text as its input; returns its output.
///
/// # Errors
/// What it wrote to its error output when it fails.
pub(crate) fn run_with_input(command: &mut Command, input: &str) -> Result<String, String> {
    use std::io::Write;
    use std::process::Stdio;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut pipe = child.stdin.take().ok_or("no standard input")?;
    let text = input.to_owned();
    // A client may stop reading at an error; its output then says more than the broken pipe.
    let writer = std::thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let _ = writer.join();
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

impl<S: TestServer> TestServer for std::sync::Arc<S> {
    fn password(&self) -> &'static str {
        (**self).password()
    }

    fn create_database(&self) -> String {
        (**self).create_database()
    }

    fn drop_database(&self, database: &str) {
        (**self).drop_database(database);
    }

    fn target(&self, database: &str) -> Target {
        (**self).target(database)
    }

    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        (**self).try_sql(database, sql)
    }

    fn dump_command(&self, database: &str) -> Command {
        (**self).dump_command(database)
    }
}
