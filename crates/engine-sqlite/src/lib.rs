//! SQLite behind the engine contract.
//!
//! `sqlite_schema` is the truth: stored statements are exported as they stand, and [`parse`] reads from them what the
//! pragmas do not tell (constraint names, checks, generated expressions, deferrability, comments).

mod assemble;
mod catalog;
mod connect;
mod coverage;
mod dialect;
mod driver;
mod error;
mod orphans;
mod parse;
mod plan;
mod rehearsal;
mod render;
mod tokens;
mod types;
mod url;

pub use connect::build_database;
pub use dialect::SqliteDialect;
pub use driver::SqliteDriver;
pub use url::{check_attached, parse_url};

#[cfg(test)]
mod tests;
