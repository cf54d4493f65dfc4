//! Plans on real servers. A fixture is a folder with `from.sql` and `to.sql`, and perhaps `rows.sql` and `check.sql`: rows put into the first,
//! and a question whose answer must be the same before and after. The plan is kept beside them as `plan.sql`.
//!
//! Each is run in both directions: the plan is applied with the engine's own client, the engine's own dump then equals that of a database made
//! directly, comparing again finds nothing, and the way back leads back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cadastre_app::compare::{
    Comparison, HazardKind, RenameAnswers, RenameQuestion, Scratch, Side, Strategy, WorkClass, compare,
    read_side,
};
use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, Rehearse, RunContext, Target};
use cadastre_model::{Kind, Unmodelled};
use cadastre_test_support::{MariaDbServer, TestServer};

use super::secret;

fn fixtures(engine: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(engine).join("changes");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_default()
}

async fn side(target: &Target, server: Option<&dyn TestServer>) -> Side {
    let driver = engines::driver(target.engine()).unwrap();
    let secret = server.map(secret);
    let options = IntrospectOptions::default();
    let model = driver.introspect(target, secret.as_ref(), &options, &RunContext::silent()).await.unwrap();
    Side { model, live: None }
}

async fn compare_targets(a: &Target, b: &Target, server: Option<&dyn TestServer>) -> Comparison {
    let answers = RenameAnswers { no_renames: vec!["*".into()], ..RenameAnswers::default() };
    compare(side(a, server).await, side(b, server).await, &answers).await.unwrap()
}

fn scripts(comparison: &Comparison, name: &str) -> (String, String) {
    let plan = comparison.plan(Strategy::Direct).unwrap_or_else(|error| panic!("{name}: {}", error.message));
    assert!(plan.notes.is_empty(), "{name}: {:?}", plan.notes);
    let back = comparison.reverse().unwrap_or_else(|error| panic!("{name}, back: {}", error.message));
    (comparison.script(&plan).unwrap(), comparison.script(&back).unwrap())
}

/// The plan as it was read by a person, kept in a file.
pub(super) fn check_golden(path: &Path, script: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, script).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == script,
        "{} is not what is planned now; look, and run with UPDATE_EXPECT=1:\n{script}",
        path.display()
    );
}

/// Lines without those of columns that only differ in their order, which no statement of PostgreSQL changes.
fn dump_lines(server: &dyn TestServer, database: &str) -> Vec<String> {
    let dump = server.dump_schema(database).replace(&format!("`{database}`"), "`db`");
    if server.target(database).engine() != "postgres" {
        // The next number is data.
        let without_number = |line: &str| match line.split_once(" AUTO_INCREMENT=") {
            Some((before, after)) => {
                format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            None => line.to_owned(),
        };
        return dump.lines().map(without_number).collect();
    }
    let is_noise =
        |line: &&str| line.is_empty() || line.starts_with("--") || line.starts_with("SET default_");
    let lines = dump.lines().filter(|line| !is_noise(line));
    let mut lines: Vec<String> = lines.map(|line| line.trim_end_matches(',').to_owned()).collect();
    lines.sort();
    lines
}

fn expect_same_dump(server: &dyn TestServer, got: &str, wanted: &str, what: &str) {
    let (a, b) = (dump_lines(server, got), dump_lines(server, wanted));
    let gone: Vec<&String> = a.iter().filter(|line| !b.contains(line)).collect();
    let come: Vec<&String> = b.iter().filter(|line| !a.contains(line)).collect();
    assert!(a == b, "{what}: the engine's own dumps differ\n  too much: {gone:#?}\n  missing: {come:#?}");
}

async fn run_on_server(server: &dyn TestServer, folder: &Path, reversed: bool) {
    let name = format!(
        "{}{}",
        folder.file_name().unwrap().to_string_lossy(),
        if reversed { " reversed" } else { "" }
    );
    let (old, new) = if reversed { ("to.sql", "from.sql") } else { ("from.sql", "to.sql") };
    let (first, second) = (server.create_database(), server.create_database());
    let (untouched, other) = (server.create_database(), server.create_database());
    for (database, file) in [(&first, old), (&second, new), (&untouched, old), (&other, old)] {
        server.run_sql(database, &read(folder, file));
    }
    let has_rows = !reversed && folder.join("rows.sql").exists();
    if has_rows {
        server.run_sql(&first, &read(folder, "rows.sql"));
    }
    let question = |database: &str| {
        server
            .try_sql(database, &read(folder, "check.sql"))
            .unwrap_or_else(|output| panic!("{name}: {output}"))
    };
    let before = has_rows.then(|| question(&first));
    let (a, b) = (server.target(&first), server.target(&second));
    let comparison = compare_targets(&a, &b, Some(server)).await;
    assert!(!comparison.is_empty(), "{name}: nothing differs");
    let (script, back) = scripts(&comparison, &name);
    if !reversed {
        check_golden(&folder.join("plan.sql"), &script);
    }
    let online = comparison.script(&comparison.plan(Strategy::Online).unwrap()).unwrap();
    server.try_sql(&first, &script).unwrap_or_else(|output| panic!("{name}: {output}\n{script}"));
    server.try_sql(&other, &online).unwrap_or_else(|output| panic!("{name}, online: {output}\n{online}"));
    expect_same_dump(server, &other, &second, &format!("{name}, online"));
    assert_eq!(before, has_rows.then(|| question(&first)), "{name}: rows were lost");
    expect_same_dump(server, &first, &second, &name);
    let again = compare_targets(&a, &b, Some(server)).await;
    assert!(again.is_empty(), "{name} differs still:\n{}", again.summary());
    server.try_sql(&first, &back).unwrap_or_else(|output| panic!("{name}, back: {output}\n{back}"));
    expect_same_dump(server, &first, &untouched, &format!("{name}, back"));
}

#[tokio::test]
async fn postgres_plans_lead_there_and_back() {
    let server = super::postgres::server();
    for folder in fixtures("postgres") {
        for reversed in [false, true] {
            run_on_server(&*server, &folder, reversed).await;
        }
    }
}

#[tokio::test]
async fn mariadb_plans_lead_there_and_back() {
    let server = super::mysql::server();
    for folder in fixtures("mysql") {
        for reversed in [false, true] {
            run_on_server(&*server, &folder, reversed).await;
        }
    }
}

fn sqlite(path: &Path, script: &str) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    connection.close().unwrap();
    path.display().to_string()
}

