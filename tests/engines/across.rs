//! A schema of one engine told in the words of another: the script runs there, and what it makes differs in nothing that is compared.

use cadastre_app::compare::{Purpose, RenameAnswers, Side, Strategy, compare, translate};
use cadastre_model::Model;
use cadastre_test_support::random::{FIRST_SEED_OF_ALL_KINDS, Random, Sketch};
use cadastre_test_support::walk::{create_script, read};
use cadastre_test_support::{SqliteFolder, TestServer};

async fn load(server: &dyn TestServer, script: &str) -> Model {
    let database = server.create_database();
    server.run_sql(&database, script);
    read(server, &database).await.unwrap()
}

async fn expect_same_across(from: Model, to: Model, what: &str) {
    let side = |model| Side { model, live: None };
    let comparison = compare(side(from), side(to), &RenameAnswers::default()).await.unwrap();
    assert!(comparison.is_empty(), "{what}:\n{}", comparison.summary());
    assert!(comparison.plan(Strategy::Direct).is_err(), "{what}: no plan leads from one engine to another");
}

#[tokio::test]
async fn schemas_of_every_engine_are_made_in_the_words_of_the_others() {
    let (postgres, mariadb, sqlite) =
        (super::postgres::server(), super::mysql::server(), SqliteFolder::new());
    let servers: [(&str, &dyn TestServer); 3] =
        [("postgres", &postgres), ("mysql", &mariadb), ("sqlite", &sqlite)];
    for (engine, server) in servers {
        for seed in [1, 4, 9] {
            let script = Sketch::new(engine, FIRST_SEED_OF_ALL_KINDS, 120, &mut Random::new(seed)).script();
            let Ok(model) = load_if_taken(server, &script).await else { continue };
            for (other, target) in servers.into_iter().filter(|(other, _)| *other != engine) {
                let what = format!("{engine} in the words of {other}, seed {seed}");
                let told = translate(&model, other, Purpose::Create).unwrap();
                let script = create_script(&told.model).unwrap();
                let made = load_if_taken(target, &script).await;
                let made = made.unwrap_or_else(|error| panic!("{what}: {error}\n{script}"));
                expect_same_across(model.clone(), made, &what).await;
            }
        }
    }
}

async fn load_if_taken(server: &dyn TestServer, script: &str) -> Result<Model, String> {
    let database = server.create_database();
    server.try_sql(&database, script)?;
    read(server, &database).await
}

const POSTGRES: &str = "
    CREATE TABLE author (id serial PRIMARY KEY, name varchar(40) NOT NULL UNIQUE, born date, is_alive boolean NOT NULL DEFAULT true);
    CREATE TABLE book (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author integer NOT NULL REFERENCES author ON DELETE CASCADE,
        title text NOT NULL DEFAULT 'it''s', price numeric(8,2) DEFAULT 0, added timestamptz DEFAULT now(), tags text[]);
    CREATE INDEX ON book (title, price);
    CREATE VIEW titles AS SELECT title FROM book;";

const MARIADB: &str = "
    CREATE TABLE author (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL UNIQUE, born date, is_alive tinyint(1) NOT NULL DEFAULT 1);
    CREATE TABLE book (
        id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, author int NOT NULL, title varchar(60) NOT NULL DEFAULT 'it''s', price decimal(8,2) DEFAULT 0,
        added datetime(6) DEFAULT current_timestamp(6), FOREIGN KEY (author) REFERENCES author (id) ON DELETE CASCADE);";

#[tokio::test]
async fn two_engines_are_compared_in_what_both_have() {
    let (postgres, mariadb) = (super::postgres::server(), super::mysql::server());
    let (from, to) = (load(&postgres, POSTGRES).await, load(&mariadb, MARIADB).await);
    let side = |model| Side { model, live: None };
    let comparison = compare(side(from), side(to), &RenameAnswers::default()).await.unwrap();
    let summary = comparison.summary();
    assert_eq!(
        summary.lines().collect::<Vec<_>>(),
        [
            "~ column main.book.title (longtext NOT NULL DEFAULT ('it''s') → varchar(60) NOT NULL DEFAULT 'it''s')",
            "- column main.book.tags",
            "- index main.book.idx (title, price)",
        ]
    );
    let notes = comparison.across.clone().unwrap().join("\n");
    assert!(notes.contains("book.tags: the type text[] is a text there"), "{notes}");
    assert!(notes.contains("left out: 1 view"), "{notes}");
    let error = comparison.plan(Strategy::Direct).unwrap_err();
    assert!(error.message.contains("two engines") && error.hint.is_some(), "{error:?}");
}

#[tokio::test]
async fn documents_have_no_tables_to_compare_with() {
    let sqlite = load(&SqliteFolder::new(), "CREATE TABLE t (a INTEGER);").await;
    let origin = cadastre_model::Origin { engine: "mongodb".into(), ..sqlite.origin.clone() };
    let documents = cadastre_model::ModelBuilder::new(origin).finish().unwrap();
    let side = |model| Side { model, live: None };
    let error = compare(side(documents), side(sqlite), &RenameAnswers::default()).await.unwrap_err();
    assert!(error.message.contains("mongodb has no tables"), "{}", error.message);
}
