//! MySQL (8) and MariaDB (10.5+) behind the engine contract.
//!
//! `SHOW CREATE` is the truth: it says more than `information_schema`, which only lists what there is. [`parse`] reads the
//! statements; texts of views and programs are kept in the server's words.

mod assemble;
mod catalog;
mod connect;
mod coverage;
mod dialect;
mod driver;
mod error;
mod loose;
mod parse;
mod plan;
mod rehearsal;
mod render;
mod rows;
mod scratch;
mod script;
mod tokens;
mod types;
mod url;

pub use dialect::MySqlDialect;
pub use driver::{MySqlDriver, QUERIES};
pub use url::{Environment, parse_url};

#[cfg(test)]
mod tests;