/// The answers to several questions, one row a line.
fn sqlite_answers(path: &Path, questions: &str) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut text = String::new();
    for question in questions.split(';').filter(|it| !it.trim().is_empty()) {
        let mut statement = connection.prepare(question).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<String> =
                (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
            text.push_str(&format!("{}\n", values.join(" | ")));
        }
    }
    text
}

#[tokio::test]
async fn sqlite_plans_lead_there_and_back_and_keep_rows() {
    for folder in fixtures("sqlite") {
        for (old, new) in [("from.sql", "to.sql"), ("to.sql", "from.sql")] {
            let work = tempfile::tempdir().unwrap();
            let (first, second) = (work.path().join("first.db"), work.path().join("second.db"));
            let target =
                |path: &Path| Target::Sqlite { path: path.display().to_string(), attached: Vec::new() };
            sqlite(&first, &read(&folder, old));
            sqlite(&second, &read(&folder, new));
            let has_rows = old == "from.sql";
            if has_rows {
                sqlite(&first, &read(&folder, "rows.sql"));
            }
            let before = has_rows.then(|| sqlite_answers(&first, &read(&folder, "check.sql")));
            let start = side(&target(&first), None).await.model.fingerprint();
            let comparison = compare_targets(&target(&first), &target(&second), None).await;
            let (script, back) = scripts(&comparison, old);
            if has_rows {
                check_golden(&folder.join("plan.sql"), &script);
            }
            sqlite(&first, &script);
            assert_eq!(before, has_rows.then(|| sqlite_answers(&first, &read(&folder, "check.sql"))));
            let again = compare_targets(&target(&first), &target(&second), None).await;
            assert!(again.is_empty(), "{}", again.summary());
            let broken = sqlite_answers(&first, "PRAGMA foreign_key_check");
            assert_eq!(broken, "");
            sqlite(&first, &back);
            assert_eq!(side(&target(&first), None).await.model.fingerprint(), start);
        }
    }
}

#[tokio::test]
async fn a_new_foreign_key_is_held_against_the_rows_that_are_there() {
    let from = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int);";
    let to = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int, CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id));";
    let rows = "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1), (2, 99);";
    let (postgres, mariadb, sqlite) =
        (super::postgres::server(), super::mysql::server(), cadastre_test_support::SqliteFolder::new());
    let servers: [&dyn TestServer; 3] = [&*postgres, &*mariadb, &sqlite];
    for server in servers {
        let (first, second) = databases(server, &format!("{from}{rows}"), to);
        let (plan, script) = plan_between(server, &first, &second).await;
        let mut hazards = plan.steps().flat_map(|step| &step.hazards);
        assert!(hazards.any(|it| it.kind == HazardKind::DataDependent), "{script}");
        server.try_sql(&first, &script).expect_err(&script);
        server.run_sql(&first, "DELETE FROM c WHERE p = 99;");
        // Where every statement is final by itself, some have been.
        let (_, rest) = plan_between(server, &first, &second).await;
        server.run_sql(&first, &rest);
        let (plan, _) = plan_between(server, &first, &second).await;
        assert!(plan.is_empty());
    }
}

