//! Runs pairs of schemas through comparison: `FOLDER/<suite>/<case>/{a.sql,b.sql,meta.json}`.
//!
//! Each pair is loaded into two databases; the plan from the first to the second is applied with the engine's own client; then the
//! engine's own dump of both must be the same, and comparing again must find nothing. Then the other way round.

use std::path::{Path, PathBuf};

use cadastre_app::compare::{RenameAnswers, Side, Strategy, compare};
use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, RunContext, Secret, Target};
use cadastre_test_support::{MariaDbServer, PostgresServer, TestServer};

/// What became of a pair in one direction.
enum Outcome {
    Holds,
    /// It holds but for the order of columns, which no statement changes.
    ColumnOrder,
    NotLoaded(String),
    Fails(String),
}

/// Runs every pair below a folder, or those whose path contains `only`; prints those that do not hold, and the counts.
///
/// # Errors
/// When a pair that loads does not hold.
pub(crate) fn run(folder: &str, only: Option<&str>) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let (postgres, mariadb) = (PostgresServer::start(), MariaDbServer::start());
    let (mut holds, mut order, mut unloaded, mut failed) = (0, 0, 0, 0);
    for case in cases(Path::new(folder))? {
        let name = case.strip_prefix(folder).unwrap_or(&case).display().to_string();
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let suite = name.trim_start_matches('/').split('/').next().unwrap_or_default();
        for reversed in [false, true] {
            let outcome = if suite.contains("sqlite") {
                runtime.block_on(check_sqlite(&case, reversed))
            } else {
                let server: &dyn TestServer = if suite.contains("mysql") { &mariadb } else { &postgres };
                runtime.block_on(check_on_server(server, &case, reversed))
            };
            let arrow = if reversed { "b → a" } else { "a → b" };
            match outcome {
                Outcome::Holds => holds += 1,
                Outcome::ColumnOrder => order += 1,
                Outcome::NotLoaded(reason) => {
                    unloaded += 1;
                    if !reversed {
                        println!("skip {name}: {reason}");
                    }
                }
                Outcome::Fails(reason) => {
                    failed += 1;
                    println!("FAIL {name} {arrow}: {reason}");
                }
            }
        }
    }
    println!(
        "{holds} hold, {order} but for the order of columns, {failed} fail, {unloaded} do not load here"
    );
    if failed == 0 { Ok(()) } else { Err(format!("{failed} pairs do not hold")) }
}

fn cases(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = |path: &Path| -> Result<Vec<PathBuf>, String> {
        let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
    };
    let mut found = Vec::new();
    for suite in list(folder)? {
        found.extend(list(&suite)?.into_iter().filter(|case| case.join("a.sql").exists()));
    }
    found.sort();
    Ok(found)
}

fn read(case: &Path, name: &str) -> String {
    std::fs::read_to_string(case.join(name)).unwrap_or_default()
}

fn first_lines(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| line.contains("rror") || line.contains("ERROR") || line.starts_with("DETAIL"));
    let lines: Vec<&str> = lines.take(3).collect();
    if lines.is_empty() { text.lines().take(2).collect::<Vec<_>>().join(" ") } else { lines.join(" ") }
}

async fn side(target: &Target, secret: Option<&Secret>) -> Result<Side, String> {
    let driver = engines::driver(target.engine()).ok_or("no such engine")?;
    let options = IntrospectOptions::default();
    let model = driver.introspect(target, secret, &options, &RunContext::silent()).await;
    Ok(Side { model: model.map_err(|error| error.to_string())?, live: None })
}

/// The script from one database to the other; nothing where they do not differ.
async fn script(from: &Target, to: &Target, secret: Option<&Secret>) -> Result<Option<String>, String> {
    let answers = RenameAnswers { no_renames: vec!["*".into()], ..RenameAnswers::default() };
    let comparison = compare(side(from, secret).await?, side(to, secret).await?, &answers).await;
    let comparison = comparison.map_err(|error| error.message)?;
    if comparison.is_empty() {
        return Ok(None);
    }
    let plan = comparison.plan(Strategy::Direct).map_err(|error| error.message)?;
    let text = comparison.script(&plan).map_err(|error| error.message)?;
    Ok(Some(format!("{text}\n-- differences\n{}\n", comment(&comparison.summary()))))
}

fn comment(text: &str) -> String {
    text.lines().map(|line| format!("-- {line}\n")).collect()
}

