//! Rescoring between runs: what was recorded, whose it is, and the rows that follow.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// An event that may change scores.
#[derive(Debug)]
pub struct RecordedEvent {
    /// Its place in the feed.
    pub position: i64,
    /// Whose data.
    pub tenant_id: String,
    /// Full name of its message.
    pub event_type: String,
    /// The encoded message.
    pub data: Vec<u8>,
}

/// How far recorded transactions are rescored, locked until the transaction ends; `None` where another replica is at it.
pub async fn rescore_cursor(connection: &mut PgConnection) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT position FROM value.projection_cursor WHERE source = 'rescoring' FOR UPDATE SKIP LOCKED"
    )
    .fetch_optional(connection)
    .await
}

/// Moves the cursor.
pub async fn rescore_cursor_move(connection: &mut PgConnection, position: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE value.projection_cursor SET position = $1 WHERE source = 'rescoring'", position)
        .execute(connection)
        .await
        .map(drop)
}

/// The latest position of the feed.
pub async fn feed_latest(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!("SELECT latest_position FROM value.feed_bounds").fetch_one(connection).await
}

/// The next events of some types after a position up to another, of one tenant or all; at most `limit`.
pub async fn recorded_events(
    connection: &mut PgConnection,
    (after, up_to): (i64, i64),
    tenant: Option<&str>,
    types: &[String],
    limit: i64,
) -> sqlx::Result<Vec<RecordedEvent>> {
    sqlx::query_as!(
        RecordedEvent,
        r#"SELECT position AS "position!", tenant_id, event_type, data FROM value.outbox
           WHERE position > $1 AND position <= $2 AND ($3::text IS NULL OR tenant_id = $3) AND event_type = ANY ($4)
           ORDER BY position LIMIT $5"#,
        after,
        up_to,
        tenant,
        types,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Asks for a tenant's transactions recorded after a position to be gone through again.
pub async fn rescore_replay_put(connection: &mut PgConnection, tenant: &str, after: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.rescore_replay (tenant_id, after_position) VALUES ($1, $2)
         ON CONFLICT (tenant_id) DO UPDATE SET after_position = least(rescore_replay.after_position, excluded.after_position)",
        tenant,
        after,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The tenants of which something was asked to be gone through again.
pub async fn rescore_replay_tenants(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT tenant_id FROM value.rescore_replay ORDER BY tenant_id").fetch_all(connection).await
}

/// Takes what was asked of a tenant, whose tiers are locked: whoever asks holds that lock before the row.
pub async fn rescore_replay_take(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("DELETE FROM value.rescore_replay WHERE tenant_id = $1 RETURNING after_position", tenant)
        .fetch_optional(connection)
        .await
}

/// The buyers of transactions.
pub async fn buyers_of_transactions(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: &[String],
) -> sqlx::Result<Vec<i64>> {
    if external_ids.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"SELECT DISTINCT t.buyer_id FROM unnest($2::text[]) AS k (external_id)
           CROSS JOIN LATERAL (
               SELECT buyer_id FROM value.transaction WHERE tenant_id = $1 AND external_id = k.external_id LIMIT 1
           ) t"#,
        tenant,
        external_ids,
    )
    .fetch_all(connection)
    .await
}

/// A transaction of a buyer's history.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// Whose.
    pub buyer_id: i64,
    /// 1 purchase, 2 refund, 3 cost.
    pub kind: i16,
    /// When.
    pub occur_date: jiff_sqlx::Date,
    /// How much.
    pub amount_minor: i64,
    /// The day of the purchase that a refund takes back, where it names one of the same buyer and currency.
    pub purchase_date: Option<jiff_sqlx::Date>,
    /// What a cost was for: of goods (1) or acquisition (3); `None` for the cost to serve.
    pub cost_kind: Option<i16>,
}

/// All that some buyers did in a currency.
pub async fn histories(
    connection: &mut PgConnection,
    tenant: &str,
    currency: &str,
    buyers: &[i64],
) -> sqlx::Result<Vec<Past>> {
    // An array of each column and buyer: a row of each transaction would cost as much to take apart as it costs to find.
    let rows = sqlx::query!(
        r#"SELECT k.buyer_id AS "buyer_id!", t.kinds AS "kinds!", t.occur_dates AS "occur_dates!: Vec<jiff_sqlx::Date>", t.amounts AS "amounts!",
               t.purchase_dates AS "purchase_dates!: Vec<Option<jiff_sqlx::Date>>", t.cost_kinds AS "cost_kinds!: Vec<Option<i16>>"
           FROM unnest($3::bigint[]) AS k (buyer_id)
           CROSS JOIN LATERAL (
               SELECT array_agg(kind) AS kinds, array_agg(occur_date) AS occur_dates, array_agg(amount_minor) AS amounts,
                   array_agg(CASE WHEN kind = 2 AND refunded_external_id IS NOT NULL THEN (
                       SELECT p.occur_date FROM value.transaction p
                       WHERE p.tenant_id = $1 AND p.external_id = t.refunded_external_id
                           AND p.kind = 1 AND p.buyer_id = k.buyer_id AND p.currency_code = $2
                       LIMIT 1
                   ) END) AS purchase_dates,
                   array_agg(cost_kind) AS cost_kinds
               FROM value.transaction t WHERE tenant_id = $1 AND buyer_id = k.buyer_id AND currency_code = $2
               HAVING count(*) > 0
           ) t"#,
        tenant,
        currency,
        buyers,
    )
    .fetch_all(connection)
    .await?;
    let transactions = rows.iter().flat_map(|row| {
        let columns =
            row.kinds.iter().zip(&row.occur_dates).zip(&row.amounts).zip(&row.purchase_dates).zip(&row.cost_kinds);
        columns.map(|((((kind, occur_date), amount_minor), purchase_date), cost_kind)| Past {
            buyer_id: row.buyer_id,
            kind: *kind,
            occur_date: *occur_date,
            amount_minor: *amount_minor,
            purchase_date: *purchase_date,
            cost_kind: *cost_kind,
        })
    });
    Ok(transactions.collect())
}

/// What a score rests on beside transactions.
#[derive(Debug)]
pub struct Beside {
    /// Whose.
    pub buyer_id: i64,
    /// The encoded signals that the run knew.
    pub signals: Option<Vec<u8>>,
    /// Number of the lifecycle stage, from 1.
    pub stage: Option<i16>,
    /// Since when.
    pub stage_since: Option<jiff_sqlx::Date>,
    /// Its share of acquisition spends.
    pub acquisition_share_minor: Option<i64>,
    /// Number of the peer group whose wallets stand in for its own, from 1.
    pub wallet_group: Option<i32>,
}

/// Keeps what the scores of buyers in a set are until now, also that there is none. Answers what those that there are rest on.
pub async fn scores_keep(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyers: &[i64],
    now: Timestamp,
) -> sqlx::Result<Vec<Beside>> {
    sqlx::query_as!(
        Beside,
        r#"WITH until_now AS MATERIALIZED (
               SELECT k.buyer_id, s.score FROM unnest($3::bigint[]) AS k (buyer_id)
               LEFT JOIN LATERAL (
                   SELECT score FROM value.score WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = k.buyer_id LIMIT 1
               ) s ON true
           ), kept AS (
               INSERT INTO value.score_revision (tenant_id, score_set, buyer_id, valid_until, score_row)
               SELECT $1, $2, buyer_id, $4, score FROM until_now ON CONFLICT DO NOTHING
           )
           SELECT buyer_id AS "buyer_id!", (score).signals, (score).stage, (score).stage_since AS "stage_since: _",
               (score).acquisition_share_minor, (score).wallet_group
           FROM until_now WHERE score IS DISTINCT FROM NULL"#,
        tenant,
        set,
        buyers,
        now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
}

/// A score as its customer's transactions make it now.
#[derive(Debug, Clone, PartialEq)]
pub struct Rescored {
    /// Whose.
    pub buyer_id: i64,
    /// Net revenue.
    pub total_revenue_minor: i64,
    /// Net revenue after the first purchase day.
    pub repeat_revenue_minor: i64,
    /// Recorded costs.
    pub total_cost_minor: i64,
    /// P(alive).
    pub p_alive: f64,
    /// Over the horizon.
    pub expected_purchases: f64,
    /// Of a purchase day.
    pub expected_spend_minor: Option<f64>,
    /// Over the horizon.
    pub clv_minor: Option<f64>,
    /// Purchase days after the first.
    pub frequency: i32,
    /// First purchase day.
    pub first_purchase_date: Date,
    /// Last purchase day.
    pub last_purchase_date: Date,
    /// The three scores as a number of three digits.
    pub rfm_code: i16,
    /// Number of the segment, from 1.
    pub segment: i16,
    /// The key-account index.
    pub index: f64,
    /// Net revenue of the last 365 days.
    pub last_year_minor: i64,
    /// Net revenue of the 365 days before.
    pub year_before_minor: i64,
    /// The day it is true for.
    pub as_of_date: Date,
    /// The tier its numbers would enter, from 1.
    pub candidate_tier: i16,
    /// Number of the lifecycle stage, from 1.
    pub stage: i16,
    /// Since when.
    pub stage_since: Date,
    /// Costs of goods; `None` for nothing, as for what follows.
    pub cost_of_goods_minor: Option<i64>,
    /// What winning the customer cost.
    pub acquisition_cost_minor: Option<i64>,
    /// Since when that has been paid back.
    pub payback_date: Option<Date>,
    /// Number of the peer group whose wallets stand in for its own, from 1; only that of a customer that the run did not know is stored.
    pub wallet_group: Option<i32>,
    /// The last tier and the last rank, which a customer gets that the run did not know.
    pub new: (i16, i32),
}

/// Stores scores in place of those before; a customer that the run did not know gets its first.
pub async fn scores_rescore(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    scores: &[Rescored],
    now: Timestamp,
) -> sqlx::Result<()> {
    if scores.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO value.score (tenant_id, score_set, update_time, buyer_id, total_revenue_minor, repeat_revenue_minor, total_cost_minor,
             p_alive, expected_purchases, expected_spend_minor, clv_minor, frequency, first_purchase_date, last_purchase_date, rfm_code,
             segment, index, last_year_minor, year_before_minor, as_of_date, candidate_tier, tier, earned_tier, rank, stage, stage_since,
             cost_of_goods_minor, acquisition_cost_minor, payback_date, wallet_group)
         SELECT $1, $2, $3, s.buyer_id, s.total_revenue, s.repeat_revenue, s.total_cost, s.p_alive, s.expected_purchases,
             s.expected_spend, s.clv, s.frequency, s.first_purchase_date, s.last_purchase_date, s.rfm_code, s.segment, s.index,
             s.last_year, s.year_before, s.as_of_date, s.candidate_tier, s.new_tier, s.new_tier, s.new_rank, s.stage, s.stage_since,
             s.cost_of_goods, s.acquisition_cost, s.payback_date, s.wallet_group
         FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::float8[], $9::float8[], $10::float8[], $11::float8[],
             $12::int[], $13::date[], $14::date[], $15::smallint[], $16::smallint[], $17::float8[], $18::bigint[], $19::bigint[],
             $20::date[], $21::smallint[], $22::smallint[], $23::int[], $24::smallint[], $25::date[], $26::bigint[], $27::bigint[],
             $28::date[], $29::int[])
         AS s (buyer_id, total_revenue, repeat_revenue, total_cost, p_alive, expected_purchases, expected_spend, clv, frequency,
             first_purchase_date, last_purchase_date, rfm_code, segment, index, last_year, year_before, as_of_date, candidate_tier,
             new_tier, new_rank, stage, stage_since, cost_of_goods, acquisition_cost, payback_date, wallet_group)
         ON CONFLICT (tenant_id, score_set, buyer_id) DO UPDATE SET total_revenue_minor = excluded.total_revenue_minor,
             repeat_revenue_minor = excluded.repeat_revenue_minor, total_cost_minor = excluded.total_cost_minor,
             p_alive = excluded.p_alive, expected_purchases = excluded.expected_purchases,
             expected_spend_minor = excluded.expected_spend_minor, clv_minor = excluded.clv_minor, frequency = excluded.frequency,
             first_purchase_date = excluded.first_purchase_date, last_purchase_date = excluded.last_purchase_date,
             rfm_code = excluded.rfm_code, segment = excluded.segment, index = excluded.index,
             last_year_minor = excluded.last_year_minor, year_before_minor = excluded.year_before_minor,
             as_of_date = excluded.as_of_date, candidate_tier = excluded.candidate_tier, update_time = excluded.update_time,
             stage = excluded.stage, stage_since = excluded.stage_since, cost_of_goods_minor = excluded.cost_of_goods_minor,
             acquisition_cost_minor = excluded.acquisition_cost_minor, payback_date = excluded.payback_date",
        tenant,
        set,
        now.to_sqlx() as _,
        &column(scores, |score| score.buyer_id),
        &column(scores, |score| score.total_revenue_minor),
        &column(scores, |score| score.repeat_revenue_minor),
        &column(scores, |score| score.total_cost_minor),
        &column(scores, |score| score.p_alive),
        &column(scores, |score| score.expected_purchases),
        &column(scores, |score| score.expected_spend_minor) as _,
        &column(scores, |score| score.clv_minor) as _,
        &column(scores, |score| score.frequency),
        &column(scores, |score| score.first_purchase_date.to_sqlx()) as _,
        &column(scores, |score| score.last_purchase_date.to_sqlx()) as _,
        &column(scores, |score| score.rfm_code),
        &column(scores, |score| score.segment),
        &column(scores, |score| score.index),
        &column(scores, |score| score.last_year_minor),
        &column(scores, |score| score.year_before_minor),
        &column(scores, |score| score.as_of_date.to_sqlx()) as _,
        &column(scores, |score| score.candidate_tier),
        &column(scores, |score| score.new.0),
        &column(scores, |score| score.new.1),
        &column(scores, |score| score.stage),
        &column(scores, |score| score.stage_since.to_sqlx()) as _,
        &column(scores, |score| score.cost_of_goods_minor) as _,
        &column(scores, |score| score.acquisition_cost_minor) as _,
        &column(scores, |score| score.payback_date.map(Date::to_sqlx)) as _,
        &column(scores, |score| score.wallet_group) as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

fn column<T>(scores: &[Rescored], of: impl Fn(&Rescored) -> T) -> Vec<T> {
    scores.iter().map(of).collect()
}

/// What the scores of buyers in a set rest on beside transactions.
pub async fn scores_beside(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyers: &[i64],
) -> sqlx::Result<Vec<Beside>> {
    sqlx::query_as!(
        Beside,
        r#"SELECT s.buyer_id, s.signals, s.stage, s.stage_since AS "stage_since: _", s.acquisition_share_minor, s.wallet_group
           FROM unnest($3::bigint[]) AS k (buyer_id)
           CROSS JOIN LATERAL (
               SELECT * FROM value.score WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = k.buyer_id LIMIT 1
           ) s"#,
        tenant,
        set,
        buyers,
    )
    .fetch_all(connection)
    .await
}

/// Tells a score what it rests on beside transactions.
pub async fn score_signals_update(
    connection: &mut PgConnection,
    tenant: &str,
    (set, buyer): (i64, i64),
    signals: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.score SET signals = $4 WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = $3",
        tenant,
        set,
        buyer,
        signals,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes away the scores of buyers of whom no purchase is left.
pub async fn scores_delete(connection: &mut PgConnection, tenant: &str, set: i64, buyers: &[i64]) -> sqlx::Result<()> {
    if buyers.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "DELETE FROM value.score WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = ANY ($3)",
        tenant,
        set,
        buyers,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Gives buyers that have no score in a set the last one back that they had: they were merged, and no longer are.
pub async fn scores_restore(connection: &mut PgConnection, tenant: &str, set: i64, buyers: &[i64]) -> sqlx::Result<()> {
    if buyers.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO value.score
         SELECT s.* FROM unnest($3::bigint[]) AS k (buyer_id)
         CROSS JOIN LATERAL (
             SELECT score, score_row FROM value.score_revision
             WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = k.buyer_id AND (score IS NOT NULL OR score_row IS DISTINCT FROM NULL)
             ORDER BY valid_until DESC LIMIT 1
         ) r
         CROSS JOIN LATERAL coalesce(r.score_row, jsonb_populate_record(NULL::value.score, r.score)) AS s
         ON CONFLICT DO NOTHING",
        tenant,
        set,
        buyers,
    )
    .execute(connection)
    .await
    .map(drop)
}