#[tokio::test]
async fn proofs_put_rows_into_tables_and_find_them_again() {
    let from = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, n varchar(9), p int, CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id));";
    let to = "CREATE TABLE p (id int PRIMARY KEY, m int); CREATE TABLE c (id int PRIMARY KEY, n varchar(20), p int);";
    let (postgres, mariadb, sqlite) =
        (super::postgres::server(), super::mysql::server(), cadastre_test_support::SqliteFolder::new());
    let servers: [&dyn TestServer; 3] = [&*postgres, &*mariadb, &sqlite];
    for server in servers {
        let (first, second) = databases(server, from, to);
        let comparison = compare_targets(&server.target(&first), &server.target(&second), Some(server)).await;
        let scratch = Scratch::new(server.target(&first), Some(super::secret(server)));
        let proof = comparison.prove(Strategy::Direct, Some(&scratch), &RunContext::silent()).await.unwrap();
        assert_eq!(proof.tables_with_rows, 2, "{}", proof.server);
    }
}

/// What gets another name is locked for it as well, and under which name a table is locked later depends on when.
#[tokio::test]
async fn plans_with_renames_say_what_they_lock_and_are_proved() {
    let (postgres, mariadb, sqlite) =
        (super::postgres::server(), super::mysql::server(), cadastre_test_support::SqliteFolder::new());
    let servers: [(&dyn TestServer, &str); 3] =
        [(&*postgres, " CREATE TABLE heir (more int) INHERITS (p);"), (&*mariadb, ""), (&sqlite, "")];
    for (server, more) in servers {
        let from = "CREATE TABLE p (id int PRIMARY KEY, name varchar(9)); CREATE TABLE c (id int PRIMARY KEY, p int, CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id));";
        let to = "CREATE TABLE q (id int PRIMARY KEY, title varchar(20), m int); CREATE TABLE c (id int PRIMARY KEY, p int, CONSTRAINT f FOREIGN KEY (p) REFERENCES q (id));";
        let (first, second) =
            databases(server, &format!("{from}{more}"), &format!("{to}{}", more.replace("(p)", "(q)")));
        let answers =
            RenameAnswers { renames: vec!["p=q".into(), "p.name=title".into()], ..RenameAnswers::default() };
        let (a, b) = (
            side(&server.target(&first), Some(server)).await,
            side(&server.target(&second), Some(server)).await,
        );
        let comparison = compare(a, b, &answers).await.unwrap();
        let plan = comparison.plan(Strategy::Direct).unwrap();
        let renaming: Vec<usize> =
            plan.steps().filter(|step| step.object == "rename").map(|step| step.locks.len()).collect();
        // The column of the heir is renamed with it.
        assert_eq!(renaming, [if more.is_empty() { 1 } else { 2 }, 1]);
        let scratch = Scratch::new(server.target(&first), Some(super::secret(server)));
        let proof = comparison.prove(Strategy::Direct, Some(&scratch), &RunContext::silent()).await.unwrap();
        assert_eq!(proof.tables_with_rows, if more.is_empty() { 2 } else { 3 }, "{}", proof.server);
    }
}

/// What is written anew is announced, and seen when the plan is proved; what is not announced would be seen as well.
#[tokio::test]
async fn tables_that_mariadb_writes_anew_are_seen() {
    let server = super::mysql::server();
    let from = "CREATE TABLE a_1 (id int PRIMARY KEY, n int, note varchar(9)); CREATE TABLE b (id int PRIMARY KEY) COMMENT 'x';";
    let to = "CREATE TABLE a_1 (id int PRIMARY KEY, n bigint, note varchar(9));
        CREATE TABLE b (id int PRIMARY KEY, more int, KEY by_more (more)) COMMENT 'y' ROW_FORMAT=COMPRESSED;";
    let (first, second) = databases(&*server, from, to);
    let comparison = compare_targets(&server.target(&first), &server.target(&second), Some(&*server)).await;
    let mut plan = comparison.plan(Strategy::Direct).unwrap();
    let scratch = Scratch::new(server.target(&first), Some(secret(&*server)));
    let proof = comparison.prove(Strategy::Direct, Some(&scratch), &RunContext::silent()).await.unwrap();
    assert_eq!(proof.watched_steps, 2);
    let script = engines::dialect("mysql").unwrap().create_script(&comparison.original).unwrap().text();
    plan.groups.iter_mut().flat_map(|it| &mut it.steps).for_each(|step| step.work = WorkClass::Metadata);
    let what = Rehearse { script: &script, from: &comparison.original, plan: &plan, with_rows: true };
    let driver = engines::driver("mysql").unwrap();
    let (target, key) = (server.target(&first), secret(&*server));
    let seen = driver.rehearse(Some(&target), Some(&key), &what, &RunContext::silent()).await.unwrap();
    let rewritten: Vec<_> = seen.steps.into_iter().flat_map(|step| step.rewritten).collect();
    assert_eq!(rewritten, ["a_1", "b"]);
}

