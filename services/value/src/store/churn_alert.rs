//! Churn alerts: raised, raised in level and ended many at once by runs, read and changed one by one by people.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// States as they are stored; the numbers of `ChurnAlert.State` in the contract.
pub mod state {
    /// Nobody has looked at it.
    pub const OPEN: i16 = 1;
    /// Somebody looks after the customer.
    pub const ACKNOWLEDGED: i16 = 2;
    /// Over: the customer bought again, or people said how it ended.
    pub const RESOLVED: i16 = 3;
    /// Over: the customer did not buy for too long.
    pub const EXPIRED: i16 = 4;
}

/// Outcomes as they are stored; the numbers of `ChurnAlert.Outcome` in the contract.
pub mod outcome {
    /// The customer stayed.
    pub const KEPT: i16 = 1;
    /// The customer left.
    pub const LOST: i16 = 2;
}

/// An alert as it is stored, with the names of its customer.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct AlertRecord {
    /// Its id.
    pub churn_alert_id: Uuid,
    /// The customer's id, where it is known.
    pub customer_id: Option<Uuid>,
    /// The caller's own key.
    pub external_id: Option<String>,
    /// The currency of the runs it comes from.
    pub currency_code: String,
    /// Number of the level, from 1.
    pub level: i16,
    /// One of [`state`].
    pub state: i16,
    /// One of [`outcome`].
    pub outcome: Option<i16>,
    /// The tier it was watched in.
    pub tier: String,
    /// The as-of date of the run that raised it.
    pub raise_date: jiff_sqlx::Date,
    /// The last purchase before the silence.
    pub last_purchase_date: jiff_sqlx::Date,
    /// Days with a purchase.
    pub purchase_days: i32,
    /// Mean days between them.
    pub rhythm_days: f64,
    /// Days since the last one.
    pub silent_days: i32,
    /// P(alive).
    pub p_alive: f64,
    /// The limit of rhythms that was passed.
    pub rhythms_limit: Option<f64>,
    /// The limit of P(alive) that was passed.
    pub p_alive_limit: Option<f64>,
    /// The run that raised it, or last raised its level.
    pub score_run_id: Uuid,
    /// Who changed it last.
    pub actor: String,
    /// What people wrote.
    pub note: String,
    /// When it was raised.
    pub create_time: jiff_sqlx::Timestamp,
    /// When it was last changed.
    pub update_time: jiff_sqlx::Timestamp,
    /// When it was over.
    pub end_time: Option<jiff_sqlx::Timestamp>,
}

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

