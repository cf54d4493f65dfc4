//! Text that was quoted by the rules of an engine. `format!` can show it and cannot make it.

use std::fmt;

/// A quoted identifier or literal, safe to stand in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted(String);

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Quotes an identifier with double quotes unless `plain` says that it reads the same without (ISO 9075, PostgreSQL,
/// SQLite).
pub fn quote_double(name: &str, plain: impl Fn(&str) -> bool) -> Quoted {
    if plain(name) { Quoted(name.to_owned()) } else { Quoted(format!("\"{}\"", name.replace('"', "\"\""))) }
}

/// Quotes a text literal with single quotes. `escape_backslash` writes PostgreSQL's `E''` form where a backslash stands
/// in the text, which reads the same under either setting of `standard_conforming_strings`.
pub fn quote_literal(text: &str, escape_backslash: bool) -> Quoted {
    let doubled = text.replace('\'', "''");
    if escape_backslash && text.contains('\\') {
        Quoted(format!("E'{}'", doubled.replace('\\', "\\\\")))
    } else {
        Quoted(format!("'{doubled}'"))
    }
}
