//! The command as a script sees it: what goes where, and with which exit code.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use cadastre_test_support::{MariaDbServer, MongoServer, PostgresServer, SshServer, TestServer};

fn cadastre(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
    command.arg("--data").arg(folder).args(words).env_remove("PGPASSWORD").current_dir(folder);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_demo_is_summarised_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let output = cadastre(folder.path(), &["inspect", "demo"]);
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("33  tables"), "{}", text(&output.stdout));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_model_written_as_json_is_read_back_and_gives_the_same_sql() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        cadastre(folder.path(), &["inspect", "demo", "--format", "json", "-o", "demo.json"]).status.success()
    );
    let direct = cadastre(folder.path(), &["inspect", "demo", "--format", "sql"]);
    let through_json = cadastre(folder.path(), &["inspect", "demo.json", "--format", "sql"]);
    assert!(text(&direct.stdout).contains("CREATE TABLE branch"));
    assert_eq!(text(&direct.stdout), text(&through_json.stdout));
}

#[test]
fn every_format_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (format, start) in [
        ("svg", "<svg "),
        ("mermaid", "erDiagram"),
        ("dbml", "Table "),
        ("json", "{"),
        ("sql", "-- Schema of"),
    ] {
        let output = cadastre(folder.path(), &["inspect", "demo", "--format", format]);
        assert!(output.status.success() && text(&output.stdout).starts_with(start), "{format}");
    }
}

#[test]
fn what_goes_wrong_is_one_error_with_a_hint_and_exit_code_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note.db"), "just a note, no database").unwrap();
    for (source, expected) in [
        ("note.db", "not a SQLite database"),
        ("missing.db", "no file has this name"),
        ("postgres://u:canary@127.0.0.1:1/d", "refused"),
        ("postgres://u@h/d?sslmod=x", "sslmod"),
        ("oracle://x", "is no scheme"),
    ] {
        let output = cadastre(folder.path(), &["inspect", source]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{source}");
        assert!(
            said.contains(expected) && said.contains('→') && !said.contains("canary"),
            "{source}: {said}"
        );
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn errors_are_machine_readable_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let output = cadastre(folder.path(), &["--json", "test", "postgres://u:canary@127.0.0.1:1/d"]);
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((error["code"].as_str(), error["retryable"].as_bool()), (Some("Unreachable"), Some(true)));
}

#[test]
fn wrong_use_is_told_from_failure() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(cadastre(folder.path(), &["inspekt"]).status.code(), Some(2));
    let help = text(&cadastre(folder.path(), &["--help"]).stdout);
    assert!(help.contains("Exit codes:") && help.contains("cadastre inspect demo"));
}

