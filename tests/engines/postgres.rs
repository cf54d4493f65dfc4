//! PostgreSQL on a private server: what is read, what is written, and what goes wrong.

use std::sync::{Arc, Mutex, Weak};

use cadastre_engine::{
    Driver, ErrorCode, IntrospectOptions, Rights, RunContext, Secret, ServerAddress, Target, TlsMode,
};
use cadastre_engine_postgres::PostgresDriver;
use cadastre_model::*;
use cadastre_test_support::{Authority, PostgresServer, TestServer};

use super::{introspect, secret, there_and_back};

/// One server for all tests that run at the same time; it goes when the last of them does.
pub(crate) fn server() -> Arc<PostgresServer> {
    static SHARED: Mutex<Weak<PostgresServer>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(own_server());
        *shared = Arc::downgrade(&server);
        server
    })
}

/// A server nobody else uses, with the roles that fixtures name.
pub(crate) fn own_server() -> PostgresServer {
    let server = PostgresServer::start();
    server.run_sql("postgres", "CREATE ROLE cadastre_a; CREATE ROLE cadastre_b;");
    server
}

#[tokio::test]
async fn everything_modelled_goes_there_and_back() {
    let server = server();
    let model = there_and_back(&server, include_str!("../fixtures/postgres/everything.sql")).await;
    // Nothing runs by the clock there without an extension.
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Event) {
        assert!(model.counts().contains_key(kind), "the fixture has no {}", kind.word());
    }
}

async fn test_code(target: &Target, password: &str) -> (ErrorCode, String) {
    let secret = Secret::new(password);
    let error = PostgresDriver.test(target, Some(&secret)).await.unwrap_err();
    assert!(error.hint.is_some(), "{} has no hint", error.message);
    assert!(!format!("{error:?} {error}").contains("secret-canary"), "the password is in the error");
    (error.code, error.message)
}

fn change(mut target: Target, edit: impl FnOnce(&mut ServerAddress)) -> Target {
    if let Target::Postgres(address) = &mut target {
        edit(address);
    }
    target
}

#[tokio::test]
async fn each_way_a_connection_fails_has_its_own_words() {
    let server = server();
    let target = || server.target("postgres");
    let (code, message) = test_code(&target(), "secret-canary").await;
    assert!(code == ErrorCode::AuthFailed && message.contains("password is wrong"), "{message}");
    let (code, message) =
        test_code(&change(target(), |address| address.database = "nowhere".into()), server.password()).await;
    assert!(code == ErrorCode::NotFound && message.contains("database does not exist"), "{message}");
    let (code, message) = test_code(&change(target(), |address| address.port = 1), "secret-canary").await;
    assert!(code == ErrorCode::Unreachable && message.contains("refused"), "{message}");
    let (code, message) =
        test_code(&change(target(), |address| address.host = "no-such-host.invalid".into()), "x").await;
    assert!(code == ErrorCode::Unreachable && message.contains("not known"), "{message}");
    let (code, message) =
        test_code(&change(target(), |address| address.host = "/nonexistent-folder".into()), "x").await;
    assert!(code == ErrorCode::Unreachable && message.contains("no socket"), "{message}");
}

fn with_tls(target: &Target, mode: TlsMode, authority: Option<&Authority>, name: &str) -> Target {
    change(target.clone(), |address| {
        address.host = name.into();
        address.tls = mode;
        address.root_certificate = authority.map(|it| it.certificate_file().display().to_string());
    })
}

