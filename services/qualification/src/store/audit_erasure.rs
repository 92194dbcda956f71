//! Erasures of customers, and contents that leave the audit log with them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Remembers that customers were erased.
pub async fn audit_erasures_insert(connection: &mut PgConnection, tenant: &str, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.audit_erasure (tenant_id, customer_id) SELECT $1, * FROM unnest($2::uuid[]) ON CONFLICT DO NOTHING",
        tenant,
        ids,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// An erasure that is not done, taken from other replicas until the transaction ends.
pub async fn audit_erasure_take(connection: &mut PgConnection) -> sqlx::Result<Option<(String, Uuid)>> {
    let row = sqlx::query!(
        "SELECT tenant_id, customer_id FROM qualification.audit_erasure WHERE done_time IS NULL \
         ORDER BY tenant_id, customer_id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.tenant_id, row.customer_id)))
}

/// Takes salts and contents of some entries of a customer, and answers of how many. What cannot be seen yet is taken when it is sealed.
pub async fn audit_contents_erase(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    limit: i64,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "UPDATE qualification.audit_entry SET salt = NULL, content = NULL WHERE tenant_id = $1 AND audit_entry_id IN ( \
             SELECT audit_entry_id FROM qualification.audit_entry \
             WHERE tenant_id = $1 AND customer_id = $2 AND content IS NOT NULL LIMIT $3)",
        tenant,
        customer_id,
        limit,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
}

/// An erasure is done.
pub async fn audit_erasure_done(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE qualification.audit_erasure SET done_time = $3 WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}
