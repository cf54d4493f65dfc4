//! MongoDB on a private server: what is read, what is inferred, what is written, and what goes wrong.

use std::path::{Path, PathBuf};

use cadastre_engine::{
    Dialect, Driver, ErrorCode, IntrospectOptions, MongoAddress, Rehearse, Rights, RunContext, Secret,
    Target, TlsMode,
};
use cadastre_engine_mongodb::{MongoDialect, MongoDriver};
use cadastre_model::*;
use cadastre_test_support::{Authority, MongoScripts, MongoServer, REPLICA_SET, TestServer};
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc, oid::ObjectId};

use super::stopping_at;

async fn introspect(server: &MongoServer, database: &Database) -> Model {
    let secret = Secret::new(server.password());
    let options = IntrospectOptions::default();
    MongoDriver
        .introspect(&server.target(database.name()), Some(&secret), &options, &RunContext::silent())
        .await
        .unwrap()
}

/// One of everything the model knows.
fn everything() -> Vec<Document> {
    vec![
        doc! { "create": "plain" },
        doc! { "create": "capped", "capped": true, "size": 4096, "max": 7 },
        doc! { "create": "weather", "timeseries": { "timeField": "at", "metaField": "where", "granularity": "hours" }, "expireAfterSeconds": 3600 },
        doc! { "create": "clustered", "clusteredIndex": { "key": { "_id": 1 }, "unique": true, "name": "by id" } },
        doc! { "create": "collated", "collation": { "locale": "de", "strength": 2 } },
        doc! { "create": "Odd \"name\" — ü", "changeStreamPreAndPostImages": { "enabled": true } },
        doc! {
            "create": "checked",
            "validator": { "$jsonSchema": { "required": ["name"], "properties": { "name": { "bsonType": "string" }, "age": { "minimum": 0 } } }, "age": { "$lt": 200 } },
            "validationLevel": "moderate",
            "validationAction": "warn",
        },
        doc! { "create": "z_base", "viewOn": "plain", "pipeline": [{ "$match": { "a": { "$gt": 5 } } }] },
        doc! { "create": "a_top", "viewOn": "z_base", "pipeline": [{ "$project": { "b": 1, "a": 1 } }] },
        doc! { "create": "sorted", "viewOn": "collated", "pipeline": [], "collation": { "locale": "de", "strength": 2 } },
        doc! { "createIndexes": "plain", "indexes": [
            { "key": { "b": 1, "a": -1 }, "name": "compound", "unique": true, "sparse": true },
            { "key": { "gone": 1 }, "name": "ttl", "expireAfterSeconds": 60 },
            { "key": { "a": 1 }, "name": "partial", "partialFilterExpression": { "a": { "$gt": 3 } }, "hidden": true },
            { "key": { "kind": 1, "title": "text", "body": "text" }, "name": "words", "weights": { "title": 5, "body": 1 }, "default_language": "french" },
            { "key": { "place": "2dsphere" }, "name": "geo" },
            { "key": { "h": "hashed" }, "name": "hash" },
            { "key": { "$**": 1 }, "name": "wild", "wildcardProjection": { "secret": 0 } },
            { "key": { "c": 1 }, "name": "collated", "collation": { "locale": "en", "strength": 1 } },
        ] },
    ]
}

#[tokio::test]
async fn everything_modelled_goes_there_and_back() {
    let server = MongoServer::start().await;
    let (first, second) = (server.create_database().await, server.create_database().await);
    for command in everything() {
        server.run(&first, command).await;
    }
    let model = introspect(&server, &first).await;
    assert!(model.unmodelled.is_empty(), "{:?}", model.unmodelled);
    assert_eq!(
        (model.counts()[&Kind::Table], model.counts()[&Kind::View], model.counts()[&Kind::Index]),
        (7, 3, 8)
    );
    // Each part of the script is a command with its document, so what is shown is what is run here.
    for part in MongoDialect.create_script(&model).unwrap().parts {
        let text =
            part.sql.strip_prefix("db.runCommand(EJSON.deserialize(").unwrap().strip_suffix("));").unwrap();
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let Bson::Document(command) = Bson::try_from(value).unwrap() else { panic!("{text}") };
        server.run(&second, command).await;
    }
    let again = introspect(&server, &second).await;
    assert_eq!(again.fingerprint(), model.fingerprint(), "{}", super::differences(&model, &again));
}