#[tokio::test]
async fn each_tls_mode_checks_what_it_promises() {
    let server = PostgresServer::start();
    let plain = server.target("postgres");
    let secret = secret(&server);
    let refused = with_tls(&plain, TlsMode::Require, None, "127.0.0.1");
    assert_eq!(test_code(&refused, server.password()).await.0, ErrorCode::TlsFailed, "no TLS offered");
    let authority = Authority::new();
    server.offer_tls(&authority.issue("localhost"));
    let report = async |mode, authority: Option<&Authority>, name| {
        let target = with_tls(&plain, mode, authority, name);
        PostgresDriver.test(&target, Some(&secret)).await.map(|report| report.encrypted)
    };
    assert_eq!(report(TlsMode::Disable, None, "127.0.0.1").await, Ok(Some(false)));
    for mode in [TlsMode::Prefer, TlsMode::Require] {
        assert_eq!(report(mode, None, "127.0.0.1").await, Ok(Some(true)), "{mode:?} asks nobody");
    }
    assert_eq!(report(TlsMode::VerifyFull, Some(&authority), "localhost").await, Ok(Some(true)));
    assert_eq!(report(TlsMode::VerifyCa, Some(&authority), "127.0.0.1").await, Ok(Some(true)));
    // The right authority, but for another name; a stranger's authority; nobody's but the system's.
    let stranger = Authority::new();
    for (mode, authority, name) in [
        (TlsMode::VerifyFull, Some(&authority), "127.0.0.1"),
        (TlsMode::VerifyCa, Some(&stranger), "localhost"),
        (TlsMode::Require, Some(&stranger), "localhost"),
        (TlsMode::VerifyFull, None, "localhost"),
    ] {
        let target = with_tls(&plain, mode, authority, name);
        let (code, message) = test_code(&target, server.password()).await;
        assert_eq!(code, ErrorCode::TlsFailed, "{mode:?} {name}: {message}");
    }
}

#[tokio::test]
async fn a_server_that_vanishes_while_it_is_read_is_named() {
    let mut server = PostgresServer::start();
    let database = server.create_database();
    server.run_sql(&database, "CREATE TABLE t (id integer PRIMARY KEY)");
    // Whoever holds this lock keeps every reader of the catalogue waiting, so the reading is under way for sure.
    let mut holder = server.open_session(&database, "BEGIN; LOCK TABLE pg_catalog.pg_constraint;");
    let (target, secret) = (server.target(&database), secret(&server));
    let reading = tokio::spawn(async move {
        let options = IntrospectOptions::default();
        PostgresDriver.introspect(&target, Some(&secret), &options, &RunContext::silent()).await
    });
    let waits =
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'pg_catalog.pg_constraint'::regclass";
    while server.try_sql("postgres", waits).unwrap().trim() == "0" {
        assert!(!reading.is_finished(), "it did not wait: {:?}", reading.await);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    server.kill();
    let error = reading.await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Unreachable, "{error}");
    assert!(error.message.contains("reading the catalogue") && error.hint.is_some(), "{error}");
    let _ = holder.kill();
    let _ = holder.wait();
}

#[tokio::test]
async fn rights_on_what_the_system_or_an_extension_brought_along_are_reported() {
    let server = server();
    let database = server.create_database();
    assert_eq!(introspect(&server, &database).await.unmodelled, []);
    server.run_sql(&database, "CREATE EXTENSION pg_trgm");
    assert_eq!(introspect(&server, &database).await.unmodelled, []);
    let sql = "REVOKE ALL ON FUNCTION similarity(text, text) FROM PUBLIC; GRANT SELECT (rolname) ON pg_catalog.pg_authid TO PUBLIC; REVOKE ALL ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;";
    server.run_sql(&database, sql);
    let model = introspect(&server, &database).await;
    let names: Vec<&str> = model.unmodelled.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["pg_authid.rolname", "pg_sleep(double precision)", "pg_trgm"]);
}

