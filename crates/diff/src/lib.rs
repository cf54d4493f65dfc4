//! Two models to changes: what was added, removed, changed, and what may have been renamed; and some of the changes without the others.
//!
//! Objects are matched by kind and name below matched parents; those whose name is the engine's own, by what they are. Equality is of
//! meaning ([`cadastre_model::Body::means_the_same`]); the order of columns, of settings and of grants is none. Engine-free and pure.

mod candidates;
mod compare;
mod parts;
mod pick;
mod rename;

pub use candidates::{Candidate, Clue, Evidence, candidates};
pub use compare::{Change, ChangeKind, Diff, Facets, diff};
pub use parts::{renamed_attached, renamed_parts};
pub use pick::{Picked, pick};
pub use rename::{Naming, Rename, RenameError, TextsFollow, parse_rename, rename};

#[cfg(test)]
mod tests;
