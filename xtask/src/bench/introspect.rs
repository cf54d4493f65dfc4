//! Introspection against the engine's own dump (`pg_dump -s`, `mariadb-dump --no-data`) of the same database: connection, catalogue, model and fingerprint on our side, a process
//! that connects and writes the script on the peer's. In turn, medians.
//!
//! Schemas: synthetic ones of 500 and 10,000 tables, and every `*.sql` for PostgreSQL in the folder that `CADASTRE_SCHEMAS` names.

use std::process::Stdio;
use std::time::Instant;

use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, RunContext, Secret};
use cadastre_test_support::{MariaDbServer, PostgresServer, TestServer};

use super::median;

const ROUNDS: usize = 5;

/// Prints a line for each schema.
pub(crate) fn run() -> Result<(), String> {
    println!("introspection              objects |      ours      dump  ratio | peak memory of this process");
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let server = PostgresServer::start();
    let mariadb = MariaDbServer::start();
    let mut schemas: Vec<(String, String)> = Vec::new();
    if let Some(folder) = std::env::var_os("CADASTRE_SCHEMAS") {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|it| it == "sql")) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            schemas.push((name, std::fs::read_to_string(path).map_err(|error| error.to_string())?));
        }
    }
    schemas.push(("500 tables".into(), synthetic(500)));
    schemas.push(("10,000 tables".into(), synthetic(10_000)));
    for (name, sql) in schemas {
        let database = server.create_database();
        server.try_sql(&database, &sql).map_err(|error| format!("{name} does not load: {error}"))?;
        server.run_sql(&database, "ANALYZE");
        measure(&runtime, &server, &format!("postgres {name}"), &database)?;
    }
    for tables in [500, 10_000] {
        let database = mariadb.create_database();
        mariadb.try_sql(&database, &synthetic_mysql(tables))?;
        measure(&runtime, &mariadb, &format!("mariadb {tables} tables"), &database)?;
    }
    Ok(())
}

fn measure(
    runtime: &tokio::runtime::Runtime,
    server: &dyn TestServer,
    name: &str,
    database: &str,
) -> Result<(), String> {
    let (target, secret) = (server.target(database), Secret::new(server.password()));
    let driver = engines::driver(target.engine()).ok_or("no such engine")?;
    let (mut ours, mut peer, mut objects) = (Vec::new(), Vec::new(), 0);
    // The first round of each warms the server's caches and does not count.
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let options = IntrospectOptions::default();
        let model =
            runtime.block_on(driver.introspect(&target, Some(&secret), &options, &RunContext::silent()));
        let model = model.map_err(|error| error.to_string())?;
        let _ = model.fingerprint();
        let own = started.elapsed().as_secs_f64();
        objects = model.len();
        let started = Instant::now();
        let status = server
            .dump_command(database)
            .stdout(Stdio::null())
            .status()
            .map_err(|error| error.to_string())?;
        if !status.success() {
            return Err("the dump failed".into());
        }
        if round > 0 {
            ours.push(own);
            peer.push(started.elapsed().as_secs_f64());
        }
    }
    let (ours, peer) = (median(ours), median(peer));
    println!(
        "{name:24} {objects:9} | {ours:7.3} s {peer:7.3} s  {:5.2} | {} MiB",
        ours / peer,
        peak_memory()
    );
    Ok(())
}

/// The largest this process has been, in MiB (`VmHWM`).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Tables with eight columns, a primary key, a check, an index each, and a foreign key to an earlier one.
pub(super) fn synthetic(tables: usize) -> String {
    let mut sql = String::new();
    for n in 0..tables {
        let parent = if n == 0 { String::new() } else { format!(" REFERENCES t{:05}", n * 7 / 10) };
        sql.push_str(&format!(
            "CREATE TABLE t{n:05} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint{parent}, \
             code varchar(20) NOT NULL, name text, amount numeric(10,2) DEFAULT 0, created timestamptz DEFAULT now(), \
             state text CHECK (state <> ''), note text);\nCREATE INDEX t{n:05}_code ON t{n:05} (code, created DESC);\n"
        ));
    }
    sql
}

/// As [`synthetic`], in the other engine's words.
fn synthetic_mysql(tables: usize) -> String {
    let mut sql = String::new();
    for n in 0..tables {
        let parent = format!("FOREIGN KEY (parent_id) REFERENCES t{:05} (id)", n * 7 / 10);
        sql.push_str(&format!(
            "CREATE TABLE t{n:05} (id bigint AUTO_INCREMENT PRIMARY KEY, parent_id bigint, code varchar(20) NOT NULL, name text, \
             amount decimal(10,2) DEFAULT 0, created timestamp DEFAULT current_timestamp(), state varchar(10) CHECK (state <> ''), note text, \
             KEY t{n:05}_code (code, created DESC), {parent});\n"
        ));
    }
    sql
}
