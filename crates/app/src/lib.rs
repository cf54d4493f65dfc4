//! The use cases, one module per area. Every host (window, command, tests) calls these and nothing below them.

pub mod engines;
