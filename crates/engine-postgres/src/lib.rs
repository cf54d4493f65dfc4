//! PostgreSQL (12 to 17) behind the engine contract.
//!
//! Facts come from `pg_catalog` in fourteen set-based statements, sent together (and one or two more where there are rare kinds or extensions), within one read-only snapshot; the server's own functions give
//! the canonical text of expressions. Nothing here parses SQL.

mod acl;
mod assemble;
mod catalog;
mod connect;
mod coverage;
mod defined;
mod dialect;
mod driver;
mod error;
mod keys;
mod keywords;
mod own_path;
mod plan;
mod queries;
mod rehearsal;
mod render;
mod rows;
mod satellites;
mod scratch;
mod script;
mod stamp;
mod tls;
mod types;
mod url;
mod words;

pub use dialect::PostgresDialect;
pub use driver::{PostgresDriver, QUERIES};
pub use url::{Environment, parse_url};

#[cfg(test)]
mod tests;
