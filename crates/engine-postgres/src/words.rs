//! The catalogue's letters, bits and texts as the model's words. Manual: "System Catalogs".

use cadastre_model::*;

pub(crate) fn attributes(
    names: Option<Vec<String>>,
    types: Option<Vec<String>>,
    collations: Option<Vec<String>>,
) -> Vec<CompositeAttribute> {
    let (types, collations) = (types.unwrap_or_default(), collations.unwrap_or_default());
    let attribute = |(at, name): (usize, String)| CompositeAttribute {
        name,
        data_type: types.get(at).cloned().unwrap_or_default(),
        collation: collations.get(at).filter(|text| !text.is_empty()).cloned(),
    };
    names.unwrap_or_default().into_iter().enumerate().map(attribute).collect()
}

pub(crate) fn range_options(flat: Vec<Option<String>>) -> Vec<SettingPair> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let pairs = flat.chunks_exact(2).map(|pair| SettingPair { name: text(&pair[0]), value: text(&pair[1]) });
    pairs.filter(|pair| !pair.value.is_empty()).collect()
}

pub(crate) fn sequence_options(fields: &[String]) -> SequenceOptions {
    let field = |at: usize| fields.get(at).cloned().unwrap_or_default();
    SequenceOptions {
        data_type: field(0),
        start: field(1),
        increment: field(2),
        min: field(3),
        max: field(4),
        cache: field(5),
        cycle: field(6) == "true",
        persistence: if field(7) == "u" { Persistence::Unlogged } else { Persistence::Permanent },
    }
}

pub(crate) fn settings(options: &[String]) -> Vec<SettingPair> {
    let pair = |option: &String| {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        SettingPair { name: name.to_owned(), value: value.to_owned() }
    };
    options.iter().map(pair).collect()
}

pub(crate) fn view_query(text: &str) -> String {
    text.trim().trim_end_matches(';').to_owned()
}

/// Takes away one pair of parentheses if it encloses the whole text and is not that of a subquery.
pub(crate) fn strip_parentheses(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    if ["SELECT", "WITH", "VALUES"].iter().any(|word| inner.trim_start().starts_with(word)) {
        return text;
    }
    let (mut depth, mut quote) = (0_i32, None);
    for c in inner.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return text;
        }
    }
    inner
}

pub(crate) fn statistics_target(text: &str) -> Option<(i16, i32)> {
    let (number, target) = text.split_once('=')?;
    Some((number.parse().ok()?, target.parse().ok()?))
}

pub(crate) fn inheritance(is_local: bool, inherited: i32) -> Inheritance {
    match (is_local, inherited > 0) {
        (_, false) => Inheritance::Local,
        (true, true) => Inheritance::Merged,
        (false, true) => Inheritance::Inherited,
    }
}

pub(crate) fn validated(yes: bool) -> Validated {
    if yes { Validated::Yes } else { Validated::No }
}

pub(crate) fn deferrable(deferrable: bool, deferred: bool) -> Deferrable {
    match (deferrable, deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    }
}

pub(crate) fn action(letter: char) -> ReferentialAction {
    match letter {
        'r' => ReferentialAction::Restrict,
        'c' => ReferentialAction::Cascade,
        'n' => ReferentialAction::SetNull,
        'd' => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

pub(crate) fn firing(letter: char) -> Firing {
    match letter {
        'D' => Firing::Disabled,
        'R' => Firing::Replica,
        'A' => Firing::Always,
        _ => Firing::Origin,
    }
}

pub(crate) fn storage_word(letter: char) -> Option<String> {
    let word = match letter {
        'p' => "plain",
        'e' => "external",
        'm' => "main",
        'x' => "extended",
        _ => return None,
    };
    Some(word.to_owned())
}

pub(crate) fn compression_word(letter: char) -> Option<String> {
    match letter {
        'p' => Some("pglz".to_owned()),
        'l' => Some("lz4".to_owned()),
        _ => None,
    }
}

/// The words behind `pg_trigger.tgtype` (`src/include/catalog/pg_trigger.h`).
pub(crate) fn trigger_event(bits: i32) -> String {
    let time = match bits & 0b100_0010 {
        0b10 => "BEFORE",
        0b100_0000 => "INSTEAD OF",
        _ => "AFTER",
    };
    let events = [(4, "INSERT"), (16, "UPDATE"), (8, "DELETE"), (32, "TRUNCATE")];
    let events: Vec<&str> =
        events.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, word)| word).collect();
    format!("{time} {}", events.join(" OR "))
}

/// The kind behind a word of [`crate::defined`].
pub(crate) fn defined_body(word: &str, body: Defined) -> Option<Body> {
    Some(match word {
        "cast" => Body::Cast(body),
        "collation" => Body::Collation(body),
        "conversion" => Body::Conversion(body),
        "event_trigger" => Body::EventTrigger(body),
        "publication" => Body::Publication(body),
        "foreign_data_wrapper" => Body::ForeignDataWrapper(body),
        "foreign_server" => Body::ForeignServer(body),
        "text_search_parser" => Body::TextSearchParser(body),
        "text_search_template" => Body::TextSearchTemplate(body),
        "text_search_dictionary" => Body::TextSearchDictionary(body),
        "text_search_configuration" => Body::TextSearchConfiguration(body),
        "operator_family" => Body::OperatorFamily(body),
        "operator_class" => Body::OperatorClass(body),
        "language" => Body::Language(body),
        "access_method" => Body::AccessMethod(body),
        "transform" => Body::Transform(body),
        "base_type" => Body::BaseType(body),
        _ => return None,
    })
}

/// What default privileges are for (`pg_default_acl.defaclobjtype`).
pub(crate) fn privilege_objects(letter: char) -> Option<&'static str> {
    Some(match letter {
        'r' => "TABLES",
        'S' => "SEQUENCES",
        'f' => "FUNCTIONS",
        'T' => "TYPES",
        'n' => "SCHEMAS",
        _ => return None,
    })
}
