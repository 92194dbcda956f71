//! What is left of erased customers, and what still has to lose its knowledge of them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A customer on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Its id.
    pub customer_id: Uuid,
    /// Its external id.
    pub external_id: Option<String>,
}

/// Keeps the ids of customers that `actor` erases; `with` is the one they were merged into.
pub async fn erased_customers_insert(
    connection: &mut PgConnection,
    tenant: &str,
    with: Uuid,
    erased: &[Erased],
    actor: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    let (ids, keys): (Vec<_>, Vec<_>) = erased.iter().map(|one| (one.customer_id, one.external_id.as_deref())).unzip();
    sqlx::query!(
        "INSERT INTO customers.erased_customer
             (tenant_id, customer_id, erased_with, external_id, external_id_hash, actor, erase_time)
         SELECT $1, e.customer_id, $2, e.external_id, sha256(convert_to($1 || E'\\n' || e.external_id, 'UTF8')), $5, $6
         FROM unnest($3::uuid[], $4::text[]) AS e (customer_id, external_id)",
        tenant,
        with,
        &ids,
        keys as _,
        actor,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Whether a customer with this id was erased.
pub async fn is_erased(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM customers.erased_customer WHERE tenant_id = $1 AND customer_id = $2) AS "erased!""#,
        tenant,
        customer_id,
    )
    .fetch_one(connection)
    .await
}

/// Those of the external ids that belonged to erased customers. A tenant that never erased anyone is told so by one look.
pub async fn erased_external_ids(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: &[&str],
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"SELECT k.external_id AS "external_id!" FROM unnest($2::text[]) AS k (external_id)
           WHERE (SELECT EXISTS (SELECT FROM customers.erased_customer WHERE tenant_id = $1))
               AND EXISTS (
                   SELECT FROM customers.erased_customer e
                   WHERE e.tenant_id = $1 AND e.external_id_hash = sha256(convert_to($1 || E'\n' || k.external_id, 'UTF8')))"#,
        tenant,
        external_ids as _,
    )
    .fetch_all(connection)
    .await
}

/// Deleted customers whose time is over, of any tenant.
pub async fn customers_to_purge(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, customer_id FROM customers.customer WHERE purge_time <= $1 ORDER BY purge_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.customer_id)).collect())
}

/// Tenants of whose erased customers something is left elsewhere.
pub async fn tenants_to_scrub(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT DISTINCT tenant_id FROM customers.erased_customer WHERE scrub_time IS NULL")
        .fetch_all(connection)
        .await
}

/// Erased customers of a tenant of whom something is left elsewhere.
pub async fn erased_customers_to_scrub(
    connection: &mut PgConnection,
    tenant: &str,
    limit: i64,
) -> sqlx::Result<Vec<Erased>> {
    sqlx::query_as!(
        Erased,
        "SELECT customer_id, external_id FROM customers.erased_customer
         WHERE tenant_id = $1 AND scrub_time IS NULL ORDER BY customer_id LIMIT $2",
        tenant,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Notes that nothing is left.
pub async fn erased_customers_scrubbed(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE customers.erased_customer SET scrub_time = $3, external_id = NULL WHERE tenant_id = $1 AND customer_id = ANY ($2)",
        tenant,
        customer_ids,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}
