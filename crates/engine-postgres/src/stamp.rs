//! A number that stays the same as long as nothing in the catalogue changes.
//!
//! Every version of a catalogue row carries the transaction that wrote it (`xmin`; manual: "System Columns"), also after it was frozen.
//! What statistics and vacuum write into these rows is written in place and leaves `xmin` alone. The sums are made by the server, so
//! that one short line travels.

use cadastre_engine::{DbError, Secret, Target};

use crate::connect::open;
use crate::defined::told_options;
use crate::error::explain;

/// The catalogues that [`crate::queries`] and [`crate::defined`] read and that hold what users make.
const CATALOGUES: &[&str] = &[
    "pg_namespace",
    "pg_class",
    "pg_attribute",
    "pg_attrdef",
    "pg_constraint",
    "pg_index",
    "pg_inherits",
    "pg_type",
    "pg_enum",
    "pg_range",
    "pg_proc",
    "pg_aggregate",
    "pg_trigger",
    "pg_rewrite",
    "pg_policy",
    "pg_sequence",
    "pg_description",
    "pg_depend",
    "pg_extension",
    "pg_statistic_ext",
    "pg_publication",
    "pg_publication_rel",
    "pg_event_trigger",
    "pg_default_acl",
    "pg_cast",
    "pg_collation",
    "pg_conversion",
    "pg_operator",
    "pg_opclass",
    "pg_opfamily",
    "pg_amop",
    "pg_amproc",
    "pg_am",
    "pg_language",
    "pg_transform",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_foreign_table",
    "pg_partitioned_table",
    "pg_ts_config",
    "pg_ts_config_map",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
];

/// The stamp of a database as it is now.
///
/// # Errors
/// As for testing a connection.
pub(crate) async fn stamp(target: &Target, secret: Option<&Secret>) -> Result<String, DbError> {
    let session = open(target, secret).await?;
    let row = session.client.query_one(&statement(), &[]).await;
    row.map(|row| row.get(0)).map_err(|error| explain("looking for changes", &error))
}

fn statement() -> String {
    // Where a row stands and who wrote it: what is deleted is missing, what is written is new.
    let sum = |name: &&str| {
        format!(
            "SELECT count(*) || ':' || coalesce(sum(hashtextextended(ctid::text, xmin::text::bigint)::numeric), 0) FROM pg_catalog.{name}"
        )
    };
    // Only superusers see where these stand; what is secret of them is not part of the schema.
    let mappings = format!(
        "SELECT count(*) || ':' || coalesce(sum(hashtextextended(x.umid || coalesce({}, ''), 0)::numeric), 0) FROM pg_catalog.pg_user_mappings x",
        told_options("x.umoptions")
    );
    let sums = CATALOGUES.iter().map(sum).chain([mappings]);
    let sums: Vec<String> = sums.map(|sum| format!("({sum})")).collect();
    format!("SELECT concat_ws(' ', {})", sums.join(", "))
}
