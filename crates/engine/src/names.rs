//! Names a server would cut or refuse.

use std::collections::HashMap;

use cadastre_model::{Kind, Model, ObjectId};

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

/// Which letters a server takes for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folding {
    /// `A` and `a`, but not `É` and `é`.
    Ascii,
    /// All that have a small and a capital form.
    Unicode,
}

/// Holds names that stand beside each other against what the server tells apart. Each group of kinds shares its names below one parent.
///
/// # Errors
/// [`ErrorCode::InvalidInput`] with the first two names that are one to the server.
pub fn check_distinct(model: &Model, groups: &[&[Kind]], folding: Folding) -> Result<(), DbError> {
    let fold = |name: &str| match folding {
        Folding::Ascii => name.to_ascii_lowercase(),
        Folding::Unicode => name.to_lowercase(),
    };
    let mut seen: HashMap<(usize, Option<ObjectId>, String), ObjectId> = HashMap::new();
    for (id, object) in model.objects() {
        let Some(group) = groups.iter().position(|kinds| kinds.contains(&object.kind())) else { continue };
        let key = (group, object.parent, fold(&object.name));
        // What differs in nothing is an overload, or the same thing said twice.
        let Some(other) = seen.insert(key, id).filter(|other| model.object(*other).name != object.name)
        else {
            continue;
        };
        let message = format!(
            "planning: {} and {} have the same name to this server, which does not tell small letters from capitals",
            model.display_name(other),
            model.display_name(id)
        );
        return Err(DbError::new(ErrorCode::InvalidInput, message).with_hint("give one of them another name"));
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
