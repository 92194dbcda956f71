//! Churn alerts raised, made louder and ended by runs, many at once.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::churn_alert::{outcome, state};

/// An alert that is not over.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenAlert {
    /// Its id.
    pub churn_alert_id: Uuid,
    /// Whose.
    pub buyer_id: i64,
    /// Number of the level.
    pub level: i16,
    /// The as-of date of the run that raised it.
    pub raise_date: jiff_sqlx::Date,
    /// The last purchase before the silence.
    pub last_purchase_date: jiff_sqlx::Date,
}

/// Makes the rest of the transaction look alerts up by their indexes (`churn_alert_of_buyer` is the one of its kind). A first run fills an empty table with tens of thousands of alerts;
/// Postgres, which plans the statements while it is empty, would read all of it again for each of them.
pub async fn churn_alerts_by_index(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SET LOCAL enable_seqscan = off").execute(connection).await.map(drop)
}

/// The alerts of a currency that are not over. They are not locked, which would write every one of them: what changes them asks again
/// whether they are over.
pub async fn churn_alerts_open(
    connection: &mut PgConnection,
    tenant: &str,
    currency_code: &str,
) -> sqlx::Result<Vec<OpenAlert>> {
    sqlx::query_as!(
        OpenAlert,
        r#"SELECT churn_alert_id, buyer_id, level, raise_date AS "raise_date: _", last_purchase_date AS "last_purchase_date: _"
           FROM value.churn_alert WHERE tenant_id = $1 AND currency_code = $2 AND state IN (1, 2)
           ORDER BY churn_alert_id"#,
        tenant,
        currency_code,
    )
    .fetch_all(connection)
    .await
}

/// What changes of a run have in common.
#[derive(Debug, Clone, Copy)]
pub struct OfRun<'a> {
    /// Whose customers.
    pub tenant: &'a str,
    /// The run's currency.
    pub currency_code: &'a str,
    /// The run.
    pub score_run_id: Uuid,
    /// Its as-of date.
    pub as_of_date: Date,
    /// Who asked for it.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// What levels rest on, in columns: a place for each alert.
#[derive(Debug, Default)]
pub struct Risks {
    /// The alerts.
    pub churn_alert_ids: Vec<Uuid>,
    /// Whose.
    pub buyer_ids: Vec<i64>,
    /// Numbers of the levels.
    pub levels: Vec<i16>,
    /// The tiers they are watched in.
    pub tiers: Vec<String>,
    /// Last purchase days, counted from 1970-01-01.
    pub last_purchase_days: Vec<i32>,
    /// Days with a purchase.
    pub purchase_days: Vec<i32>,
    /// Mean days between them.
    pub rhythm_days: Vec<f64>,
    /// Days since the last one.
    pub silent_days: Vec<i32>,
    /// P(alive).
    pub p_alive: Vec<f64>,
    /// The limits of rhythms that were passed.
    pub rhythms_limits: Vec<Option<f64>>,
    /// The limits of P(alive) that were passed.
    pub p_alive_limits: Vec<Option<f64>>,
}