/// Customers, products and orders with 5 % orphans, and forty fields that look like references and are none.
async fn fill_shop(server: &MongoServer, database: &Database) {
    let customers: Vec<ObjectId> = (0..300).map(|_| ObjectId::new()).collect();
    let documents = customers.iter().enumerate().map(|(n, id)| {
        let mut document = doc! { "_id": id, "code": format!("C{n}"), "name": format!("name {}", n % 50), "status": n as i32 % 3 };
        if n % 4 == 0 {
            document.insert("parent_id", customers[n / 2]);
        }
        document
    });
    insert(database, "customers", documents.collect()).await;
    let index = doc! { "createIndexes": "customers", "indexes": [{ "key": { "code": 1 }, "name": "code", "unique": true }] };
    server.run(database, index).await;
    insert(database, "tags", (0..40).map(|n| doc! { "_id": n, "label": format!("t{n}") }).collect()).await;
    insert(database, "statuses", (0..3).map(|n| doc! { "_id": format!("s{n}") }).collect()).await;
    let mut orders = Vec::new();
    for n in 0..2000_usize {
        let is_orphan = n % 20 == 0;
        let customer = if is_orphan { ObjectId::new() } else { customers[n % 300] };
        let mut order = doc! {
            "customer_id": customer,
            "buyer": { "customerCode": if is_orphan { format!("X{n}") } else { format!("C{}", n % 300) }, "customer_name": format!("name {}", n % 50) },
            "tag_ids": [n as i32 % 40, (n as i32 + 7) % 40],
            "lines": [{ "sku": format!("p{}", n % 90), "count": n as i32 % 5 }, { "sku": "p1" }],
            "total": if n % 10 == 0 { Bson::from("12") } else { Bson::from(n as f64 / 3.0) },
        };
        if n % 10 < 3 {
            order.insert("note", "x");
        }
        // Values that exist as keys elsewhere, under names that say nothing of it; names of collections with values that do not.
        let mut decoys = Document::new();
        for k in 0..20_i32 {
            decoys.insert(format!("count_{k}"), (n as i32 + k) % 40);
        }
        for k in 0..10_i32 {
            decoys.insert(format!("customer_{k}_id"), format!("nobody {}", n as i32 * 31 + k));
        }
        for (k, name) in [
            "tag_count",
            "tagged",
            "status",
            "status_id",
            "order_no",
            "customers_since",
            "code_name",
            "labels",
            "parent",
            "next_id",
        ]
        .iter()
        .enumerate()
        {
            decoys.insert(*name, n as i32 % 7 + 1000 + k as i32);
        }
        order.insert("decoys", decoys);
        orders.push(order);
    }
    insert(database, "orders", orders).await;
}

async fn insert(database: &Database, collection: &str, documents: Vec<Document>) {
    database.collection::<Document>(collection).insert_many(documents).await.unwrap();
}

fn sample<'m>(model: &'m Model, collection: &str) -> &'m Sample {
    let id = model.find_relation(&QualifiedName::new("main", collection)).unwrap();
    model.relation(id).unwrap().table().unwrap().sample.as_ref().unwrap()
}

#[tokio::test]
async fn fields_presence_and_references_are_inferred_and_decoys_are_not_taken_in() {
    let server = MongoServer::start().await;
    let database = server.create_database().await;
    fill_shop(&server, &database).await;
    let model = introspect(&server, &database).await;
    let orders = sample(&model, "orders");
    let field =
        |path: &str| orders.fields.iter().find(|it| it.path == path).unwrap_or_else(|| panic!("no {path}"));
    let presence = |path: &str| f64::from(field(path).present) / f64::from(field(path).of);
    assert!((presence("note") - 0.3).abs() < 0.02 && (presence("lines[].count") - 0.5).abs() < 0.02);
    let types: Vec<&str> = field("total").types.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(types, ["double", "string"]);
    let reference =
        |path: &str| field(path).reference.clone().unwrap_or_else(|| panic!("{path} refers to nothing"));
    for (path, collection, key) in [
        ("customer_id", "customers", "_id"),
        ("buyer.customerCode", "customers", "code"),
        ("tag_ids[]", "tags", "_id"),
    ] {
        let found = reference(path);
        assert_eq!((found.collection.as_str(), found.field.as_str()), (collection, key), "{path}");
        let rate = f64::from(found.found) / f64::from(found.looked_up);
        assert!(rate > 0.85, "{path} {rate}");
    }
    assert!(
        f64::from(reference("customer_id").found) < f64::from(reference("customer_id").looked_up),
        "orphans show"
    );
    let customers = sample(&model, "customers");
    let parent = customers.fields.iter().find(|it| it.path == "parent_id").unwrap();
    assert_eq!(parent.reference.as_ref().unwrap().collection, "customers");
    let decoys: Vec<&SampledField> =
        orders.fields.iter().filter(|it| it.path.starts_with("decoys.")).collect();
    assert_eq!(decoys.len(), 40);
    let taken: Vec<&&SampledField> = decoys.iter().filter(|it| it.reference.is_some()).collect();
    assert!(taken.is_empty(), "{taken:?}");
    // What was observed is no schema: other documents, the same fingerprint.
    let before = model.fingerprint();
    insert(&database, "tags", vec![doc! { "_id": 99, "other": true }]).await;
    assert_eq!(introspect(&server, &database).await.fingerprint(), before);
}

