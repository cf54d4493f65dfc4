//! Engines on their real servers.

mod across;
mod locks;
mod mongodb;
pub(crate) mod mysql;
mod plans;
pub(crate) mod postgres;
mod random;

use cadastre_app::engines;
use cadastre_engine::{IntrospectOptions, RunContext, Secret, Stage};
use cadastre_model::*;
use cadastre_test_support::TestServer;
use tokio_util::sync::CancellationToken;

pub(crate) fn secret(server: &dyn TestServer) -> Secret {
    Secret::new(server.password())
}

async fn introspect(server: &dyn TestServer, database: &str) -> Model {
    let target = server.target(database);
    let driver = engines::driver(target.engine()).unwrap();
    let options = IntrospectOptions::default();
    driver.introspect(&target, Some(&secret(server)), &options, &RunContext::silent()).await.unwrap()
}

/// Loads `sql`, exports what is read of it, loads that, and expects the same model and the same dump.
async fn there_and_back(server: &dyn TestServer, sql: &str) -> Model {
    let first = server.create_database();
    server.run_sql(&first, sql);
    let model = introspect(server, &first).await;
    let dialect = engines::dialect(&model.origin.engine).unwrap();
    let script = dialect.create_script(&model).unwrap().text();
    let second = server.create_database();
    if let Err(output) = server.try_sql(&second, &script) {
        panic!("{output}\n{script}");
    }
    let again = introspect(server, &second).await;
    if again.fingerprint() != model.fingerprint() {
        panic!("the model changed on the way:\n{}", differences(&model, &again));
    }
    // Some engines put the database's own name in front of names.
    let wanted = server.dump_schema(&first).replace(&format!("`{first}`"), &format!("`{second}`"));
    let got = server.dump_schema(&second);
    assert!(wanted == got, "the engine's own dump tells them apart:\n{}", line_differences(&wanted, &got));
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

/// A context that runs `stop` when so many steps of the reading are done.
pub(crate) fn stopping_at(done: u32, stop: impl FnOnce() + Send + 'static) -> RunContext {
    let stop = std::sync::Mutex::new(Some(stop));
    RunContext::new(CancellationToken::new(), move |progress| {
        let is_there = progress.stage == Stage::Reading && progress.done >= done;
        if let Some(stop) = stop.lock().unwrap().take_if(|_| is_there) {
            stop();
        }
    })
}
