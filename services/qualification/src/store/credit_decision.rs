//! Credit that people give customers.

use clientele_proto::qualification::v1::CreditDecision;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::risk::decoded;

/// A decision by its id.
pub async fn credit_decision_get(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<CreditDecision>> {
    let content = sqlx::query_scalar!(
        "SELECT content FROM qualification.credit_decision WHERE tenant_id = $1 AND credit_decision_id = $2",
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await?;
    content.map(|content| decoded(&content)).transpose()
}

/// The decision of a customer that is in force.
pub async fn credit_decision_in_force(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<CreditDecision>> {
    let content = sqlx::query_scalar!(
        "SELECT content FROM qualification.credit_decision WHERE tenant_id = $1 AND customer_id = $2 AND state = 2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await?;
    content.map(|content| decoded(&content)).transpose()
}

/// Keeps a decision as it is now.
pub async fn credit_decision_put(
    connection: &mut PgConnection,
    tenant: &str,
    (id, customer_id): (Uuid, Uuid),
    told: &CreditDecision,
    (create_time, expire_time): (Timestamp, Option<Timestamp>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.credit_decision (tenant_id, credit_decision_id, customer_id, state, expire_time, create_time, version, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, credit_decision_id) DO UPDATE SET state = excluded.state, version = excluded.version, content = excluded.content",
        tenant,
        id,
        customer_id,
        told.state as i16,
        expire_time.map(Timestamp::to_sqlx) as _,
        create_time.to_sqlx() as _,
        told.etag.parse::<i64>().unwrap_or_default(),
        told.encode_to_vec(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Decisions in force whose time is over: tenant, id and customer.
pub async fn credit_decisions_due(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, credit_decision_id, customer_id FROM qualification.credit_decision
         WHERE state = 2 AND expire_time <= $1 ORDER BY expire_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.credit_decision_id, row.customer_id)).collect())
}
