//! Comparing two schemas of PostgreSQL against one `pg_dump -s` of one of them: both read, compared and planned on our side. That nothing
//! has changed since the last time. And the pure half alone, at two sizes.

use std::process::Stdio;
use std::time::Instant;

use cadastre_app::compare::Strategy;
use cadastre_app::engines;
use cadastre_engine::Secret;
use cadastre_test_support::walk::{compare_models, read};
use cadastre_test_support::{PostgresServer, TestServer};

use super::introspect::synthetic;
use super::median;

const ROUNDS: usize = 5;

/// Prints a line for each measurement.
pub(crate) fn run() -> Result<(), String> {
    println!("compare                            |      ours   pg_dump  ratio");
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let server = PostgresServer::start();
    for tables in [500, 1_000, 10_000] {
        let (first, second) = (server.create_database(), server.create_database());
        server.try_sql(&first, &synthetic(tables))?;
        server.try_sql(&second, &format!("{}{}", synthetic(tables), edits(tables)))?;
        for database in [&first, &second] {
            server.run_sql(database, "ANALYZE");
        }
        if tables == 500 {
            against_dump(&runtime, &server, &first, &second)?;
        } else {
            pure(&runtime, &server, tables, &first, &second)?;
        }
    }
    Ok(())
}

/// A change in every tenth table, of five sorts.
fn edits(tables: usize) -> String {
    let edit = |n: usize| match n / 10 % 5 {
        0 => format!("ALTER TABLE t{n:05} ADD COLUMN added integer DEFAULT 1;\n"),
        1 => format!("ALTER TABLE t{n:05} ALTER COLUMN code TYPE varchar(40);\n"),
        2 => format!("DROP INDEX t{n:05}_code;\n"),
        3 => format!("ALTER TABLE t{n:05} ADD CONSTRAINT c CHECK (amount >= 0);\n"),
        _ => format!("CREATE VIEW v{n:05} AS SELECT id, code FROM t{n:05};\n"),
    };
    (0..tables).step_by(10).map(edit).collect()
}

fn against_dump(
    runtime: &tokio::runtime::Runtime,
    server: &PostgresServer,
    first: &str,
    second: &str,
) -> Result<(), String> {
    let (mut whole, mut same, mut dump) = (Vec::new(), Vec::new(), Vec::new());
    let target = server.target(first);
    let driver = engines::driver("postgres").ok_or("no such engine")?;
    let secret = Secret::new(server.password());
    let mut steps = 0;
    // The first round warms the server's caches and does not count.
    for round in 0..=ROUNDS {
        let started = Instant::now();
        steps = runtime.block_on(async {
            let (from, to) = tokio::try_join!(read(server, first), read(server, second))?;
            let comparison = compare_models(from, to).await?;
            comparison.plan(Strategy::Direct).map(|plan| plan.steps().count()).map_err(|error| error.message)
        })?;
        let own = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let stamp =
            runtime.block_on(driver.stamp(&target, Some(&secret))).map_err(|error| error.to_string())?;
        let unchanged = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let status =
            server.dump_command(first).stdout(Stdio::null()).status().map_err(|error| error.to_string())?;
        if !status.success() || stamp.is_none() {
            return Err("the dump failed, or there is no stamp".into());
        }
        if round > 0 {
            whole.push(own);
            same.push(unchanged);
            dump.push(started.elapsed().as_secs_f64());
        }
    }
    let (whole, same, dump) = (median(whole), median(same), median(dump));
    println!(
        "2 × 500 tables, read and planned   | {whole:7.3} s {dump:7.3} s  {:5.2} | {steps} steps",
        whole / dump
    );
    println!("nothing changed since last time    | {same:7.3} s {dump:7.3} s  {:5.2}", same / dump);
    Ok(())
}

fn pure(
    runtime: &tokio::runtime::Runtime,
    server: &PostgresServer,
    tables: usize,
    first: &str,
    second: &str,
) -> Result<(), String> {
    let from = runtime.block_on(read(server, first))?;
    let to = runtime.block_on(read(server, second))?;
    let (mut times, mut steps) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let (a, b) = (from.clone(), to.clone());
        let started = Instant::now();
        let comparison = runtime.block_on(compare_models(a, b))?;
        let plan = comparison.plan(Strategy::Direct).map_err(|error| error.message)?;
        times.push(started.elapsed().as_secs_f64());
        steps = plan.steps().count();
    }
    println!("2 × {tables} tables, compared and planned alone | {:7.3} s | {steps} steps", median(times));
    Ok(())
}