#[tokio::test]
async fn types_that_only_grow_are_changed_in_the_catalogue_alone() {
    let server = super::postgres::server();
    let from =
        "CREATE TABLE t (a varchar(10), b numeric(8, 2), c varchar(5), d int, e varchar(9), f timestamp(3));";
    let to =
        "CREATE TABLE t (a varchar(20), b numeric(12, 2), c text, d bigint, e varchar(4), f timestamp(6));";
    let (first, second) = databases(&*server, from, to);
    let (plan, _) = plan_between(&*server, &first, &second).await;
    let rewritten: Vec<&str> = plan
        .steps()
        .filter(|step| step.work == WorkClass::Rewrite)
        .map(|step| step.object.rsplit('.').next().unwrap())
        .collect();
    assert_eq!(rewritten, ["d", "e"]);
    let quiet = plan.steps().filter(|step| step.work == WorkClass::Metadata);
    let hazards: Vec<_> = quiet.flat_map(|step| &step.hazards).collect();
    assert!(hazards.is_empty(), "{hazards:?}");
}

async fn plan_between(
    server: &dyn TestServer,
    first: &str,
    second: &str,
) -> (cadastre_app::compare::Plan, String) {
    let comparison = compare_targets(&server.target(first), &server.target(second), Some(server)).await;
    let plan = comparison.plan(Strategy::Direct).unwrap();
    let script = comparison.script(&plan).unwrap();
    (plan, script)
}

fn databases(server: &dyn TestServer, from: &str, to: &str) -> (String, String) {
    let (first, second) = (server.create_database(), server.create_database());
    server.run_sql(&first, from);
    server.run_sql(&second, to);
    (first, second)
}

#[tokio::test]
async fn values_that_do_not_fit_make_a_plan_fail_and_are_not_cut() {
    let rows = "INSERT INTO t VALUES ('much too long', 70000);";
    let (from, to) = ("CREATE TABLE t (a varchar(40), b int);", "CREATE TABLE t (a varchar(5), b smallint);");
    let (postgres, mariadb) = (super::postgres::server(), super::mysql::server());
    let servers: [&dyn TestServer; 2] = [&*postgres, &*mariadb];
    for server in servers {
        let (first, second) = databases(server, &format!("{from}{rows}"), to);
        let (plan, script) = plan_between(server, &first, &second).await;
        assert!(plan.steps().any(|step| step.hazards.iter().any(|it| it.kind == HazardKind::DataDependent)));
        assert!(server.try_sql(&first, &script).is_err(), "it ran:\n{script}");
        assert!(server.try_sql(&first, "SELECT a, b FROM t").unwrap().contains("much too long"));
    }
}

#[tokio::test]
async fn what_may_be_rounded_or_cut_without_a_word_from_the_server_is_said_by_the_plan() {
    let server = super::postgres::server();
    let loses = |plan: &cadastre_app::compare::Plan| {
        plan.steps().any(|step| step.hazards.iter().any(|it| it.kind == HazardKind::DataLoss))
    };
    for (before, after, lost) in [
        ("numeric(8,2)", "numeric(8,0)", true),
        ("double precision", "integer", true),
        ("timestamp", "date", true),
        ("timestamp(6)", "timestamp(0)", true),
        ("numeric", "integer", true),
        ("integer", "bigint", false),
        ("bigint", "integer", false),
        ("varchar(5)", "text", false),
        ("numeric(8,2)", "numeric(12,4)", false),
        ("date", "timestamp", false),
    ] {
        let (from, to) = (format!("CREATE TABLE t (a {before});"), format!("CREATE TABLE t (a {after});"));
        let (first, second) = databases(&*server, &from, &to);
        let (plan, script) = plan_between(&*server, &first, &second).await;
        assert_eq!(loses(&plan), lost, "{before} to {after}\n{script}");
    }
}

