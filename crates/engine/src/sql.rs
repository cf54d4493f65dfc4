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

/// Quotes an identifier with backticks (MySQL, MariaDB).
pub fn quote_backtick(name: &str) -> Quoted {
    Quoted(format!("`{}`", name.replace('`', "``")))
}

/// Quotes a text as JSON does.
pub fn quote_json(text: &str) -> Quoted {
    Quoted(serde_json::Value::from(text).to_string())
}

/// What a backslash in a text literal means to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backslash {
    /// Itself.
    Plain,
    /// It depends on a setting, so a literal with one is written in PostgreSQL's `E''` form, which does not.
    EscapeString,
    /// It escapes, so it is doubled.
    Doubled,
}

/// Quotes a text literal with single quotes.
pub fn quote_literal(text: &str, backslash: Backslash) -> Quoted {
    let quoted = text.replace('\'', "''");
    match backslash {
        Backslash::EscapeString if text.contains('\\') => {
            Quoted(format!("E'{}'", quoted.replace('\\', "\\\\")))
        }
        // Clients that read a script by its lines would take the ends of others for theirs.
        Backslash::Doubled => {
            Quoted(format!("'{}'", quoted.replace('\\', "\\\\").replace('\r', "\\r").replace('\0', "\\0")))
        }
        Backslash::Plain | Backslash::EscapeString => Quoted(format!("'{quoted}'")),
    }
}
