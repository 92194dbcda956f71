//! What stands in the tables, behind the services' backs.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection, query_as, query_scalar};

/// The tables of the services' schemas, with their schemas.
///
/// # Panics
/// When Postgres cannot be asked.
pub async fn tables(owner: &mut PgConnection) -> Vec<String> {
    query_scalar(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables \
         WHERE table_schema IN ('customers', 'qualification', 'value') AND table_type = 'BASE TABLE' ORDER BY 1",
    )
    .fetch_all(owner)
    .await
    .expect("the tables")
}

/// For each table with tenants, how many rows the tenant has and what they say, as a fingerprint.
///
/// # Panics
/// When Postgres cannot be asked.
pub async fn snapshot(owner: &mut PgConnection, tenant: &str) -> BTreeMap<String, (i64, String)> {
    let with_tenants: Vec<String> = query_scalar(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.columns \
         WHERE table_schema IN ('customers', 'qualification', 'value') AND column_name = 'tenant_id'",
    )
    .fetch_all(&mut *owner)
    .await
    .expect("the tables");
    let mut found = BTreeMap::new();
    for table in with_tenants {
        let statement = format!(
            "SELECT count(*), coalesce(md5(string_agg(r::text, E'\\n' ORDER BY r::text)), '') \
             FROM {table} AS r WHERE tenant_id = $1"
        );
        let rows = query_as(AssertSqlSafe(statement)).bind(tenant).fetch_one(&mut *owner).await.expect("the rows");
        found.insert(table, rows);
    }
    found
}

/// One number out of the database.
///
/// # Panics
/// When the statement does not answer one.
pub async fn count(owner: &mut PgConnection, statement: &str) -> i64 {
    query_scalar(AssertSqlSafe(statement.to_owned())).fetch_one(owner).await.expect("a number")
}
