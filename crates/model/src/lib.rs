//! The schema model: what a database consists of, as data.
//!
//! One flat arena of [`Object`]s with typed bodies; walkers give the tree and the references back. Whatever holds for
//! every kind (comment, owner, grants, dependencies, fingerprint, search) is written once.
//!
//! Invariants: this crate does no I/O, knows no clock, no runtime and no engine by name. References between objects are
//! names, never catalogue numbers, so that two models of two databases can be compared. A parent stands before its
//! children in the arena.

mod body;
mod fingerprint;
mod object;
mod order;
mod parts;
mod walk;

pub use body::{
    Body, Check, Column, Composite, CompositeAttribute, DefaultPrivileges, Defined, Domain, Enum, Event,
    Exclusion, Extension, ForeignKey, Index, Key, Kind, Namespace, Operator, Policy, Range, Routine, Rule,
    Sequence, Statistics, Table, Trigger, View,
};
pub use fingerprint::Fingerprint;
pub use object::{Grant, Grantee, Model, ModelBuilder, ModelError, Object, ObjectId, Origin, Unmodelled};
pub use order::{Cycle, creation_order};
pub use parts::{
    ClientCharset, Collection, ColumnRef, Deferrable, Firing, Generated, GeneratedStorage, Identity,
    IdentityMode, IndexPart, IndexTarget, Inheritance, MatchType, NullsOrder, PartitionBound, Period,
    Permissive, Persistence, ProgramSession, QualifiedName, ReferentialAction, RoutineKind, RowSecurity,
    RowTime, Sample, SampledField, SampledReference, Security, SequenceOptions, SettingPair, TableKind,
    Validated, Validator, VirtualTable,
};
pub use walk::{ForeignKeyWalker, ObjectWalker, RelationWalker};

#[cfg(test)]
mod tests;
