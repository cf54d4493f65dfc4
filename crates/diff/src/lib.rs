//! Two models to changes: what was added, removed, changed, and what may have been renamed.
//!
//! Objects are matched by kind and name below matched parents; those whose name is the engine's own, by what they are. Equality is of
//! meaning ([`cadastre_model::Body::means_the_same`]); the order of columns, of settings and of grants is none. Engine-free and pure.

mod compare;
mod rename;

pub use compare::{Change, ChangeKind, Diff, Facets, diff};
pub use rename::{Candidate, Rename, RenameError, candidates, parse_rename, rename};

#[cfg(test)]
mod tests;
