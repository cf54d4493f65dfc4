//! What is written reads back, and what is no model says so.

use cadastre_model::*;
use expect_test::expect;

use crate::{dbml, json, mermaid};

fn model() -> Model {
    let origin = Origin { engine: "test".into(), version: "1".into(), database: "db".into(), owner: None };
    let mut builder = ModelBuilder::new(origin);
    let ns = builder.add(Object::new(None, "s", Body::Namespace(Namespace {})));
    let column = |data_type: &str, not_null| {
        Body::Column(Column { data_type: data_type.into(), not_null, ..Default::default() })
    };
    let key = |columns: &[&str]| Key {
        columns: columns.iter().map(|it| (*it).to_owned()).collect(),
        ..Key::default()
    };
    let parent = builder.add(Object::new(Some(ns), "pa\"rent", Body::Table(Table::default())));
    builder.add(Object::new(Some(parent), "id", column("integer", true)));
    builder.add(Object::new(Some(parent), "pk", Body::PrimaryKey(key(&["id"]))));
    let child = builder.add(Object::new(Some(ns), "child", Body::Table(Table::default())));
    builder.object_mut(child).comment = Some("it's a child".into());
    builder.object_mut(child).depends_on.push(parent);
    builder.add(Object::new(Some(child), "parent id", column("numeric(3, 2)", true)));
    let reference = ForeignKey {
        columns: vec!["parent id".into()],
        references: QualifiedName::new("s", "pa\"rent"),
        referenced_columns: vec!["id".into()],
        on_update: ReferentialAction::NoAction,
        on_delete: ReferentialAction::Cascade,
        on_delete_columns: vec![],
        match_type: MatchType::Simple,
        deferrable: Deferrable::No,
        validated: Validated::Yes,
        inherited: false,
        unnamed: false,
    };
    builder.add(Object::new(Some(child), "fk", Body::ForeignKey(reference)));
    builder.note_unmodelled("cast", "a → b");
    builder.finish().unwrap()
}

#[test]
fn a_model_goes_through_json_unchanged() {
    let model = model();
    let again = json::read(&json::write(&model)).unwrap();
    assert_eq!(again.fingerprint(), model.fingerprint());
    assert_eq!(json::write(&again), json::write(&model));
    let child = again.relations().find(|it| it.name() == "child").unwrap();
    assert_eq!(child.object().depends_on.len(), 1);
}

#[test]
fn what_is_no_model_says_so() {
    let message = |text: &str| json::read(text).unwrap_err().to_string();
    expect!["this is not the JSON of a model: expected ident at line 1 column 2"].assert_eq(&message("nope"));
    expect!["this is not the JSON of a model: its format is “other”"]
        .assert_eq(&message(r#"{"format":"other","version":1}"#));
    expect!["this model has version 9 of the format; up to 1 is understood"]
        .assert_eq(&message(r#"{"format":"cadastre-model","version":9}"#));
    let broken = json::write(&model()).replace("\"pa\\\"rent\"\n", "\"gone\"\n");
    assert!(message(&broken).contains("gone"), "{}", message(&broken));
}

#[test]
fn dbml_names_tables_columns_and_references() {
    expect![[r#"
        Table "s"."pa'rent" {
          "id" "integer" [pk, not null]
        }

        Table "s"."child" {
          "parent id" "numeric(3, 2)" [not null]
          Note: 'it\'s a child'
        }

        Ref: "s"."child".("parent id") > "s"."pa'rent".("id")
    "#]]
    .assert_eq(&dbml::write(&model()));
}

#[test]
fn mermaid_names_tables_columns_and_references() {
    expect![[r#"
        erDiagram
            "pa'rent" {
                integer id PK
            }
            "child" {
                numeric(3__2) parent_id FK
            }
            "pa'rent" ||--o{ "child" : "parent id"
    "#]]
    .assert_eq(&mermaid::write(&model()));
}
