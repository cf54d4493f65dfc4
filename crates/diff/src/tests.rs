//! Differences of small models made by hand.

use cadastre_model::*;

use crate::*;

fn model(build: impl FnOnce(&mut ModelBuilder, ObjectId)) -> Model {
    let origin = Origin { engine: "any".into(), version: String::new(), database: "d".into(), owner: None };
    let mut builder = ModelBuilder::new(origin);
    let namespace = builder.add(Object::new(None, "main", Body::Namespace(Namespace {})));
    build(&mut builder, namespace);
    builder.finish().unwrap()
}

fn table(builder: &mut ModelBuilder, namespace: ObjectId, name: &str, columns: &[(&str, &str)]) -> ObjectId {
    let table = builder.add(Object::new(Some(namespace), name, Body::Table(Table::default())));
    for (name, data_type) in columns {
        let column = Column { data_type: (*data_type).into(), ..Column::default() };
        builder.add(Object::new(Some(table), *name, Body::Column(column)));
    }
    table
}

fn words(from: &Model, to: &Model) -> Vec<String> {
    let word = |change: &Change| match (change.from, change.to) {
        (Some(id), None) => format!("- {}", from.display_name(id)),
        (_, Some(id)) if change.kind == ChangeKind::Added => format!("+ {}", to.display_name(id)),
        (_, Some(id)) => format!("~ {}", to.display_name(id)),
        (None, None) => String::new(),
    };
    let mut words: Vec<String> = diff(from, to).changes.iter().map(word).collect();
    words.sort();
    words
}

#[test]
fn a_model_does_not_differ_from_itself_and_column_order_means_nothing() {
    let a = model(|it, main| {
        table(it, main, "t", &[("a", "int"), ("b", "text")]);
    });
    let b = model(|it, main| {
        table(it, main, "t", &[("b", "text"), ("a", "int")]);
    });
    assert!(diff(&a, &a).is_empty() && diff(&a, &b).is_empty());
}

#[test]
fn what_is_below_an_added_or_removed_object_is_part_of_it() {
    let a = model(|it, main| {
        table(it, main, "t", &[("a", "int"), ("b", "text")]);
    });
    let b = model(|it, main| {
        table(it, main, "u", &[("a", "bigint")]);
    });
    assert_eq!(words(&a, &b), ["+ main.u", "- main.t"]);
    let c = model(|it, main| {
        table(it, main, "t", &[("a", "bigint"), ("c", "text")]);
    });
    assert_eq!(words(&a, &c), ["+ main.t.c", "- main.t.b", "~ main.t.a"]);
}

#[test]
fn a_constraint_with_a_name_of_the_engines_is_matched_by_what_it_is() {
    let with = |name: &str, expression: &str| {
        model(|it, main| {
            let table = table(it, main, "t", &[("a", "int")]);
            let check = Check {
                expression: expression.into(),
                no_inherit: false,
                validated: Validated::Yes,
                inheritance: Inheritance::Local,
                not_enforced: false,
                column: None,
                unnamed: true,
            };
            it.add(Object::new(Some(table), name, Body::Check(check)));
        })
    };
    assert!(diff(&with("c1", "a > 0"), &with("c2", "a > 0")).is_empty());
    assert_eq!(words(&with("c1", "a > 0"), &with("c1", "a > 1")), ["+ main.t.c1", "- main.t.c1"]);
}

#[test]
fn a_rename_is_asked_about_and_followed_by_what_refers_to_it() {
    let build = |table_name: &str, column: &str| {
        model(|it, main| {
            let parent = table(it, main, table_name, &[("id", "int"), (column, "text")]);
            let key = Key { columns: vec![column.into()], ..Key::default() };
            it.add(Object::new(Some(parent), "k", Body::Unique(key)));
            let child = table(it, main, "child", &[("p", "text")]);
            let key = ForeignKey {
                columns: vec!["p".into()],
                references: QualifiedName::new("main", table_name),
                referenced_columns: vec![column.into()],
                on_update: ReferentialAction::NoAction,
                on_delete: ReferentialAction::NoAction,
                on_delete_columns: Vec::new(),
                match_type: MatchType::Simple,
                deferrable: Deferrable::No,
                validated: Validated::Yes,
                inherited: false,
                unnamed: false,
            };
            it.add(Object::new(Some(child), "f", Body::ForeignKey(key)));
        })
    };
    let (a, b) = (build("old", "code"), build("new", "code"));
    let asked = candidates(&a, &b, &diff(&a, &b), |_, _| false);
    assert_eq!(asked.len(), 1);
    assert_eq!(clues(&asked[0]), ["both have the same 2 columns"]);
    let renamed = carried_out(&a, "main.old=new", TextsFollow::All);
    assert!(diff(&renamed, &b).is_empty(), "{:?}", words(&renamed, &b));
    let c = build("old", "sign");
    let asked = candidates(&a, &c, &diff(&a, &c), |_, _| false);
    let all = ["same table and type", "part of the same keys, indexes and checks", "same position"];
    assert_eq!(clues(&asked[0]), all);
    let renamed = carried_out(&a, "old.code=sign", TextsFollow::All);
    assert!(diff(&renamed, &c).is_empty(), "{:?}", words(&renamed, &c));
    assert!(parse_rename(&a, "nothing=x").is_err() && parse_rename(&a, "old").is_err());
}

