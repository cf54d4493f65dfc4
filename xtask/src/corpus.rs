//! Runs a folder of schemas of real applications through introspection and export: `FOLDER/{postgres,mysql,sqlite}/*.sql`.
//!
//! Each file is loaded into an empty database, read, exported, loaded again and read again. The two models must have the
//! same fingerprint, and the engine's own dump of both databases must be the same.

use std::path::{Path, PathBuf};

use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, RunContext, Secret, Target};
use cadastre_model::Model;
use cadastre_test_support::{MariaDbServer, PostgresServer, TestServer};

/// Runs every file; prints a line for each.
///
/// # Errors
/// When a file does not go there and back; the count of those.
pub(crate) fn run(folder: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let mut failed = 0;
    let mut total = 0;
    let (postgres, mariadb) = (PostgresServer::start(), MariaDbServer::start());
    for (engine, path) in files(Path::new(folder))? {
        total += 1;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let outcome = match engine {
            "postgres" => runtime.block_on(check_on_server(&postgres, &path)),
            "mysql" => runtime.block_on(check_on_server(&mariadb, &path)),
            _ => runtime.block_on(check_sqlite(&path)),
        };
        failed += usize::from(outcome.is_err());
        let (mark, text) = match outcome {
            Ok(text) => ("ok  ", text),
            Err(text) => ("FAIL", text),
        };
        println!("{mark} {engine:9} {name:18} {text}");
    }
    println!("{} of {total} schemas go there and back", total - failed);
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of {total} schemas do not go there and back")) }
}

fn files(folder: &Path) -> Result<Vec<(&'static str, PathBuf)>, String> {
    let mut found = Vec::new();
    for engine in ["postgres", "mysql", "sqlite"] {
        let entries = std::fs::read_dir(folder.join(engine))
            .map_err(|error| format!("{}/{engine}: {error}", folder.display()))?;
        let paths = entries.flatten().map(|entry| entry.path());
        found.extend(
            paths.filter(|path| path.extension().is_some_and(|it| it == "sql")).map(|path| (engine, path)),
        );
    }
    found.sort();
    Ok(found)
}

fn counts(model: &Model) -> String {
    let counts: Vec<String> =
        model.counts().iter().map(|(kind, count)| format!("{count} {}", kind.plural())).collect();
    let unmodelled = if model.unmodelled.is_empty() {
        String::new()
    } else {
        format!("; {} not modelled", model.unmodelled.len())
    };
    format!("{}{unmodelled}", counts.join(", "))
}

async fn introspect(target: &Target, secret: Option<&Secret>) -> Result<Model, String> {
    let driver = engines::driver(target.engine()).ok_or("no such engine")?;
    let options = IntrospectOptions::default();
    driver
        .introspect(target, secret, &options, &RunContext::silent())
        .await
        .map_err(|error| error.to_string())
}

fn script(model: &Model) -> Result<String, String> {
    let dialect = engines::dialect(&model.origin.engine).ok_or("no such dialect")?;
    dialect.create_script(model).map(|script| script.text()).map_err(|error| error.to_string())
}

async fn check_on_server(server: &dyn TestServer, path: &Path) -> Result<String, String> {
    let sql = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let secret = Secret::new(server.password());
    // There a database and a schema are one thing, and files bring their own.
    let is_mysql = path.parent().is_some_and(|folder| folder.ends_with("mysql"));
    let (own, sql) = if is_mysql { own_database(&sql) } else { (None, sql) };
    let (empty, second) = (server.create_database(), server.create_database());
    server.try_sql(&empty, &sql).map_err(|output| format!("does not load: {}", errors(&output)))?;
    let first = own.unwrap_or(empty);
    let model = introspect(&server.target(&first), Some(&secret)).await?;
    if model.len() <= model.roots().len() {
        return Err("loaded, but nothing is in the database".into());
    }
    let script = script(&model)?;
    if let Err(output) = server.try_sql(&second, &script) {
        let kept = std::env::temp_dir().join("cadastre-corpus-failed.sql");
        let _ = std::fs::write(&kept, &script);
        return Err(format!("export does not load ({}): {}", kept.display(), errors(&output)));
    }
    let again = introspect(&server.target(&second), Some(&secret)).await?;
    if again.fingerprint() != model.fingerprint() {
        return Err(format!("another model comes back: {}", first_difference(&model, &again)));
    }
    let (a, b) = (server.dump_schema(&first), server.dump_schema(&second));
    if a != b {
        let line = a.lines().zip(b.lines()).find(|(a, b)| a != b);
        return Err(format!("same model, but the engine's dump tells them apart: {line:?}"));
    }
    Ok(format!("{}; dump identical", counts(&model)))
}

async fn check_sqlite(path: &Path) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let sql = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let first = load_sqlite(folder.path(), "first.db", &sql)?;
    let model = introspect(&first, None).await?;
    let second = load_sqlite(folder.path(), "second.db", &script(&model)?)?;
    let again = introspect(&second, None).await?;
    if again.fingerprint() != model.fingerprint() {
        return Err(format!("another model comes back: {}", first_difference(&model, &again)));
    }
    Ok(format!("{}; fingerprint identical", counts(&model)))
}

/// The database a file creates for itself and uses, if it does (`USE`), and the file without what reads further files.
fn own_database(sql: &str) -> (Option<String>, String) {
    let first_word = |line: &str| line.split_whitespace().next().unwrap_or_default().to_lowercase();
    let used =
        sql.lines().find(|line| first_word(line) == "use").and_then(|line| line.split_whitespace().nth(1));
    let used = used.map(|name| name.trim_end_matches(';').trim_matches('`').to_owned());
    let kept = sql.lines().filter(|line| first_word(line) != "source");
    (used, kept.collect::<Vec<_>>().join("\n"))
}

fn load_sqlite(folder: &Path, name: &str, sql: &str) -> Result<Target, String> {
    use std::io::Write;
    let path = folder.join(name);
    let mut command = std::process::Command::new("sqlite3");
    command.arg("-bail").arg(&path).stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("sqlite3: {error}"))?;
    let input = child.stdin.take();
    input.ok_or("no standard input")?.write_all(sql.as_bytes()).map_err(|error| error.to_string())?;
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("does not load: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(Target::Sqlite { path: path.to_string_lossy().into_owned() })
}

fn errors(output: &str) -> String {
    output
        .lines()
        .filter(|line| line.contains("ERROR") || line.contains("DETAIL"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn first_difference(a: &Model, b: &Model) -> String {
    let texts = |model: &Model| {
        let text = |(id, object): (_, &cadastre_model::Object)| {
            format!(
                "{}: {} {:?} {:?}",
                model.display_name(id),
                model.fingerprint_of(id),
                object.body,
                object.owner
            )
        };
        model.objects().map(text).collect::<std::collections::BTreeSet<_>>()
    };
    let (a, b) = (texts(a), texts(b));
    format!("{:?} against {:?}", a.difference(&b).next(), b.difference(&a).next())
}
