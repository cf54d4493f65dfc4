//! The catalogue's letters, bits and texts as the model's words. Manual: "System Catalogs".

use cadastre_model::*;

pub(crate) fn attributes(
    names: Option<Vec<String>>,
    types: Option<Vec<String>>,
    collations: Option<Vec<String>>,
    comments: Option<Vec<Option<String>>>,
) -> Vec<CompositeAttribute> {
    let (types, collations) = (types.unwrap_or_default(), collations.unwrap_or_default());
    let comments = comments.unwrap_or_default();
    let attribute = |(at, name): (usize, String)| CompositeAttribute {
        name,
        data_type: types.get(at).cloned().unwrap_or_default(),
        collation: collations.get(at).filter(|text| !text.is_empty()).cloned(),
        comment: comments.get(at).cloned().flatten(),
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
        "user_mapping" => Body::UserMapping(body),
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

/// The statements of a script with the line each begins at, without the commands that only psql understands: split at semicolons outside of quotes, comments, dollar quotes and
/// parentheses, and of the bodies of routines (`BEGIN ATOMIC … END`). Manual: "Lexical Structure".
pub(crate) fn split_statements(script: &str) -> Vec<(usize, &str)> {
    let bytes = script.as_bytes();
    let (mut found, mut start, mut at, mut depth, mut atomic) = (Vec::new(), 0, 0, 0_i32, 0_i32);
    while at < bytes.len() {
        let rest = &script[at..];
        match bytes[at] {
            // A command of psql's stands where a statement would begin, and takes its line.
            b'\\' if script[start..at].trim().is_empty() => {
                at += rest.find('\n').unwrap_or(rest.len());
                start = at;
            }
            b'-' if rest.starts_with("--") => at += rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => at += comment_length(rest),
            b'\'' => at += quoted_length(rest, '\'', is_escape_string(script, at)),
            b'"' => at += quoted_length(rest, '"', false),
            b'$' if !follows_a_name(script, at) => at += dollar_length(rest),
            b'(' => (depth, at) = (depth + 1, at + 1),
            b')' => (depth, at) = (depth - 1, at + 1),
            b';' if depth <= 0 && atomic <= 0 => {
                push_statement(script, start, at, &mut found);
                (start, at, depth) = (at + 1, at + 1, 0);
            }
            byte if byte.is_ascii_alphabetic() && !follows_a_name(script, at) => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let after = rest[length..].trim_start();
                let follows_atomic = after.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("ATOMIC"));
                let word = rest[..length].to_ascii_uppercase();
                match word.as_str() {
                    "BEGIN" if follows_atomic => atomic += 1,
                    "CASE" if atomic > 0 => atomic += 1,
                    "END" if atomic > 0 => atomic -= 1,
                    _ => {}
                }
                at += length;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    push_statement(script, start, script.len(), &mut found);
    found
}

fn push_statement<'t>(script: &'t str, start: usize, end: usize, found: &mut Vec<(usize, &'t str)>) {
    let statement = &script[start..end.min(script.len())];
    let begin = start + statement.len() - statement.trim_start().len();
    if !statement.trim().is_empty() {
        found.push((script[..begin].matches('\n').count() + 1, statement));
    }
}

fn follows_a_name(script: &str, at: usize) -> bool {
    script[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

fn is_escape_string(script: &str, at: usize) -> bool {
    let before = &script[..at];
    before.ends_with(['e', 'E']) && !follows_a_name(before, before.len() - 1)
}

fn comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

fn quoted_length(text: &str, quote: char, backslash: bool) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if backslash => drop(chars.next()),
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn dollar_length(text: &str) -> usize {
    let Some(end) = text[1..].find('$').map(|end| end + 2) else { return 1 };
    let tag = &text[..end];
    let is_tag = tag[1..end - 1].chars().all(|c| c.is_alphanumeric() || c == '_')
        && !tag[1..].starts_with(|c: char| c.is_ascii_digit());
    if !is_tag {
        return 1;
    }
    text[end..].find(tag).map_or(text.len(), |close| end + close + end)
}

/// What a list of texts becomes when what the server wrote of it is read by the server again: `(ARRAY['a'::character varying, …])::text[]`
/// is written as `ARRAY[('a'::character varying)::text, …]` from then on.
pub(crate) fn settled(text: &str) -> String {
    const OPEN: &str = "(ARRAY[";
    const CLOSE: &str = "])::text[]";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        let inside = &rest[at + OPEN.len()..];
        let elements = inside.find(CLOSE).map(|end| (&inside[..end], &inside[end + CLOSE.len()..]));
        let Some((list, after)) = elements.filter(|(list, _)| is_varchar_list(list)) else {
            out.push_str(&rest[..at + OPEN.len()]);
            rest = inside;
            continue;
        };
        let elements: Vec<String> =
            split_list(list).iter().map(|element| format!("({element})::text")).collect();
        out.push_str(&rest[..at]);
        out.push_str(&format!("ARRAY[{}]", elements.join(", ")));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_varchar_list(list: &str) -> bool {
    split_list(list).iter().all(|element| {
        element
            .strip_suffix("::character varying")
            .is_some_and(|text| text.len() >= 2 && text.starts_with('\'') && text.ends_with('\''))
    })
}

/// The elements of a list of literals, split at commas outside of quotes.
fn split_list(list: &str) -> Vec<&str> {
    let (mut found, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in list.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                found.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(list[start..].trim());
    found
}

/// The statement that makes extended statistics, its columns in the order of their names: which they are is all that matters.
pub(crate) fn statistics_in_order(definition: &str) -> String {
    let parts = definition
        .split_once(" ON ")
        .and_then(|(head, rest)| rest.rsplit_once(" FROM ").map(|(list, table)| (head, list, table)));
    let Some((head, list, table)) = parts else { return definition.to_owned() };
    // Expressions come last, in the order that was said; and a name may hold any of these words.
    if [head, list].iter().any(|text| text.contains('"')) {
        return definition.to_owned();
    }
    let (columns, expressions) = match list.find('(').map(|at| list[..at].rfind(", ")) {
        Some(Some(comma)) => (&list[..comma], &list[comma + 2..]),
        Some(None) => ("", list),
        None => (list, ""),
    };
    let mut names: Vec<&str> = columns.split(", ").filter(|it| !it.is_empty()).collect();
    names.sort_unstable();
    let comma = if names.is_empty() || expressions.is_empty() { "" } else { ", " };
    format!("{head} ON {}{comma}{expressions} FROM {table}", names.join(", "))
}

/// The text as a person would have written it, where the server would write something else of what it wrote itself: a list of texts as
/// `IN (…)`, which becomes the same in every database.
pub(crate) fn unsettled(text: &str) -> String {
    let mut out = text.to_owned();
    for (quantified, words) in [(" = ANY ((ARRAY[", " IN ("), (" <> ALL ((ARRAY[", " NOT IN (")] {
        const CLOSE: &str = "])::text[])";
        let mut done = String::with_capacity(out.len());
        let mut rest = out.as_str();
        while let Some(at) = rest.find(quantified) {
            let inside = &rest[at + quantified.len()..];
            let before = rest[..at].strip_suffix("::text");
            let elements = inside.find(CLOSE).map(|end| (&inside[..end], &inside[end + CLOSE.len()..]));
            let (Some(before), Some((list, after))) =
                (before, elements.filter(|(list, _)| is_varchar_list(list)))
            else {
                done.push_str(&rest[..at + quantified.len()]);
                rest = inside;
                continue;
            };
            let literals: Vec<&str> = split_list(list)
                .into_iter()
                .filter_map(|it| it.strip_suffix("::character varying"))
                .collect();
            done.push_str(before);
            done.push_str(words);
            done.push_str(&literals.join(", "));
            done.push(')');
            rest = after;
        }
        done.push_str(rest);
        out = done;
    }
    out
}

/// Whether the body of a routine was read when it was made, so that it stands on what it names: `BEGIN ATOMIC …` and `RETURN …` (manual,
/// "CREATE FUNCTION"), by the statement as the server writes it.
pub(crate) fn has_parsed_body(definition: &str) -> bool {
    let mut lines = definition.lines().take_while(|line| !line.starts_with("AS "));
    lines.any(|line| line.starts_with("BEGIN ATOMIC") || line.trim_start().starts_with("RETURN "))
}

/// The text between the first parenthesis of a statement and the one that closes it.
pub(crate) fn arguments_of(definition: &str) -> &str {
    let Some(open) = definition.find('(') else { return "" };
    let (mut depth, mut quote) = (0_i32, None);
    for (at, c) in definition[open..].char_indices() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &definition[open + 1..open + at];
        }
    }
    ""
}

/// Arguments without their defaults: `IN a integer DEFAULT 1, OUT b text` → `IN a integer, OUT b text`.
pub(crate) fn without_defaults(arguments: &str) -> String {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_i32, false);
    for (at, c) in arguments.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(&arguments[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&arguments[start..]);
    let bare = parts.into_iter().map(|part| part.split(" DEFAULT ").next().unwrap_or(part).trim().to_owned());
    bare.collect::<Vec<_>>().join(", ")
}
