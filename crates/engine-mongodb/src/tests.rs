//! What a sample says, which names may be references, and addresses. What a live server says is tested in `tests/engines`.

use std::collections::BTreeSet;

use bson::{Bson, doc, oid::ObjectId};
use cadastre_engine::{Target, TlsMode};

use crate::references::{Candidate, Referable, candidates, need_no_name};
use crate::sample::{enforced_paths, infer};
use crate::url::parse_url;

#[test]
fn paths_presence_and_types_are_counted_where_they_could_be() {
    let documents = [
        doc! { "_id": 1, "name": "a", "address": { "city": "x" }, "lines": [{ "sku": "1" }, { "sku": 2 }, {}], "tags": ["p", "q"] },
        doc! { "_id": 2, "name": 5, "lines": [] },
        doc! { "_id": 3, "address": { "city": Bson::Null, "zip": "9" } },
        doc! { "_id": 4 },
    ];
    let inferred = infer(&documents);
    let field = |path: &str| inferred.fields.iter().find(|field| field.path == path).unwrap();
    assert_eq!((field("name").present, field("name").of), (2, 4));
    assert_eq!(field("name").types.len(), 2);
    assert_eq!((field("address.zip").present, field("address.zip").of), (1, 2), "of the addresses there are");
    assert_eq!((field("lines[].sku").present, field("lines[].sku").of), (2, 3), "of the elements there are");
    assert_eq!((field("tags[]").present, field("tags[]").of), (2, 2));
    let paths: Vec<&str> = inferred.fields.iter().map(|field| field.path.as_str()).collect();
    let expected = [
        "_id",
        "name",
        "address",
        "address.city",
        "address.zip",
        "lines",
        "lines[]",
        "lines[].sku",
        "tags",
        "tags[]",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn names_that_are_empty_or_hold_dots_are_fields_like_others() {
    let inferred = infer(&[doc! { "": { "": 1 }, "a.b": { "c": 2 }, "x": 1 }]);
    let paths: Vec<&str> = inferred.fields.iter().map(|field| field.path.as_str()).collect();
    assert_eq!(paths, ["\"\"", "\"\".\"\"", "a.b", "a.b.c", "x"]);
    assert!(inferred.fields.iter().all(|field| (field.present, field.of) == (1, 1)));
}

fn referable(name: &str, keys: &[&str]) -> Referable {
    let keys: BTreeSet<String> = keys.iter().map(|key| (*key).to_owned()).chain(["_id".to_owned()]).collect();
    Referable { name: name.to_owned(), keys }
}

#[test]
fn names_lead_to_collections_and_other_names_do_not() {
    let all = [
        referable("customers", &["code"]),
        referable("categories", &[]),
        referable("products", &["sku"]),
        referable("order_lines", &[]),
    ];
    let texts: Vec<Bson> = ["a", "b", "c"].map(Bson::from).to_vec();
    let of = |path: &str| candidates("orders", path, &texts, &all);
    let one =
        |collection: &str, key: &str| vec![Candidate { collection: collection.into(), key: key.into() }];
    for path in
        ["customer_id", "customerId", "billing_customer_id", "customer", "customers[]", "who.customerRef"]
    {
        assert_eq!(of(path), one("customers", "_id"), "{path}");
    }
    assert_eq!(of("category_ids[]"), one("categories", "_id"));
    assert_eq!(of("orderLineId"), one("order_lines", "_id"));
    assert_eq!(of("customer_code"), one("customers", "code"));
    assert_eq!(of("sku"), one("products", "sku"));
    assert_eq!(of("parent_id"), one("orders", "_id"));
    for decoy in ["customer_name", "status_id", "note", "lines", "line_id", "customerCount", "skull", "codes"]
    {
        assert_eq!(of(decoy), Vec::new(), "{decoy}");
    }
    let ids: Vec<Bson> = (0..3).map(|_| Bson::ObjectId(ObjectId::new())).collect();
    assert_eq!(candidates("orders", "whatever", &ids, &all), Vec::new());
    assert!(
        need_no_name("whatever", &ids) && !need_no_name("_id", &ids) && !need_no_name("whatever", &texts)
    );
    assert_eq!(
        candidates("orders", "customer_id", &texts[..2], &all),
        Vec::new(),
        "two values prove nothing"
    );
}

#[test]
fn a_schema_tells_which_fields_are_enforced() {
    let validator = doc! { "$jsonSchema": { "properties": { "a": { "properties": { "b": {} } }, "c": { "items": { "properties": { "d": {} } } } } } };
    let paths: Vec<String> = enforced_paths(&validator).into_iter().collect();
    assert_eq!(paths, ["a", "a.b", "c", "c[].d"]);
}

#[test]
fn addresses_go_to_a_url_and_back_and_default_to_checked_tls() {
    let read = |text: &str| match parse_url(text).unwrap().0 {
        Target::MongoDb(address) => address,
        other => panic!("{other:?}"),
    };
    let set = read("mongodb://ann:p%40w@h1:27017,h2/shop?replicaSet=rs0&authSource=people&tlsCAFile=/ca.pem");
    assert_eq!((set.tls, set.hosts.len(), set.auth_source.as_str()), (TlsMode::VerifyFull, 2, "people"));
    assert_eq!(parse_url("mongodb://ann:p%40w@h1/shop").unwrap().1.unwrap().expose(), "p@w");
    assert_eq!(read("mongodb://localhost:27018/shop").tls, TlsMode::Disable);
    assert!(read("mongodb+srv://cluster.example.org/shop").srv);
    let url = Target::MongoDb(set.clone()).url();
    assert!(!url.contains("p%40w") && read(&url) == set, "{url}");
    let one = read("mongodb://ann@h1/shop?directConnection=true&replicaSet=rs0&authSource=admin");
    assert!(one.direct && read(&Target::MongoDb(one.clone()).url()) == one);
    assert_eq!(one.plain_url(), "mongodb://ann@h1/shop?authSource=admin&directConnection=true");
    let two = parse_url("mongodb://h1,h2/shop?directConnection=true").unwrap_err();
    assert!(two.message.contains("name one host"), "{two:?}");
    assert!(parse_url("mongodb://h/shop?nonsense=1").unwrap_err().message.contains("nonsense"));
    let leaking = parse_url("mongodb://u:p/canary@h/db").unwrap_err();
    assert!(!format!("{leaking:?}").contains("canary"), "{leaking:?}");
    assert!(parse_url("mongodb://h").unwrap_err().message.contains("database"));
}
