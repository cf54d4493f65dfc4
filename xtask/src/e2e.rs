//! End to end: the real window under WebDriver on a private X server, with a private PostgreSQL.

use cadastre_test_support::{PostgresServer, TestServer};

use crate::shell::{self, command, run_and_read, say, target_folder};
use crate::start::build_frontend;
use crate::suite::Counts;

/// What the window finds on the private server.
const SCHEMA: &str = "
CREATE SCHEMA crm;
CREATE TABLE crm.company (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE crm.contact (id integer PRIMARY KEY, company_id integer NOT NULL REFERENCES crm.company (id), email text UNIQUE);
CREATE TABLE crm.\"<img src=x onerror=alert(1)>\" (id integer PRIMARY KEY, \"a\"\"b'c`d\" text);
COMMENT ON TABLE crm.contact IS 'people we know';
CREATE VIEW crm.reachable AS SELECT c.id, c.email FROM crm.contact c WHERE c.email IS NOT NULL;
ALTER TABLE crm.contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON crm.contact USING (email = current_user);
";

/// Builds the window.
///
/// # Errors
/// When a build fails.
pub(crate) fn build() -> Result<(), String> {
    build_frontend()?;
    shell::run(&["cargo", "build", "--quiet", "--package", "cadastre-desktop"])
}

/// Builds the window as it is shipped.
///
/// # Errors
/// When a build fails.
pub(crate) fn build_release() -> Result<(), String> {
    build_frontend()?;
    shell::run(&["cargo", "build", "--quiet", "--release", "--package", "cadastre-desktop"])
}

/// Runs the journeys; a screenshot of each failure is kept in the target folder.
///
/// # Errors
/// When a server or driver does not start.
pub(crate) fn run() -> Result<Counts, String> {
    say("end to end in the real window");
    let server = PostgresServer::start();
    let database = server.create_database();
    server.run_sql(&database, SCHEMA);
    let program = target_folder().join("debug/cadastre-desktop");
    let pictures = target_folder().join("e2e");
    let mut node = command(&["dbus-run-session", "--", "node", "tests/e2e/run.mjs"]);
    node.env("CADASTRE_PROGRAM", program)
        .env("CADASTRE_PICTURES", pictures)
        .env("E2E_HOST", "127.0.0.1")
        .env("E2E_PORT", server.port().to_string())
        .env("E2E_USER", server.user())
        .env("E2E_PASSWORD", server.password())
        .env("E2E_DATABASE", database);
    let (text, ok) = run_and_read(&mut node)?;
    let count = |mark: &str| text.lines().filter(|line| line.starts_with(mark)).count() as u32;
    let counts = Counts { passed: count("ok "), failed: count("not ok ") };
    match (ok, counts.passed + counts.failed) {
        (false, _) if counts.failed == 0 => Err("the journeys could not be run".into()),
        (_, 0) => Err("no journey ran".into()),
        _ => Ok(counts),
    }
}
