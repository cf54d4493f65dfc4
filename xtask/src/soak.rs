//! Random schemas and random edits for as long as one wants, on private servers: each pair planned, run, and returned from.

use std::time::{Duration, Instant};

use cadastre_test_support::walk::{Broken, Tally, walk};
use cadastre_test_support::{MariaDbServer, MongoScripts, PostgresServer, SqliteFolder, TestServer};

use crate::shell::target_folder;

/// So many pairs are walked from one seed.
const PAIRS: usize = 20;

/// Runs for so many minutes, an engine after the other, each with seeds that follow the one given. What does not hold is written to
/// a folder and does not end the run.
///
/// # Errors
/// When something did not hold, or the words are not understood.
pub(crate) fn run(minutes: &str, rest: &[&str]) -> Result<(), String> {
    let minutes: f64 = minutes.parse().map_err(|_| format!("{minutes} is no number of minutes"))?;
    let (engines, first) = match rest {
        [] => (vec!["sqlite", "postgres", "mysql", "mongodb"], "1"),
        [engine] => (vec![*engine], "1"),
        [engine, seed, ..] => (vec![*engine], *seed),
    };
    let first: u64 = first.parse().map_err(|_| format!("{first} is no seed"))?;
    let each = Duration::from_secs_f64(minutes * 60.0 / engines.len() as f64);
    let mut failed = 0;
    for engine in engines {
        let server: Box<dyn TestServer> = match engine {
            "postgres" => Box::new(PostgresServer::start()),
            "mysql" => Box::new(MariaDbServer::start()),
            "sqlite" => Box::new(SqliteFolder::new()),
            "mongodb" => Box::new(MongoScripts::start()),
            other => return Err(format!("{other} has no random schemas")),
        };
        failed += soak(&*server, engine, first, each)?;
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} walks met a pair that does not hold")) }
}

fn soak(server: &dyn TestServer, engine: &str, first: u64, time: Duration) -> Result<u32, String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let started = Instant::now();
    let (mut tally, mut failed, mut seed) = (Tally::default(), 0, first);
    while started.elapsed() < time {
        match runtime.block_on(walk(server, engine, seed, PAIRS)) {
            Ok(done) => tally += done,
            Err(broken) => {
                failed += 1;
                let kept = keep(&format!("{engine}-{seed}"), &broken)?;
                println!("{engine} seed {seed}: {} (see {kept})", broken.message.trim());
            }
        }
        seed += 1;
    }
    println!(
        "{engine}: seeds {first} to {}, {} pairs with {} changes held, {failed} walks broken, {} edits refused by the server",
        seed - 1,
        tally.pairs,
        tally.changes,
        tally.refused
    );
    Ok(failed)
}

/// Writes what does not hold to a folder of that name; returns the folder.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn keep(name: &str, broken: &Broken) -> Result<String, String> {
    let folder = target_folder().join("soak").join(name);
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("from.sql"), &broken.from))
        .and_then(|()| std::fs::write(folder.join("to.sql"), &broken.to))
        .and_then(|()| std::fs::write(folder.join("plan.sql"), &broken.plan));
    written.map(|()| folder.display().to_string()).map_err(|error| format!("{}: {error}", folder.display()))
}