#[tokio::test]
async fn a_server_is_reached_through_an_ssh_server_whose_key_is_known() {
    let ssh = SshServer::start();
    let (postgres, mariadb, mongo) =
        (PostgresServer::start(), MariaDbServer::start(), MongoServer::start().await);
    let servers: [&dyn TestServer; 2] = [&postgres, &mariadb];
    let mut urls: Vec<String> = servers
        .iter()
        .map(|server| url_with_password(&server.target(&server.create_database()).url(), server.password()))
        .collect();
    urls.push(url_with_password(&mongo.target("shop").url(), mongo.password()));
    let folder = tempfile::tempdir().unwrap();
    let test = |url: &str, port: u16, key: &str, knows_host: bool| {
        let (dash, key) = (if url.starts_with("postgres") { '_' } else { '-' }, ssh.path(key));
        let url = format!("{url}&ssh=127.0.0.1:{port}&ssh{dash}key={key}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
        command.arg("--data").arg(folder.path()).args(["test", &url]);
        command.env("CADASTRE_SSH_CONFIG", ssh.client_configuration(knows_host)).output().unwrap()
    };
    for url in &urls {
        let reached = test(url, ssh.port, "key", true);
        assert!(reached.status.success(), "{}", text(&reached.stderr));
    }
    for (url, word, hint) in [(&urls[1], "ssl-mode=", "verify-ca"), (&urls[2], "tls=", "require")] {
        let (start, rest) = url.split_once(word).unwrap();
        let checked = if word == "tls=" { "true" } else { "VERIFY_IDENTITY" };
        let end = rest.split_once('&').map(|(_, end)| format!("&{end}")).unwrap_or_default();
        let refused = test(&format!("{start}{word}{checked}{end}"), ssh.port, "key", true);
        let said = text(&refused.stderr);
        assert!(said.contains("cannot be held against the server's name") && said.contains(hint), "{said}");
    }
    let failures = [
        (ssh.port, "key", false, "host key is not known"),
        (ssh.port, "stranger", true, "does not accept our key"),
        (1, "key", true, "cannot be reached"),
    ];
    for (port, key, knows_host, words) in failures {
        let refused = test(&urls[0], port, key, knows_host);
        let said = text(&refused.stderr);
        assert!(refused.status.code() == Some(1) && said.contains(words) && said.contains("→"), "{said}");
    }
}

fn url_with_password(url: &str, password: &str) -> String {
    url.replacen('@', &format!(":{password}@"), 1)
}

fn sqlite_file(folder: &Path, name: &str, script: &str) {
    std::fs::write(folder.join(format!("{name}.sql")), script).unwrap();
}

#[test]
fn a_difference_is_told_by_words_scripts_and_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    sqlite_file(folder.path(), "a", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);");
    sqlite_file(
        folder.path(),
        "b",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, more TEXT); CREATE INDEX by_name ON t (name);",
    );
    let same = cadastre(folder.path(), &["diff", "a.sql", "a.sql"]);
    assert_eq!((same.status.code(), text(&same.stdout)), (Some(0), String::new()));
    let words = cadastre(folder.path(), &["diff", "a.sql", "b.sql"]);
    assert_eq!(words.status.code(), Some(2));
    assert_eq!(text(&words.stdout), "+ column main.t.more\n+ index main.t.by_name\n");
    let script =
        text(&cadastre(folder.path(), &["diff", "a.sql", "b.sql", "--format", "sql", "--prove"]).stdout);
    assert!(
        script.contains("ADD COLUMN \"more\" TEXT;") && script.contains("CREATE INDEX by_name"),
        "{script}"
    );
    let back = text(&cadastre(folder.path(), &["diff", "a.sql", "b.sql", "--format", "reverse"]).stdout);
    assert!(back.contains("DROP INDEX"), "{back}");
    let planned = cadastre(folder.path(), &["plan", "a.sql", "b.sql", "-o", "plan.json"]);
    assert!(planned.status.success(), "{}", text(&planned.stderr));
    let plan = std::fs::read_to_string(folder.path().join("plan.json")).unwrap();
    assert!(plan.contains("\"format\": \"cadastre-plan\"") && plan.contains("\"locks\""), "{plan}");
}

#[test]
fn a_plan_that_was_kept_is_held_against_what_there_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let from = "CREATE TABLE t (id INTEGER PRIMARY KEY);";
    let to = "CREATE TABLE t (id INTEGER PRIMARY KEY, more TEXT);";
    let put = |name: &str, sql: &str| sqlite_file(folder.path(), name, sql);
    let check = |file: &str| {
        let done = cadastre(folder.path(), &["plan", "a.sql", "b.sql", "--check", file]);
        (done.status.code(), text(&done.stderr))
    };
    put("a", from);
    put("b", to);
    assert!(
        cadastre(folder.path(), &["plan", "a.sql", "b.sql", "--prove", "-o", "plan.json"]).status.success()
    );
    let (code, said) = check("plan.json");
    assert!(
        code == Some(0) && said.contains("the plan holds") && said.contains("proved on SQLite"),
        "{said}"
    );
    // Another hand at the file.
    let plan = std::fs::read_to_string(folder.path().join("plan.json")).unwrap();
    std::fs::write(folder.path().join("other.json"), plan.replacen("TEXT", "BLOB", 1)).unwrap();
    let (code, said) = check("other.json");
    assert!(code == Some(4) && said.contains("other steps"), "{said}");
    put("a", "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY KEY);");
    let (code, said) = check("plan.json");
    assert!(code == Some(4) && said.contains("the first side has changed since the plan was made"), "{said}");
    put("a", from);
    put("b", "CREATE TABLE t (id INTEGER PRIMARY KEY, more BLOB);");
    let (code, said) = check("plan.json");
    assert!(code == Some(4) && said.contains("it does not lead to the second side as it is"), "{said}");
    put("a", to);
    put("b", to);
    let (code, said) = check("plan.json");
    assert!(code == Some(4) && said.contains("it has been carried out"), "{said}");
    std::fs::write(folder.path().join("none.json"), "{}").unwrap();
    let (code, said) = check("none.json");
    assert!(code == Some(1) && said.contains("this is no plan"), "{said}");
    assert_eq!(check("missing.json").0, Some(1));
}

