//! The use cases, one module per area. Every host (window, command, tests) calls these and nothing below them.
//!
//! Types that cross to a host are declared here, once, and generate the frontend's bindings. No 64-bit integers among them.

pub mod address;
pub mod compare;
pub mod connections;
pub mod demo;
pub mod diagnostics;
pub mod diagram;
pub mod engines;
pub mod error;
pub mod examples;
pub mod explorer;
pub mod export;
mod groups;
pub mod page;
pub mod run;
pub mod schema;
pub mod settings;
pub mod source;
mod tunnel;
pub mod workspace;

pub use error::AppError;
pub use workspace::Workspace;

#[cfg(test)]
mod tests;