#[tokio::test]
async fn a_large_document_and_a_missing_right_do_not_keep_the_rest_from_being_shown() {
    let server = MongoServer::start().await;
    let database = server.create_database().await;
    insert(&database, "huge", vec![doc! { "_id": 1, "text": "x".repeat(15 << 20), "after": 1 }]).await;
    insert(&database, "small", vec![doc! { "_id": 1 }]).await;
    let model = introspect(&server, &database).await;
    assert!(sample(&model, "huge").fields.iter().any(|it| it.path == "after"));
    let role = doc! { "createRole": "lists", "roles": [], "privileges": [
        { "resource": { "db": database.name(), "collection": "" }, "actions": ["listCollections", "listIndexes"] },
        { "resource": { "db": database.name(), "collection": "small" }, "actions": ["find", "collStats"] },
    ] };
    server.run(&database, role).await;
    server.run(&database, doc! { "createUser": "guest", "pwd": "g", "roles": ["lists"] }).await;
    let target = change(server.target(database.name()), |address| {
        address.user = "guest".into();
        address.auth_source = database.name().into();
    });
    let options = IntrospectOptions::default();
    let seen = MongoDriver
        .introspect(&target, Some(&Secret::new("g")), &options, &RunContext::silent())
        .await
        .unwrap();
    assert_eq!(sample(&seen, "small").documents, 1);
    assert!(seen.find_relation(&QualifiedName::new("main", "huge")).is_some());
    assert!(seen.unmodelled.iter().any(|it| it.name.starts_with("huge")), "{:?}", seen.unmodelled);
}

fn change(mut target: Target, edit: impl FnOnce(&mut MongoAddress)) -> Target {
    if let Target::MongoDb(address) = &mut target {
        edit(address);
    }
    target
}

async fn test_code(target: &Target, password: &str) -> (ErrorCode, String) {
    let error = MongoDriver.test(target, Some(&Secret::new(password))).await.unwrap_err();
    assert!(error.hint.is_some(), "{} has no hint", error.message);
    assert!(!format!("{error:?} {error}").contains("secret-canary"), "the password is in the error");
    (error.code, error.message)
}

#[tokio::test]
async fn a_connection_is_tested_with_tls_and_each_failure_has_its_own_words() {
    let authority = Authority::new();
    let mut server = MongoServer::start_with_tls(&authority.issue("localhost")).await;
    let target = || change(server.target("shop"), |address| address.connect_timeout = 2);
    let report = MongoDriver.test(&target(), Some(&Secret::new(server.password()))).await.unwrap();
    assert!(report.server.starts_with("MongoDB ") && report.rights == Rights::Superuser, "{report:?}");
    let (code, message) = test_code(&target(), "secret-canary").await;
    assert!(code == ErrorCode::AuthFailed && message.contains("password is wrong"), "{message}");
    let refused = change(target(), |address| address.hosts = vec!["127.0.0.1:1".into()]);
    let (code, message) = test_code(&refused, "x").await;
    assert!(code == ErrorCode::Unreachable && message.contains("refused"), "{message}");
    let unknown = change(target(), |address| address.hosts = vec!["no-such-host.invalid".into()]);
    let (code, message) = test_code(&unknown, "x").await;
    assert!(code == ErrorCode::Unreachable && message.contains("not known"), "{message}");
    let with = |mode: TlsMode, authority: &Authority, host: &str| {
        change(target(), |address| {
            let port = address.hosts[0].rsplit_once(':').unwrap().1.to_owned();
            address.hosts = vec![format!("{host}:{port}")];
            address.tls = mode;
            address.root_certificate = Some(authority.certificate_file().display().to_string());
        })
    };
    let secret = Secret::new(server.password());
    for good in
        [with(TlsMode::VerifyFull, &authority, "localhost"), with(TlsMode::Require, &authority, "127.0.0.1")]
    {
        assert_eq!(MongoDriver.test(&good, Some(&secret)).await.map(|it| it.encrypted), Ok(Some(true)));
    }
    let stranger = Authority::new();
    for bad in [
        with(TlsMode::VerifyFull, &authority, "127.0.0.1"),
        with(TlsMode::VerifyFull, &stranger, "localhost"),
    ] {
        let (code, message) = test_code(&bad, server.password()).await;
        assert_eq!(code, ErrorCode::TlsFailed, "{message}");
    }
    let gone = target();
    server.kill();
    assert_eq!(test_code(&gone, "x").await.0, ErrorCode::Unreachable);
}

