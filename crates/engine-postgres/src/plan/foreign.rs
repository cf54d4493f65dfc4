//! Changes of what reaches other servers: wrappers, servers, their users and foreign tables, whose options are the end of their statement. Manual:
//! "ALTER FOREIGN DATA WRAPPER", "ALTER SERVER", "ALTER USER MAPPING", "ALTER FOREIGN TABLE".

use cadastre_model::*;

use crate::defined::told;
use crate::dialect::quote;

/// The words of a statement in front of its options, and the options: names and values as they are written.
fn split(definition: &str) -> (&str, Vec<(&str, &str)>) {
    let told = told(definition);
    match told.split_once(" OPTIONS (") {
        Some((head, rest)) => (head, list(rest)),
        None => (told, Vec::new()),
    }
}

/// Options with commas between them, up to the parenthesis behind the last.
fn list(text: &str) -> Vec<(&str, &str)> {
    let mut options = Vec::new();
    let mut rest = text;
    while let Some(end) = end_of_word(rest) {
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        let Some(end) = end_of_word(after) else { break };
        options.push((name, &after[..end]));
        rest = after[end..].trim_start_matches([',', ' ', ')']);
    }
    options
}

/// Where a name or text ends, quoted or not.
fn end_of_word(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if is_escaped => is_escaped = false,
            (Some('\''), '\\') if text.starts_with('E') => is_escaped = true,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ' | ',' | ')') => return (at > 0).then_some(at),
            _ => {}
        }
    }
    None
}

/// ` OPTIONS (…)` that leads from some options to others; nothing where they are the same.
fn option_changes(a: &[(&str, &str)], b: &[(&str, &str)]) -> String {
    let has = |options: &[(&str, &str)], name: &str| options.iter().any(|it| it.0 == name);
    let gone = a.iter().filter(|it| !has(b, it.0)).map(|it| format!("DROP {}", it.0));
    let come = b.iter().filter(|it| !a.contains(it)).map(|(name, value)| {
        let word = if has(a, name) { "SET" } else { "ADD" };
        format!("{word} {name} {value}")
    });
    let all: Vec<String> = gone.chain(come).collect();
    if all.is_empty() { String::new() } else { format!(" OPTIONS ({})", all.join(", ")) }
}

/// What follows a word in a statement's head, up to the next of these words.
fn clause<'d>(head: &'d str, word: &str) -> Option<&'d str> {
    let after = head.split_once(&format!(" {word} "))?.1;
    end_of_word(&format!("{after} ")).map(|end| &after[..end])
}

/// The server of a foreign table, without the options.
pub(super) fn server_of(table: &Table) -> Option<&str> {
    table.foreign_server.as_deref().map(|it| split(it).0)
}

/// Whether a server or wrapper can be altered in place: a server's type and wrapper are its own for good.
pub(super) fn can_alter(a: &Body, b: &Body) -> bool {
    match (a, b) {
        (Body::ForeignServer(a), Body::ForeignServer(b)) => {
            let lasting = |it: &Defined| {
                let head = split(&it.definition).0;
                ["TYPE", "WRAPPER"].map(|word| clause(head, word).map(str::to_owned))
            };
            lasting(a) == lasting(b)
        }
        (Body::ForeignDataWrapper(_), Body::ForeignDataWrapper(_)) => true,
        (Body::UserMapping(_), Body::UserMapping(_)) => true,
        _ => false,
    }
}

/// The statement that alters a server, wrapper or user mapping.
pub(super) fn changes(name: &str, a: &Body, b: &Body) -> Option<String> {
    let (words, x, y, clauses) = match (a, b) {
        (Body::ForeignServer(x), Body::ForeignServer(y)) => ("SERVER", x, y, &["VERSION"][..]),
        (Body::ForeignDataWrapper(x), Body::ForeignDataWrapper(y)) => {
            ("FOREIGN DATA WRAPPER", x, y, &["HANDLER", "VALIDATOR"][..])
        }
        (Body::UserMapping(x), Body::UserMapping(y)) => ("USER MAPPING FOR", x, y, &[][..]),
        _ => return None,
    };
    let ((old, before), (new, after)) = (split(&x.definition), split(&y.definition));
    let mut sql = match a {
        // Its name is made of words.
        Body::UserMapping(_) => format!("ALTER {words} {name}"),
        _ => format!("ALTER {words} {}", quote(name)),
    };
    for word in clauses.iter().filter(|word| clause(old, word) != clause(new, word)) {
        match clause(new, word) {
            Some(value) => sql.push_str(&format!(" {word} {value}")),
            None if *word == "VERSION" => sql.push_str(" VERSION NULL"),
            None => sql.push_str(&format!(" NO {word}")),
        }
    }
    let bare = sql.len();
    sql.push_str(&option_changes(&before, &after));
    (sql.len() > bare || clauses.iter().any(|word| clause(old, word) != clause(new, word))).then_some(sql)
}

