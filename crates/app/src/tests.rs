//! What needs no server: errors keep their JSON, logs hold no secret, addresses become forms and back.

use crate::address::parse_address;
use crate::diagnostics::redact;
use crate::error::{AppError, Code};
use expect_test::expect;

#[test]
fn an_error_crosses_to_the_window_in_this_shape() {
    let error = AppError::from(
        cadastre_engine::DbError::new(cadastre_engine::ErrorCode::AuthFailed, "connecting: wrong password")
            .with_hint("check it")
            .with_detail(cadastre_engine::DbDetail {
                state: Some("28P01".into()),
                position: Some(3),
                ..Default::default()
            }),
    );
    expect![[r#"{"code":"AuthFailed","message":"connecting: wrong password","hint":"check it","details":["SQLSTATE: 28P01","position: 3"],"retryable":false,"remedy":null,"runId":null}"#]]
        .assert_eq(&serde_json::to_string(&error).unwrap());
}

#[test]
fn every_code_has_one_stable_word() {
    let words = [Code::InvalidInput, Code::NotFound, Code::SecretUnavailable, Code::Internal];
    expect![[r#"["InvalidInput","NotFound","SecretUnavailable","Internal"]"#]]
        .assert_eq(&serde_json::to_string(&words).unwrap());
}

#[test]
fn the_log_holds_no_password() {
    let text = redact("a postgres://u:canary@h:1/d?x b //no:thing here password=canary&y mysql://u@h/ x");
    expect!["a postgres://u:••••••@h:1/d?x b //no:thing here password=••••••&y mysql://u@h/ x"]
        .assert_eq(&text);
}

#[test]
fn the_password_of_a_pasted_address_is_found_for_every_engine() {
    for address in [
        "postgres://ann:s3cret@db.example/shop",
        "mysql://ann:s3cret@db.example/shop",
        "mariadb://ann:s3cret@db.example/shop",
        "mongodb://ann:s3cret@db.example/shop",
        "mongodb+srv://ann:s3cret@db.example/shop",
    ] {
        assert_eq!(parse_address(address).unwrap().password.as_deref(), Some("s3cret"), "{address}");
    }
}

#[test]
fn a_pasted_address_becomes_a_form_and_back() {
    let parsed = parse_address("postgres://ann:s3cret@db.example:6000/shop?sslmode=require").unwrap();
    assert_eq!(parsed.password.as_deref(), Some("s3cret"));
    assert_eq!(parsed.suggested_name, "shop on db.example");
    let target = parsed.form.target().unwrap();
    assert_eq!(target.url(), "postgres://ann@db.example:6000/shop?sslmode=require&connect_timeout=10");
}

#[test]
fn a_form_names_the_field_that_is_wrong() {
    let mut form = parse_address("postgres://ann@h/d").unwrap().form;
    form.port = "54x2".into();
    assert_eq!(form.target().unwrap_err().message, "reading the form: the port “54x2” is not a number");
    form.port = "0".into();
    assert!(form.target().unwrap_err().message.contains("port 0"));
    form.user = " ".into();
    assert!(form.target().unwrap_err().message.contains("the user is missing"));
}
