//! Parsing stored statements, and the way there and back on real files.

use std::path::Path;

use cadastre_engine::{Dialect, Driver, ErrorCode, IntrospectOptions, RunContext, Target};
use cadastre_model::*;

use crate::connect::build_file;
use crate::parse::{ParsedTable, index_texts, parse_create_table, trigger_event, virtual_module};
use crate::{SqliteDialect, SqliteDriver, parse_url};

const EVERYTHING: &str = r#"
CREATE TABLE kunde ( -- the customer
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused
  "e mail" TEXT COLLATE NOCASE NOT NULL ON CONFLICT IGNORE CONSTRAINT u_mail UNIQUE,
  -- what they owe, in cents
  saldo INTEGER DEFAULT (1 + 2) CHECK (saldo > -100),
  brutto INTEGER GENERATED ALWAYS AS (saldo * 2) STORED,
  netto INT AS (saldo / 2),
  CONSTRAINT "odd ""name" CHECK (length("e mail") < 200 /* bytes, not characters */)
) STRICT;
CREATE TABLE ref (a, b DEFAULT 'it''s', c TEXT DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (a, b DESC),
  CONSTRAINT fk FOREIGN KEY (c) REFERENCES kunde ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (a) REFERENCES kunde("e mail"), UNIQUE (c) ON CONFLICT REPLACE) WITHOUT ROWID;
CREATE UNIQUE INDEX ix ON ref (lower(c) COLLATE NOCASE DESC, b) WHERE a IS NOT NULL;
CREATE VIEW v(x, y) AS SELECT a, b FROM ref; -- a view
CREATE TRIGGER tr AFTER UPDATE OF saldo ON kunde BEGIN UPDATE kunde SET saldo = 0 WHERE id = new.id; END;
CREATE VIRTUAL TABLE search USING fts5(title, body, tokenize = 'porter ascii');
CREATE VIEW broken AS SELECT * FROM nowhere;
"#;

fn database(folder: &Path, name: &str, sql: &str) -> Target {
    let path = folder.join(name);
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    Target::Sqlite { path: path.to_str().unwrap().into(), attached: Vec::new() }
}

async fn introspect(target: &Target) -> Model {
    SqliteDriver.introspect(target, None, &IntrospectOptions::default(), &RunContext::silent()).await.unwrap()
}

fn table<'m>(model: &'m Model, name: &str) -> RelationWalker<'m> {
    model.relations().find(|relation| relation.name() == name).unwrap()
}

#[tokio::test]
async fn everything_a_file_can_hold_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let model = introspect(&database(folder.path(), "a.db", EVERYTHING)).await;
    let customer = table(&model, "kunde");
    assert_eq!(customer.object().comment.as_deref(), Some("the customer"));
    let columns: Vec<_> = customer.columns().collect();
    assert_eq!(columns.len(), 5);
    assert_eq!(columns[0].0.comment.as_deref(), Some("never reused"));
    assert!(columns[0].1.autoincrement);
    assert_eq!(columns[1].1.collation.as_deref(), Some("NOCASE"));
    assert_eq!(columns[1].1.conflict.as_deref(), Some("IGNORE"));
    assert_eq!(columns[2].0.comment.as_deref(), Some("what they owe, in cents"));
    assert_eq!(columns[2].1.default.as_deref(), Some("1 + 2"));
    assert_eq!(columns[3].1.generated.as_ref().unwrap().storage, GeneratedStorage::Stored);
    assert_eq!(columns[4].1.generated.as_ref().unwrap().expression, "saldo / 2");
    assert_eq!(columns[4].1.data_type, "INT");
    let counts = model.counts();
    assert_eq!((counts[&Kind::Check], counts[&Kind::ForeignKey], counts[&Kind::Index]), (2, 2, 1));
    assert_eq!((counts[&Kind::View], counts[&Kind::Trigger], counts[&Kind::Unique]), (2, 1, 2));
    assert_eq!(model.unmodelled[0].kind, "broken view");
    assert_eq!(table(&model, "search").table().unwrap().kind, TableKind::Virtual);
    assert!(!model.relations().any(|relation| relation.name().starts_with("search_")));
}

