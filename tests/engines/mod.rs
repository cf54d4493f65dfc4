//! Engines on their real servers.

mod postgres;
