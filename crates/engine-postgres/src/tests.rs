//! What needs no server: addresses, access control lists, keywords.

use std::collections::HashMap;

use cadastre_engine::{ErrorCode, Target, TlsMode};
use cadastre_model::Grantee;

use crate::acl::grants;
use crate::words::{statistics_in_order, strip_parentheses};
use crate::{Environment, keywords, parse_url};

fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables: HashMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Environment { variables, home: None }
}

fn url(text: &str, variables: &[(&str, &str)]) -> (String, Option<String>) {
    let (target, secret) = parse_url(text, &environment(variables)).unwrap();
    (target.url(), secret.map(|secret| secret.expose().to_owned()))
}

#[test]
fn a_url_is_read_with_its_password_kept_apart() {
    let (shown, secret) = url("postgresql://a%40b:p%3Aw%2F@db.example:6543/my%20db", &[]);
    assert_eq!(shown, "postgres://a%40b@db.example:6543/my%20db?sslmode=verify-full&connect_timeout=10");
    assert_eq!(secret.as_deref(), Some("p:w/"));
}

#[test]
fn what_a_url_leaves_out_comes_from_the_variables() {
    let variables =
        [("PGHOST", "/run/pg"), ("PGUSER", "u"), ("PGDATABASE", "d"), ("PGPASSWORD", "s"), ("PGPORT", "1")];
    let (shown, secret) = url("postgres://", &variables);
    assert_eq!(shown, "postgres://u@%2Frun%2Fpg:1/d?sslmode=prefer&connect_timeout=10");
    assert_eq!(secret.as_deref(), Some("s"));
    let (shown, _) = url("postgres://me@[::1]:5/x?sslmode=require", &variables);
    assert_eq!(shown, "postgres://me@[::1]:5/x?sslmode=require&connect_timeout=10");
}

#[test]
fn a_shown_address_reads_back_as_the_same() {
    let (target, _) =
        parse_url("postgres://u:p@h/d?sslrootcert=%2Fa%20b&connect_timeout=3", &environment(&[])).unwrap();
    let (again, _) = parse_url(&target.url(), &environment(&[])).unwrap();
    assert_eq!(target, again);
}

#[test]
fn typos_in_a_url_are_named() {
    let message = |text: &str| parse_url(text, &environment(&[("USER", "u")])).unwrap_err();
    let error = message("postgres://h/d?sslmod=require");
    assert_eq!((error.code, error.message.contains("sslmod ")), (ErrorCode::InvalidInput, true));
    assert!(message("postgres://h:99999/d").message.contains("99999"));
    assert!(message("postgres://h:abc/d").message.contains("abc"));
    assert!(message("postgres://h/d?sslmode=on").message.contains("sslmode=on"));
    assert!(message("postgres://a,b/d").message.contains("several hosts"));
    assert!(message("postgres://%zz/d").message.contains('%'));
    assert!(message("postgre://h/d").message.contains("postgres://"));
}

#[test]
fn the_password_file_is_read_by_the_rules_of_libpq() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pass");
    std::fs::write(&path, "# note\nother:*:*:*:no\nh\\:1:5432:*:u:a:b\\\\c\n*:*:*:*:last\n").unwrap();
    let file = path.to_str().unwrap().to_owned();
    let secret = |host: &str| {
        let text = format!("postgres://u@{host}/d?host={}", cadastre_engine::percent_encode(host));
        url(&text, &[("PGPASSFILE", &file)]).1
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(secret("x"), None, "a file that others may read is passed over");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert_eq!(secret("x").as_deref(), Some("last"));
    let (_, with_colon) =
        parse_url("postgres://u@/d?host=h%3A1", &environment(&[("PGPASSFILE", &file)])).unwrap();
    assert_eq!(with_colon.unwrap().expose(), "a:b\\c");
}

#[test]
fn a_service_goes_before_the_variables_and_behind_the_url() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("services");
    std::fs::write(
        &path,
        "[one]\nhost=one.example\n\n# x\n[two]\nhost = two.example\nuser=tom\ndbname=things\n",
    )
    .unwrap();
    let variables = [("PGSERVICEFILE", path.to_str().unwrap()), ("PGHOST", "env"), ("PGPORT", "7")];
    let (shown, _) = url("postgres://?service=two&user=ann", &variables);
    assert_eq!(shown, "postgres://ann@two.example:7/things?sslmode=verify-full&connect_timeout=10");
    let error = parse_url("postgres://?service=three", &environment(&variables)).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[test]
fn away_from_this_machine_the_certificate_is_checked() {
    let mode = |text: &str| match parse_url(text, &environment(&[("USER", "u")])).unwrap().0 {
        Target::Postgres(address) => address.tls,
        other => panic!("{other:?}"),
    };
    assert_eq!(mode("postgres://127.0.0.1/d"), TlsMode::Prefer);
    assert_eq!(mode("postgres://[::1]/d"), TlsMode::Prefer);
    assert_eq!(mode("postgres://db.example/d"), TlsMode::VerifyFull);
    assert_eq!(mode("postgres://db.example/d?sslmode=disable"), TlsMode::Disable);
}

#[test]
fn access_control_lists_are_read_whatever_the_names() {
    let acl = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let list = acl(&["me=arw*/me", "=r/me", "\"x=\"\"y\"=d/me"]);
    let found = grants(Some(&list), None, "me").unwrap();
    let of = |grantee: Grantee| found.iter().filter(|grant| grant.grantee == grantee).count();
    assert_eq!((of(Grantee::Owner), of(Grantee::Public), of(Grantee::Role("x=\"y".into()))), (3, 1, 1));
    assert!(found.iter().any(|grant| grant.privilege == "UPDATE" && grant.grantable));
    assert_eq!(grants(Some(&list), Some(&list), "me"), None, "the default is nobody's doing");
}

#[test]
fn only_enclosing_parentheses_are_taken_away() {
    assert_eq!(strip_parentheses("((a) + (b))"), "(a) + (b)");
    assert_eq!(strip_parentheses("(a) + (b)"), "(a) + (b)");
    assert_eq!(strip_parentheses("(a = ')')"), "a = ')'");
}

#[test]
fn keywords_are_sorted_for_the_search() {
    assert!(keywords::is_sorted());
    assert!(keywords::is_plain("film_2") && !keywords::is_plain("Film") && !keywords::is_plain("order"));
}

#[test]
fn statistics_are_the_same_whatever_the_order_of_their_columns() {
    let ordered = |text: &str| statistics_in_order(text);
    assert_eq!(ordered("CREATE STATISTICS s.n ON b, a FROM s.t"), "CREATE STATISTICS s.n ON a, b FROM s.t");
    let mixed = "CREATE STATISTICS s.n (ndistinct) ON b, a, lower(c), (a + b) FROM s.t";
    assert_eq!(ordered(mixed), mixed.replace("b, a, ", "a, b, "));
    for kept in [
        "CREATE STATISTICS s.n ON lower(a), (a + b) FROM s.t",
        "CREATE STATISTICS s.n ON \"b, \", a FROM s.t",
    ] {
        assert_eq!(ordered(kept), kept);
    }
}
