//! The contract between the use cases and the engines.
//!
//! [`Dialect`] is pure: quoting, rendering, coverage. [`Driver`] is asynchronous: reach, test, introspect. An engine crate
//! implements both; nothing above this ring names a database client, nothing below knows a use case.

mod context;
mod coverage;
mod dialect;
mod driver;
mod error;
mod names;
mod rehearsal;
mod secret;
mod sql;
mod target;
mod tunnel;
mod types;

pub use context::{Cancelled, Progress, RunContext, Stage};
pub use coverage::{Coverage, CoverageLine};
pub use dialect::{Dialect, Script, ScriptPart};
pub use driver::{
    ColumnRef, Driver, FieldRef, IntrospectOptions, Rights, SKETCH_ROWS, SKETCH_SIZE, TestReport,
};
pub use error::{DbDetail, DbError, ErrorCode};
pub use names::{Folding, NameLimit, check_distinct, check_names};
pub use rehearsal::{Rehearsal, Rehearse, SeenStep};
pub use secret::Secret;
pub use sql::{Backslash, Quoted, quote_backtick, quote_double, quote_json, quote_literal};
pub use target::{
    AttachedFile, DEFAULT_CONNECT_TIMEOUT, DEFAULT_SAMPLE_SIZE, MongoAddress, ServerAddress, Target, TlsMode,
    is_this_machine, percent_decode, percent_encode,
};
pub use tunnel::{Tunnel, name_not_checked};
pub use types::{CommonType, type_words};

#[cfg(test)]
mod tests;
