//! What the model promises: tree, references, fingerprint, order.

use proptest::prelude::*;

use crate::*;

fn origin() -> Origin {
    Origin { engine: "test".into(), version: "1".into(), database: "db".into(), owner: None }
}

/// A model with the given tables, each `(name, columns)`, added in the order given.
fn model_of(tables: &[(&str, &[&str])]) -> Model {
    let mut builder = ModelBuilder::new(origin());
    let ns = builder.add(Object::new(None, "main", Body::Namespace(Namespace {})));
    for (name, columns) in tables {
        let table = builder.add(Object::new(Some(ns), *name, Body::Table(Table::default())));
        for column in *columns {
            builder.add(Object::new(Some(table), *column, Body::Column(Column::default())));
        }
    }
    builder.finish().unwrap()
}

#[test]
fn fingerprint_ignores_the_order_of_tables() {
    let one = model_of(&[("a", &["x"]), ("b", &["y"])]);
    let two = model_of(&[("b", &["y"]), ("a", &["x"])]);
    assert_eq!(one.fingerprint(), two.fingerprint());
}

#[test]
fn fingerprint_sees_the_order_of_columns() {
    let one = model_of(&[("a", &["x", "y"])]);
    let two = model_of(&[("a", &["y", "x"])]);
    assert_ne!(one.fingerprint(), two.fingerprint());
}

#[test]
fn fingerprint_ignores_the_layout_of_a_kept_statement() {
    let with = |source: &str| {
        let mut builder = ModelBuilder::new(origin());
        let table = Table { source: Some(source.into()), ..Table::default() };
        builder.add(Object::new(None, "t", Body::Table(table)));
        builder.finish().unwrap().fingerprint()
    };
    assert_eq!(with("CREATE TABLE t(a)"), with("create table t ( a )"));
}

#[test]
fn two_siblings_of_one_name_are_refused() {
    let mut builder = ModelBuilder::new(origin());
    builder.add(Object::new(None, "t", Body::Table(Table::default())));
    builder.add(Object::new(None, "t", Body::Table(Table::default())));
    let error = builder.finish().unwrap_err();
    assert_eq!(error.to_string(), "two objects of kind table are called t");
}

#[test]
fn a_foreign_key_leads_to_its_table_and_back() {
    let mut builder = ModelBuilder::new(origin());
    let ns = builder.add(Object::new(None, "s", Body::Namespace(Namespace {})));
    let parent = builder.add(Object::new(Some(ns), "parent", Body::Table(Table::default())));
    let child = builder.add(Object::new(Some(ns), "child", Body::Table(Table::default())));
    let key = ForeignKey {
        columns: vec!["parent_id".into()],
        references: QualifiedName::new("s", "parent"),
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
    builder.add(Object::new(Some(child), "fk", Body::ForeignKey(key)));
    let model = builder.finish().unwrap();
    let found = model.relation(child).unwrap().foreign_keys().next().unwrap();
    assert_eq!(found.referenced_table().unwrap().id(), parent);
    let back = model.relation(parent).unwrap().referenced_by().next().unwrap();
    assert_eq!(back.table().unwrap().name(), "child");
}

#[test]
fn a_cycle_is_named() {
    let cycle = creation_order(&[0, 1, 2], &[vec![1], vec![0], vec![]]).unwrap_err();
    assert_eq!(cycle.nodes, vec![0, 1]);
}

proptest! {
    #[test]
    fn creation_order_puts_needs_first(edges in prop::collection::vec((0_usize..40, 0_usize..40), 0..120)) {
        // Edges only lead to smaller numbers, so there is no cycle to find.
        let mut needs = vec![Vec::new(); 40];
        edges.iter().filter(|(a, b)| b < a).for_each(|&(a, b)| needs[a].push(b));
        let rank: Vec<usize> = (0..40).map(|n| (n * 7) % 40).collect();
        let order = creation_order(&rank, &needs).unwrap();
        let mut place = vec![0; 40];
        order.iter().enumerate().for_each(|(at, &node)| place[node] = at);
        for (node, list) in needs.iter().enumerate() {
            prop_assert!(list.iter().all(|&other| place[other] < place[node]));
        }
    }
}
