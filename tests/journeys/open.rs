//! Open a schema, see it, keep its layout, lose its server.

use std::sync::{Arc, Mutex};

use cadastre_app::Workspace;
use cadastre_app::connections::ConnectionDraft;
use cadastre_app::diagram::{BoxMove, Keep};
use cadastre_app::error::Code;
use cadastre_app::export::{ExportFormat, read_json};
use cadastre_app::source::Source;
use cadastre_app::workspace::Keychain;
use cadastre_test_support::{MongoServer, PostgresServer, TestServer};
use mongodb::bson::{Document, doc};

pub(crate) fn workspace() -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(folder.path(), Keychain::Off).unwrap();
    (folder, workspace)
}

pub(crate) fn draft(name: &str, url: &str) -> ConnectionDraft {
    let parsed = cadastre_app::address::parse_address(url).unwrap();
    ConnectionDraft {
        name: name.into(),
        environment: "test".into(),
        address: parsed.form,
        secret_place: "session".into(),
        password: parsed.password,
        ..ConnectionDraft::default()
    }
}

#[tokio::test]
async fn the_demo_is_believable_and_whole() {
    let (_folder, workspace) = workspace();
    let summary = workspace.open_schema(&Source::Demo, "r", |_| {}).await.unwrap();
    let count = |kind: &str| summary.counts.iter().find(|it| it.kind == kind).map_or(0, |it| it.count);
    assert!((25..=40).contains(&count("table")), "{} tables", count("table"));
    assert!(count("view") >= 3 && count("index") >= 10 && count("check") >= 10 && count("trigger") >= 2);
    assert!(summary.unmodelled.is_empty());
    let diagram = workspace.diagram(&Source::Demo).unwrap();
    assert!(diagram.links.iter().any(|link| link.from == link.to), "a self reference");
    let page = workspace.search(&Source::Demo, "loan due_on", 5).unwrap();
    assert_eq!((page[0].name.as_str(), page[0].kind.as_str()), ("due_on", "column"));
}

#[tokio::test]
async fn a_layout_survives_reading_again_after_the_schema_has_changed() {
    let (folder, workspace) = workspace();
    let path = folder.path().join("mine.db");
    let change = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change(
        "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(a_id REFERENCES a); CREATE TABLE c(x); CREATE TABLE d(a_id REFERENCES a);",
    );
    let url = format!("sqlite:{}", path.display());
    let id = workspace.save_connection(&draft("Mine", &url)).unwrap().id;
    let source = Source::Connection { id };
    let reading = workspace.open_schema(&source, "r", |_| {}).await.unwrap().reading;
    let first = workspace.diagram(&source).unwrap();
    let moves = [BoxMove { index: 0, x: -500, y: -700 }];
    let rerouted = workspace.move_boxes(&source, reading, &moves, Keep::Yes).unwrap();
    assert!(!rerouted.is_empty(), "its links get a new way");
    let place = |view: &cadastre_app::diagram::DiagramView, title: &str| {
        view.boxes.iter().find(|it| it.title == title).map(|it| (it.x, it.y))
    };
    change("DROP TABLE c; CREATE TABLE e(a_id REFERENCES a); CREATE TABLE f(y); ALTER TABLE b ADD COLUMN z;");
    workspace.open_schema(&source, "r", |_| {}).await.unwrap();
    let second = workspace.diagram(&source).unwrap();
    assert_eq!(place(&second, "a"), Some((-500, -700)));
    for title in ["b", "d"] {
        assert_eq!(place(&second, title), place(&first, title), "{title} did not move");
    }
    assert!(place(&second, "e").is_some() && place(&second, "c").is_none());
    // What the window still asks about the reading before this one is not answered with something else.
    let late = [BoxMove { index: 1, x: 0, y: 0 }];
    assert!(workspace.move_boxes(&source, reading, &late, Keep::Yes).unwrap().is_empty());
    assert_eq!(workspace.diagram(&source).unwrap(), second);
    let refused = workspace.object_page(&source, reading, 1).unwrap_err();
    assert!(refused.message.contains("read again"), "{refused}");
}

#[tokio::test]
async fn positions_are_forgotten_when_a_connection_comes_to_mean_another_database() {
    let (folder, workspace) = workspace();
    let create = |name: &str| {
        let path = folder.path().join(name);
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE a(x); CREATE TABLE b(y)")
            .unwrap();
        format!("sqlite:{}", path.display())
    };
    let saved = workspace.save_connection(&draft("One", &create("one.db"))).unwrap();
    let source = Source::Connection { id: saved.id };
    let reading = workspace.open_schema(&source, "r", |_| {}).await.unwrap().reading;
    let away = [BoxMove { index: 0, x: -9000, y: -9000 }];
    workspace.move_boxes(&source, reading, &away, Keep::Yes).unwrap();
    let other = ConnectionDraft { id: Some(saved.id), ..draft("One", &create("two.db")) };
    workspace.save_connection(&other).unwrap();
    workspace.open_schema(&source, "r", |_| {}).await.unwrap();
    assert!(workspace.diagram(&source).unwrap().boxes.iter().all(|it| it.x > -9000));
}

