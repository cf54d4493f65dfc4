//! Runs a folder of schemas of real applications through introspection and export: `FOLDER/{postgres,mysql,sqlite}/*.sql`.
//!
//! Each file is loaded into an empty database, read, exported, loaded again and read again. The two models must have the
//! same fingerprint, the engine's own dump of both databases must be the same, and on servers the catalogue must count as many of each
//! kind.

use std::path::{Path, PathBuf};

use cadastre_app::compare::{Purpose, translate};
use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, RunContext, Secret, Target};
use cadastre_model::Model;
use cadastre_test_support::walk::{compare_models, create_script, walk_from};
use cadastre_test_support::{MariaDbServer, PostgresServer, SqliteFolder, TestServer};

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

/// A server of each engine that has tables.
struct Servers([(&'static str, Box<dyn TestServer>); 3]);

impl Servers {
    fn start() -> Self {
        Self([
            ("postgres", Box::new(PostgresServer::start())),
            ("mysql", Box::new(MariaDbServer::start())),
            ("sqlite", Box::new(SqliteFolder::new())),
        ])
    }

    fn of(&self, engine: &str) -> Result<&dyn TestServer, String> {
        let found = self.0.iter().find(|(word, _)| *word == engine).map(|(_, server)| &**server);
        found.ok_or_else(|| format!("there is no server of {engine}"))
    }
}

/// Loads a file and reads what is there then. A script of ours makes it in any database, whatever the file calls its own.
async fn load(server: &dyn TestServer, path: &Path) -> Result<Model, String> {
    let sql = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let is_mysql = path.parent().is_some_and(|folder| folder.ends_with("mysql"));
    let (own, sql) = if is_mysql { own_database(&sql) } else { (None, sql) };
    let empty = server.create_database();
    server.try_sql(&empty, &sql)?;
    let target = server.target(own.as_ref().unwrap_or(&empty));
    introspect(&target, Some(&Secret::new(server.password()))).await
}

/// Tells every schema of the folder in the words of the other engines: the script runs there, and a comparison then finds nothing.
///
/// # Errors
/// How many do not hold.
pub(crate) fn across(folder: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let servers = Servers::start();
    let (mut failed, mut total) = (0, 0);
    for (engine, path) in files(Path::new(folder))? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let model = runtime.block_on(load(servers.of(engine)?, &path))?;
        for (other, server) in servers.0.iter().filter(|(other, _)| *other != engine) {
            let checked = runtime.block_on(check_across(&model, other, &**server));
            total += 1;
            failed += usize::from(checked.is_err());
            let (mark, text) = match checked {
                Ok(text) => ("ok  ", text),
                Err(text) => ("FAIL", text),
            };
            println!("{mark} {engine:9} {name:18} in {other:9} {text}");
        }
    }
    println!("{} of {total} hold", total - failed);
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of {total} do not hold")) }
}

async fn check_across(model: &Model, engine: &str, server: &dyn TestServer) -> Result<String, String> {
    let told = translate(model, engine, Purpose::Create).map_err(|error| error.message)?;
    let database = server.create_database();
    server.try_sql(&database, &create_script(&told.model)?).map_err(|output| errors(&output))?;
    let made = introspect(&server.target(&database), Some(&Secret::new(server.password()))).await?;
    let rest = compare_models(model.clone(), made).await?;
    if rest.is_empty() {
        Ok(format!("{} notes", told.notes.len()))
    } else {
        Err(format!("differs still:\n{}", rest.summary()))
    }
}

/// Walks from every schema of the folder for so many pairs with at most so many random statements from one to the next.
///
/// # Errors
/// When a pair does not hold; how many schemas met one.
pub(crate) fn edit(folder: &str, rest: &[&str]) -> Result<(), String> {
    let number = |at: usize, otherwise: u64| match rest.get(at) {
        Some(word) => word.parse::<u64>().map_err(|_| format!("{word} is no number")),
        None => Ok(otherwise),
    };
    let (seed, pairs, edits) = (number(0, 1)?, number(1, 4)? as usize, number(2, 100)? as usize);
    let only = rest.get(3);
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let servers = Servers::start();
    let mut failed = 0;
    for (engine, path) in files(Path::new(folder))? {
        let name = format!("{engine}/{}", path.file_stem().unwrap_or_default().to_string_lossy());
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let server = servers.of(engine)?;
        let outcome = runtime.block_on(async {
            let script = create_script(&load(server, &path).await?)?;
            Ok::<_, String>(walk_from(server, &script, seed, pairs, edits).await)
        })?;
        match outcome {
            Ok(tally) => println!(
                "ok   {name:24} {} pairs with {} changes hold; {} statements refused by the server",
                tally.pairs, tally.changes, tally.refused
            ),
            Err(broken) => {
                failed += 1;
                let kept = crate::soak::keep(&format!("{}-{seed}", name.replace('/', "-")), &broken)?;
                println!("FAIL {name:24} {} (see {kept})", broken.message.trim());
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} schemas met a pair that does not hold")) }
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
    compare_counts(server, &first, &model)?;
    let script = create_script(&model)?;
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
    let second = load_sqlite(folder.path(), "second.db", &create_script(&model)?)?;
    let again = introspect(&second, None).await?;
    if again.fingerprint() != model.fingerprint() {
        return Err(format!("another model comes back: {}", first_difference(&model, &again)));
    }
    Ok(format!("{}; fingerprint identical", counts(&model)))
}

/// Kinds as the catalogue counts them, one `kind|number` a line, members of extensions and what is part of something else left out.
const POSTGRES_COUNTS: &str = "
CREATE TEMP VIEW own AS SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema';
CREATE TEMP VIEW member AS SELECT classid, objid FROM pg_depend WHERE deptype = 'e';
CREATE TEMP VIEW rel AS SELECT * FROM pg_class WHERE relnamespace IN (SELECT oid FROM own) AND ('pg_class'::regclass, oid) NOT IN (SELECT classid, objid FROM member);
SELECT 'table|' || count(*) FROM rel WHERE relkind IN ('r', 'p', 'f');
SELECT 'view|' || count(*) FROM rel WHERE relkind IN ('v', 'm');
SELECT 'sequence|' || count(*) FROM rel WHERE relkind = 'S' AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = rel.oid AND d.deptype = 'i');
SELECT 'column|' || count(*) FROM pg_attribute a JOIN rel ON rel.oid = attrelid WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'f', 'v', 'm');
SELECT 'foreign_key|' || count(*) FROM pg_constraint JOIN rel ON rel.oid = conrelid WHERE contype = 'f';
SELECT 'check|' || count(*) FROM pg_constraint WHERE contype = 'c' AND connamespace IN (SELECT oid FROM own);
SELECT 'primary_key|' || count(*) FROM pg_constraint JOIN rel ON rel.oid = conrelid WHERE contype = 'p';
SELECT 'unique|' || count(*) FROM pg_constraint JOIN rel ON rel.oid = conrelid WHERE contype = 'u';
SELECT 'index|' || count(*) FROM pg_index JOIN rel ON rel.oid = indrelid WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = indexrelid AND c.contype IN ('p', 'u', 'x'));
SELECT 'trigger|' || count(*) FROM pg_trigger JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal
  AND (tgparentid = 0 OR tgenabled <> (SELECT p.tgenabled FROM pg_trigger p WHERE p.oid = pg_trigger.tgparentid));
SELECT 'policy|' || count(*) FROM pg_policy;
SELECT 'routine|' || count(*) FROM pg_proc p WHERE pronamespace IN (SELECT oid FROM own) AND ('pg_proc'::regclass, oid) NOT IN (SELECT classid, objid FROM member)
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i');
SELECT 'enum|' || count(*) FROM pg_type WHERE typtype = 'e' AND typnamespace IN (SELECT oid FROM own);
SELECT 'domain|' || count(*) FROM pg_type t WHERE typtype = 'd' AND typnamespace IN (SELECT oid FROM own) AND ('pg_type'::regclass, oid) NOT IN (SELECT classid, objid FROM member);
";

const MYSQL_COUNTS: &str = "
SELECT CONCAT('table|', COUNT(*)) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED');
SELECT CONCAT('view|', COUNT(*)) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'VIEW';
SELECT CONCAT('column|', COUNT(*)) FROM information_schema.COLUMNS JOIN information_schema.TABLES USING (TABLE_SCHEMA, TABLE_NAME)
  WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'SEQUENCE';
SELECT CONCAT('foreign_key|', COUNT(*)) FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE();
SELECT CONCAT('check|', COUNT(*)) FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE();
SELECT CONCAT('index|', COUNT(DISTINCT TABLE_NAME, INDEX_NAME)) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME <> 'PRIMARY';
SELECT CONCAT('primary_key|', COUNT(DISTINCT TABLE_NAME)) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME = 'PRIMARY';
SELECT CONCAT('routine|', COUNT(*)) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE();
SELECT CONCAT('trigger|', COUNT(*)) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE();
SELECT CONCAT('event|', COUNT(*)) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE();
";

/// Holds the model's counts against the catalogue's own.
fn compare_counts(server: &dyn TestServer, database: &str, model: &Model) -> Result<(), String> {
    let sql = if model.origin.engine == "postgres" { POSTGRES_COUNTS } else { MYSQL_COUNTS };
    let answer = server.try_sql(database, sql).map_err(|output| format!("counting: {output}"))?;
    let counts = model.counts();
    for line in answer.lines() {
        let (kind, number) = line.split_once('|').ok_or("no count")?;
        let ours = counts.iter().find(|(it, _)| it.word() == kind).map_or(0, |(_, count)| *count);
        if number.trim() != ours.to_string() {
            return Err(format!("{ours} of the kind {kind} in the model, {number} in the catalogue"));
        }
    }
    Ok(())
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

/// Makes a file of a script with SQLite's own client.
pub(crate) fn load_sqlite(folder: &Path, name: &str, sql: &str) -> Result<Target, String> {
    let path = folder.join(name);
    // A script of nothing makes no file; a file of nothing is an empty database.
    std::fs::write(&path, "").map_err(|error| error.to_string())?;
    run_sqlite(&path, sql).map_err(|output| format!("does not load: {output}"))?;
    Ok(Target::Sqlite { path: path.to_string_lossy().into_owned(), attached: Vec::new() })
}

/// Runs a script on a file with SQLite's own client.
pub(crate) fn run_sqlite(path: &Path, sql: &str) -> Result<(), String> {
    use std::io::Write;
    let mut command = std::process::Command::new("sqlite3");
    command.arg("-bail").arg(path).stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("sqlite3: {error}"))?;
    let input = child.stdin.take();
    input.ok_or("no standard input")?.write_all(sql.as_bytes()).map_err(|error| error.to_string())?;
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
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
