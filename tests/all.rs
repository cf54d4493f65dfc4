//! Everything that needs more than one crate: real servers, journeys, the architecture. One binary, because linking is
//! what costs.

// The whole binary is tests; clippy only knows functions marked as such.
#![allow(clippy::unwrap_used)]

mod architecture;
mod engines;
mod journeys;