#[tokio::test]
async fn a_replica_set_is_found_by_any_of_its_hosts_and_its_name() {
    let server = MongoServer::start_in_set().await;
    let database = server.create_database().await;
    server.run(&database, doc! { "create": "orders" }).await;
    let secret = Secret::new(server.password());
    let target = |set: &str, direct: bool| {
        change(server.target(database.name()), |address| {
            address.replica_set = set.into();
            address.direct = direct;
            address.connect_timeout = 3;
            if !direct {
                // A member that is down does not keep the others from being found.
                address.hosts.insert(0, "127.0.0.1:1".into());
            }
        })
    };
    for good in [target(REPLICA_SET, false), target("", true)] {
        let options = IntrospectOptions::default();
        let model = MongoDriver.introspect(&good, Some(&secret), &options, &RunContext::silent()).await;
        assert!(model.unwrap().objects().any(|(_, object)| object.name == "orders"), "{}", good.url());
    }
    let other = change(target("other", true), |address| address.direct = false);
    let (code, message) = test_code(&other, server.password()).await;
    assert!(code == ErrorCode::Unreachable && message.contains("replica set"), "{message}");
    let elsewhere = change(target("", true), |address| address.auth_source = String::new());
    let (code, message) = test_code(&elsewhere, server.password()).await;
    assert!(code == ErrorCode::AuthFailed, "the user is looked for in the database: {message}");
}

#[tokio::test]
async fn a_server_that_vanishes_while_it_is_read_is_named() {
    for step in [0, 1] {
        let mut server = MongoServer::start().await;
        let database = server.create_database().await;
        // More than are read at a time, so that some are still to be asked for when it goes.
        for number in 0..20 {
            server.run(&database, doc! { "create": format!("c{number}") }).await;
        }
        let target = change(server.target(database.name()), |address| address.connect_timeout = 1);
        let secret = Secret::new(server.password());
        let context = stopping_at(step, move || server.kill());
        let read =
            MongoDriver.introspect(&target, Some(&secret), &IntrospectOptions::default(), &context).await;
        let error = read.unwrap_err();
        assert_eq!(error.code, ErrorCode::Unreachable, "step {step}: {error}");
        assert!(error.message.contains("reading") && error.hint.is_some(), "step {step}: {error}");
    }
}

/// What makes one database from nothing, and another from the first by hand.
fn changed() -> Vec<Document> {
    vec![
        doc! { "drop": "capped" },
        doc! { "create": "added", "capped": true, "size": 4096 },
        doc! { "collMod": "checked", "validator": { "age": { "$lt": 100 } }, "validationLevel": "strict", "validationAction": "error" },
        doc! { "collMod": "plain", "index": { "name": "ttl", "expireAfterSeconds": 90 } },
        doc! { "collMod": "plain", "index": { "name": "partial", "hidden": false } },
        doc! { "dropIndexes": "plain", "index": ["compound", "geo"] },
        doc! { "createIndexes": "plain", "indexes": [{ "key": { "b": 1 }, "name": "compound" }, { "key": { "z": 1 }, "name": "fresh" }] },
        doc! { "collMod": "z_base", "viewOn": "plain", "pipeline": [{ "$match": { "a": 1 } }] },
        doc! { "drop": "sorted" },
        doc! { "create": "more", "viewOn": "added", "pipeline": [] },
    ]
}

/// Where a plan is kept as it was read by a person.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mongodb/changes").join(name)
}

