//! Secrets stay hidden, quotes hold, addresses survive the way to a URL and back.

use crate::*;

#[test]
fn a_secret_prints_as_dots() {
    let secret = Secret::new("hunter2");
    assert_eq!(format!("{secret} {secret:?}"), "•••••• ••••••");
    assert_eq!(secret.expose(), "hunter2");
}

#[test]
fn every_quote_character_survives_quoting() {
    assert_eq!(quote_double("a\"b", |_| false).to_string(), "\"a\"\"b\"");
    assert_eq!(quote_literal("it's", Backslash::EscapeString).to_string(), "'it''s'");
    assert_eq!(quote_literal("a\\b'c", Backslash::EscapeString).to_string(), "E'a\\\\b''c'");
    assert_eq!(quote_literal("a\\'b", Backslash::Doubled).to_string(), "'a\\\\''b'");
    assert_eq!(quote_backtick("a`b").to_string(), "`a``b`");
    assert_eq!(quote_literal("a\\b", Backslash::Plain).to_string(), "'a\\b'");
}

#[test]
fn percent_encoding_goes_there_and_back() {
    let odd = "a b/ü@%:?#[]&=";
    assert_eq!(percent_decode(&percent_encode(odd)).as_deref(), Some(odd));
    assert_eq!(percent_decode("%4"), None);
    assert_eq!(percent_decode("%zz"), None);
}

#[test]
fn an_error_shows_what_the_server_said_once() {
    let error = DbError::new(ErrorCode::AuthFailed, "connecting: the password is wrong")
        .with_detail(DbDetail { server_message: Some("no such role".into()), ..DbDetail::default() });
    assert_eq!(error.to_string(), "connecting: the password is wrong (server: no such role)");
}

#[test]
fn names_longer_than_the_server_takes_are_refused_before_it_sees_them() {
    use cadastre_model::{Body, ModelBuilder, Namespace, Object, Origin, Table};
    let model = |name: &str| {
        let origin =
            Origin { engine: "any".into(), version: String::new(), database: "d".into(), owner: None };
        let mut builder = ModelBuilder::new(origin);
        let schema = builder.add(Object::new(None, "main", Body::Namespace(Namespace {})));
        builder.add(Object::new(Some(schema), name, Body::Table(Table::default())));
        builder.finish().unwrap()
    };
    let (fits, over) = ("é".repeat(31), "é".repeat(32));
    assert!(check_names(&model(&fits), NameLimit::Bytes(63)).is_ok());
    let error = check_names(&model(&over), NameLimit::Bytes(63)).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("64 bytes"), "{}", error.message);
    assert!(check_names(&model(&over), NameLimit::Characters(64)).is_ok());
}

#[test]
fn names_that_are_one_to_the_server_are_refused_before_it_sees_them() {
    use cadastre_model::{Body, Kind, ModelBuilder, Namespace, Object, Origin, Table};
    let check = |names: [&str; 2], folding| {
        let origin =
            Origin { engine: "any".into(), version: String::new(), database: "d".into(), owner: None };
        let mut builder = ModelBuilder::new(origin);
        let schema = builder.add(Object::new(None, "main", Body::Namespace(Namespace {})));
        for name in names {
            builder.add(Object::new(Some(schema), name, Body::Table(Table::default())));
        }
        check_distinct(&builder.finish().unwrap(), &[&[Kind::Column], &[Kind::Table, Kind::View]], folding)
    };
    let error = check(["Film", "film"], Folding::Ascii).unwrap_err();
    assert!(
        error.code == ErrorCode::InvalidInput && error.message.contains("main.Film and main.film"),
        "{error}"
    );
    assert!(check(["Été", "été"], Folding::Ascii).is_ok());
    assert!(check(["Été", "été"], Folding::Unicode).is_err());
    assert!(check(["film", "films"], Folding::Unicode).is_ok());
}
