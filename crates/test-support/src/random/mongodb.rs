//! Random schemas of MongoDB: commands, each with its document. What a collection cannot be changed to is a kind of its own.

use super::{Grammar, Item, Sketch, kind, single};

pub(super) static GRAMMAR: Grammar = Grammar {
    first: 32,
    preamble: "",
    kinds: &[
        kind("plain", &[], 120, |s, it| create(s, it, &rule(s, it))),
        kind("clustered", &[], 20, |s, it| {
            create(s, it, r#", "clusteredIndex": {"key": {"_id": 1}, "unique": true}"#)
        }),
        kind("collated", &[], 20, |s, it| {
            create(s, it, &format!(r#", "collation": {{"locale": "fr", "strength": 2}}{}"#, rule(s, it)))
        }),
        kind("imaged", &[], 30, |s, it| {
            let enabled = it.pick(0, &["true", "false"]);
            create(s, it, &format!(r#", "changeStreamPreAndPostImages": {{"enabled": {enabled}}}"#))
        }),
        kind("capped", &[], 20, |s, it| create(s, it, r#", "capped": true, "size": 4096, "max": 100"#)),
        kind("series", &[], 20, |s, it| {
            let gone =
                it.pick(0, &["", r#", "expireAfterSeconds": 3600"#, r#", "expireAfterSeconds": 7200"#]);
            let options = r#""timeField": "at", "metaField": "of", "granularity": "minutes""#;
            create(s, it, &format!(r#", "timeseries": {{{options}}}{gone}"#))
        }),
        // One of them holds.
        single("query_rule", &["plain"], 20, |_, _| String::new()),
        single("schema_rule", &["plain"], 40, |_, _| String::new()),
        single("closed_rule", &["plain"], 40, |_, _| String::new()),
        single("collated_rule", &["collated"], 10, |_, _| String::new()),
        single("documents", &["plain"], 60, documents),
        kind("index", &["plain"], 60, |s, it| index(s, it, &by(it, it.pick(0, &["1", "-1"])), "")),
        kind("compound_index", &["plain"], 40, |s, it| {
            let second = it.pick(0, &[r#""z": 1"#, r#""z": -1"#, r#""c.d": 1"#]);
            index(s, it, &format!("{}, {second}", by(it, "1")), "")
        }),
        kind("nested_index", &["plain"], 20, |s, it| index(s, it, &format!(r#""c.f{}": 1"#, it.id), "")),
        kind("unique_index", &["plain"], 30, |s, it| {
            let unique = it.pick(0, &[r#", "unique": true"#, ""]);
            index(s, it, &format!(r#"{}, "_id": 1"#, by(it, "1")), unique)
        }),
        kind("sparse_index", &["plain"], 20, |s, it| {
            index(s, it, &by(it, "1"), it.pick(0, &[r#", "sparse": true"#, ""]))
        }),
        kind("expiring_index", &["plain"], 40, |s, it| {
            let seconds = it.pick(0, &["60", "3600", "86400"]);
            index(s, it, &by(it, "1"), &format!(r#", "expireAfterSeconds": {seconds}"#))
        }),
        kind("partial_index", &["plain"], 40, |s, it| {
            let filters =
                [r#"{"a": {"$gt": 5}}"#, r#"{"b": {"$exists": true}}"#, r#"{"a": 1, "b": "it's \"x\""}"#];
            let filter = it.pick(0, &filters);
            index(s, it, &by(it, "1"), &format!(r#", "partialFilterExpression": {filter}"#))
        }),
        single("text_index", &["plain"], 20, |s, it| {
            let options = ["", r#", "weights": {"t": 5}"#, r#", "default_language": "french""#];
            index(s, it, r#""t": "text""#, it.pick(0, &options))
        }),
        kind("sphere_index", &["plain"], 20, |s, it| index(s, it, &by(it, r#""2dsphere""#), "")),
        kind("plane_index", &["plain"], 15, |s, it| {
            let options = ["", r#", "bits": 20"#, r#", "min": -90, "max": 90"#];
            index(s, it, &by(it, r#""2d""#), it.pick(0, &options))
        }),
        kind("hashed_index", &["plain"], 20, |s, it| index(s, it, &by(it, r#""hashed""#), "")),
        kind("wildcard_index", &["plain"], 20, |s, it| index(s, it, &format!(r#""w{}.$**": 1"#, it.id), "")),
        kind("hidden_index", &["plain"], 30, |s, it| {
            index(s, it, &by(it, "1"), it.pick(0, &[r#", "hidden": true"#, ""]))
        }),
        kind("collated_index", &["plain"], 20, |s, it| {
            let strength = it.pick(0, &["1", "2", "3"]);
            let collation = format!(r#", "collation": {{"locale": "en", "strength": {strength}}}"#);
            index(s, it, &by(it, "1"), &collation)
        }),
        kind("clustered_index", &["clustered"], 20, |s, it| index(s, it, &by(it, "1"), "")),
        kind("series_index", &["series"], 20, |s, it| index(s, it, &format!(r#""of.f{}": 1"#, it.id), "")),
        kind("view", &["plain"], 40, |s, it| {
            let stages = ["", r#"{"$match": {"a": 1}}"#, r#"{"$match": {"a": {"$gt": 2}}}"#];
            view(s, it, it.pick(0, &stages), "")
        }),
        kind("grouped_view", &["plain"], 20, |s, it| {
            let sums = [r#""n": {"$sum": 1}"#, r#""n": {"$max": "$a"}"#];
            view(s, it, &format!(r#"{{"$group": {{"_id": "$a", {}}}}}"#, it.pick(0, &sums)), "")
        }),
        kind("joined_view", &["plain", "plain"], 20, |s, it| {
            let from = other(s, it, 1);
            let join = format!(
                r#"{{"$lookup": {{"from": {from}, "localField": "a", "foreignField": "_id", "as": "j"}}}}"#
            );
            view(s, it, &join, "")
        }),
        kind("view_of_view", &["view"], 20, |s, it| {
            view(s, it, it.pick(0, &[r#"{"$limit": 5}"#, r#"{"$project": {"a": 1}}"#]), "")
        }),
        kind("collated_view", &["plain"], 10, |s, it| {
            let collation = [r#", "collation": {"locale": "de"}"#, r#", "collation": {"locale": "sv"}"#];
            view(s, it, "", it.pick(0, &collation))
        }),
    ],
};

/// An item's own name as JSON. Some are names nobody should give.
fn own(sketch: &Sketch, item: &Item) -> String {
    let word = sketch.word(item);
    match item.id % 7 {
        0 => format!(r#""{word} '{} \"ü""#, item.id),
        3 => format!(r#""{word}.{}""#, item.id),
        _ => format!(r#""{word}{}""#, item.id),
    }
}

fn other(sketch: &Sketch, item: &Item, need: usize) -> String {
    sketch.on(item, need).map(|it| own(sketch, it)).unwrap_or_default()
}

fn command(document: &str) -> String {
    format!("db.runCommand(EJSON.deserialize({{{document}}}));")
}

fn create(sketch: &Sketch, item: &Item, options: &str) -> String {
    command(&format!(r#""create": {}{options}"#, own(sketch, item)))
}

/// The rule of a collection, as options of its command; nothing if it has none.
fn rule(sketch: &Sketch, item: &Item) -> String {
    let words = ["closed_rule", "schema_rule", "query_rule", "collated_rule"];
    let Some(rule) = words.iter().find_map(|word| sketch.standing_on(item.id, word).next()) else {
        return String::new();
    };
    let types = [r#""int""#, r#""string""#, r#""double""#, r#""long""#, r#"["int", "string"]"#];
    let a = format!(r#""a": {{"bsonType": {}}}"#, rule.pick(0, &types));
    let text = match sketch.word(rule) {
        "closed_rule" => {
            let more = rule.pick(1, &["", r#", "b": {}"#, r#", "b": {"bsonType": "int"}, "c": {}"#]);
            format!(
                r#"{{"$jsonSchema": {{"additionalProperties": false, "properties": {{"_id": {{}}, {a}{more}}}}}}}"#
            )
        }
        "schema_rule" => {
            let required = rule.pick(1, &["", r#""required": ["a"], "#, r#""required": ["a", "b"], "#]);
            format!(r#"{{"$jsonSchema": {{{required}"properties": {{{a}}}}}}}"#)
        }
        _ => {
            rule.pick(0, &[r#"{"a": {"$gt": 0}}"#, r#"{"$or": [{"a": 1}, {"b": {"$exists": true}}]}"#]).into()
        }
    };
    let level = rule.pick(2, &["strict", "strict", "moderate", "off"]);
    let action = rule.pick(3, &["error", "error", "warn"]);
    format!(r#", "validator": {text}, "validationLevel": "{level}", "validationAction": "{action}""#)
}

/// Documents with values of several types, which a rule may want otherwise.
fn documents(sketch: &Sketch, item: &Item) -> String {
    let a = item.pick(0, &["1", r#""2""#, r#""x""#, "2.5", "null"]);
    let one =
        |n: u8| format!(r#"{{"_id": {n}, "a": {a}, "b": "{n}", "c": {{"d": {n}}}, "e{}": {n}}}"#, item.id);
    let all = (0..=item.number(1, 3)).map(one).collect::<Vec<_>>().join(", ");
    command(&format!(
        r#""insert": {}, "documents": [{all}], "bypassDocumentValidation": true"#,
        other(sketch, item, 0)
    ))
}

/// A key by the field that is the item's own, so that no two indexes have the same.
fn by(item: &Item, way: &str) -> String {
    format!(r#""f{}": {way}"#, item.id)
}

fn index(sketch: &Sketch, item: &Item, key: &str, options: &str) -> String {
    let (collection, name) = (other(sketch, item, 0), own(sketch, item));
    command(&format!(
        r#""createIndexes": {collection}, "indexes": [{{"key": {{{key}}}, "name": {name}{options}}}]"#
    ))
}

fn view(sketch: &Sketch, item: &Item, stages: &str, options: &str) -> String {
    let (name, on) = (own(sketch, item), other(sketch, item, 0));
    command(&format!(r#""create": {name}, "viewOn": {on}, "pipeline": [{stages}]{options}"#))
}
