//! PostgreSQL on a private server: what is read, what is written, and what goes wrong.

use std::sync::{Arc, Mutex, Weak};

use cadastre_engine::{Dialect, Driver, ErrorCode, IntrospectOptions, Rights, RunContext, Secret, Target};
use cadastre_engine_postgres::{PostgresDialect, PostgresDriver};
use cadastre_model::*;
use cadastre_test_support::PostgresServer;

/// One server for all tests that run at the same time; it goes when the last of them does.
pub(crate) fn server() -> Arc<PostgresServer> {
    static SHARED: Mutex<Weak<PostgresServer>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(PostgresServer::start());
        *shared = Arc::downgrade(&server);
        server
    })
}

pub(crate) fn secret(server: &PostgresServer) -> Secret {
    Secret::new(server.password())
}

async fn introspect(server: &PostgresServer, database: &str) -> Model {
    let options = IntrospectOptions::default();
    let target = server.target(database);
    PostgresDriver.introspect(&target, Some(&secret(server)), &options, &RunContext::silent()).await.unwrap()
}

/// Loads `sql`, exports what is read of it, loads that, and expects the same model and the same dump.
async fn there_and_back(server: &PostgresServer, sql: &str) -> Model {
    let first = server.create_database();
    server.run_sql(&first, sql);
    let model = introspect(server, &first).await;
    let script = PostgresDialect.create_script(&model).unwrap().text();
    let second = server.create_database();
    if let Err(output) = server.try_sql(&second, &script) {
        panic!("{output}\n{script}");
    }
    let again = introspect(server, &second).await;
    if again.fingerprint() != model.fingerprint() {
        panic!("the model changed on the way:\n{}", differences(&model, &again));
    }
    let (wanted, got) = (server.dump_schema(&first), server.dump_schema(&second));
    assert!(wanted == got, "pg_dump tells them apart:\n{}", line_differences(&wanted, &got));
    model
}

fn differences(a: &Model, b: &Model) -> String {
    let texts = |model: &Model| {
        let texts = model.objects().map(|(id, object)| {
            let object = Object { parent: None, depends_on: Vec::new(), ..object.clone() };
            format!("{} {object:?}", model.display_name(id))
        });
        texts.collect::<std::collections::BTreeSet<_>>()
    };
    let (a, b) = (texts(a), texts(b));
    let gone = a.difference(&b).map(|text| format!("- {text}"));
    gone.chain(b.difference(&a).map(|text| format!("+ {text}"))).collect::<Vec<_>>().join("\n")
}

fn line_differences(a: &str, b: &str) -> String {
    let (in_a, in_b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let gone = in_a.iter().filter(|line| !in_b.contains(line)).map(|line| format!("- {line}"));
    let come = in_b.iter().filter(|line| !in_a.contains(line)).map(|line| format!("+ {line}"));
    gone.chain(come).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn everything_modelled_goes_there_and_back() {
    let server = server();
    let model = there_and_back(&server, include_str!("../fixtures/postgres/everything.sql")).await;
    for kind in Kind::ALL {
        assert!(model.counts().contains_key(kind), "the fixture has no {}", kind.word());
    }
}
