//! What every engine can do with a live database.

use async_trait::async_trait;
use cadastre_model::{Model, QualifiedName};

use crate::context::RunContext;
use crate::dialect::Dialect;
use crate::error::{DbError, ErrorCode};
use crate::rehearsal::{Rehearsal, Rehearse};
use crate::secret::Secret;
use crate::target::Target;

/// What to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntrospectOptions {
    /// Only these namespaces; all if empty.
    pub schemas: Vec<String>,
}

/// A field of the documents of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRef {
    /// The collection.
    pub collection: String,
    /// The way to it, as in the sample: `lines[].sku`.
    pub path: String,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    /// The table.
    pub table: QualifiedName,
    /// The column.
    pub column: String,
}

/// So many hashes are kept of a column.
pub const SKETCH_SIZE: usize = 256;
/// So many rows of a table are looked at for them.
pub const SKETCH_ROWS: usize = 100_000;

/// What the connected user may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// Everything on the server.
    Superuser,
    /// Everything in the database, or its owner.
    Owner,
    /// May create objects in the database.
    Create,
    /// May read.
    ReadOnly,
}

/// What a successful test found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// Server product and version, e.g. `PostgreSQL 15.18`.
    pub server: String,
    /// The user the server knows us as.
    pub user: String,
    /// The database.
    pub database: String,
    /// What the user may do.
    pub rights: Rights,
    /// Whether the connection is encrypted; `None` where there is nothing to encrypt.
    pub encrypted: Option<bool>,
    /// One round trip, in microseconds.
    pub latency_micros: u32,
}

/// A live database of one engine.
#[async_trait]
pub trait Driver: Send + Sync {
    /// The pure half.
    fn dialect(&self) -> &dyn Dialect;

    /// Reaches the database and says what it found.
    ///
    /// # Errors
    /// What failed exactly (name resolution, refusal, TLS, password, missing database, time-out), with what to do.
    async fn test(&self, target: &Target, secret: Option<&Secret>) -> Result<TestReport, DbError>;

    /// Reads the schema in one read-only snapshot, with a number of queries that does not depend on its size.
    ///
    /// # Errors
    /// As [`Driver::test`]; also [`crate::ErrorCode::Cancelled`], and a lost connection.
    async fn introspect(
        &self,
        target: &Target,
        secret: Option<&Secret>,
        options: &IntrospectOptions,
        context: &RunContext,
    ) -> Result<Model, DbError>;

    /// Runs a script in a new, empty database of our own, reads it, and drops it. `scratch` is a database on the server where that may
    /// be done; engines without servers need none.
    ///
    /// # Errors
    /// No scratch server where one is needed, no right to create databases, and the first statement that does not run, with its
    /// line and the server's words.
    async fn elaborate(
        &self,
        scratch: Option<&Target>,
        _secret: Option<&Secret>,
        _script: &str,
        _context: &RunContext,
    ) -> Result<Model, DbError> {
        let _ = scratch;
        let message = format!("elaborating a script: {} has no scripts", self.dialect().engine());
        Err(DbError::new(ErrorCode::UnsupportedByEngine, message)
            .with_hint("compare live databases or JSON models"))
    }

    /// Runs a plan in a database of its own on the scratch server, reads what came of it, and drops it. Engines that can be watched tell
    /// what each step locked and wrote anew, and what became of rows.
    ///
    /// # Errors
    /// As [`Driver::elaborate`].
    async fn rehearse(
        &self,
        scratch: Option<&Target>,
        secret: Option<&Secret>,
        what: &Rehearse<'_>,
        context: &RunContext,
    ) -> Result<Rehearsal, DbError> {
        let script = format!("{}\n{}", what.script, self.dialect().plan_script(what.plan));
        let model = self.elaborate(scratch, secret, &script, context).await?;
        Ok(Rehearsal { model, steps: Vec::new(), rows: Vec::new() })
    }

    /// Equal to the one of an earlier time when nothing in the schema has changed since, found without reading the schema; nothing where the
    /// engine cannot tell.
    ///
    /// # Errors
    /// As [`Driver::test`].
    async fn stamp(&self, _target: &Target, _secret: Option<&Secret>) -> Result<Option<String>, DbError> {
        Ok(None)
    }

    /// Which of some tables hold rows; in doubt, all.
    ///
    /// # Errors
    /// As [`Driver::test`].
    async fn holding_rows(
        &self,
        _target: &Target,
        _secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<bool>, DbError> {
        Ok(vec![true; tables.len()])
    }

    /// How large some tables are: rows, as far as the server knows, and bytes with indexes; nothing where it does not know.
    ///
    /// # Errors
    /// As [`Driver::test`].
    async fn table_sizes(
        &self,
        _target: &Target,
        _secret: Option<&Secret>,
        tables: &[QualifiedName],
    ) -> Result<Vec<Option<(u64, Option<u64>)>>, DbError> {
        Ok(vec![None; tables.len()])
    }

    /// Of each of some columns the smallest hashes of its values, from which one can tell how much two columns have in common
    /// without seeing a value (Beyer and others, "On synopses for distinct-value estimation under multiset operations", 2007): at
    /// most [`SKETCH_SIZE`] of them, ascending, of at most [`SKETCH_ROWS`] rows; nothing where the column may not be read.
    ///
    /// # Errors
    /// As [`Driver::test`].
    async fn value_sketches(
        &self,
        _target: &Target,
        _secret: Option<&Secret>,
        columns: &[ColumnRef],
    ) -> Result<Vec<Option<Vec<String>>>, DbError> {
        Ok(vec![None; columns.len()])
    }

    /// A few different values of a field of documents, as text, at most `limit`. Data of the user's: only when asked for, never
    /// logged or kept.
    ///
    /// # Errors
    /// As [`Driver::test`]; [`ErrorCode::UnsupportedByEngine`] where there are no documents.
    async fn examples(
        &self,
        target: &Target,
        _secret: Option<&Secret>,
        _field: &FieldRef,
        _limit: usize,
    ) -> Result<Vec<String>, DbError> {
        let message = format!("reading examples from {}: this engine has no sampled fields", target.label());
        Err(DbError::new(ErrorCode::UnsupportedByEngine, message))
    }
}