#[tokio::test]
async fn what_numbers_rows_goes_on_after_those_that_are_there() {
    let server = super::postgres::server();
    let rows = "INSERT INTO t (note) SELECT 'x' FROM generate_series(1, 7);";
    let serial = "CREATE TABLE t (id serial PRIMARY KEY, note text);";
    let identity = "CREATE TABLE t (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, note text);";
    for (from, to) in [(serial, identity), (identity, serial)] {
        let (first, second) = databases(&*server, &format!("{from}{rows}"), to);
        let (_, script) = plan_between(&*server, &first, &second).await;
        server.run_sql(&first, &script);
        let next = server.try_sql(&first, "INSERT INTO t (note) VALUES ('new') RETURNING id");
        assert_eq!(next.as_deref().map(str::trim), Ok("8"), "{script}");
    }
}

#[tokio::test]
async fn a_materialized_view_that_could_be_read_can_be_read_after_it_was_made_anew() {
    let server = super::postgres::server();
    let of = |kind: &str| {
        format!(
            "CREATE TABLE t (a {kind}); INSERT INTO t VALUES ('1'); CREATE MATERIALIZED VIEW m AS SELECT a FROM t;"
        )
    };
    let (first, second) = databases(&*server, &of("varchar(9)"), &of("text"));
    let (_, script) = plan_between(&*server, &first, &second).await;
    server.run_sql(&first, &script);
    assert_eq!(server.try_sql(&first, "SELECT a FROM m").as_deref().map(str::trim), Ok("1"));
}

#[tokio::test]
async fn rows_in_partitions_make_a_lost_column_a_question() {
    let server = super::postgres::server();
    let table = |column: &str| {
        format!(
            "CREATE TABLE p (id integer, {column} text) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;"
        )
    };
    let (first, second) = databases(&*server, &table("old"), &table("fresh"));
    let ask = async || {
        let mut from = side(&server.target(&first), Some(&*server)).await;
        from.live = Some((Box::new(server.target(&first)), Some(secret(&*server))));
        let to = side(&server.target(&second), Some(&*server)).await;
        compare(from, to, &RenameAnswers::default()).await.unwrap().open_questions
    };
    assert_eq!(ask().await, []);
    server.run_sql(&first, "INSERT INTO p VALUES (1, 'kept')");
    let questions = ask().await;
    assert!(
        questions.iter().any(|it| it.from == "public.p.old" && it.to == "public.p.fresh"),
        "{questions:?}"
    );
}

/// A column under another name, in a database with as many rows of which so many are the same.
fn renamed(column: &str, from: usize, to: usize) -> String {
    let rows: Vec<String> = (from..to).map(|n| format!("({n}, 'value {n}')")).collect();
    format!(
        "CREATE TABLE t (id integer PRIMARY KEY, {column} varchar(40)); INSERT INTO t VALUES {};",
        rows.join(", ")
    )
}

#[tokio::test]
async fn values_that_both_sides_have_are_evidence_of_a_rename() {
    let (postgres, mariadb, sqlite) =
        (super::postgres::server(), super::mysql::server(), cadastre_test_support::SqliteFolder::new());
    let servers: [&dyn TestServer; 3] = [&postgres, &mariadb, &sqlite];
    for server in servers {
        let evidence = async |second: String| {
            let (a, b) = databases(server, &renamed("old", 0, 100), &second);
            let live = async |database: &str| {
                let target = server.target(database);
                let side = side(&target, Some(server)).await;
                Side { live: Some((Box::new(target), Some(secret(server)))), ..side }
            };
            let comparison =
                compare(live(&a).await, live(&b).await, &RenameAnswers::default()).await.unwrap();
            comparison.open_questions.iter().map(RenameQuestion::evidence_words).collect::<Vec<_>>()
        };
        let engine = server.target("x").engine();
        let same = evidence(renamed("fresh", 0, 100)).await;
        assert_eq!(
            same,
            ["same table and type; same position; about 100 % of their values are the same"],
            "{engine}"
        );
        let half = evidence(renamed("fresh", 50, 150)).await;
        assert_eq!(
            half,
            ["same table and type; same position; about 33 % of their values are the same"],
            "{engine}"
        );
        let none = evidence("CREATE TABLE t (id integer PRIMARY KEY, fresh varchar(40));".into()).await;
        assert_eq!(none, ["same table and type; same position"], "{engine}");
    }
}

