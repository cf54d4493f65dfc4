//! A thousand pairs of random schemas for each engine, on the real servers: planned, run, compared, returned from; some of the changes
//! made without the others; and every fourth plan proved. `cargo run -p xtask -- soak` walks on with other seeds.

use std::sync::atomic::{AtomicUsize, Ordering};

use cadastre_test_support::random::{FIRST_SEED_OF_ALL_KINDS, FIRST_SEED_WITH_RENAMES, Random, Sketch};
use cadastre_test_support::walk::{Tally, walk, walk_from};
use cadastre_test_support::{MongoScripts, SqliteFolder, TestServer};

/// So many pairs are walked from each seed.
const PAIRS: usize = 20;

/// Seeds that met something broken once, and so are walked for ever.
const POSTGRES_SEEDS: &[u64] =
    &[1, 2, 3, 4, 5, 6, 11, 13, 23, 104, 111, 112, 206, 208, 210, 1035, 1040, 4007, 21_015];
const MYSQL_SEEDS: &[u64] = &[2, 25, 40, 48, 109, 110, 113, 116, 4030, 4031, 10_001, 10_002, 10_011];
const SQLITE_SEEDS: &[u64] = &[2, 6, 12, 15, 25, 44, 66, 67, 203, 237, 246, 317, 10_000];

/// The seeds above and as many others as it takes.
fn seeds(kept: &[u64]) -> Vec<u64> {
    let others = FIRST_SEED_WITH_RENAMES..FIRST_SEED_WITH_RENAMES + (1000 / PAIRS - kept.len()) as u64;
    kept.iter().copied().chain(others).collect()
}

fn walk_all(server: &(dyn TestServer + Sync), engine: &str, seeds: &[u64], workers: usize) {
    let next = AtomicUsize::new(0);
    let one = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut tally = Tally::default();
        while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            match runtime.block_on(walk(server, engine, *seed, PAIRS)) {
                Ok(done) => tally += done,
                Err(broken) => panic!(
                    "{engine}, seed {seed}: {}\n-- from\n{}\n-- to\n{}\n{}",
                    broken.message, broken.from, broken.to, broken.plan
                ),
            }
        }
        tally
    };
    let mut all = Tally::default();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(one)).collect();
        for worker in running {
            all += worker.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause));
        }
    });
    println!("{engine}: {} pairs, {} changes, {} edits refused", all.pairs, all.changes, all.refused);
    assert_eq!(all.pairs, 1000);
    assert!(all.changes > all.pairs && all.refused * 20 < all.pairs, "{all:?}");
}

#[test]
fn a_thousand_random_pairs_of_postgres_hold() {
    let server = super::postgres::server();
    walk_all(&server, "postgres", &seeds(POSTGRES_SEEDS), 2);
}

#[test]
fn a_thousand_random_pairs_of_mariadb_hold() {
    let server = super::mysql::server();
    walk_all(&server, "mysql", &seeds(MYSQL_SEEDS), 1);
}

#[test]
fn a_thousand_random_pairs_of_sqlite_hold() {
    walk_all(&SqliteFolder::new(), "sqlite", &seeds(SQLITE_SEEDS), 1);
}

#[test]
fn a_thousand_random_pairs_of_mongodb_hold() {
    walk_all(&MongoScripts::start(), "mongodb", &seeds(&[]), 1);
}

/// What people do to a schema whose objects they have not made: two rounds of up to sixty statements from one schema of every kind.
#[tokio::test]
async fn random_statements_on_a_schema_that_is_there_hold() {
    let (postgres, mariadb, sqlite) =
        (super::postgres::server(), super::mysql::server(), SqliteFolder::new());
    let servers: [(&str, &dyn TestServer, &[u64]); 3] = [
        ("postgres", &postgres, &[2, 3, 5]),
        ("mysql", &mariadb, &[1, 2, 6]),
        ("sqlite", &sqlite, &[1, 3, 5]),
    ];
    for (engine, server, seeds) in servers {
        for &seed in seeds {
            let script = Sketch::new(engine, FIRST_SEED_OF_ALL_KINDS, 80, &mut Random::new(seed)).script();
            if let Err(broken) = walk_from(server, &script, seed, 2, 60).await {
                panic!(
                    "{engine}, seed {seed}: {}\n-- from\n{}\n-- to\n{}\n{}",
                    broken.message, broken.from, broken.to, broken.plan
                );
            }
        }
    }
}

#[test]
fn random_schemas_have_many_kinds_and_the_same_seed_makes_the_same() {
    for (engine, least) in [("postgres", 60), ("mysql", 30), ("sqlite", 25), ("mongodb", 30)] {
        let script = |seed| Sketch::new(engine, seed, 60, &mut Random::new(seed)).script();
        assert_eq!(script(7), script(7));
        assert_ne!(script(7), script(8));
        let kinds = Sketch::new(engine, 1, 1, &mut Random::new(1)).kinds().len();
        assert!(kinds >= least, "{engine}: {kinds}");
    }
}