async fn check_on_server(server: &dyn TestServer, case: &Path, reversed: bool) -> Outcome {
    let meta: serde_json::Value = serde_json::from_str(&read(case, "meta.json")).unwrap_or_default();
    for role in meta["roles"].as_array().into_iter().flatten().filter_map(|it| it.as_str()) {
        // It may be there already.
        let _ = server.try_sql("postgres", &format!("CREATE ROLE \"{}\"", role.replace('"', "\"\"")));
    }
    let (first, second) = (server.create_database(), server.create_database());
    let (old, new) = if reversed { ("b.sql", "a.sql") } else { ("a.sql", "b.sql") };
    let setup = meta["setup"].as_str().unwrap_or_default();
    for (database, file) in [(&first, old), (&second, new)] {
        let sql = format!("{setup}\n{}", read(case, file));
        if let Err(output) = server.try_sql(database, &sql) {
            return Outcome::NotLoaded(first_lines(&output));
        }
    }
    let secret = Secret::new(server.password());
    let (a, b) = (server.target(&first), server.target(&second));
    let script = match script(&a, &b, Some(&secret)).await {
        Ok(script) => script,
        Err(message) => return Outcome::Fails(message),
    };
    if let Some(script) = &script {
        keep(script);
        if let Err(output) = server.try_sql(&first, script) {
            return Outcome::Fails(format!("the script does not run: {}", first_lines(&output)));
        }
    }
    match self::script(&a, &b, Some(&secret)).await {
        Ok(None) => {}
        Ok(Some(rest)) => {
            let rest: Vec<&str> =
                rest.lines().filter(|line| line.starts_with("-- ")).skip(1).take(3).collect();
            return Outcome::Fails(format!("differs still: {}", rest.join(" ")));
        }
        Err(message) => return Outcome::Fails(message),
    }
    // Some dumps name their database.
    let (x, y) = (
        server.dump_schema(&first).replace(&first, "DB"),
        server.dump_schema(&second).replace(&second, "DB"),
    );
    let outcome = compare_dumps(&x, &y);
    for database in [first, second] {
        let _ = server.try_sql("postgres", &format!("DROP DATABASE {database}"));
    }
    outcome
}

/// For looking at it when it fails.
fn keep(script: &str) {
    let _ = std::fs::write(std::env::temp_dir().join("cadastre-pair.sql"), script);
}

fn compare_dumps(a: &str, b: &str) -> Outcome {
    if a == b {
        return Outcome::Holds;
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text
            .lines()
            .map(|line| line.trim_end_matches(',').to_owned())
            .filter(|line| !line.is_empty() && !line.starts_with("--") && !line.starts_with("SET default_"))
            .collect();
        lines.sort();
        lines
    };
    if sorted(a) == sorted(b) {
        return Outcome::ColumnOrder;
    }
    let in_b: Vec<&str> = b.lines().collect();
    let in_a: Vec<&str> = a.lines().collect();
    let gone =
        in_a.iter().filter(|line| !in_b.contains(line)).take(3).map(|line| format!("- {}", line.trim()));
    let come =
        in_b.iter().filter(|line| !in_a.contains(line)).take(3).map(|line| format!("+ {}", line.trim()));
    Outcome::Fails(format!("the dumps differ: {}", gone.chain(come).collect::<Vec<_>>().join(" | ")))
}

async fn check_sqlite(case: &Path, reversed: bool) -> Outcome {
    let Ok(folder) = tempfile::tempdir() else { return Outcome::Fails("no folder".into()) };
    let (old, new) = if reversed { ("b.sql", "a.sql") } else { ("a.sql", "b.sql") };
    let load = |name: &str, file: &str| crate::corpus::load_sqlite(folder.path(), name, &read(case, file));
    let (a, b) = match (load("first.db", old), load("second.db", new)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) | (_, Err(error)) => return Outcome::NotLoaded(error),
    };
    match script(&a, &b, None).await {
        Ok(None) => return Outcome::Holds,
        Ok(Some(script)) => {
            keep(&script);
            if let Err(output) = crate::corpus::run_sqlite(&folder.path().join("first.db"), &script) {
                return Outcome::Fails(format!("the script does not run: {}", first_lines(&output)));
            }
        }
        Err(message) => return Outcome::Fails(message),
    }
    match script(&a, &b, None).await {
        Ok(None) => Outcome::Holds,
        Ok(Some(rest)) => {
            let rest: Vec<&str> =
                rest.lines().filter(|line| line.starts_with("-- ")).skip(1).take(3).collect();
            Outcome::Fails(format!("differs still: {}", rest.join(" ")))
        }
        Err(message) => Outcome::Fails(message),
    }
}
