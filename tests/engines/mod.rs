//! Engines on their real servers.

pub(crate) mod postgres;
