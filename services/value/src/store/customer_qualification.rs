//! What the qualification service told last of customers.

use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps what was told of a customer, unless that was known already or something newer is; `true` where it was kept.
pub async fn customer_qualification_put(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    (qualified, version): (bool, i64),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO value.customer_qualification AS q (tenant_id, customer_id, qualified, version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, customer_id) DO UPDATE SET qualified = excluded.qualified, version = excluded.version
         WHERE q.version < excluded.version",
        tenant,
        customer_id,
        qualified,
        version,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a customer is qualified; `None` where nothing was told of it.
pub async fn customer_qualification_get(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<bool>> {
    sqlx::query_scalar!(
        "SELECT qualified FROM value.customer_qualification WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await
}

/// Forgets customers that are erased.
pub async fn customer_qualifications_delete(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM value.customer_qualification WHERE tenant_id = $1 AND customer_id = ANY ($2)",
        tenant,
        ids
    )
    .execute(connection)
    .await
    .map(drop)
}
