//! MongoDB (4.4 and newer) behind the engine contract.
//!
//! Collections, views, validators and indexes are the schema; what documents look like is inferred from a sample and kept apart
//! from it ([`sample`]). Documents of options are kept as relaxed extended JSON, in the server's order.

mod assemble;
mod catalog;
mod connect;
mod coverage;
mod dialect;
mod driver;
mod error;
mod fields;
mod orders;
mod plan;
mod probe;
mod references;
mod sample;
mod scratch;
mod script;
mod url;

pub use dialect::MongoDialect;
pub use driver::MongoDriver;
pub use url::parse_url;

#[cfg(test)]
mod tests;
