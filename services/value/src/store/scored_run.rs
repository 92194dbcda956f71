//! Runs whose scores can be read.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

/// A succeeded run with all that reading its scores needs.
#[derive(Debug, Clone)]
pub struct ScoredRecord {
    /// Its id.
    pub score_run_id: Uuid,
    /// The number its scores stand under; `None` when they were removed.
    pub score_set: Option<i64>,
    /// An encoded `ScoreRunSettings`.
    pub settings: Vec<u8>,
    /// An encoded [`Findings`](crate::scoring::Findings).
    pub findings: Vec<u8>,
    /// An encoded `ScoreRunSummary`.
    pub summary: Vec<u8>,
    /// The tiers, best first.
    pub tier_names: Vec<String>,
    /// The segments, by the number a score carries.
    pub segment_names: Vec<String>,
}

/// The run that was the newest at an instant: the last that had succeeded by then.
pub async fn scored_run_at(
    connection: &mut PgConnection,
    tenant: &str,
    time: jiff::Timestamp,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "SELECT score_run_id FROM value.score_run WHERE tenant_id = $1 AND state = 3 AND end_time <= $2 ORDER BY run_no DESC LIMIT 1",
        tenant,
        jiff_sqlx::ToSqlx::to_sqlx(time) as _,
    )
    .fetch_optional(connection)
    .await
}

/// The number a run's scores stand under now; `None` when they were removed.
pub async fn scored_run_set(
    connection: &mut PgConnection,
    tenant: &str,
    score_run_id: Uuid,
) -> sqlx::Result<Option<i64>> {
    let set = sqlx::query_scalar!(
        "SELECT score_set FROM value.score_run WHERE tenant_id = $1 AND score_run_id = $2 AND state = 3",
        tenant,
        score_run_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(set.flatten())
}

/// Whether a run had succeeded by an instant.
pub async fn scored_run_ended_by(
    connection: &mut PgConnection,
    tenant: &str,
    score_run_id: Uuid,
    time: jiff::Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM value.score_run WHERE tenant_id = $1 AND score_run_id = $2 AND state = 3 AND end_time <= $3
           ) AS "ended!""#,
        tenant,
        score_run_id,
        jiff_sqlx::ToSqlx::to_sqlx(time) as _,
    )
    .fetch_one(connection)
    .await
}

/// What is asked for: a tenant's run by its id, or its newest succeeded one.
pub type ScoredKey = (String, Option<Uuid>);

/// The succeeded runs among `keys`, in one statement.
pub async fn scored_runs(
    connection: &mut PgConnection,
    keys: &[ScoredKey],
) -> sqlx::Result<HashMap<ScoredKey, ScoredRecord>> {
    let (tenants, ids): (Vec<String>, Vec<Option<Uuid>>) = keys.iter().cloned().unzip();
    let rows = sqlx::query!(
        r#"SELECT k.tenant_id AS "tenant_id!", k.score_run_id AS asked, r.score_run_id, r.score_set, r.settings,
               r.findings AS "findings!", r.summary AS "summary!", r.tier_names, r.segment_names
           FROM unnest($1::text[], $2::uuid[]) AS k (tenant_id, score_run_id)
           CROSS JOIN LATERAL (
               SELECT * FROM value.score_run r
               WHERE r.tenant_id = k.tenant_id AND r.state = 3 AND (k.score_run_id IS NULL OR r.score_run_id = k.score_run_id)
               ORDER BY r.run_no DESC LIMIT 1
           ) r"#,
        &tenants,
        &ids as &[Option<Uuid>],
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().map(|row| {
        let record = ScoredRecord {
            score_run_id: row.score_run_id,
            score_set: row.score_set,
            settings: row.settings,
            findings: row.findings,
            summary: row.summary,
            tier_names: row.tier_names,
            segment_names: row.segment_names,
        };
        ((row.tenant_id, row.asked), record)
    });
    Ok(found.collect())
}