#[tokio::test]
async fn a_model_goes_through_its_json_file() {
    let (folder, workspace) = workspace();
    let summary = workspace.open_schema(&Source::Demo, "r", |_| {}).await.unwrap();
    let json = workspace.export(&Source::Demo, ExportFormat::Json).unwrap();
    let path = folder.path().join("demo.json");
    std::fs::write(&path, json).unwrap();
    let again = read_json(path.to_str().unwrap()).unwrap();
    assert_eq!(again.fingerprint().to_string(), summary.fingerprint);
}

#[tokio::test]
async fn a_server_that_vanishes_is_named_and_what_was_open_stays() {
    let (_folder, workspace) = workspace();
    let mut server = PostgresServer::start();
    let database = server.create_database();
    server.run_sql(&database, "CREATE TABLE t (id integer PRIMARY KEY)");
    let id = workspace.save_connection(&draft("Gone", &server.url(&database))).unwrap().id;
    let source = Source::Connection { id };
    workspace.open_schema(&source, "r", |_| {}).await.unwrap();
    server.kill();
    let error = workspace.open_schema(&source, "again", |_| {}).await.unwrap_err();
    assert_eq!(error.code, Code::Unreachable, "{}", error.message);
    assert!(error.hint.is_some() && error.retryable);
    assert_eq!(error.run_id.as_deref(), Some("again"));
    assert_eq!(workspace.diagram(&source).unwrap().boxes.len(), 1, "what was open is still there");
}

#[tokio::test]
async fn a_run_reports_its_steps_and_stops_when_asked() {
    let (_folder, workspace) = workspace();
    let workspace = Arc::new(workspace);
    let events = Arc::new(Mutex::new(Vec::new()));
    let (seen, stopper) = (events.clone(), workspace.clone());
    let report = move |event: cadastre_app::run::RunEvent| {
        if event.stage == "reading" {
            stopper.runs.cancel("r");
        }
        seen.lock().unwrap().push(event);
    };
    let error = workspace.open_schema(&Source::Demo, "r", report).await.unwrap_err();
    assert_eq!(error.code, Code::Cancelled);
    let stages: Vec<String> = events.lock().unwrap().iter().map(|event| event.stage.clone()).collect();
    assert!(
        stages.contains(&"connecting".to_owned()) && stages.contains(&"reading".to_owned()),
        "{stages:?}"
    );
}

#[tokio::test]
async fn nested_fields_fold_in_the_diagram_and_show_examples_when_asked() {
    let server = MongoServer::start().await;
    let database = server.create_database().await;
    let orders: Vec<Document> = (0..40)
        .map(|at| doc! { "_id": at, "lines": [{ "sku": format!("sku-{}", at % 3), "product_id": at % 8 }], "to": { "city": "Bern" } })
        .collect();
    database.collection("orders").insert_many(orders).await.unwrap();
    let products: Vec<Document> = (0..8).map(|at| doc! { "_id": at }).collect();
    database.collection("products").insert_many(products).await.unwrap();
    let (_folder, workspace) = workspace();
    let url = server.target(database.name()).url().replacen('@', &format!(":{}@", server.password()), 1);
    let id = workspace.save_connection(&draft("Documents", &format!("{url}&sampleSize=20"))).unwrap().id;
    let source = Source::Connection { id };
    let reading = workspace.open_schema(&source, "r", |_| {}).await.unwrap().reading;
    let labels = |view: &cadastre_app::diagram::DiagramView| {
        let of = view.boxes.iter().find(|it| it.title == "orders").unwrap();
        of.rows.iter().map(|row| format!("{} {}", row.label.trim(), row.fold)).collect::<Vec<_>>()
    };
    let open = workspace.diagram(&source).unwrap();
    let all = ["_id none", "lines open", "[] open", "sku none", "product_id none", "to open", "city none"];
    assert_eq!(labels(&open), all);
    assert_eq!((open.links.len(), open.links[0].from_row), (1, 4));
    let index = open.boxes.iter().position(|it| it.title == "orders").unwrap() as u32;
    let folded = workspace.fold_fields(&source, reading, index, 1).unwrap();
    assert_eq!(labels(&folded), ["_id none", "lines closed", "to open", "city none"]);
    assert_eq!((folded.links.len(), folded.links[0].from_row), (1, 1));
    assert_eq!((folded.boxes[0].x, folded.boxes[1].y), (open.boxes[0].x, open.boxes[1].y));
    assert_eq!(labels(&workspace.fold_fields(&source, reading, index, 1).unwrap()), all);
    let object = open.boxes[index as usize].object;
    let mut values = workspace.example_values(&source, reading, object, "lines[].sku".into()).await.unwrap();
    values.sort();
    assert_eq!(values, ["sku-0", "sku-1", "sku-2"]);
}