/// The statement that gives a foreign table of the same server other options.
pub(super) fn table_options(alter: &str, a: &Table, b: &Table) -> Option<String> {
    let of = |table: &'_ Table| table.foreign_server.clone().unwrap_or_default();
    let (old, new) = (of(a), of(b));
    let options = option_changes(&split(&old).1, &split(&new).1);
    (!options.is_empty()).then(|| format!("{alter}{options}"))
}

/// The statement that gives a column of a foreign table other options.
pub(super) fn column_options(alter: &str, a: &Column, b: &Column) -> Option<String> {
    let of = |column: &Column| column.foreign_options.as_ref().map(|it| format!("{it})")).unwrap_or_default();
    let (old, new) = (of(a), of(b));
    let options = option_changes(&list(&old), &list(&new));
    (!options.is_empty()).then(|| format!("{alter}{options}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_added_set_and_dropped_whatever_is_in_them() {
        let a = "SERVER s OPTIONS (\"a b\" 'x, ) y', c E'it\\\\''s', d '')";
        let b = "SERVER s OPTIONS (\"a b\" 'x, ) z', d '', e 'a''b')";
        let (head, options) = split(a);
        assert_eq!((head, options.len()), ("SERVER s", 3), "{options:?}");
        assert_eq!(
            option_changes(&options, &split(b).1),
            " OPTIONS (DROP c, SET \"a b\" 'x, ) z', ADD e 'a''b')"
        );
    }

    #[test]
    fn options_that_are_not_told_are_left_alone() {
        let mapping =
            |text: &str| Body::UserMapping(Defined { definition: text.into(), firing: Firing::Origin });
        let a = mapping(
            "CREATE USER MAPPING FOR bob SERVER s OPTIONS (\"user\" 'b') /* to be set by hand, never read: password */",
        );
        let b = mapping("CREATE USER MAPPING FOR bob SERVER s /* to be set by hand, never read: password */");
        assert_eq!(
            changes("bob SERVER s", &a, &b).unwrap(),
            "ALTER USER MAPPING FOR bob SERVER s OPTIONS (DROP \"user\")"
        );
        assert_eq!(
            changes("bob SERVER s", &b, &a).unwrap(),
            "ALTER USER MAPPING FOR bob SERVER s OPTIONS (ADD \"user\" 'b')"
        );
        let table = |text: &str| Table { foreign_server: Some(text.into()), ..Table::default() };
        let concealed = table("s /* to be set by hand, never read: password */");
        assert_eq!(server_of(&concealed), server_of(&table("s")));
        assert_eq!(table_options("ALTER FOREIGN TABLE t", &concealed, &table("s")), None);
    }

    #[test]
    fn a_server_keeps_its_wrapper_and_may_lose_its_version() {
        let server =
            |text: &str| Body::ForeignServer(Defined { definition: text.into(), firing: Firing::Origin });
        let a = server(
            "CREATE SERVER \"TYPE x\" TYPE 'pg' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'h')",
        );
        let b = server("CREATE SERVER \"TYPE x\" TYPE 'pg' FOREIGN DATA WRAPPER w");
        assert!(can_alter(&a, &b));
        assert_eq!(
            changes("TYPE x", &a, &b).unwrap(),
            "ALTER SERVER \"TYPE x\" VERSION NULL OPTIONS (DROP host)"
        );
        assert!(!can_alter(&a, &server("CREATE SERVER \"TYPE x\" TYPE 'pg' FOREIGN DATA WRAPPER v")));
    }
}