#[test]
fn what_looks_like_a_rename_is_asked_about_unless_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    sqlite_file(folder.path(), "a", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);");
    sqlite_file(folder.path(), "b", "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT);");
    let asked = cadastre(folder.path(), &["diff", "a.sql", "b.sql", "--format", "sql"]);
    assert_eq!((asked.status.code(), text(&asked.stdout)), (Some(4), String::new()));
    assert!(text(&asked.stderr).contains("main.t.name → main.t.title (same table and type; same position)"));
    let renamed =
        cadastre(folder.path(), &["diff", "a.sql", "b.sql", "--format", "sql", "--rename", "t.name=title"]);
    assert_eq!(renamed.status.code(), Some(2));
    assert!(
        text(&renamed.stdout).contains("RENAME COLUMN \"name\" TO \"title\""),
        "{}",
        text(&renamed.stdout)
    );
    let dropped = cadastre(folder.path(), &["diff", "a.sql", "b.sql", "--format", "sql", "--no-rename", "*"]);
    assert_eq!(dropped.status.code(), Some(2));
    let unknown = cadastre(folder.path(), &["diff", "a.sql", "b.sql", "--rename", "nothing=x"]);
    assert!(
        unknown.status.code() == Some(1)
            && text(&unknown.stderr).contains("there is no table, column or field nothing")
    );
}

#[test]
fn what_cannot_be_compared_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    sqlite_file(folder.path(), "bad", "CREATE TABLE t (;");
    let broken = cadastre(folder.path(), &["diff", "bad.sql", "demo"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        text(&broken.stderr).contains("reading bad.sql: running the script")
            && text(&broken.stderr).contains("→")
    );
    let postgres = "{\"format\":\"cadastre-model\",\"version\":1,\"origin\":{\"engine\":\"postgres\",\"version\":\"15\",\"database\":\"d\"},\"objects\":[]}";
    std::fs::write(folder.path().join("other.json"), postgres).unwrap();
    let two = cadastre(folder.path(), &["diff", "demo", "other.json"]);
    assert!(two.status.code() == Some(2) && text(&two.stderr).contains("two engines: their tables"));
    assert!(text(&two.stdout).contains("- table main.branch"), "{}", text(&two.stdout));
    let planned = cadastre(folder.path(), &["diff", "demo", "other.json", "--format", "sql"]);
    assert!(planned.status.code() == Some(1) && text(&planned.stderr).contains("--as"));
    let documents = std::fs::read_to_string(folder.path().join("other.json")).unwrap();
    std::fs::write(folder.path().join("documents.json"), documents.replace("postgres", "mongodb")).unwrap();
    let none = cadastre(folder.path(), &["diff", "demo", "documents.json"]);
    assert!(none.status.code() == Some(1) && text(&none.stderr).contains("mongodb has no tables"));
    let missing = cadastre(folder.path(), &["diff", "nowhere.sql", "demo"]);
    assert!(missing.status.code() == Some(1) && text(&missing.stderr).contains("nowhere.sql"));
}
