//! `sqlite:path`, `sqlite://path`, `file:path`, or simply a path, to a [`Target`].

use cadastre_engine::{DbError, ErrorCode, Target, percent_decode};

/// Reads a SQLite address. Anything after `?` is refused: no option is understood yet, and silence would be worse.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] when the path is empty, badly encoded, or has options.
pub fn parse_url(text: &str) -> Result<Target, DbError> {
    let invalid = |what: &str| {
        DbError::new(ErrorCode::InvalidInput, format!("reading the address: {what}"))
            .with_hint("write it as sqlite:/folder/file.db")
    };
    let (path, is_url) = match text.strip_prefix("sqlite:").or_else(|| text.strip_prefix("file:")) {
        Some(rest) => (rest.strip_prefix("//").unwrap_or(rest), true),
        None => (text, false),
    };
    let path = if is_url && path.contains('%') {
        percent_decode(path).ok_or_else(|| invalid("a % is not followed by two hexadecimal digits"))?
    } else {
        path.to_owned()
    };
    if is_url && path.contains('?') && !std::path::Path::new(&path).exists() {
        return Err(invalid("options after ? are not understood for SQLite"));
    }
    if path.trim().is_empty() || path.contains('\0') {
        return Err(invalid("the path of the file is missing"));
    }
    Ok(Target::Sqlite { path })
}
