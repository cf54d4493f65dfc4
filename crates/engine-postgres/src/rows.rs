//! What is asked of rows, never for their values: whether there are any, and how much two columns have in common.

use cadastre_engine::{ColumnRef, DbError, SKETCH_ROWS, SKETCH_SIZE, Secret, Target};
use cadastre_model::QualifiedName;

use crate::connect::open;
use crate::dialect::{qualified, quote};
use crate::error::explain;

/// Which of some tables hold rows.
pub(crate) async fn holding_rows(
    target: &Target,
    secret: Option<&Secret>,
    tables: &[QualifiedName],
) -> Result<Vec<bool>, DbError> {
    let session = open(target, secret).await?;
    // With it on, who may not see the rows would be told that there are none.
    let off = session.client.batch_execute("SET row_security = off").await;
    off.map_err(|error| explain("looking for rows", &error))?;
    let mut found = Vec::with_capacity(tables.len());
    for table in tables {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", qualified(table));
        let row = session.client.query_one(&sql, &[]).await;
        // Who may not look must assume that there are some.
        found.push(row.map_or(true, |row| row.get(0)));
    }
    Ok(found)
}

/// The smallest hashes of the values of some columns.
pub(crate) async fn value_sketches(
    target: &Target,
    secret: Option<&Secret>,
    columns: &[ColumnRef],
) -> Result<Vec<Option<Vec<String>>>, DbError> {
    let session = open(target, secret).await?;
    let bounds = "SET default_transaction_read_only = on; SET statement_timeout = '30s'";
    let set = session.client.batch_execute(bounds).await;
    set.map_err(|error| explain("comparing values", &error))?;
    let mut found = Vec::with_capacity(columns.len());
    for it in columns {
        let (table, column) = (qualified(&it.table), quote(&it.column));
        let sql = format!(
            "SELECT DISTINCT md5(v::text) FROM (SELECT {column} AS v FROM {table} LIMIT {SKETCH_ROWS}) s \
             WHERE v IS NOT NULL ORDER BY 1 LIMIT {SKETCH_SIZE}"
        );
        let rows = session.client.query(&sql, &[]).await.ok();
        found.push(rows.map(|rows| rows.iter().map(|row| row.get(0)).collect()));
    }
    Ok(found)
}

/// How large tables are, partitions with the table they are part of. What was never analysed is taken at 20 bytes to the row.
pub(crate) async fn table_sizes(
    target: &Target,
    secret: Option<&Secret>,
    tables: &[QualifiedName],
) -> Result<Vec<Option<(u64, Option<u64>)>>, DbError> {
    const SIZES: &str = "SELECT s.n, sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_catalog.pg_relation_size(c.oid) / 20 END)::float8, \
        sum(pg_catalog.pg_total_relation_size(c.oid))::int8 \
        FROM (SELECT n, pg_catalog.to_regclass(name) AS id FROM unnest($1::text[]) WITH ORDINALITY AS u(name, n)) s \
        CROSS JOIN LATERAL (SELECT s.id AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(s.id)) p \
        JOIN pg_catalog.pg_class c ON c.oid = p.relid GROUP BY s.n";
    let session = open(target, secret).await?;
    let names: Vec<String> = tables.iter().map(|table| qualified(table).to_string()).collect();
    let rows = session.client.query(SIZES, &[&names]).await;
    let rows = rows.map_err(|error| explain("asking how large tables are", &error))?;
    let mut found = vec![None; tables.len()];
    for row in rows {
        let (at, count, bytes): (i64, f64, i64) = (row.get(0), row.get(1), row.get(2));
        let place = usize::try_from(at - 1).ok().and_then(|at| found.get_mut(at));
        place.into_iter().for_each(|place| *place = Some((count.max(0.0) as u64, u64::try_from(bytes).ok())));
    }
    Ok(found)
}
