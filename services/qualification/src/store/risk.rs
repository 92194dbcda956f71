//! How risky customers are: assessments, inputs, scorecards. Messages are kept encoded, as the contract has them, beside the columns that queries need.

use clientele_proto::qualification::v1::{RiskAssessment, RiskInputs, RiskScorecard};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message;
use sqlx::PgConnection;
use uuid::Uuid;

/// What is stored, or the error of a row that is no message.
pub(super) fn decoded<M: Message + Default>(content: &[u8]) -> sqlx::Result<M> {
    M::decode(content).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Keeps all that makes a customer's risk as it is until the transaction ends. Taken before the rows of cases and standings.
pub async fn risk_lock(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('qualification.risk/' || $1 || '/' || $2, 0))",
        tenant,
        customer_id.to_string()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The assessment in force. One that only names a level is answered with that level.
pub async fn risk_assessment_get(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<RiskAssessment>> {
    let row = sqlx::query!(
        "SELECT level, version, content FROM qualification.risk_assessment WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let assessment: RiskAssessment = decoded(&row.content)?;
        Ok(RiskAssessment {
            customer_id: customer_id.to_string(),
            risk_level: row.level.into(),
            version: row.version,
            ..assessment
        })
    })
    .transpose()
}

/// Puts an assessment into force, and keeps it for good.
pub async fn risk_assessment_put(
    connection: &mut PgConnection,
    tenant: &str,
    (risk_assessment_id, customer_id): (Uuid, Uuid),
    assessment: &RiskAssessment,
    now: Timestamp,
) -> sqlx::Result<()> {
    let content = assessment.encode_to_vec();
    sqlx::query!(
        "WITH kept AS (
             INSERT INTO qualification.risk_assessment_history (tenant_id, risk_assessment_id, customer_id, level, score, scorecard_version, create_time, content)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         )
         INSERT INTO qualification.risk_assessment (tenant_id, customer_id, level, version, update_time, content) VALUES ($1, $3, $4, $9, $7, $8)
         ON CONFLICT (tenant_id, customer_id) DO UPDATE SET level = excluded.level, version = excluded.version,
             update_time = excluded.update_time, content = excluded.content",
        tenant,
        risk_assessment_id,
        customer_id,
        assessment.risk_level as i16,
        assessment.score,
        assessment.scorecard_version,
        now.to_sqlx() as _,
        content,
        assessment.version,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// What is known of a customer's risk, with its version as `etag`.
pub async fn risk_inputs_get(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<RiskInputs>> {
    let content = sqlx::query_scalar!(
        "SELECT content FROM qualification.risk_inputs WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await?;
    content.map(|content| decoded(&content)).transpose()
}

/// Keeps inputs, whose `etag` is `version`.
pub async fn risk_inputs_put(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    version: i64,
    inputs: &RiskInputs,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.risk_inputs (tenant_id, customer_id, version, content) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, customer_id) DO UPDATE SET version = excluded.version, content = excluded.content",
        tenant,
        customer_id,
        version,
        inputs.encode_to_vec(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A customer as assessments over the whole base read it.
#[derive(Debug)]
pub struct Assessable {
    /// Which.
    pub customer_id: Uuid,
    /// What is known of its risk.
    pub inputs: RiskInputs,
    /// Country of its record.
    pub country_code: Option<String>,
    /// 1 for an organisation, 2 for a person, where its record is known.
    pub kind: Option<i16>,
}

/// The next customers after an id whose inputs or assessments are known, in the order of their ids.
pub async fn risk_assessables(
    connection: &mut PgConnection,
    tenant: &str,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Assessable>> {
    let rows = sqlx::query!(
        r#"SELECT k.customer_id AS "customer_id!", i.content AS "content?", c.country_code AS "country_code?", c.kind AS "kind?"
           FROM (
               (SELECT customer_id FROM qualification.risk_inputs WHERE tenant_id = $1 AND customer_id > $2 ORDER BY customer_id LIMIT $3)
               UNION
               (SELECT customer_id FROM qualification.risk_assessment WHERE tenant_id = $1 AND customer_id > $2 ORDER BY customer_id LIMIT $3)
               ORDER BY 1 LIMIT $3
           ) k
           LEFT JOIN qualification.risk_inputs i ON i.tenant_id = $1 AND i.customer_id = k.customer_id
           LEFT JOIN qualification.customer c ON c.tenant_id = $1 AND c.customer_id = k.customer_id
           ORDER BY 1"#,
        tenant,
        after,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let inputs = row.content.map(|content| decoded(&content)).transpose()?.unwrap_or_default();
            Ok(Assessable { customer_id: row.customer_id, inputs, country_code: row.country_code, kind: row.kind })
        })
        .collect()
}

/// A version of the scorecard, or the newest; `None` where there is none but the built-in one.
pub async fn risk_scorecard_get(
    connection: &mut PgConnection,
    tenant: &str,
    version: Option<i64>,
) -> sqlx::Result<Option<RiskScorecard>> {
    let content = sqlx::query_scalar!(
        "SELECT content FROM qualification.risk_scorecard WHERE tenant_id = $1 AND ($2::bigint IS NULL OR version = $2)
         ORDER BY version DESC LIMIT 1",
        tenant,
        version,
    )
    .fetch_optional(connection)
    .await?;
    content.map(|content| decoded(&content)).transpose()
}

/// Lets nobody else create a scorecard of the tenant until the transaction ends.
pub async fn risk_scorecards_lock(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('qualification.risk_scorecard/' || $1, 0))", tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// Keeps a scorecard, and asks for customers to be assessed anew from the first one on.
pub async fn risk_scorecard_insert(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
    scorecard: &RiskScorecard,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH due AS (
             INSERT INTO qualification.risk_reassessment (tenant_id, after_customer_id) VALUES ($1, '00000000-0000-0000-0000-000000000000')
             ON CONFLICT (tenant_id) DO UPDATE SET after_customer_id = excluded.after_customer_id
         )
         INSERT INTO qualification.risk_scorecard (tenant_id, risk_scorecard_id, version, actor, create_time, content)
         VALUES ($1, $2, $3, $4, $5, $6)",
        tenant,
        id,
        scorecard.version,
        scorecard.actor,
        now.to_sqlx() as _,
        scorecard.encode_to_vec(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A tenant whose customers are to be assessed anew, and after which customer; locked until the transaction ends.
pub async fn risk_reassessment_next(connection: &mut PgConnection) -> sqlx::Result<Option<(String, Uuid)>> {
    let row = sqlx::query!(
        "SELECT tenant_id, after_customer_id FROM qualification.risk_reassessment ORDER BY tenant_id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.tenant_id, row.after_customer_id)))
}

/// Says after which customer it goes on; `None` for the end.
pub async fn risk_reassessment_move(
    connection: &mut PgConnection,
    tenant: &str,
    after: Option<Uuid>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH moved AS (UPDATE qualification.risk_reassessment SET after_customer_id = $2 WHERE tenant_id = $1 AND $2::uuid IS NOT NULL)
         DELETE FROM qualification.risk_reassessment WHERE tenant_id = $1 AND $2::uuid IS NULL",
        tenant,
        after,
    )
    .execute(connection)
    .await
    .map(drop)
}
