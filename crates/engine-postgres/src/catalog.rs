//! The catalogue as rows: one struct per statement of [`crate::queries`], fields in the order of its columns.

use cadastre_engine::{DbError, RunContext, Stage};
use futures::stream::{FuturesOrdered, StreamExt};
use tokio_postgres::types::FromSql;
use tokio_postgres::{Client, Row};

use crate::error::explain;
use crate::{defined, queries};

/// Reads a row's columns from left to right.
struct Fields<'r> {
    row: &'r Row,
    at: usize,
}

impl<'r> Fields<'r> {
    fn next<T: FromSql<'r>>(&mut self) -> Result<T, tokio_postgres::Error> {
        self.at += 1;
        self.row.try_get(self.at - 1)
    }

    /// A `"char"` column as the character it stands for.
    fn letter(&mut self) -> Result<char, tokio_postgres::Error> {
        self.next::<i8>().map(|byte| char::from(byte as u8))
    }
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $read:ident $(<$type:ty>)?,)* })*) => { $(
        $(#[$doc])*
        pub(crate) struct $name { $(pub $field: rows!(@type $read $(<$type>)?),)* }

        impl $name {
            fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
                let mut fields = Fields { row, at: 0 };
                Ok(Self { $($field: fields.$read()?,)* })
            }
        }
    )* };
    (@type letter) => { char };
    (@type next<$type:ty>) => { $type };
}

type Names = Option<Vec<String>>;

rows! {
    /// A schema.
    NamespaceRow { oid: next<u32>, name: next<String>, owner: next<String>, acl: next<Names>, acl_default: next<Names>, comment: next<Option<String>>, }
    /// An extension.
    ExtensionRow { oid: next<u32>, name: next<String>, namespace: next<String>, version: next<String>, comment: next<Option<String>>, }
    /// What an extension says of itself.
    OwnCommentRow { extension: next<String>, comment: next<Option<String>>, }
    /// An enum, domain, composite or range.
    TypeRow {
        oid: next<u32>, namespace: next<u32>, name: next<String>, kind: letter, owner: next<String>, acl: next<Names>, acl_default: next<Names>,
        comment: next<Option<String>>, labels: next<Names>, base: next<Option<String>>, not_null: next<bool>, default: next<Option<String>>,
        collation: next<Option<String>>, attributes: next<Names>, attribute_types: next<Names>, attribute_collations: next<Names>, attribute_comments: next<Option<Vec<Option<String>>>>, range: next<Option<Vec<Option<String>>>>,
    }
    /// A table, view or sequence.
    RelationRow {
        oid: next<u32>, namespace: next<u32>, name: next<String>, kind: letter, persistence: letter, owner: next<String>, acl: next<Names>, acl_default: next<Names>,
        comment: next<Option<String>>, options: next<Vec<String>>, row_security: next<bool>, force_row_security: next<bool>, bound: next<Option<String>>,
        partition_key: next<Option<String>>, view: next<Option<String>>, parents: next<Option<Vec<u32>>>, sequence: next<Names>,
        owned_by: next<Option<u32>>, owned_by_column: next<Option<i32>>, owned_how: next<Option<i8>>,
        access_method: next<Option<String>>, replica_identity: next<Option<String>>, foreign: next<Option<String>>, of_type: next<Option<String>>,
        populated: next<bool>,
    }
    /// A column.
    ColumnRow {
        relation: next<u32>, number: next<i16>, name: next<String>, data_type: next<String>, not_null: next<bool>, default: next<Option<String>>,
        generated: letter, identity: letter, collation: next<Option<String>>, is_local: next<bool>, inherited: next<i32>, storage: letter, compression: letter,
        statistics: next<i32>, acl: next<Names>, comment: next<Option<String>>, options: next<Names>, foreign_options: next<Option<String>>,
    }
    /// A constraint.
    ConstraintRow {
        oid: next<u32>, name: next<String>, kind: letter, table: next<u32>, domain: next<u32>, columns: next<Option<Vec<i16>>>, references: next<u32>,
        referenced: next<Option<Vec<i16>>>, on_update: letter, on_delete: letter, match_type: letter, deferrable: next<bool>, deferred: next<bool>,
        validated: next<bool>, no_inherit: next<bool>, is_local: next<bool>, inherited: next<i32>, is_clone: next<bool>, text: next<Option<String>>,
        delete_columns: next<Option<Vec<i16>>>, nulls_not_distinct: next<bool>, index_columns: next<Option<Vec<i16>>>, index_keys: next<i16>,
        index_options: next<Names>, parent: next<Option<String>>, parent_namespace: next<Option<u32>>, comment: next<Option<String>>, clustered: next<bool>, index_comment: next<Option<String>>,
    }
    /// An index no constraint stands for.
    IndexRow {
        oid: next<u32>, table: next<u32>, name: next<String>, method: next<String>, unique: next<bool>, usable: next<bool>, columns: next<Vec<i16>>,
        keys: next<i16>, options: next<Vec<i16>>, classes: next<Vec<u32>>, collations: next<Vec<u32>>, nulls_not_distinct: next<bool>, expressions: next<Names>,
        predicate: next<Option<String>>, settings: next<Names>, parent: next<Option<u32>>, clustered: next<bool>, comment: next<Option<String>>,
        statistics: next<Names>, parameters: next<Names>,
    }
    /// A trigger (`t`), rule (`r`), statistics object (`s`) or operator (`o`).
    AttachmentRow {
        kind: letter, oid: next<u32>, table: next<u32>, name: next<String>, definition: next<String>, enabled: letter, comment: next<Option<String>>, bits: next<i32>,
        is_clone: next<bool>, owner: next<Option<String>>, target: next<i32>,
    }
    /// A policy.
    PolicyRow {
        oid: next<u32>, table: next<u32>, name: next<String>, command: letter, permissive: next<bool>, roles: next<Vec<String>>, using: next<Option<String>>,
        with_check: next<Option<String>>, comment: next<Option<String>>,
    }
    /// A routine.
    RoutineRow {
        oid: next<u32>, namespace: next<u32>, name: next<String>, kind: letter, signature: next<String>, returns: next<String>, language: next<String>,
        definition: next<String>, owner: next<String>, acl: next<Names>, acl_default: next<Names>, comment: next<Option<String>>,
    }
    /// "The first needs the second", both as (catalogue, number, column).
    DependencyRow { class: next<u32>, object: next<u32>, column: next<i32>, needed_class: next<u32>, needed: next<u32>, }
    /// A thing of which only its statement is kept.
    DefinedRow {
        word: next<String>, class: next<u32>, oid: next<u32>, name: next<String>, namespace: next<Option<u32>>, definition: next<String>, enabled: letter,
        owner: next<Option<String>>, acl: next<Names>, acl_default: next<Names>, comment: next<Option<String>>,
    }
    /// What new objects of a role are granted.
    DefaultPrivilegesRow { role: next<String>, objects: letter, namespace: next<Option<u32>>, acl: next<Names>, acl_default: next<Names>, }
    /// A thing seen and not modelled, or a name that a number stands for.
    RemainderRow { kind: next<String>, name: next<String>, oid: next<u32>, is_default: next<bool>, }
}