async fn run_shown(server: &MongoServer, database: &Database, script: &str) {
    for command in script.split("db.runCommand(EJSON.deserialize(").skip(1) {
        let value: serde_json::Value =
            serde_json::from_str(command.trim().strip_suffix("));").unwrap()).unwrap();
        let Bson::Document(command) = Bson::try_from(value).unwrap() else { panic!("no document") };
        server.run(database, command).await;
    }
}

#[tokio::test]
async fn plans_lead_there_and_back_and_keep_documents() {
    use cadastre_app::compare::{RenameAnswers, Side, Strategy, compare};
    let server = MongoServer::start().await;
    let (first, second) = (server.create_database().await, server.create_database().await);
    for database in [&first, &second] {
        for command in everything() {
            server.run(database, command).await;
        }
    }
    for command in changed() {
        server.run(&second, command).await;
    }
    insert(&first, "plain", (0..5).map(|n| doc! { "_id": n, "b": n }).collect()).await;
    let side = async |database: &Database| Side { model: introspect(&server, database).await, live: None };
    let answers = RenameAnswers { no_renames: vec!["*".into()], ..RenameAnswers::default() };
    let start = introspect(&server, &first).await.fingerprint();
    let comparison = compare(side(&first).await, side(&second).await, &answers).await.unwrap();
    let (plan, back) = (comparison.plan(Strategy::Direct).unwrap(), comparison.reverse().unwrap());
    assert!(plan.notes.is_empty(), "{:?}", plan.notes);
    let script = comparison.script(&plan).unwrap();
    super::plans::check_golden(&golden("collections.js"), &script);
    run_shown(&server, &first, &script).await;
    let again = compare(side(&first).await, side(&second).await, &answers).await.unwrap();
    assert!(again.is_empty(), "{}", again.summary());
    run_shown(&server, &first, &comparison.script(&back).unwrap()).await;
    assert_eq!(introspect(&server, &first).await.fingerprint(), start);
    assert_eq!(first.collection::<Document>("plain").count_documents(doc! {}).await.unwrap(), 5);
}

