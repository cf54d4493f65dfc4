//! A private MongoDB server that runs scripts for its shell, which is no part of the server: the three forms of orders that scripts of
//! ours consist of are read here once more, apart from the product's own reading.

use std::process::Command;

use cadastre_engine::Target;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{MongoServer, TestServer};

/// A server with a thread of its own, so that it can be asked from anywhere.
pub struct MongoScripts {
    server: MongoServer,
    home: Database,
    runtime: Option<Runtime>,
}

impl MongoScripts {
    /// Starts a server.
    ///
    /// # Panics
    /// As [`MongoServer::start`].
    pub fn start() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().expect("a runtime");
        let start = async {
            let server = MongoServer::start().await;
            let home = server.create_database().await;
            (server, home)
        };
        let (server, home) = apart(&runtime, start);
        Self { server, home, runtime: Some(runtime) }
    }

    fn wait<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        apart(self.runtime.as_ref().expect("the runtime"), work)
    }

    /// What a probe of ours answers.
    ///
    /// # Panics
    /// When it is none, or the server does not run its command.
    pub fn answer(&self, database: &str, probe: &str) -> bool {
        let command = values(probe).1.pop().map(bson).expect("a command");
        let Bson::Document(command) = command else { panic!("no command: {probe}") };
        let database = self.database(database);
        let answer = self.wait(database.run_command(command).into_future()).expect(probe);
        let batch = answer.get_document("cursor").and_then(|it| it.get_array("firstBatch")).expect(probe);
        match probe.rsplit_once(".cursor.firstBatch.length ").expect(probe).1 {
            "> 0" => !batch.is_empty(),
            "=== 0" => batch.is_empty(),
            other => panic!("{other} is not understood"),
        }
    }

    /// A database, to look at what is in it. Its driver lives as long as the server here does.
    pub fn database(&self, name: &str) -> Database {
        self.home.client().database(name)
    }
}

/// Waits for work on a thread that waits for nothing else.
fn apart<T: Send>(runtime: &Runtime, work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| scope.spawn(|| runtime.block_on(work)).join().expect("the work"))
}

impl Drop for MongoScripts {
    /// Also within another runtime, where nobody may wait.
    fn drop(&mut self) {
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

impl TestServer for MongoScripts {
    fn password(&self) -> &'static str {
        self.server.password()
    }

    fn create_database(&self) -> String {
        self.wait(self.server.create_database()).name().to_owned()
    }

    fn drop_database(&self, database: &str) {
        self.wait(self.database(database).drop().into_future()).expect("dropping a database");
    }

    fn target(&self, database: &str) -> Target {
        self.server.target(database)
    }

    fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let database = self.database(database);
        self.wait(run_script(&database, sql)).map(|()| String::new())
    }

    fn dump_command(&self, _: &str) -> Command {
        panic!("MongoDB has no dump of schemas")
    }
}

async fn run_script(database: &Database, script: &str) -> Result<(), String> {
    // A function that a script begins with ends where no line is indented any more.
    let script = match script.strip_prefix("function ") {
        Some(rest) => rest.split_once("\n}").map_or("", |(_, rest)| rest),
        None => script,
    };
    for order in script.split(";\n").map(str::trim).filter(|order| !order.is_empty()) {
        run_one(database, order.trim_end_matches(';')).await.map_err(|error| format!("{order}\n{error}"))?;
    }
    Ok(())
}

async fn run_one(database: &Database, order: &str) -> Result<(), String> {
    let (call, mut values) = values(order);
    let mut next = || values.pop().map(bson).ok_or("a value is missing");
    match call {
        "db.runCommand" => run(database, next()?).await,
        "db.getCollection" => {
            let full = |name: Bson| format!("{}.{}", database.name(), name.as_str().unwrap_or_default());
            let command = doc! { "to": full(next()?), "renameCollection": full(next()?) };
            let command =
                doc! { "renameCollection": command.get("renameCollection"), "to": command.get("to") };
            run(&database.client().database("admin"), Bson::Document(command)).await
        }
        "changeInBatches" => {
            let (change, filter, name) = (next()?, next()?, next()?);
            let update = doc! { "q": filter, "u": change, "multi": true };
            let command = doc! { "update": name, "updates": [update], "bypassDocumentValidation": true };
            run(database, Bson::Document(command)).await
        }
        other => Err(format!("{other} is not understood")),
    }
}

/// What an order calls first, and the values in it, which may be inside of further calls.
fn values(order: &str) -> (&str, Vec<Value>) {
    let (call, mut rest) = order.split_once('(').unwrap_or((order, ""));
    let mut found = Vec::new();
    while let Some(at) = rest.find(['{', '[', '"']) {
        rest = &rest[at..];
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(value)) = stream.next() else { break };
        found.push(value);
        rest = &rest[stream.byte_offset()..];
    }
    (call, found)
}

fn bson(value: Value) -> Bson {
    Bson::try_from(value).unwrap_or(Bson::Null)
}

async fn run(database: &Database, command: Bson) -> Result<(), String> {
    let Bson::Document(command) = command else { return Err("no document".into()) };
    let answer: Document = database.run_command(command).await.map_err(|error| error.to_string())?;
    match answer.get_array("writeErrors").ok().and_then(|errors| errors.first()) {
        Some(error) => Err(error.to_string()),
        None => Ok(()),
    }
}