/// A model after a rename, of an engine that writes names between double quotes where it must.
fn carried_out(model: &Model, text: &str, follow: TextsFollow) -> Model {
    let is_plain = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let quote = |name: &str| match is_plain(name) {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    };
    let naming = Naming { quote: &quote, has_backslashes: false, follow, key_mark: None };
    rename(model, &[parse_rename(model, text).unwrap()], &naming).unwrap()
}

#[test]
fn texts_follow_a_rename_as_the_engine_lets_them() {
    let build = |column: &str, check: &str, view: &str| {
        model(|it, main| {
            let t = table(it, main, "t", &[("id", "int"), (column, "text")]);
            let check = Check {
                expression: check.into(),
                no_inherit: false,
                validated: Validated::Yes,
                inheritance: Inheritance::Local,
                not_enforced: false,
                column: Some(column.into()),
                unnamed: false,
            };
            it.add(Object::new(Some(t), column, Body::Check(check)));
            let body = View { definition: view.into(), ..View::default() };
            let view = it.add(Object::new(Some(main), "v", Body::View(body)));
            it.add(Object::new(Some(view), column, Body::Column(Column::default())));
            it.object_mut(view).depends_on.push(t);
        })
    };
    let check = "code <> 'code' AND other_code > \"code\"";
    let from = build("code", check, "SELECT code FROM t");
    let all = carried_out(&from, "t.code=it \"s", TextsFollow::All);
    let texts = |model: &Model| -> Vec<String> {
        let mut bodies: Vec<Body> = model.objects().map(|(_, object)| object.body.clone()).collect();
        bodies.iter_mut().flat_map(Body::texts_mut).map(|text| text.clone()).collect()
    };
    let written = "\"it \"\"s\" <> 'code' AND other_code > \"it \"\"s\"";
    assert_eq!(texts(&all), [written, "SELECT \"it \"\"s\" FROM t"]);
    for follow in [TextsFollow::ButColumnsOfViews, TextsFollow::ButViewsAndTriggers] {
        let kept = carried_out(&from, "t.code=it \"s", follow);
        assert_eq!(texts(&kept), [written, "SELECT code FROM t"]);
    }
}

fn clues(it: &Candidate) -> Vec<String> {
    it.evidence.iter().map(Evidence::words).collect()
}

#[test]
fn what_has_most_in_common_is_asked_about_first_and_each_thing_once() {
    let key = |columns: &[&str]| {
        Body::Unique(Key { columns: columns.iter().map(|it| (*it).to_owned()).collect(), ..Key::default() })
    };
    let build = |tables: &[(&str, &[&str])], unique: &str| {
        model(|it, main| {
            for (name, columns) in tables {
                let columns: Vec<(&str, &str)> = columns.iter().map(|name| (*name, "int")).collect();
                let t = table(it, main, name, &columns);
                if *name == "kept" {
                    it.add(Object::new(Some(t), "u", key(&["id", unique])));
                }
            }
        })
    };
    let from = build(&[("kept", &["id", "a", "b"]), ("one", &["x", "y", "z"]), ("two", &["p", "q"])], "b");
    let to = build(&[("kept", &["id", "c", "d"]), ("uno", &["x", "y", "w"]), ("due", &["p", "r", "s"])], "c");
    let changes = diff(&from, &to);
    let asked = |denied: Option<(&str, &str)>| -> Vec<(String, String, String)> {
        let is_denied = |a: ObjectId, b: ObjectId| denied == Some((&from.object(a).name, &to.object(b).name));
        let found = candidates(&from, &to, &changes, is_denied);
        found
            .iter()
            .map(|it| (from.display_name(it.from), to.display_name(it.to), clues(it).join("; ")))
            .collect()
    };
    let line = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let of_table = line("main.one", "main.uno", "2 of 3 columns are the same");
    let by_key =
        line("main.kept.b", "main.kept.c", "same table and type; part of the same keys, indexes and checks");
    let rest = line("main.kept.a", "main.kept.d", "same table and type");
    assert_eq!(asked(None), [of_table.clone(), rest, by_key]);
    let by_place = line("main.kept.a", "main.kept.c", "same table and type; same position");
    let other = line("main.kept.b", "main.kept.d", "same table and type; same position");
    assert_eq!(asked(Some(("b", "c"))), [of_table, by_place, other]);
}

