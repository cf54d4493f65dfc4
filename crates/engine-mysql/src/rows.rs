//! What is asked of rows, never for their values: whether there are any, and how much two columns have in common.

use std::collections::HashMap;

use cadastre_engine::{ColumnRef, DbError, SKETCH_ROWS, SKETCH_SIZE, Secret, Target};
use cadastre_model::QualifiedName;
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::connect::open;
use crate::dialect::quote;
use crate::error::explain;

/// Which of some tables hold rows.
pub(crate) async fn holding_rows(
    target: &Target,
    secret: Option<&Secret>,
    tables: &[QualifiedName],
) -> Result<Vec<bool>, DbError> {
    let mut connection = open(target, secret).await?;
    let mut found = Vec::with_capacity(tables.len());
    for table in tables {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", quote(&table.name));
        let row = connection.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql))).await;
        // Who may not look must assume that there are some.
        found.push(row.map_or(true, |row| row.try_get_unchecked::<i64, _>(0).map_or(true, |it| it != 0)));
    }
    Ok(found)
}

/// The smallest hashes of the values of some columns.
pub(crate) async fn value_sketches(
    target: &Target,
    secret: Option<&Secret>,
    columns: &[ColumnRef],
) -> Result<Vec<Option<Vec<String>>>, DbError> {
    let mut connection = open(target, secret).await?;
    let mut found = Vec::with_capacity(columns.len());
    for it in columns {
        let (table, column) = (quote(&it.table.name), quote(&it.column));
        let sql = format!(
            "SELECT DISTINCT md5(v) AS h FROM (SELECT {column} AS v FROM {table} LIMIT {SKETCH_ROWS}) s \
             WHERE v IS NOT NULL ORDER BY h LIMIT {SKETCH_SIZE}"
        );
        let rows = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql))).await.ok();
        found.push(rows.map(|rows| rows.iter().filter_map(|row| row.try_get_unchecked(0).ok()).collect()));
    }
    Ok(found)
}

/// How large tables are.
pub(crate) async fn table_sizes(
    target: &Target,
    secret: Option<&Secret>,
    tables: &[QualifiedName],
) -> Result<Vec<Option<(u64, Option<u64>)>>, DbError> {
    let sql = "SELECT table_name, CAST(table_rows AS UNSIGNED), CAST(data_length + index_length AS UNSIGNED) \
               FROM information_schema.tables WHERE table_schema = database() AND table_rows IS NOT NULL";
    let mut connection = open(target, secret).await?;
    let rows = connection.fetch_all(sqlx::raw_sql(sql)).await;
    let rows = rows.map_err(|error| explain("asking how large tables are", &error))?;
    let mut sizes: HashMap<String, (u64, Option<u64>)> = HashMap::new();
    for row in rows {
        let name: Result<String, _> = row.try_get_unchecked(0);
        if let (Ok(name), Ok(count)) = (name, row.try_get_unchecked::<u64, _>(1)) {
            sizes.insert(name, (count, row.try_get_unchecked::<u64, _>(2).ok()));
        }
    }
    Ok(tables.iter().map(|table| sizes.get(&table.name).copied()).collect())
}