/// Stores alerts of buyers that there still are and whose silence had none yet; answers their ids.
pub async fn churn_alerts_insert(
    connection: &mut PgConnection,
    run: &OfRun<'_>,
    risks: &Risks,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "INSERT INTO value.churn_alert (tenant_id, churn_alert_id, buyer_id, currency_code, level, state, tier, raise_date,
             last_purchase_date, purchase_days, rhythm_days, silent_days, p_alive, rhythms_limit, p_alive_limit, score_run_id, actor,
             create_time, update_time)
         SELECT $1, r.churn_alert_id, r.buyer_id, $2, r.level, 1, r.tier, $4, date '1970-01-01' + r.last_day, r.purchase_days, r.rhythm_days,
             r.silent_days, r.p_alive, r.rhythms_limit, r.p_alive_limit, $3, $5, $6, $6
         FROM unnest($7::uuid[], $8::bigint[], $9::smallint[], $10::text[], $11::integer[], $12::integer[], $13::double precision[],
             $14::integer[], $15::double precision[], $16::double precision[], $17::double precision[])
             AS r (churn_alert_id, buyer_id, level, tier, last_day, purchase_days, rhythm_days, silent_days, p_alive,
             rhythms_limit, p_alive_limit)
         CROSS JOIN LATERAL (SELECT FROM value.buyer b WHERE b.tenant_id = $1 AND b.buyer_id = r.buyer_id LIMIT 1) b
         LEFT JOIN LATERAL (
             SELECT true AS found FROM value.churn_alert a
             WHERE a.tenant_id = $1 AND a.buyer_id = r.buyer_id AND a.currency_code = $2
                 AND (a.last_purchase_date >= date '1970-01-01' + r.last_day OR a.state IN (1, 2))
             LIMIT 1) a ON true
         WHERE a.found IS NULL
         RETURNING churn_alert_id",
        run.tenant,
        run.currency_code,
        run.score_run_id,
        run.as_of_date.to_sqlx() as _,
        run.actor,
        run.now.to_sqlx() as _,
        &risks.churn_alert_ids,
        &risks.buyer_ids,
        &risks.levels,
        &risks.tiers,
        &risks.last_purchase_days,
        &risks.purchase_days,
        &risks.rhythm_days,
        &risks.silent_days,
        &risks.p_alive,
        &risks.rhythms_limits as &[Option<f64>],
        &risks.p_alive_limits as &[Option<f64>],
    )
    .fetch_all(connection)
    .await
}

/// Gives alerts that are not over a louder level and what it rests on; answers their ids.
pub async fn churn_alerts_raise(
    connection: &mut PgConnection,
    run: &OfRun<'_>,
    risks: &Risks,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "UPDATE value.churn_alert a
         SET level = r.level, purchase_days = r.purchase_days, rhythm_days = r.rhythm_days, silent_days = r.silent_days,
             p_alive = r.p_alive, rhythms_limit = r.rhythms_limit, p_alive_limit = r.p_alive_limit, score_run_id = $2, actor = $3,
             update_time = $4
         FROM unnest($5::uuid[], $6::smallint[], $7::integer[], $8::double precision[], $9::integer[], $10::double precision[],
             $11::double precision[], $12::double precision[])
             AS r (churn_alert_id, level, purchase_days, rhythm_days, silent_days, p_alive, rhythms_limit, p_alive_limit)
         WHERE a.tenant_id = $1 AND a.churn_alert_id = r.churn_alert_id AND a.state IN (1, 2)
         RETURNING a.churn_alert_id",
        run.tenant,
        run.score_run_id,
        run.actor,
        run.now.to_sqlx() as _,
        &risks.churn_alert_ids,
        &risks.levels,
        &risks.purchase_days,
        &risks.rhythm_days,
        &risks.silent_days,
        &risks.p_alive,
        &risks.rhythms_limits as &[Option<f64>],
        &risks.p_alive_limits as &[Option<f64>],
    )
    .fetch_all(connection)
    .await
}

/// Ends the alerts of buyers who have bought since, on these days counted from 1970-01-01, between runs; answers their ids.
pub async fn churn_alerts_keep(
    connection: &mut PgConnection,
    tenant: &str,
    currency_code: &str,
    (buyers, last_purchase_days): (&[i64], &[i32]),
    now: Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "UPDATE value.churn_alert a SET state = $5, outcome = $6, update_time = $7, end_time = $7
         FROM unnest($3::bigint[], $4::integer[]) AS b (buyer_id, last_day)
         WHERE a.tenant_id = $1 AND a.currency_code = $2 AND a.buyer_id = b.buyer_id AND a.state IN (1, 2)
             AND a.last_purchase_date < date '1970-01-01' + b.last_day
         RETURNING a.churn_alert_id",
        tenant,
        currency_code,
        buyers,
        last_purchase_days,
        state::RESOLVED,
        outcome::KEPT,
        now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
}

/// Ends alerts that are not over, in a state with an outcome; answers their ids.
pub async fn churn_alerts_end(
    connection: &mut PgConnection,
    run: &OfRun<'_>,
    ids: &[Uuid],
    (state, outcome): (i16, i16),
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "UPDATE value.churn_alert SET state = $3, outcome = $4, actor = $5, update_time = $6, end_time = $6
         WHERE tenant_id = $1 AND churn_alert_id = ANY ($2) AND state IN (1, 2)
         RETURNING churn_alert_id",
        run.tenant,
        ids,
        state,
        outcome,
        run.actor,
        run.now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
}
