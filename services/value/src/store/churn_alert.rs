//! Churn alerts: read, listed, answered by people, and moved with their buyers. What runs do to them is in
//! [`super::churn_raising`].

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::Timestamp;
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