/// Whether each step of a plan has a probe that says no before the step, and yes after it; runs the plan.
fn expect_probes(server: &MongoScripts, database: &str, plan: &cadastre_app::compare::Plan) {
    for step in plan.steps() {
        let probe = step.probe.as_ref().unwrap_or_else(|| panic!("{:?} has no probe", step.statements));
        assert!(!server.answer(database, probe), "before {:?}: {probe}", step.statements);
        for statement in &step.statements {
            server.run_sql(database, &format!("{statement};\n"));
        }
        assert!(server.answer(database, probe), "after {:?}: {probe}", step.statements);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_of_mongodb_tell_what_is_done() {
    use cadastre_app::compare::{RenameAnswers, Side, Strategy, compare};
    let server = MongoScripts::start();
    let (first, second) = (server.create_database(), server.create_database());
    for database in [&first, &second] {
        for command in everything() {
            server.database(database).run_command(command).await.unwrap();
        }
    }
    for command in changed() {
        server.database(&second).run_command(command).await.unwrap();
    }
    let side = async |database: &str| {
        let secret = Secret::new(server.password());
        let (options, target) = (IntrospectOptions::default(), server.target(database));
        let read = MongoDriver.introspect(&target, Some(&secret), &options, &RunContext::silent()).await;
        Side { model: read.unwrap(), live: None }
    };
    let answers = RenameAnswers { no_renames: vec!["*".into()], ..RenameAnswers::default() };
    let comparison = compare(side(&first).await, side(&second).await, &answers).await.unwrap();
    let (plan, back) = (comparison.plan(Strategy::Direct).unwrap(), comparison.reverse().unwrap());
    expect_probes(&server, &first, &plan);
    expect_probes(&server, &first, &back);
}

/// A rule that takes three fields only, one of them under a new name and one as a number.
fn closed_rule() -> Document {
    let properties = doc! { "_id": {}, "name": { "bsonType": "string" }, "age": { "bsonType": "int" } };
    let rule = doc! { "$jsonSchema": { "additionalProperties": false, "properties": properties } };
    doc! { "create": "people", "validator": rule }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_brought_in_line_with_a_rule_in_batches() {
    use cadastre_app::compare::{HazardKind, RenameAnswers, Scratch, Side, Strategy, compare};
    let server = MongoScripts::start();
    let (first, second) = (server.create_database(), server.create_database());
    let people = server.database(&first).collection::<Document>("people");
    let one = |n: i32| {
        let age = match n % 1000 {
            7 => Bson::String("old".into()),
            // Neither may become 2.
            8 => Bson::Double(2.5),
            9 => Bson::String("02".into()),
            10 => Bson::Double(11.0),
            _ => Bson::String((n % 90).to_string()),
        };
        // Keys of several types: a batch goes on from a key of any of them.
        let id = if n % 2 == 0 { Bson::Int32(n) } else { Bson::String(n.to_string()) };
        doc! { "_id": id, "called": format!("n{n}"), "age": age, "junk": { "deep": n } }
    };
    people.insert_many((0..2500).map(one)).await.unwrap();
    server.database(&second).run_command(closed_rule()).await.unwrap();
    let side = async |database: &str| {
        let secret = Secret::new(server.password());
        let options = IntrospectOptions::default();
        let target = server.target(database);
        let read = MongoDriver.introspect(&target, Some(&secret), &options, &RunContext::silent()).await;
        Side { model: read.unwrap(), live: None }
    };
    let answers = RenameAnswers { renames: vec!["people.called=name".into()], ..RenameAnswers::default() };
    let comparison = compare(side(&first).await, side(&second).await, &answers).await.unwrap();
    let plan = comparison.plan(Strategy::Direct).unwrap();
    let loses: Vec<&str> = plan
        .steps()
        .flat_map(|step| &step.hazards)
        .filter(|it| it.kind == HazardKind::DataLoss)
        .map(|it| it.message.as_str())
        .collect();
    assert!(loses.len() == 1 && loses[0].contains("junk"), "{loses:?}");
    let scratch = Scratch::new(server.target(&first), Some(Secret::new(server.password())));
    comparison.prove(Strategy::Direct, Some(&scratch), &RunContext::silent()).await.unwrap();
    // The product's own running of it, on as many documents.
    let all = people.find(doc! {}).await.unwrap().try_collect::<Vec<Document>>().await.unwrap();
    let insert = doc! { "insert": "people", "documents": all };
    let fill =
        format!("db.runCommand(EJSON.deserialize({}));", Bson::Document(insert).into_relaxed_extjson());
    let what = Rehearse { script: &fill, from: &comparison.original, plan: &plan, with_rows: false };
    let (target, secret) = (server.target(&first), Secret::new(server.password()));
    let done = MongoDriver.rehearse(Some(&target), Some(&secret), &what, &RunContext::silent()).await;
    let wanted = [("_id", 2500), ("age", 2500), ("name", 2500)].map(|(path, count)| (path.to_owned(), count));
    let mut found = fields(&done.unwrap().model);
    found.sort();
    assert_eq!(found, wanted);
    let script = comparison.script(&plan).unwrap();
    super::plans::check_golden(&golden("fields.js"), &script);
    let (probed, documents) = (server.create_database(), people.find(doc! {}).await.unwrap());
    let documents: Vec<Document> = documents.try_collect().await.unwrap();
    server.database(&probed).collection("people").insert_many(documents).await.unwrap();
    expect_probes(&server, &probed, &plan);
    // A script that is run once more finds nothing left to do.
    for _ in 0..2 {
        server.run_sql(&first, &script);
        let count = async |filter: Document| people.count_documents(filter).await.unwrap();
        assert_eq!(count(doc! { "name": { "$exists": true }, "called": { "$exists": false } }).await, 2500);
        assert_eq!(count(doc! { "junk": { "$exists": true } }).await, 0);
        assert_eq!(count(doc! { "age": { "$type": "int" } }).await, 2491);
        assert_eq!(count(doc! { "age": 2.5 }).await, 3);
        assert_eq!(count(doc! { "age": "02" }).await, 3);
        assert_eq!(count(doc! { "age": "old" }).await, 3);
    }
    let again = compare(side(&first).await, side(&second).await, &RenameAnswers::default()).await.unwrap();
    assert!(again.diff.is_empty(), "{}", again.summary());
    let back = comparison.script(&comparison.reverse().unwrap()).unwrap();
    server.run_sql(&first, &back);
    assert_eq!(people.count_documents(doc! { "called": { "$exists": true } }).await.unwrap(), 2500);
}

/// Fields of `people` with how many documents have them.
fn fields(model: &Model) -> Vec<(String, u32)> {
    let tables = model.objects().filter_map(|(_, object)| match &object.body {
        Body::Table(table) => table.sample.as_ref(),
        _ => None,
    });
    tables.flat_map(|sample| &sample.fields).map(|field| (field.path.clone(), field.present)).collect()
}
