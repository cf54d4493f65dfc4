//! MariaDB on a private server: what is read, what is written, and what goes wrong.

use std::sync::{Arc, Mutex, Weak};

use cadastre_engine::{
    Driver, ErrorCode, IntrospectOptions, Rights, RunContext, Secret, ServerAddress, Target, TlsMode,
};
use cadastre_engine_mysql::MySqlDriver;
use cadastre_model::*;
use cadastre_test_support::{Authority, MariaDbServer, TestServer};

use super::{introspect, secret, stopping_at, there_and_back};

/// One server for all tests that run at the same time; it goes when the last of them does.
pub(crate) fn server() -> Arc<MariaDbServer> {
    static SHARED: Mutex<Weak<MariaDbServer>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(MariaDbServer::start());
        *shared = Arc::downgrade(&server);
        server
    })
}

#[tokio::test]
async fn everything_modelled_goes_there_and_back() {
    let model = there_and_back(&server(), include_str!("../fixtures/mysql/everything.sql")).await;
    let missing = [
        Kind::Sequence,
        Kind::Table,
        Kind::View,
        Kind::Routine,
        Kind::Event,
        Kind::Column,
        Kind::PrimaryKey,
        Kind::ForeignKey,
        Kind::Check,
        Kind::Index,
        Kind::Trigger,
    ];
    let counts = model.counts();
    assert!(missing.iter().all(|kind| counts.contains_key(kind)), "{counts:?}");
    assert!(model.unmodelled.is_empty(), "{:?}", model.unmodelled);
    let column = |table: &str, name: &str| {
        let id = model.find_relation(&QualifiedName::new("main", table)).unwrap();
        let column = model.relation(id).unwrap().columns().find(|(object, _)| object.name == name).unwrap().1;
        column.clone()
    };
    assert_eq!(column("customer", "code").collation.as_deref(), Some("ascii_bin"));
    assert_eq!(column("customer", "name").collation, None, "the table's own is not repeated");
    assert_eq!(column("customer", "ticket").default.as_deref(), Some("nextval(`ticket number`)"));
    assert!(column("customer", "hidden").invisible && column("ledger", "memo").unversioned);
    assert_eq!(column("explicit_history", "since").row_time, Some(RowTime::Start));
}

#[tokio::test]
async fn two_databases_with_the_same_schema_have_the_same_fingerprint() {
    let server = server();
    let sql = "CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (a_id INT, FOREIGN KEY (a_id) REFERENCES a (id)); \
        CREATE VIEW v AS SELECT b.a_id FROM b JOIN a ON a.id = b.a_id;";
    let (one, two) = (server.create_database(), server.create_database());
    server.run_sql(&one, sql);
    server.run_sql(&two, sql);
    // What is data, and what was written differently and means the same, makes no difference.
    server.run_sql(&two, "ALTER TABLE a AUTO_INCREMENT = 77; INSERT INTO a VALUES (1)");
    let (one, two) = (introspect(&server, &one).await, introspect(&server, &two).await);
    assert_eq!(one.fingerprint(), two.fingerprint());
}

