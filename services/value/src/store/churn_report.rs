//! What became of alerts, and which customers were lost with and without one.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// The alerts of one level, by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelOutcomes {
    /// Number of the level.
    pub level: i16,
    /// Alerts.
    pub alerts: i64,
    /// Those whose customer stayed.
    pub kept: i64,
    /// Those whose customer left.
    pub lost: i64,
}

/// The alerts of a currency that were raised from a day to another, by the level they reached.
pub async fn churn_alerts_by_outcome(
    connection: &mut PgConnection,
    tenant: &str,
    currency_code: &str,
    (start, end): (Date, Date),
) -> sqlx::Result<Vec<LevelOutcomes>> {
    sqlx::query_as!(
        LevelOutcomes,
        r#"SELECT level, count(*) AS "alerts!", count(*) FILTER (WHERE outcome = 1) AS "kept!",
               count(*) FILTER (WHERE outcome = 2) AS "lost!"
           FROM value.churn_alert WHERE tenant_id = $1 AND currency_code = $2 AND raise_date BETWEEN $3 AND $4
           GROUP BY level ORDER BY level"#,
        tenant,
        currency_code,
        start.to_sqlx() as _,
        end.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
}

/// Whose losses are counted.
#[derive(Debug, Clone, Copy)]
pub struct Losses<'a> {
    /// Whose customers.
    pub tenant: &'a str,
    /// The number the run's scores stand under.
    pub score_set: i64,
    /// The run's currency.
    pub currency_code: &'a str,
    /// Purchase days from which customers are watched.
    pub min_purchase_days: i32,
    /// From which day on they were lost, and up to which.
    pub period: (Date, Date),
}

/// Customers that a run takes for lost since a day of the period, and how many of them had an alert in the silence before that day. The
/// transaction reads no table whole afterwards.
pub async fn churn_losses_count(connection: &mut PgConnection, losses: &Losses<'_>) -> sqlx::Result<(i64, i64)> {
    // Of many sets in the table only this one is read, by its part of the key.
    sqlx::raw_sql("SET LOCAL enable_seqscan = off").execute(&mut *connection).await?;
    let (start, end) = (losses.period.0.to_sqlx(), losses.period.1.to_sqlx());
    let lost = sqlx::query_scalar!(
        r#"SELECT count(*) AS "lost!" FROM value.score s
           WHERE s.tenant_id = $1 AND s.score_set = $2 AND s.stage = 6 AND s.frequency + 1 >= $3 AND s.stage_since BETWEEN $4 AND $5"#,
        losses.tenant,
        losses.score_set,
        losses.min_purchase_days,
        start as _,
        end as _,
    )
    .fetch_one(&mut *connection)
    .await?;
    // Alerts are few beside customers: their scores are looked up one by one.
    let alerted = sqlx::query_scalar!(
        r#"SELECT count(DISTINCT a.buyer_id) AS "alerted!" FROM value.churn_alert a
           CROSS JOIN LATERAL (
               SELECT * FROM value.score s WHERE s.tenant_id = $1 AND s.score_set = $2 AND s.buyer_id = a.buyer_id LIMIT 1
           ) s
           WHERE a.tenant_id = $1 AND a.currency_code = $6 AND a.raise_date < $5
               AND s.stage = 6 AND s.frequency + 1 >= $3 AND s.stage_since BETWEEN $4 AND $5
               AND a.raise_date > s.last_purchase_date AND a.raise_date < s.stage_since"#,
        losses.tenant,
        losses.score_set,
        losses.min_purchase_days,
        start as _,
        end as _,
        losses.currency_code,
    )
    .fetch_one(connection)
    .await?;
    Ok((lost, alerted))
}