#[tokio::test]
async fn a_foreign_key_without_columns_means_the_primary_key() {
    let folder = tempfile::tempdir().unwrap();
    let model = introspect(&database(folder.path(), "a.db", EVERYTHING)).await;
    let keys: Vec<_> = table(&model, "ref").foreign_keys().collect();
    let named = keys.iter().find(|key| key.object().name == "fk").unwrap().key;
    assert_eq!(named.referenced_columns, ["id"]);
    assert_eq!(
        (named.on_delete, named.deferrable),
        (ReferentialAction::SetNull, Deferrable::InitiallyDeferred)
    );
}

#[tokio::test]
async fn the_exported_script_recreates_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let model = introspect(&database(folder.path(), "a.db", EVERYTHING)).await;
    let script = SqliteDialect.create_script(&model).unwrap().text();
    let again = introspect(&database(folder.path(), "b.db", &script)).await;
    assert_eq!(again.fingerprint(), model.fingerprint(), "{script}");
}

/// Without the stored statements everything must come from the model, so this shows that nothing is missing in it.
#[tokio::test]
async fn the_model_alone_recreates_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let model = introspect(&database(folder.path(), "a.db", EVERYTHING)).await;
    let mut builder = ModelBuilder::new(model.origin.clone());
    for (_, object) in model.objects() {
        let mut object = Object { comment: None, ..object.clone() };
        match &mut object.body {
            Body::Table(table) => table.source = None,
            Body::View(view) => view.source = None,
            Body::Index(index) => index.source = None,
            _ => {}
        }
        builder.add(object);
    }
    model.unmodelled.iter().for_each(|item| builder.note_unmodelled(&item.kind, &item.name));
    let bare = builder.finish().unwrap();
    let script = SqliteDialect.create_script(&bare).unwrap().text();
    let again = introspect(&database(folder.path(), "b.db", &script)).await;
    assert_eq!(again.fingerprint(), bare.fingerprint(), "{script}");
}

#[tokio::test]
async fn hostile_names_survive() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\"b'c`d[e;--\n<img onerror=x>";
    let quoted = super::dialect::quote(name);
    let sql = format!("CREATE TABLE {quoted} ({quoted} TEXT PRIMARY KEY, b REFERENCES {quoted}({quoted}))");
    let model = introspect(&database(folder.path(), "a.db", &sql)).await;
    let relation = table(&model, name);
    assert_eq!(relation.columns().next().unwrap().0.name, name);
    assert_eq!(relation.foreign_keys().next().unwrap().key.referenced_columns, [name]);
    let script = SqliteDialect.create_script(&model).unwrap().text();
    let again = introspect(&database(folder.path(), "b.db", &script)).await;
    assert_eq!(again.fingerprint(), model.fingerprint());
}

async fn code_of(path: &Path) -> (ErrorCode, String) {
    let target = Target::Sqlite { path: path.to_str().unwrap().into(), attached: Vec::new() };
    let options = IntrospectOptions::default();
    let error = SqliteDriver.introspect(&target, None, &options, &RunContext::silent()).await.unwrap_err();
    (error.code, error.message)
}

#[tokio::test]
async fn bad_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let (code, message) = code_of(&folder.path().join("missing.db")).await;
    assert_eq!(code, ErrorCode::NotFound, "{message}");
    let (code, message) = code_of(folder.path()).await;
    assert!(code == ErrorCode::InvalidInput && message.contains("is a folder"), "{message}");
    let (code, message) = code_of(&file("text.db", b"hello, this is no database at all")).await;
    assert!(code == ErrorCode::InvalidInput && message.contains("not a SQLite database"), "{message}");
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let (code, message) = code_of(&file("noise.db", &noise)).await;
    assert!(code == ErrorCode::InvalidInput && message.contains("encrypted"), "{message}");
    let mut torn = b"SQLite format 3\0".to_vec();
    torn.extend([0x5a; 3000]);
    let (code, message) = code_of(&file("torn.db", &torn)).await;
    assert!(matches!(code, ErrorCode::StatementFailed | ErrorCode::InvalidInput), "{message}");
}

#[tokio::test]
async fn a_locked_file_is_named_as_locked() {
    let folder = tempfile::tempdir().unwrap();
    let target = database(folder.path(), "a.db", "CREATE TABLE t(a)");
    let Target::Sqlite { path, .. } = &target else { unreachable!() };
    let holder = rusqlite::Connection::open(path).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t VALUES (1)").unwrap();
    assert_eq!(code_of(Path::new(path)).await.0, ErrorCode::LockHeld);
    holder.execute_batch("COMMIT").unwrap();
    assert_eq!(introspect(&target).await.tables().count(), 1);
}

