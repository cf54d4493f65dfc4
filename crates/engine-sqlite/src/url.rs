//! `sqlite:path`, `sqlite://path`, `file:path`, or simply a path, to a [`Target`]; behind `?`, `attach=name:path` for each attached file.

use cadastre_engine::{AttachedFile, DbError, ErrorCode, Target, percent_decode};

/// Reads a SQLite address. Behind `?` only attached files are understood; anything else is refused, because silence would be worse.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] when a path is empty or badly encoded, or an option is not known.
pub fn parse_url(text: &str) -> Result<Target, DbError> {
    let invalid = |what: &str| {
        DbError::new(ErrorCode::InvalidInput, format!("reading the address: {what}")).with_hint(
            "write it as sqlite:/folder/file.db or sqlite:/folder/file.db?attach=name:/folder/other.db",
        )
    };
    let (path, is_url) = match text.strip_prefix("sqlite:").or_else(|| text.strip_prefix("file:")) {
        Some(rest) => (rest.strip_prefix("//").unwrap_or(rest), true),
        None => (text, false),
    };
    let decode = |part: &str| {
        percent_decode(part).ok_or_else(|| invalid("a % is not followed by two hexadecimal digits"))
    };
    // A file may be called so; then it is that file.
    let has_options = is_url && path.contains('?') && !std::path::Path::new(path).exists();
    let (path, options) = if has_options { path.split_once('?').unwrap_or((path, "")) } else { (path, "") };
    let path = if is_url && path.contains('%') { decode(path)? } else { path.to_owned() };
    if path.trim().is_empty() || path.contains('\0') {
        return Err(invalid("the path of the file is missing"));
    }
    let mut attached = Vec::new();
    for option in options.split('&').filter(|option| !option.is_empty()) {
        let file = option.strip_prefix("attach=").and_then(|file| file.split_once(':'));
        let (name, path) = file.ok_or_else(|| invalid("behind ? only attach=name:path is understood"))?;
        attached.push(AttachedFile { name: decode(name)?, path: decode(path)? });
    }
    check_attached(&attached).map_err(|what| invalid(&what))?;
    Ok(Target::Sqlite { path, attached })
}

/// The schemas every connection has.
const OWN: [&str; 2] = ["main", "temp"];

/// Whether files can be attached under their names.
///
/// # Errors
/// What is wrong, as the end of a sentence.
pub fn check_attached(attached: &[AttachedFile]) -> Result<(), String> {
    let mut names: Vec<String> = OWN.map(str::to_owned).to_vec();
    for file in attached {
        if file.name.trim().is_empty() || file.path.trim().is_empty() {
            return Err("an attached file needs a name and a path".into());
        }
        let name = file.name.to_ascii_lowercase();
        if names.contains(&name) {
            return Err(format!("the name “{}” of an attached file is taken", file.name));
        }
        names.push(name);
    }
    Ok(())
}
