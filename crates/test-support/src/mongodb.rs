//! A private MongoDB server. It is a test tool only: `npm test` brings it into the ignored folder `.cache`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use cadastre_engine::{MongoAddress, Target, TlsMode};
use mongodb::bson::{Document, doc};
use mongodb::options::{ClientOptions, Credential};
use mongodb::{Client, Database};

use crate::Issued;

const USER: &str = "tester";
/// Only valid on the server that lives as long as the test.
const PASSWORD: &str = "private-to-this-test";
/// Where `npm test` puts the server, from the root of the project.
const PLACE: &str = ".cache/mongodb-6.0.5/mongod";

/// A running server with access control.
pub struct MongoServer {
    _folder: tempfile::TempDir,
    process: Option<Child>,
    port: u16,
    databases: AtomicU32,
}

/// The name of the replica set of [`MongoServer::start_in_set`].
pub const REPLICA_SET: &str = "rs0";

/// What a server is started with.
#[derive(Clone, Copy)]
enum Kind<'i> {
    Plain,
    Tls(&'i Issued),
    Member,
}

impl MongoServer {
    /// Starts a server; every connection must log in.
    ///
    /// # Panics
    /// When MongoDB is not there or does not start; the message has its output.
    pub async fn start() -> Self {
        Self::start_as(Kind::Plain).await
    }

    /// As [`MongoServer::start`]; it takes TLS as well, with this certificate.
    ///
    /// # Panics
    /// As [`MongoServer::start`].
    pub async fn start_with_tls(issued: &Issued) -> Self {
        Self::start_as(Kind::Tls(issued)).await
    }

    /// As [`MongoServer::start`]; it is the only member, and so the primary, of a replica set.
    ///
    /// # Panics
    /// As [`MongoServer::start`].
    pub async fn start_in_set() -> Self {
        Self::start_as(Kind::Member).await
    }

    async fn start_as(kind: Kind<'_>) -> Self {
        let folder = crate::server_folder("cadastre-mongo-");
        let mut command = Command::new(binary());
        command.arg("--dbpath").arg(folder.path()).args([
            "--bind_ip",
            "127.0.0.1",
            "--port",
            "0",
            "--nounixsocket",
            "--auth",
            "--wiredTigerCacheSizeGB",
            "0.25",
            "--networkMessageCompressors",
            "disabled",
            "--setParameter",
            "diagnosticDataCollectionEnabled=false",
            "--setParameter",
            "scramSHA256IterationCount=5000",
        ]);
        if let Kind::Tls(issued) = kind {
            let file = folder.path().join("server.pem");
            std::fs::write(&file, format!("{}{}", issued.certificate, issued.key))
                .expect("writing the certificate");
            command.args([
                "--tlsMode",
                "preferTLS",
                "--tlsAllowConnectionsWithoutCertificates",
                "--tlsCertificateKeyFile",
            ]);
            command.arg(&file).arg("--tlsCAFile").arg(&file);
        }
        if let Kind::Member = kind {
            // Members show each other this key (manual: "Keyfile Authentication"); others may not read it.
            let file = folder.path().join("key");
            std::fs::write(&file, "cHJpdmF0ZS10by10aGlzLXRlc3Q=").expect("writing the key");
            restrict(&file);
            command.args(["--replSet", REPLICA_SET, "--keyFile"]).arg(&file);
        }
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .expect("starting mongod");
        let port = port_from_log(&mut process);
        let server = Self { _folder: folder, process: Some(process), port, databases: AtomicU32::new(0) };
        if let Kind::Member = kind {
            server.found_set().await;
        }
        // The first user may be made from this machine without a login (manual: "Localhost Exception").
        let first = doc! { "createUser": USER, "pwd": PASSWORD, "roles": ["root"] };
        server
            .client(None)
            .await
            .database("admin")
            .run_command(first)
            .await
            .expect("creating the first user");
        server
    }

    /// Makes it a set of one and waits until it may be written to.
    async fn found_set(&self) {
        let admin = self.client(None).await.database("admin");
        let members = vec![doc! { "_id": 0, "host": format!("127.0.0.1:{}", self.port) }];
        let set = doc! { "_id": REPLICA_SET, "members": members };
        admin.run_command(doc! { "replSetInitiate": set }).await.expect("founding the set");
        while !admin
            .run_command(doc! { "hello": 1 })
            .await
            .is_ok_and(|answer| answer.get_bool("isWritablePrimary").unwrap_or_default())
        {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    async fn client(&self, user: Option<(&str, &str)>) -> Client {
        let url = format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port);
        let mut options = ClientOptions::parse(url).await.expect("an address");
        if let Some((user, password)) = user {
            let mut credential = Credential::default();
            credential.username = Some(user.into());
            credential.password = Some(password.into());
            credential.source = Some("admin".into());
            options.credential = Some(credential);
        }
        Client::with_options(options).expect("a client")
    }

    /// The account's password.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// A database with a name of its own, for an account that may do everything.
    pub async fn create_database(&self) -> Database {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.client(Some((USER, PASSWORD))).await.database(&name)
    }

    /// Runs a command.
    ///
    /// # Panics
    /// When it fails.
    pub async fn run(&self, database: &Database, command: Document) -> Document {
        let shown = command.to_string();
        database.run_command(command).await.unwrap_or_else(|error| panic!("{shown}\n{error}"))
    }

    /// The address of a database.
    pub fn target(&self, database: &str) -> Target {
        Target::MongoDb(MongoAddress {
            srv: false,
            hosts: vec![format!("127.0.0.1:{}", self.port)],
            user: USER.into(),
            database: database.into(),
            auth_source: "admin".into(),
            replica_set: String::new(),
            direct: false,
            tls: TlsMode::Disable,
            root_certificate: None,
            client_certificate: None,
            connect_timeout: 10,
            sample_size: cadastre_engine::DEFAULT_SAMPLE_SIZE,
            tunnel: None,
        })
    }

    /// Stops the server at once, as a crash or a pulled plug would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for MongoServer {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(unix)]
fn restrict(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("restricting the key");
}

#[cfg(not(unix))]
fn restrict(_: &Path) {}

/// The line of the log that says that it is ready has the port in it. The rest of the log is read and dropped, or the pipe would fill.
fn port_from_log(process: &mut Child) -> u16 {
    let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    let mut log = String::new();
    for line in lines.by_ref().map_while(Result::ok) {
        if line.contains("Waiting for connections") {
            let digits = line.split("\"port\":").nth(1).unwrap_or_default();
            let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
            std::thread::spawn(move || lines.for_each(drop));
            return digits.parse().expect("a port");
        }
        log.push_str(&line);
        log.push('\n');
    }
    panic!("mongod did not start:\n{log}")
}

fn binary() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PLACE);
    assert!(path.exists(), "{} is not there: run `npm test`, which brings it", path.display());
    path
}
