//! What earlier runs found: their settings and summaries, scores or none.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A succeeded run with what it told of itself.
#[derive(Debug, Clone)]
pub struct FittedRun {
    /// Its id.
    pub score_run_id: Uuid,
    /// Its as-of date.
    pub as_of_date: jiff_sqlx::Date,
    /// An encoded `ScoreRunSettings`.
    pub settings: Vec<u8>,
    /// An encoded `ScoreRunSummary`.
    pub summary: Vec<u8>,
}

/// Up to `limit` succeeded runs of a tenant as of a day at the latest, newest first.
pub async fn fitted_runs_until(
    connection: &mut PgConnection,
    tenant: &str,
    as_of_date: Date,
    limit: i64,
) -> sqlx::Result<Vec<FittedRun>> {
    sqlx::query_as!(
        FittedRun,
        r#"SELECT score_run_id, as_of_date AS "as_of_date: _", settings, summary AS "summary!"
           FROM value.score_run WHERE tenant_id = $1 AND state = 3 AND as_of_date <= $2 ORDER BY run_no DESC LIMIT $3"#,
        tenant,
        as_of_date.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await
}