/// Two models with an added table that refers to an added column, a view on a removed column, and changes that need nothing.
fn two_models() -> (Model, Model) {
    let key = |columns: &[&str], unnamed| Key {
        columns: columns.iter().map(|it| (*it).to_owned()).collect(),
        unnamed,
        ..Key::default()
    };
    let view = |it: &mut ModelBuilder, main, on: ObjectId, text: &str| {
        let body = View { definition: text.into(), ..View::default() };
        let view = it.add(Object::new(Some(main), "v", Body::View(body)));
        it.object_mut(view).depends_on.push(on);
    };
    let from = model(|it, main| {
        let t = table(it, main, "t", &[("a", "int"), ("b", "text"), ("gone", "text")]);
        it.add(Object::new(Some(t), "t_pkey", Body::PrimaryKey(key(&["a"], true))));
        view(it, main, t, "SELECT gone FROM t");
        table(it, main, "old", &[("x", "int")]);
    });
    let to = model(|it, main| {
        let t = table(it, main, "t", &[("a", "int"), ("code", "text"), ("b", "varchar")]);
        it.add(Object::new(Some(t), "t_pkey", Body::PrimaryKey(key(&["a", "code"], true))));
        it.add(Object::new(Some(t), "u", Body::Unique(key(&["code"], false))));
        view(it, main, t, "SELECT b FROM t");
        let n = table(it, main, "new", &[("code", "text")]);
        let foreign = ForeignKey {
            columns: vec!["code".into()],
            references: QualifiedName::new("main", "t"),
            referenced_columns: vec!["code".into()],
            on_update: ReferentialAction::NoAction,
            on_delete: ReferentialAction::NoAction,
            on_delete_columns: Vec::new(),
            match_type: MatchType::Simple,
            deferrable: Deferrable::No,
            validated: Validated::Yes,
            inherited: false,
            unnamed: false,
        };
        it.add(Object::new(Some(n), "f", Body::ForeignKey(foreign)));
    });
    (from, to)
}

#[test]
fn every_choice_of_changes_takes_what_it_needs_and_nothing_else_is_left_out() {
    let (from, to) = two_models();
    let all = diff(&from, &to);
    assert_eq!(
        words(&from, &to),
        [
            "+ main.new",
            "+ main.t.code",
            "+ main.t.t_pkey",
            "+ main.t.u",
            "- main.old",
            "- main.t.gone",
            "- main.t.t_pkey",
            "~ main.t.b",
            "~ main.v"
        ]
    );
    for mask in 0..1_u32 << all.changes.len() {
        let chosen = (0..all.changes.len()).filter(|at| mask & 1 << at != 0).collect();
        let picked = pick(&from, &to, &all, &chosen).unwrap();
        let taken = chosen.len() + picked.also.len();
        assert_eq!(diff(&from, &picked.model).changes.len(), taken, "{chosen:?}");
        assert_eq!(diff(&picked.model, &to).changes.len(), all.changes.len() - taken, "{chosen:?}");
    }
}

#[test]
fn a_choice_names_what_was_not_chosen_and_is_needed() {
    let (from, to) = two_models();
    let all = diff(&from, &to);
    let at = |word: &str| {
        let is = |change: &&Change| match (change.from, change.to) {
            (_, Some(id)) => change.kind == ChangeKind::Added && word == format!("+ {}", to.display_name(id)),
            (Some(id), None) => word == format!("- {}", from.display_name(id)),
            _ => false,
        };
        all.changes.iter().position(|it| is(&it)).unwrap()
    };
    let also = |word: &str| {
        let picked = pick(&from, &to, &all, &[at(word)].into()).unwrap();
        let mut found = picked.also;
        found.sort_unstable();
        found
    };
    let mut wanted = vec![at("+ main.t.code"), at("+ main.t.u")];
    wanted.sort_unstable();
    assert_eq!(also("+ main.new"), wanted, "a key needs what it leads to");
    assert!(also("- main.old").is_empty(), "nothing stands on it");
    let mut wanted = vec![at("+ main.t.code"), at("- main.t.t_pkey")];
    wanted.sort_unstable();
    assert_eq!(also("+ main.t.t_pkey"), wanted, "a table has one primary key");
}