#[test]
fn stored_statements_are_read_in_every_spelling() {
    let parsed = parse_create_table(
        "CREATE TABLE t(a PRIMARY KEY DESC ON CONFLICT FAIL, [b c] x(1,2) DEFAULT -5 UNIQUE)",
    );
    assert_eq!(parsed.keys[0].conflict.as_deref(), Some("FAIL"));
    assert_eq!(parsed.keys[1].columns, ["b c"]);
    assert_eq!(parse_create_table("CREATE TABLE broken"), ParsedTable::default());
    assert_eq!(
        trigger_event("CREATE TRIGGER a INSTEAD OF INSERT ON v BEGIN SELECT 1; END"),
        "INSTEAD OF INSERT"
    );
    assert_eq!(virtual_module("CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)").1, "id, x0, x1");
    let (parts, predicate) = index_texts("CREATE INDEX i ON t (a COLLATE NOCASE DESC, (b + 1)) WHERE b > 0");
    assert_eq!((parts, predicate.as_deref()), (vec!["a".into(), "(b + 1)".into()], Some("b > 0")));
}

#[test]
fn addresses_are_read() {
    let path = |text: &str| parse_url(text).map(|target| target.label()).map_err(|error| error.code);
    assert_eq!(path("sqlite:/a/b.db").as_deref(), Ok("/a/b.db"));
    assert_eq!(path("sqlite:///a/b%20c.db").as_deref(), Ok("/a/b c.db"));
    assert_eq!(path("sqlite:").unwrap_err(), ErrorCode::InvalidInput);
    assert_eq!(path("sqlite:a.db?mode=rw").unwrap_err(), ErrorCode::InvalidInput);
}

#[tokio::test]
async fn attached_files_are_schemas_and_go_there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, sql: &str| {
        let path = folder.path().join(name).display().to_string();
        build_file(&path, sql).unwrap();
        path
    };
    let main = file("main.db", "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t;");
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, a REFERENCES t (id));
        CREATE /* one */ UNIQUE INDEX \"by a\" ON t (a); CREATE VIEW IF NOT EXISTS w AS SELECT a FROM t;
        CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE id < 0; END; CREATE VIRTUAL TABLE f USING fts5(text);
        INSERT INTO t VALUES (1, 1);";
    let old = file("old.db", sql);
    let target = parse_url(&format!("sqlite:{main}?attach=the%20old:{old}")).unwrap();
    assert_eq!(parse_url(&target.url()).unwrap(), target);
    let read = async |target: &Target| {
        SqliteDriver
            .introspect(target, None, &IntrospectOptions::default(), &RunContext::silent())
            .await
            .unwrap()
    };
    let model = read(&target).await;
    let names: Vec<&str> = model.roots().iter().map(|&id| model.object(id).name.as_str()).collect();
    assert_eq!(names, ["main", "the old"]);
    let tables = [QualifiedName::new("main", "t"), QualifiedName::new("the old", "t")];
    assert_eq!(SqliteDriver.holding_rows(&target, None, &tables).await.unwrap(), [false, true]);
    let script = SqliteDialect.create_script(&model).unwrap().text();
    let script =
        script.replace("'the old.db'", &format!("'{}'", folder.path().join("again-old.db").display()));
    let again = folder.path().join("again.db").display().to_string();
    rusqlite::Connection::open(&again).unwrap().execute_batch(&script).unwrap();
    let old = folder.path().join("again-old.db").display().to_string();
    let again = read(&parse_url(&format!("sqlite:{again}?attach=the%20old:{old}")).unwrap()).await;
    assert_eq!(again.fingerprint(), model.fingerprint(), "{script}");
    let refused = SqliteDialect.plan(&model, &model, &cadastre_diff::diff(&model, &model)).unwrap_err();
    assert!(refused.message.contains("attached") && refused.hint.is_some());
    for (wrong, words) in [("main:x.db", "taken"), ("a:x.db&attach=A:y.db", "taken"), (":x.db", "name")] {
        let error = parse_url(&format!("sqlite:{main}?attach={wrong}")).unwrap_err();
        assert!(error.message.contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_script_that_is_elaborated_reaches_for_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.db");
    let script = format!("ATTACH DATABASE '{}' AS o; CREATE TABLE o.t (a);", other.display());
    let error = SqliteDriver.elaborate(None, None, &script, &RunContext::silent()).await.unwrap_err();
    assert!(error.message.contains("attached") && !other.exists(), "{error}");
}
