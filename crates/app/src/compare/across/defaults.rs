//! Defaults of columns in another engine's words.

use cadastre_engine::{CommonType, Dialect};

/// A default in another engine's words: numbers, texts, true and false, and the time it is.
pub(super) fn default_in(
    default: &str,
    common: CommonType,
    source: &dyn Dialect,
    target: &dyn Dialect,
) -> Option<String> {
    let literal = default.split("::").next().unwrap_or(default).trim();
    let literal = literal.trim_start_matches('(').trim_end_matches(')').trim();
    let text = unquoted(literal, source.engine() == "mysql");
    let word = text.as_deref().unwrap_or(literal).to_ascii_lowercase();
    match common {
        CommonType::Boolean => {
            let yes = match word.as_str() {
                "true" | "t" | "1" | "b'1" => true,
                "false" | "f" | "0" | "b'0" => false,
                _ => return None,
            };
            Some(match (target.engine(), yes) {
                ("postgres", true) => "true".into(),
                ("postgres", false) => "false".into(),
                (_, yes) => u8::from(yes).to_string(),
            })
        }
        CommonType::Integer { .. } | CommonType::Decimal(_) | CommonType::Real(_) => {
            word.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| shortest(&word))
        }
        CommonType::Char(_) | CommonType::Text(_) | CommonType::Date | CommonType::Time => {
            let is_word = matches!(common, CommonType::Date | CommonType::Time)
                && !word.starts_with(|c: char| c.is_ascii_digit());
            let quoted = target.quote_literal(&text.filter(|_| !is_word)?).to_string();
            Some(match target.engine() {
                "postgres" => format!("{quoted}::{}", cast(target, common)?),
                // A text of any length has an expression as its default, or none.
                "mysql" if common == CommonType::Text(None) => format!("({quoted})"),
                _ => quoted,
            })
        }
        CommonType::Timestamp { .. } => {
            let is_now = ["now", "current_timestamp", "localtimestamp"].iter().any(|it| word.starts_with(it));
            is_now.then(|| match target.engine() {
                "postgres" => "CURRENT_TIMESTAMP".into(),
                "mysql" => "current_timestamp(6)".into(),
                _ => "CURRENT_TIMESTAMP".into(),
            })
        }
        CommonType::Bytes(_) | CommonType::Json | CommonType::Uuid => None,
    }
}

/// What a literal in single quotes says; nothing if it is none.
fn unquoted(literal: &str, backslashes: bool) -> Option<String> {
    let inside = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => text.push(chars.next().filter(|next| *next == '\'')?),
            '\\' if backslashes => text.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                other => other,
            }),
            other => text.push(other),
        }
    }
    Some(text)
}

/// A number without the zeros that some engines fill up its digits with.
fn shortest(number: &str) -> String {
    match number.contains('.') && !number.contains('e') {
        true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => number.to_owned(),
    }
}

/// The type as it stands behind a literal: without its length.
fn cast(target: &dyn Dialect, common: CommonType) -> Option<String> {
    let words = target.type_text(common)?;
    Some(words.split('(').next().unwrap_or(&words).to_owned())
}
