//! Everything that needs more than one crate: real servers, journeys, the architecture. One binary, because linking is
//! what costs.

mod architecture;
mod engines;
mod journeys;