#[tokio::test]
async fn plans_are_proved_and_scripts_are_read_on_scratch_servers() {
    // Servers of its own: others prove on the shared ones at the same time, and what is left behind is looked for.
    let (postgres, mariadb) = (super::postgres::own_server(), MariaDbServer::start());
    let servers: [(&dyn TestServer, &str); 2] = [(&postgres, "postgres"), (&mariadb, "mysql")];
    for (server, engine) in servers {
        let home = server.create_database();
        let url = server.target(&home).url().replacen('@', &format!(":{}@", server.password()), 1);
        let scratch = Scratch::parse(&url).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for fixture in fixtures(engine) {
            let read = async |name: &str| {
                let path = fixture.join(name).display().to_string();
                let side =
                    read_side(&path, &[], Some(&scratch), None, folder.path(), &RunContext::silent()).await;
                side.unwrap_or_else(|error| panic!("{path}: {}", error.message))
            };
            let answers = RenameAnswers { no_renames: vec!["*".into()], ..RenameAnswers::default() };
            let comparison = compare(read("from.sql").await, read("to.sql").await, &answers).await.unwrap();
            let proved = comparison.prove(Strategy::Direct, Some(&scratch), &RunContext::silent()).await;
            proved.unwrap_or_else(|error| {
                panic!("{}: {} {:?}", fixture.display(), error.message, error.details)
            });
        }
        let path = folder.path().join("broken.sql");
        std::fs::write(&path, "CREATE TABLE fine (id int);\n\nCREATE TABLE broken (id nowhere);").unwrap();
        let text = path.display().to_string();
        let refused = read_side(&text, &[], Some(&scratch), None, folder.path(), &RunContext::silent()).await;
        let error = refused.unwrap_err();
        assert!(error.message.contains("line 3 (CREATE TABLE broken"), "{}", error.message);
        let left = match engine {
            "postgres" => "SELECT count(*) FROM pg_database WHERE datname LIKE 'cadastre_scratch%'",
            _ => {
                "SELECT count(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'cadastre_scratch%'"
            }
        };
        assert!(
            server.try_sql(&home, left).unwrap().trim().ends_with('0'),
            "a scratch database was left behind"
        );
    }
}

/// What stands alone says how one sees that it is done, how long it may take, and what takes it back; and how large a table is that it
/// reads.
#[tokio::test]
async fn steps_tell_time_outs_probes_sizes_and_ways_back() {
    let server = super::postgres::server();
    let from = "CREATE TYPE mood AS ENUM ('sad'); CREATE SCHEMA \"Odd s\"; CREATE TABLE \"Odd s\".t (id integer, m mood);
        INSERT INTO \"Odd s\".t SELECT n FROM generate_series(1, 5000) n; ANALYZE \"Odd s\".t;";
    let to = "CREATE TYPE mood AS ENUM ('sad', 'it''s fine'); CREATE SCHEMA \"Odd s\"; CREATE TABLE \"Odd s\".t (id integer, m mood, note text);
        CREATE INDEX \"by id\" ON \"Odd s\".t (id);";
    let (first, second) = databases(&*server, from, to);
    let live = async |database: &str| {
        let target = server.target(database);
        let side = side(&target, Some(&*server)).await;
        Side { live: Some((Box::new(target), Some(secret(&*server)))), ..side }
    };
    let comparison =
        compare(live(&first).await, live(&second).await, &RenameAnswers::default()).await.unwrap();
    let plan = comparison.plan_with_ways_back(Strategy::Online).unwrap();
    let alone: Vec<_> =
        plan.groups.iter().filter(|group| !group.transaction).flat_map(|group| &group.steps).collect();
    assert_eq!(alone.len(), 2, "{plan:?}");
    let ask = |probe: &str| server.try_sql(&first, probe).unwrap().trim().to_owned();
    let answers = || alone.iter().map(|step| ask(step.probe.as_ref().unwrap())).collect::<Vec<_>>();
    assert_eq!(answers(), ["f", "f"]);
    assert_eq!(plan.hash(), comparison.plan(Strategy::Online).unwrap().hash());
    let script = comparison.script(&plan).unwrap();
    assert!(
        script.contains("SET lock_timeout = '600s'") && script.contains("SET lock_timeout = '5s'"),
        "{script}"
    );
    server.run_sql(&first, &script);
    assert_eq!(answers(), ["t", "t"]);
    let index = alone.iter().find(|step| step.statements[0].contains("INDEX")).unwrap();
    assert_eq!(index.reverse, ["DROP INDEX \"Odd s\".\"by id\""]);
    let size = plan.size_of(index).unwrap();
    assert!(size.rows == 5000 && size.bytes.is_some_and(|bytes| bytes > 100_000), "{size:?}");
    assert!(cadastre_app::compare::plan_summary(&plan).contains("scan, about 5000 rows, 1 MiB"));
    let column = plan.steps().find(|step| step.statements[0].contains("ADD COLUMN")).unwrap();
    assert_eq!(column.time_outs.map(|it| (it.lock, it.statement)), Some((5, 60)));
    assert_eq!(column.reverse, ["ALTER TABLE \"Odd s\".t DROP COLUMN note"]);
}

