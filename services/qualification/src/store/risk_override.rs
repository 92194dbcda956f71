//! What people say the risk of customers is.

use clientele_proto::qualification::v1::RiskOverride;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::risk::decoded;

/// An override by its id.
pub async fn risk_override_get(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<RiskOverride>> {
    let content = sqlx::query_scalar!(
        "SELECT content FROM qualification.risk_override WHERE tenant_id = $1 AND risk_override_id = $2",
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await?;
    content.map(|content| decoded(&content)).transpose()
}

/// The override of a customer in a state of which there is one at most: proposed or active.
pub async fn risk_override_open(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    state: i16,
) -> sqlx::Result<Option<RiskOverride>> {
    let content = sqlx::query_scalar!(
        "SELECT content FROM qualification.risk_override WHERE tenant_id = $1 AND customer_id = $2 AND state = $3 AND state IN (1, 2)",
        tenant,
        customer_id,
        state,
    )
    .fetch_optional(connection)
    .await?;
    content.map(|content| decoded(&content)).transpose()
}

/// Keeps an override as it is now.
pub async fn risk_override_put(
    connection: &mut PgConnection,
    tenant: &str,
    (id, customer_id): (Uuid, Uuid),
    told: &RiskOverride,
    (create_time, expire_time): (Timestamp, Timestamp),
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.risk_override (tenant_id, risk_override_id, customer_id, state, expire_time, create_time, version, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, risk_override_id) DO UPDATE SET state = excluded.state, version = excluded.version, content = excluded.content",
        tenant,
        id,
        customer_id,
        told.state as i16,
        expire_time.to_sqlx() as _,
        create_time.to_sqlx() as _,
        told.etag.parse::<i64>().unwrap_or_default(),
        told.encode_to_vec(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Overrides in force whose time is over: tenant, id and customer.
pub async fn risk_overrides_due(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, risk_override_id, customer_id FROM qualification.risk_override
         WHERE state = 2 AND expire_time <= $1 ORDER BY expire_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.risk_override_id, row.customer_id)).collect())
}