/// Everything that was read.
#[derive(Default)]
pub(crate) struct Catalog {
    /// Words of the kinds of [`defined`] that there are.
    pub present: Vec<String>,
    pub namespaces: Vec<NamespaceRow>,
    pub extensions: Vec<ExtensionRow>,
    /// Nothing where the server could not tell.
    pub own_comments: Option<Vec<OwnCommentRow>>,
    pub types: Vec<TypeRow>,
    pub relations: Vec<RelationRow>,
    pub columns: Vec<ColumnRow>,
    pub constraints: Vec<ConstraintRow>,
    pub indexes: Vec<IndexRow>,
    pub attachments: Vec<AttachmentRow>,
    pub policies: Vec<PolicyRow>,
    pub routines: Vec<RoutineRow>,
    pub dependencies: Vec<DependencyRow>,
    pub remainder: Vec<RemainderRow>,
    pub defined: Vec<DefinedRow>,
    pub default_privileges: Vec<DefaultPrivilegesRow>,
}

/// Reads the catalogue; the statements are sent together and answered one after the other.
///
/// # Errors
/// What the server says; a cancelled run.
pub(crate) async fn read(client: &Client, version: u32, context: &RunContext) -> Result<Catalog, DbError> {
    let ask = |sql: String| async move { client.query_typed(&sql, &[]).await };
    // In their order, so that the first error is the cause and not "the transaction is aborted".
    let mut running: FuturesOrdered<_> = [
        defined::present(),
        queries::namespaces(),
        queries::extensions(),
        queries::types(version),
        queries::relations(),
        queries::columns(version),
        queries::constraints(version),
        queries::indexes(version),
        queries::attachments(version),
        queries::policies(),
        queries::routines(),
        queries::dependencies(version),
        queries::remainder(),
        defined::default_privileges(),
    ]
    .map(ask)
    .into_iter()
    .collect();
    let mut catalog = Catalog::default();
    let mut done = 0;
    while let Some(result) = running.next().await {
        let explained = |error| explain("reading the catalogue", &error);
        let rows = result.map_err(explained)?;
        catalog.keep(done, &rows).map_err(explained)?;
        if done == 0 {
            // Sent while the server is busy with the others.
            running.extend(defined::defined(version, &catalog.present).map(ask));
        }
        done += 1;
        context.report(Stage::Reading, done, done + running.len());
        context.check()?;
    }
    if !catalog.extensions.is_empty() {
        // The last one: where it fails, all others were answered.
        let rows = client.query_typed(&queries::own_comments(), &[]).await;
        catalog.own_comments = rows.and_then(|rows| rows.iter().map(OwnCommentRow::read).collect()).ok();
    }
    Ok(catalog)
}

impl Catalog {
    fn keep(&mut self, statement: usize, rows: &[Row]) -> Result<(), tokio_postgres::Error> {
        fn all<T>(
            rows: &[Row],
            read: fn(&Row) -> Result<T, tokio_postgres::Error>,
        ) -> Result<Vec<T>, tokio_postgres::Error> {
            rows.iter().map(read).collect()
        }
        match statement {
            0 => self.present = all(rows, |row| row.try_get(0))?,
            1 => self.namespaces = all(rows, NamespaceRow::read)?,
            2 => self.extensions = all(rows, ExtensionRow::read)?,
            3 => self.types = all(rows, TypeRow::read)?,
            4 => self.relations = all(rows, RelationRow::read)?,
            5 => self.columns = all(rows, ColumnRow::read)?,
            6 => self.constraints = all(rows, ConstraintRow::read)?,
            7 => self.indexes = all(rows, IndexRow::read)?,
            8 => self.attachments = all(rows, AttachmentRow::read)?,
            9 => self.policies = all(rows, PolicyRow::read)?,
            10 => self.routines = all(rows, RoutineRow::read)?,
            11 => self.dependencies = all(rows, DependencyRow::read)?,
            12 => self.remainder = all(rows, RemainderRow::read)?,
            13 => self.default_privileges = all(rows, DefaultPrivilegesRow::read)?,
            _ => self.defined = all(rows, DefinedRow::read)?,
        }
        Ok(())
    }
}