/// A user mapping's password is never read, so that one which goes is gone; where a side was read by somebody who may not see such, it stays.
#[tokio::test]
async fn user_mappings_go_with_a_word_and_stay_where_they_were_not_seen() {
    let server = super::postgres::server();
    let base = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;";
    let mapped = format!("{base} CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'concealed');");
    let (first, second) = databases(&*server, &mapped, base);
    let (from, mut to) = (
        side(&server.target(&first), Some(&*server)).await,
        side(&server.target(&second), Some(&*server)).await,
    );
    let (plan, _) = plan_between(&*server, &first, &second).await;
    let step = plan.steps().next().unwrap();
    assert_eq!(step.statements, ["DROP USER MAPPING FOR PUBLIC SERVER s"]);
    assert_eq!(step.hazards[0].message, "the values of password are gone");
    to.model.unmodelled.push(Unmodelled { kind: "user mapping".into(), name: "PUBLIC SERVER s".into() });
    let comparison = compare(from, to, &RenameAnswers::default()).await.unwrap();
    let plan = comparison.plan(Strategy::Direct).unwrap();
    assert!(plan.is_empty() && plan.notes[0].message.contains("it is left alone"), "{plan:?}");
}

/// An heir that came to another parent has a check of that one for itself as well, which no statement takes from it.
#[tokio::test]
async fn a_check_that_an_heir_kept_when_it_left_a_parent_is_no_difference() {
    let server = super::postgres::server();
    let heir = |parent: &str| {
        format!(
            "CREATE TABLE {parent} (id integer); CREATE TABLE heir () INHERITS ({parent}); ALTER TABLE {parent} ADD CONSTRAINT c CHECK (id > 0) NOT VALID;"
        )
    };
    let (first, second) = databases(&*server, &heir("elder"), &heir("other"));
    let (_, script) = plan_between(&*server, &first, &second).await;
    server.run_sql(&first, &script);
    let comparison = compare_targets(&server.target(&first), &server.target(&second), Some(&*server)).await;
    assert!(comparison.is_empty(), "{}", comparison.summary());
}

/// Only the statement that builds an index or key makes others wait: not the one that joins it to that of a partitioned table, orders
/// rows by it or comments on it.
#[tokio::test]
async fn what_is_said_of_an_index_once_it_is_built_costs_nothing() {
    let server = super::postgres::server();
    let table = "CREATE TABLE t (id integer, at integer) PARTITION BY RANGE (at); CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (9);";
    let to = format!(
        "{table} CREATE INDEX t_id ON t (id); ALTER TABLE t ADD CONSTRAINT t_key UNIQUE (at); COMMENT ON CONSTRAINT t_1_at_key ON t_1 IS 'k';"
    );
    let (first, second) = databases(&*server, table, &to);
    let (plan, _) = plan_between(&*server, &first, &second).await;
    let cost = |words: &str| {
        let step = plan.steps().find(|step| step.statements[0].contains(words)).unwrap();
        (step.work, step.hazards.len())
    };
    assert_eq!(cost("CREATE INDEX t_1_id_idx"), (WorkClass::Scan, 1));
    assert_eq!(cost("ADD CONSTRAINT t_key"), (WorkClass::Scan, 2));
    for words in ["CREATE INDEX t_id", "ATTACH PARTITION public.t_1_id_idx", "COMMENT ON CONSTRAINT"] {
        assert_eq!(cost(words).0, WorkClass::Metadata, "{words}: {plan:?}");
    }
}

