//! What a decision about a customer rests on, gathered from the tables of its parts.

use clientele_proto::qualification::v1::RiskLevel;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::requirements::{Document, Hit, Risk};

/// Documents of a customer in use, by their ids: 2 to 6 are received, being verified, verified, nearing their end, run out.
pub async fn evidence_documents(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Vec<Document>> {
    let rows = sqlx::query!(
        r#"SELECT document_id, kind, state, version, valid_from_date, expire_time,
               valid_from_date::timestamp AT TIME ZONE time_zone AS "start_time: jiff_sqlx::Timestamp"
           FROM qualification.document
           WHERE tenant_id = $1 AND customer_id = $2 AND state BETWEEN 2 AND 6 ORDER BY document_id"#,
        tenant,
        customer_id,
    )
    .fetch_all(connection)
    .await?;
    let documents = rows.into_iter().map(|row| Document {
        document_id: row.document_id,
        kind: i32::from(row.kind),
        state: row.state,
        version: row.version,
        valid_from: row.valid_from_date.map(jiff_sqlx::Date::to_jiff),
        start_time: row.start_time.map(jiff_sqlx::Timestamp::to_jiff),
        expire_time: row.expire_time.map(jiff_sqlx::Timestamp::to_jiff),
    });
    Ok(documents.collect())
}

/// Screening hits of a customer, by their ids.
pub async fn evidence_hits(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<Vec<Hit>> {
    let rows = sqlx::query!(
        "SELECT screening_hit_id, state, version FROM qualification.screening_hit \
         WHERE tenant_id = $1 AND customer_id = $2 ORDER BY screening_hit_id",
        tenant,
        customer_id,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hit { hit_id: row.screening_hit_id, state: row.state, version: row.version })
        .collect())
}

/// The risk of a customer.
pub async fn evidence_risk(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<Risk>> {
    let row = sqlx::query!(
        "SELECT level, version FROM qualification.risk_assessment WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row
        .map(|row| Risk { level: RiskLevel::try_from(i32::from(row.level)).unwrap_or_default(), version: row.version }))
}

/// The version of what is declared of a customer's ownership.
pub async fn evidence_ownership(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "SELECT max(version) FROM qualification.ownership_structure WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_one(connection)
    .await
}