/// The alerts of a currency that are not over; locked until the transaction ends.
pub async fn churn_alerts_open(
    connection: &mut PgConnection,
    tenant: &str,
    currency_code: &str,
) -> sqlx::Result<Vec<OpenAlert>> {
    sqlx::query_as!(
        OpenAlert,
        r#"SELECT churn_alert_id, buyer_id, level, raise_date AS "raise_date: _", last_purchase_date AS "last_purchase_date: _"
           FROM value.churn_alert WHERE tenant_id = $1 AND currency_code = $2 AND state IN (1, 2)
           ORDER BY churn_alert_id FOR UPDATE"#,
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
         WHERE NOT EXISTS (
             SELECT FROM value.churn_alert a
             WHERE a.tenant_id = $1 AND a.buyer_id = r.buyer_id AND a.currency_code = $2
                 AND (a.last_purchase_date >= date '1970-01-01' + r.last_day OR a.state IN (1, 2)))
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

/// Gives alerts a louder level and what it rests on.
pub async fn churn_alerts_raise(connection: &mut PgConnection, run: &OfRun<'_>, risks: &Risks) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.churn_alert a
         SET level = r.level, purchase_days = r.purchase_days, rhythm_days = r.rhythm_days, silent_days = r.silent_days,
             p_alive = r.p_alive, rhythms_limit = r.rhythms_limit, p_alive_limit = r.p_alive_limit, score_run_id = $2, actor = $3,
             update_time = $4
         FROM unnest($5::uuid[], $6::smallint[], $7::integer[], $8::double precision[], $9::integer[], $10::double precision[],
             $11::double precision[], $12::double precision[])
             AS r (churn_alert_id, level, purchase_days, rhythm_days, silent_days, p_alive, rhythms_limit, p_alive_limit)
         WHERE a.tenant_id = $1 AND a.churn_alert_id = r.churn_alert_id",
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
    .execute(connection)
    .await
    .map(drop)
}

/// Ends alerts in a state with an outcome.
pub async fn churn_alerts_end(
    connection: &mut PgConnection,
    run: &OfRun<'_>,
    ids: &[Uuid],
    (state, outcome): (i16, i16),
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.churn_alert SET state = $3, outcome = $4, actor = $5, update_time = $6, end_time = $6
         WHERE tenant_id = $1 AND churn_alert_id = ANY ($2)",
        run.tenant,
        ids,
        state,
        outcome,
        run.actor,
        run.now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Alerts by their ids, in the order of these. A buyer that is gone leaves an alert without names.
pub async fn churn_alerts_by_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<Vec<AlertRecord>> {
    sqlx::query_as!(
        AlertRecord,
        r#"SELECT a.churn_alert_id, b.customer_id AS "customer_id?", b.external_id, a.currency_code, a.level, a.state, a.outcome, a.tier,
               a.raise_date AS "raise_date: _", a.last_purchase_date AS "last_purchase_date: _", a.purchase_days, a.rhythm_days,
               a.silent_days, a.p_alive, a.rhythms_limit, a.p_alive_limit, a.score_run_id, a.actor, a.note,
               a.create_time AS "create_time: _", a.update_time AS "update_time: _", a.end_time AS "end_time: _"
           FROM unnest($2::uuid[]) WITH ORDINALITY AS k (churn_alert_id, place)
           CROSS JOIN LATERAL (
               SELECT * FROM value.churn_alert a WHERE a.tenant_id = $1 AND a.churn_alert_id = k.churn_alert_id LIMIT 1
           ) a
           LEFT JOIN LATERAL (SELECT * FROM value.buyer b WHERE b.tenant_id = $1 AND b.buyer_id = a.buyer_id LIMIT 1) b ON true
           ORDER BY k.place"#,
        tenant,
        ids,
    )
    .fetch_all(connection)
    .await
}

/// Keeps an alert as it is until the transaction ends; its state, or `None` where there is none.
pub async fn churn_alert_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<i16>> {
    sqlx::query_scalar!(
        "SELECT state FROM value.churn_alert WHERE tenant_id = $1 AND churn_alert_id = $2 FOR UPDATE",
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// What people make of an alert.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// One of [`state`].
    pub state: i16,
    /// One of [`outcome`].
    pub outcome: Option<i16>,
    /// What they wrote; empty for what was written before.
    pub note: &'a str,
    /// Who.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Stores what people make of an alert; one that is over already keeps the time when it was.
pub async fn churn_alert_answer(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
    answer: &Answer<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.churn_alert
         SET state = $3::smallint, outcome = $4, note = CASE WHEN $5 = '' THEN note ELSE $5 END, actor = $6, update_time = $7,
             end_time = CASE WHEN $3::smallint IN (3, 4) THEN coalesce(end_time, $7) END
         WHERE tenant_id = $1 AND churn_alert_id = $2",
        tenant,
        id,
        answer.state,
        answer.outcome,
        answer.note,
        answer.actor,
        answer.now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// What `ListChurnAlerts` can filter and sort by.
pub static ALERTS: Schema = Schema::new(
    Field::new("churn_alert_id", "a.churn_alert_id", Kind::Uuid),
    &[
        Field::new("level", "(ARRAY['WATCH', 'WARNING', 'CRITICAL'])[a.level]", LEVELS),
        Field::new("state", "(ARRAY['OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'EXPIRED'])[a.state]", STATES),
        Field::new("outcome", "(ARRAY['KEPT', 'LOST'])[a.outcome]", Kind::Enum(&[("KEPT", "KEPT"), ("LOST", "LOST")]))
            .nullable(),
        Field::new("tier", "a.tier", Kind::Text),
        Field::new("currency_code", "a.currency_code", Kind::Text),
        Field::new("raise_date", "a.raise_date", Kind::Date).sortable(),
        Field::new("create_time", "a.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("churn_alert_id desc");

const LEVELS: Kind = Kind::Enum(&[("WATCH", "WATCH"), ("WARNING", "WARNING"), ("CRITICAL", "CRITICAL")]);
const STATES: Kind =
    Kind::Enum(&[("OPEN", "OPEN"), ("ACKNOWLEDGED", "ACKNOWLEDGED"), ("RESOLVED", "RESOLVED"), ("EXPIRED", "EXPIRED")]);

/// A page of the alerts of a tenant, cut before buyers are looked up.
pub async fn churn_alerts_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<AlertRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("WITH page AS (SELECT a.*");
    plan.push_keys(&mut query);
    query.push(" FROM value.churn_alert a WHERE a.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    query.push(
        ") SELECT p.*, b.customer_id, b.external_id FROM page p LEFT JOIN LATERAL (SELECT * FROM value.buyer b \
         WHERE b.tenant_id = p.tenant_id AND b.buyer_id = p.buyer_id LIMIT 1) b ON true ORDER BY ",
    );
    for (key, term) in plan.order.terms().iter().enumerate() {
        let comma = if key > 0 { ", " } else { "" };
        let direction = if term.descending { "DESC" } else { "ASC" };
        query.push(format_args!("{comma}p.page_key_{key} {direction} NULLS LAST"));
    }
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| AlertRecord::from_row(&row))
}

/// Gives alerts of one buyer to another. Where both have one that is not over, the one of the later silence is kept, which is that of the two as
/// one; else the louder one, else the one raised first. The other ends without an outcome.
pub async fn churn_alerts_move(connection: &mut PgConnection, tenant: &str, from: i64, to: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.churn_alert less SET state = 3, update_time = now(), end_time = now()
         FROM value.churn_alert more
         WHERE less.tenant_id = $1 AND more.tenant_id = $1 AND less.buyer_id IN ($2, $3) AND more.buyer_id IN ($2, $3)
             AND less.buyer_id <> more.buyer_id AND less.currency_code = more.currency_code
             AND less.state IN (1, 2) AND more.state IN (1, 2)
             AND (less.last_purchase_date, less.level, more.raise_date, more.churn_alert_id)
                 < (more.last_purchase_date, more.level, less.raise_date, less.churn_alert_id)",
        tenant,
        from,
        to,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("UPDATE value.churn_alert SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2", tenant, from, to)
        .execute(connection)
        .await
        .map(drop)
}