/// On a server where every statement is final, each step says how one sees that it is done: not before, and afterwards.
#[tokio::test]
async fn probes_of_mariadb_tell_what_is_done() {
    let server = super::mysql::server();
    let (mut asked, mut silent) = (0, 0);
    for folder in fixtures("mysql") {
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
        let (first, second) = databases(&server, &read("from.sql"), &read("to.sql"));
        let (from, to) = (
            side(&server.target(&first), Some(&server)).await,
            side(&server.target(&second), Some(&server)).await,
        );
        let plan =
            compare(from, to, &RenameAnswers::default()).await.unwrap().plan(Strategy::Direct).unwrap();
        let run = |statements: &[&String]| -> String {
            let write = |it: &&String| format!("DELIMITER ;;\n{it};;\nDELIMITER ;\n");
            server.try_sql(&first, &statements.iter().map(write).collect::<String>()).unwrap()
        };
        for step in plan.steps() {
            let Some(probe) = &step.probe else {
                // What is made of several statements, and what can be run again.
                let replaces = step.statements.iter().any(|it| it.starts_with("CREATE OR REPLACE "));
                assert!(replaces || step.statements.len() > 1, "{:?} has no probe", step.statements);
                silent += 1;
                run(&plan.preamble.iter().chain(&step.statements).collect::<Vec<_>>());
                continue;
            };
            assert_eq!(run(&[probe]).trim(), "0", "before {:?}: {probe}", step.statements);
            run(&plan.preamble.iter().chain(&step.statements).collect::<Vec<_>>());
            assert_eq!(run(&[probe]).trim(), "1", "after {:?}: {probe}", step.statements);
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked} steps have a probe, {silent} have none");
}

#[tokio::test]
async fn sizes_of_every_engine_are_told() {
    let (mariadb, sqlite) = (super::mysql::server(), cadastre_test_support::SqliteFolder::new());
    let servers: [&dyn TestServer; 2] = [&mariadb, &sqlite];
    for server in servers {
        let (first, second) = databases(
            server,
            &renamed("old", 0, 100),
            "CREATE TABLE t (id integer PRIMARY KEY, old varchar(90));",
        );
        let target = server.target(&first);
        let from = Side {
            live: Some((Box::new(target.clone()), Some(secret(server)))),
            ..side(&target, Some(server)).await
        };
        let to = side(&server.target(&second), Some(server)).await;
        let plan =
            compare(from, to, &RenameAnswers::default()).await.unwrap().plan(Strategy::Direct).unwrap();
        assert!(plan.sizes.len() == 1 && plan.sizes[0].rows > 90, "{:?}", plan.sizes);
    }
}

/// Every kind of object that an engine's schemas have comes, goes and changes in some fixture, so that each of these was read by a person
/// and runs there and back.
#[tokio::test]
async fn every_kind_comes_goes_and_changes_in_some_fixture() {
    let (postgres, mariadb, sqlite) =
        (super::postgres::server(), super::mysql::server(), cadastre_test_support::SqliteFolder::new());
    let servers: [(&str, &dyn TestServer, &[Kind]); 3] = [
        ("postgres", &postgres, POSTGRES_KINDS),
        ("mysql", &mariadb, MYSQL_KINDS),
        ("sqlite", &sqlite, SQLITE_KINDS),
    ];
    let mut missing = Vec::new();
    for (engine, server, kinds) in servers {
        let mut seen: BTreeSet<(Kind, bool)> = BTreeSet::new();
        for folder in fixtures(engine) {
            let (first, second) = databases(server, &read(&folder, "from.sql"), &read(&folder, "to.sql"));
            let comparison =
                compare_targets(&server.target(&first), &server.target(&second), Some(server)).await;
            for change in &comparison.diff.changes {
                let (model, id) = match (change.from, change.to) {
                    (_, Some(id)) => (&comparison.to, id),
                    (Some(id), None) => (&comparison.from, id),
                    (None, None) => continue,
                };
                seen.insert((model.object(id).kind(), change.from.is_some() && change.to.is_some()));
            }
        }
        for &kind in kinds {
            for (is_change, word) in [(false, "comes or goes"), (true, "changes")] {
                if !seen.contains(&(kind, is_change)) {
                    missing.push(format!("{engine}: {kind:?} {word}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

const POSTGRES_KINDS: &[Kind] = &[
    Kind::Namespace,
    Kind::Extension,
    Kind::Collation,
    Kind::Conversion,
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
    Kind::Sequence,
    Kind::Table,
    Kind::Column,
    Kind::PrimaryKey,
    Kind::Unique,
    Kind::ForeignKey,
    Kind::Check,
    Kind::Exclusion,
    Kind::Index,
    Kind::View,
    Kind::Routine,
    Kind::Trigger,
    Kind::Rule,
    Kind::Policy,
    Kind::Statistics,
    Kind::Operator,
    Kind::OperatorFamily,
    Kind::OperatorClass,
    Kind::Cast,
    Kind::TextSearchParser,
    Kind::TextSearchTemplate,
    Kind::TextSearchDictionary,
    Kind::TextSearchConfiguration,
    Kind::ForeignDataWrapper,
    Kind::ForeignServer,
    Kind::UserMapping,
    Kind::EventTrigger,
    Kind::Publication,
    Kind::Language,
    Kind::AccessMethod,
    Kind::DefaultPrivileges,
];
const MYSQL_KINDS: &[Kind] = &[
    Kind::Sequence,
    Kind::Table,
    Kind::Column,
    Kind::PrimaryKey,
    Kind::ForeignKey,
    Kind::Check,
    Kind::Index,
    Kind::View,
    Kind::Routine,
    Kind::Trigger,
    Kind::Event,
];
const SQLITE_KINDS: &[Kind] = &[
    Kind::Table,
    Kind::Column,
    Kind::PrimaryKey,
    Kind::Unique,
    Kind::ForeignKey,
    Kind::Check,
    Kind::Index,
    Kind::View,
    Kind::Trigger,
];
