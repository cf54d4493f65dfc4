//! The plan: what is to be done to get from one schema to another, step by step, as an artefact of its own.
//!
//! Engines write [`Action`]s and say what each needs; [`arrange`] brings them into an order and into transaction groups. A [`Plan`] holds the
//! fingerprints of both ends and does not change once it is made. Pure; knows no engine.

mod action;
mod hazard;
mod note;
mod plan;
mod summary;

pub use action::{Action, Transactional, arrange};
pub use hazard::{Hazard, HazardKind, Reason};
pub use note::{Note, Obstacle};
pub use plan::{
    FORMAT, Group, LockClass, Plan, Proof, RENAMING, Step, TableLock, TableSize, TimeOuts, VERSION, WorkClass,
};
pub use summary::summary;

#[cfg(test)]
mod tests;