#[tokio::test]
async fn counts_are_those_of_the_servers_own_catalogue() {
    let server = server();
    let database = server.create_database();
    server.run_sql(&database, include_str!("../fixtures/mysql/everything.sql"));
    let model = introspect(&server, &database).await;
    let count = |sql: &str| -> usize { server.try_sql(&database, sql).unwrap().trim().parse().unwrap() };
    let counted = model.counts();
    let of = |kind: Kind| counted.get(&kind).copied().unwrap_or_default();
    let tables =
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE";
    assert_eq!(of(Kind::Table), count(&format!("{tables} IN ('BASE TABLE', 'SYSTEM VERSIONED')")));
    assert_eq!(of(Kind::View), count(&format!("{tables} = 'VIEW'")));
    assert_eq!(of(Kind::Sequence), count(&format!("{tables} = 'SEQUENCE'")));
    let columns = "SELECT COUNT(*) FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME) \
        WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE <> 'SEQUENCE'";
    assert_eq!(of(Kind::Column), count(columns));
    let per = |table: &str, schema: &str| {
        format!("SELECT COUNT(*) FROM information_schema.{table} WHERE {schema} = DATABASE()")
    };
    assert_eq!(of(Kind::Routine), count(&per("ROUTINES", "ROUTINE_SCHEMA")));
    assert_eq!(of(Kind::Trigger), count(&per("TRIGGERS", "TRIGGER_SCHEMA")));
    assert_eq!(of(Kind::Event), count(&per("EVENTS", "EVENT_SCHEMA")));
    assert_eq!(of(Kind::ForeignKey), count(&per("REFERENTIAL_CONSTRAINTS", "CONSTRAINT_SCHEMA")));
    // A period of the application counts as a check there: its start comes before its end.
    let periods: usize = model
        .tables()
        .filter_map(|it| it.table())
        .map(|it| it.periods.iter().filter(|it| it.name != "SYSTEM_TIME").count())
        .sum();
    assert_eq!(of(Kind::Check) + periods, count(&per("CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA")));
    let indexes = "SELECT COUNT(DISTINCT TABLE_NAME, INDEX_NAME) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()";
    assert_eq!(of(Kind::Index) + of(Kind::PrimaryKey), count(indexes));
}

#[tokio::test]
async fn a_broken_view_and_a_missing_right_are_named_and_the_rest_is_shown() {
    let server = server();
    let database = server.create_database();
    server.run_sql(&database, "CREATE TABLE gone (x INT); CREATE VIEW broken AS SELECT x FROM gone; DROP TABLE gone; CREATE TABLE stays (x INT); \
        CREATE TABLE secret (x INT); CREATE PROCEDURE kept() SELECT 1;");
    let model = introspect(&server, &database).await;
    let named = |model: &Model, word: &str| model.unmodelled.iter().any(|it| it.name.contains(word));
    assert!(named(&model, "broken") && model.find_relation(&QualifiedName::new("main", "stays")).is_some());
    server.run_sql(&database, &format!("CREATE USER 'guest'@'%' IDENTIFIED BY 'g'; GRANT SELECT ON {database}.stays TO 'guest'@'%'; GRANT EXECUTE ON PROCEDURE {database}.kept TO 'guest'@'%'"));
    let target = change(server.target(&database), |address| address.user = "guest".into());
    let options = IntrospectOptions::default();
    let secret = Secret::new("g");
    let seen = MySqlDriver.introspect(&target, Some(&secret), &options, &RunContext::silent()).await.unwrap();
    assert!(seen.find_relation(&QualifiedName::new("main", "stays")).is_some());
    assert!(named(&seen, "kept"), "the text of a routine is kept from a guest: {:?}", seen.unmodelled);
    server.run_sql(&database, "DROP USER 'guest'@'%'");
}

fn change(mut target: Target, edit: impl FnOnce(&mut ServerAddress)) -> Target {
    if let Target::MySql(address) = &mut target {
        edit(address);
    }
    target
}

async fn test_code(target: &Target, password: &str) -> (ErrorCode, String) {
    let error = MySqlDriver.test(target, Some(&Secret::new(password))).await.unwrap_err();
    assert!(error.hint.is_some(), "{} has no hint", error.message);
    assert!(!format!("{error:?} {error}").contains("secret-canary"), "the password is in the error");
    (error.code, error.message)
}