#[tokio::test]
async fn secret_options_of_user_mappings_are_named_and_never_read() {
    let server = server();
    let database = server.create_database();
    let sql = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', api_token 'concealed', url 'db://u:concealed@h'); \
               CREATE FOREIGN TABLE f (i integer OPTIONS (key 'true')) SERVER s OPTIONS (name 'f', \"accountKey\" 'concealed'); \
               CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (\"user\" 'guest', password 'concealed', password_required 'true');";
    server.run_sql(&database, sql);
    let model = introspect(&server, &database).await;
    let definitions: Vec<&str> =
        model.objects().filter_map(|(_, it)| it.body.defined()).map(|it| it.definition.as_str()).collect();
    assert_eq!(
        definitions[1..],
        [
            "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h') /* to be set by hand, never read: api_token, url */",
            "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password_required 'true', \"user\" 'guest') /* to be set by hand, never read: password */"
        ]
    );
    let Body::Table(table) = &model.tables().next().unwrap().object().body else { unreachable!() };
    assert_eq!(
        table.foreign_server.as_deref().unwrap(),
        "s OPTIONS (name 'f') /* to be set by hand, never read: \"accountKey\" */"
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_time_out() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent = listener.local_addr().unwrap().port();
    let target = change(server().target("postgres"), |address| {
        address.port = silent;
        address.connect_timeout = 1;
    });
    assert_eq!(test_code(&target, "x").await.0, ErrorCode::Timeout);
}

#[tokio::test]
async fn a_test_tells_server_user_database_and_rights() {
    let server = server();
    let database = server.create_database();
    let script = "DO $$ BEGIN CREATE ROLE cadastre_reader LOGIN PASSWORD 'read-me'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;";
    server.run_sql(&database, script);
    let report = PostgresDriver.test(&server.target(&database), Some(&secret(&server))).await.unwrap();
    assert!(report.server.starts_with("PostgreSQL 1") && report.rights == Rights::Superuser, "{report:?}");
    let reader = change(server.target(&database), |address| address.user = "cadastre_reader".into());
    let report = PostgresDriver.test(&reader, Some(&Secret::new("read-me"))).await.unwrap();
    assert_eq!(
        (report.rights, report.user.as_str(), report.database),
        (Rights::ReadOnly, "cadastre_reader", database)
    );
}

#[tokio::test]
async fn a_user_without_rights_still_sees_the_whole_schema() {
    let server = server();
    let database = server.create_database();
    server.run_sql(
        &database,
        "DO $$ BEGIN CREATE ROLE cadastre_nobody LOGIN PASSWORD 'nothing'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         CREATE SCHEMA closed; CREATE TABLE closed.t (id integer PRIMARY KEY); CREATE VIEW closed.v AS SELECT id FROM closed.t;
         REVOKE ALL ON SCHEMA closed FROM PUBLIC;",
    );
    let all = introspect(&server, &database).await;
    let nobody = change(server.target(&database), |address| address.user = "cadastre_nobody".into());
    let options = IntrospectOptions::default();
    let seen = PostgresDriver
        .introspect(&nobody, Some(&Secret::new("nothing")), &options, &RunContext::silent())
        .await;
    assert_eq!(seen.unwrap().fingerprint(), all.fingerprint());
}

#[tokio::test]
async fn only_the_schemas_asked_for_are_read() {
    let server = server();
    let database = server.create_database();
    server.run_sql(&database, "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int PRIMARY KEY); CREATE TABLE b.u (t int REFERENCES a.t);");
    let read = |schemas: &[&str]| {
        let options = IntrospectOptions { schemas: schemas.iter().map(|it| (*it).to_owned()).collect() };
        let (target, secret) = (server.target(&database), secret(&server));
        async move { PostgresDriver.introspect(&target, Some(&secret), &options, &RunContext::silent()).await }
    };
    let model = read(&["b"]).await.unwrap();
    assert_eq!(model.tables().map(RelationWalker::name).collect::<Vec<_>>(), ["u"]);
    assert_eq!(model.unmodelled[0].kind, "foreign key into another schema");
    let error = read(&["nope"]).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(error.hint.unwrap().contains("a, b"));
}

#[tokio::test]
async fn reading_never_writes_and_asks_a_fixed_number_of_questions() {
    let server = server();
    let ask = |tables: usize| {
        let server = &server;
        async move {
            let database = server.create_database();
            let sql: String = (0..tables)
                .map(|n| format!("CREATE TABLE t{n} (id integer PRIMARY KEY, x text DEFAULT 'y');\n"))
                .collect();
            server.run_sql(&database, &format!("{sql} ALTER DATABASE {database} SET log_statement = 'all';"));
            introspect(server, &database).await;
            let log = server.log();
            let start = log.rfind("BEGIN ISOLATION LEVEL").unwrap();
            log[start..].lines().filter(|line| line.contains("execute <unnamed>")).count()
        }
    };
    // The version's own question comes on top of the catalogue's.
    assert_eq!(ask(3).await, cadastre_engine_postgres::QUERIES + 1);
}

#[tokio::test]
async fn a_circle_of_tables_and_routines_still_goes_there_and_back() {
    let server = server();
    there_and_back(
        &server,
        "CREATE TABLE a (id int PRIMARY KEY, b_id int); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
         ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;
         CREATE FUNCTION label(a) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.id::text $$;
         CREATE FUNCTION next() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
         ALTER TABLE a ALTER COLUMN b_id SET DEFAULT next();
         CREATE VIEW v AS SELECT label(a.*) AS l, id FROM a; CREATE FUNCTION f() RETURNS SETOF v LANGUAGE sql AS $$ SELECT * FROM v $$;",
    )
    .await;
}

#[tokio::test]
async fn tables_that_come_and_go_while_it_reads_do_not_break_the_reading() {
    let server = server();
    let database = server.create_database();
    let many: String = (0..300)
        .map(|at| format!("CREATE TABLE t{at} (a integer PRIMARY KEY, b text CHECK (b <> ''));"))
        .collect();
    server.run_sql(&database, &many);
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (changing, name, stopped) = (server.clone(), database.clone(), stop.clone());
    let change = std::thread::spawn(move || {
        for round in 0.. {
            if stopped.load(std::sync::atomic::Ordering::Relaxed) {
                return;
            }
            let again = format!(
                "DROP VIEW IF EXISTS v{round}; DROP TABLE IF EXISTS t{0}; CREATE TABLE t{0} (a integer PRIMARY KEY, b text CHECK (b <> 'x'), c integer); CREATE INDEX ON t{0} ((a + 1)) WHERE c > 5; CREATE VIEW v{round} AS SELECT a FROM t{0}; DROP VIEW v{round};",
                round % 300
            );
            changing.run_sql(&name, &again);
        }
    });
    for _ in 0..15 {
        let model = introspect(&*server, &database).await;
        assert!(model.tables().count() >= 299, "{} tables", model.tables().count());
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    change.join().unwrap();
}

#[tokio::test]
async fn many_views_many_triggers_and_wide_tables_are_read_whole() {
    let server = server();
    let columns: Vec<String> = (0..200).map(|at| format!("column_{at} integer DEFAULT {at}")).collect();
    let mut sql = format!("CREATE TABLE wide ({}); CREATE TABLE bare ();", columns.join(", "));
    sql.push_str("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';");
    sql.extend((0..1800).map(|at| match at {
        0 => "CREATE VIEW v0 AS SELECT * FROM wide;".to_owned(),
        at if at % 9 == 0 => format!("CREATE VIEW v{at} AS SELECT column_{} FROM wide;", at % 200),
        at => format!("CREATE VIEW v{at} AS SELECT * FROM v{};", at - at % 9),
    }));
    sql.extend(
        (0..700).map(|at| {
            format!("CREATE TRIGGER t{at} BEFORE INSERT ON wide FOR EACH ROW EXECUTE FUNCTION f();")
        }),
    );
    let model = there_and_back(&*server, &sql).await;
    assert_eq!((model.counts()[&Kind::View], model.counts()[&Kind::Trigger]), (1800, 700));
}

#[tokio::test]
async fn a_stamp_stays_until_the_schema_changes() {
    let server = server();
    let database = server.create_database();
    server.run_sql(&database, "CREATE TABLE t (id integer PRIMARY KEY, n integer); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TYPE e AS ENUM ('a');");
    let stamp = async || {
        let driver = cadastre_app::engines::driver("postgres").unwrap();
        driver.stamp(&server.target(&database), Some(&secret(&*server))).await.unwrap().unwrap()
    };
    let mut last = stamp().await;
    for quiet in [
        "INSERT INTO t SELECT g, g FROM generate_series(1, 5000) g",
        "ANALYZE",
        "VACUUM FREEZE",
        "DELETE FROM t WHERE id > 10",
        "VACUUM",
    ] {
        server.run_sql(&database, quiet);
        assert_eq!(stamp().await, last, "{quiet}");
    }
    for change in [
        "ALTER TABLE t ADD COLUMN c text",
        "ALTER TABLE t ALTER COLUMN c SET DEFAULT 'x'",
        "ALTER TABLE t ALTER COLUMN c SET DEFAULT 'y'",
        "COMMENT ON COLUMN t.c IS 'x'",
        "COMMENT ON COLUMN t.c IS NULL",
        "CREATE INDEX i ON t (n)",
        "GRANT SELECT ON t TO public",
        "CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2'",
        "ALTER TYPE e ADD VALUE 'b'",
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 1",
        "CREATE POLICY p ON t USING (true)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t RENAME COLUMN n TO m",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public",
        "CREATE SEQUENCE s",
        "ALTER SEQUENCE s INCREMENT 2",
        "ALTER TABLE t SET (fillfactor = 70)",
        "DROP VIEW v",
        "ALTER TABLE t DROP COLUMN c",
    ] {
        server.run_sql(&database, change);
        let now = stamp().await;
        assert_ne!(now, last, "{change}");
        last = now;
    }
}
