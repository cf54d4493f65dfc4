//! Names a server would cut or refuse.

use cadastre_model::{Kind, Model};

use crate::error::{DbError, ErrorCode};

/// How long a name may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameLimit {
    /// So many bytes of UTF-8; the rest would be cut off with no more than a notice.
    Bytes(usize),
    /// So many characters.
    Characters(usize),
}

/// Holds the names of a model that somebody gave against what the server takes.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] with the first name that is too long.
pub fn check_names(model: &Model, limit: NameLimit) -> Result<(), DbError> {
    for (id, object) in model.objects().filter(|(_, object)| is_given(object.kind())) {
        let (length, most, unit) = match limit {
            NameLimit::Bytes(most) => (object.name.len(), most, "bytes"),
            NameLimit::Characters(most) => (object.name.chars().count(), most, "characters"),
        };
        if length > most {
            let (kind, name) = (object.kind().word().replace('_', " "), model.display_name(id));
            let message = format!(
                "planning: the name of {kind} {name} has {length} {unit}, and the server takes {most}"
            );
            return Err(DbError::new(ErrorCode::InvalidInput, message).with_hint("give it a shorter name"));
        }
    }
    Ok(())
}

/// Whether a name is written by people, and is nothing but a name.
fn is_given(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Namespace
            | Kind::Table
            | Kind::View
            | Kind::Column
            | Kind::Sequence
            | Kind::Index
            | Kind::PrimaryKey
            | Kind::Unique
            | Kind::ForeignKey
            | Kind::Check
            | Kind::Exclusion
            | Kind::Trigger
            | Kind::Policy
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Routine
            | Kind::Event
    )
}