#[tokio::test]
async fn each_way_a_connection_fails_has_its_own_words() {
    let server = server();
    let target = || server.target("mysql");
    let (code, message) = test_code(&target(), "secret-canary").await;
    assert!(code == ErrorCode::AuthFailed && message.contains("password is wrong"), "{message}");
    let nowhere = change(target(), |address| address.database = "nowhere".into());
    let (code, message) = test_code(&nowhere, server.password()).await;
    assert!(code == ErrorCode::NotFound && message.contains("does not exist"), "{message}");
    let (code, message) = test_code(&change(target(), |address| address.port = 1), "secret-canary").await;
    assert!(code == ErrorCode::Unreachable && message.contains("refused"), "{message}");
    let unknown = change(target(), |address| address.host = "no-such-host.invalid".into());
    let (code, message) = test_code(&unknown, "x").await;
    assert!(code == ErrorCode::Unreachable && message.contains("not known"), "{message}");
    let no_socket = change(target(), |address| address.host = "/nonexistent-socket".into());
    let (code, message) = test_code(&no_socket, "x").await;
    assert!(code == ErrorCode::Unreachable && message.contains("no socket"), "{message}");
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent = change(target(), |address| {
        address.port = listener.local_addr().unwrap().port();
        address.connect_timeout = 1;
    });
    assert_eq!(test_code(&silent, "x").await.0, ErrorCode::Timeout);
}

#[tokio::test]
async fn a_test_tells_server_user_and_rights_by_port_and_by_socket() {
    let server = server();
    let report = MySqlDriver.test(&server.target("mysql"), Some(&secret(&server))).await.unwrap();
    assert!(report.server.starts_with("MariaDB 1") && report.user.starts_with("tester@"), "{report:?}");
    assert_eq!((report.rights, report.encrypted), (Rights::Superuser, Some(false)));
    let socket =
        change(server.target("mysql"), |address| address.host = server.socket().display().to_string());
    assert!(MySqlDriver.test(&socket, Some(&secret(&server))).await.is_ok());
}

#[tokio::test]
async fn each_tls_mode_checks_what_it_promises() {
    let authority = Authority::new();
    let server = MariaDbServer::start_with_tls(&authority.issue("localhost"));
    let plain = server.target("mysql");
    let with = |mode: TlsMode, authority: Option<&Authority>, name: &str| {
        change(plain.clone(), |address| {
            address.host = name.into();
            address.tls = mode;
            address.root_certificate = authority.map(|it| it.certificate_file().display().to_string());
        })
    };
    let report = async |target: Target| {
        MySqlDriver.test(&target, Some(&secret(&server))).await.map(|report| report.encrypted)
    };
    assert_eq!(report(with(TlsMode::Disable, None, "127.0.0.1")).await, Ok(Some(false)));
    for mode in [TlsMode::Prefer, TlsMode::Require] {
        assert_eq!(report(with(mode, None, "127.0.0.1")).await, Ok(Some(true)), "{mode:?} asks nobody");
    }
    assert_eq!(report(with(TlsMode::VerifyFull, Some(&authority), "localhost")).await, Ok(Some(true)));
    assert_eq!(report(with(TlsMode::VerifyCa, Some(&authority), "127.0.0.1")).await, Ok(Some(true)));
    let stranger = Authority::new();
    for (mode, authority, name) in [
        (TlsMode::VerifyFull, Some(&authority), "127.0.0.1"),
        (TlsMode::VerifyCa, Some(&stranger), "localhost"),
        (TlsMode::VerifyFull, None, "localhost"),
    ] {
        let (code, message) = test_code(&with(mode, authority, name), server.password()).await;
        assert_eq!(code, ErrorCode::TlsFailed, "{mode:?} {name}: {message}");
    }
}

#[tokio::test]
async fn a_server_that_vanishes_while_it_is_read_is_named() {
    for step in [0, 2, 5] {
        let mut server = MariaDbServer::start();
        let database = server.create_database();
        server.run_sql(&database, "CREATE TABLE t (id integer PRIMARY KEY)");
        let (target, secret) = (server.target(&database), secret(&server));
        let context = stopping_at(step, move || server.kill());
        let read =
            MySqlDriver.introspect(&target, Some(&secret), &IntrospectOptions::default(), &context).await;
        let error = read.unwrap_err();
        assert_eq!(error.code, ErrorCode::Unreachable, "step {step}: {error}");
        assert!(error.message.contains("reading") && error.hint.is_some(), "step {step}: {error}");
    }
}
