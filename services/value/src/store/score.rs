//! Scores: read by customer, many at once, and listed in any order.
//!
//! Reads of many keys look each one up by itself (`LATERAL .. LIMIT 1`): as a plain join the planner would, for some numbers of keys,
//! rather read whole tables.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

/// A score as it is stored, with the names of its customer. Money in minor units.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRecord {
    /// The customer's id, once the customers service announced it.
    pub customer_id: Option<Uuid>,
    /// The caller's own key.
    pub external_id: Option<String>,
    /// Place among all customers.
    pub rank: i32,
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
    /// Day of the first purchase.
    pub first_purchase_date: jiff_sqlx::Date,
    /// Day of the last purchase.
    pub last_purchase_date: jiff_sqlx::Date,
    /// The three scores as a number of three digits.
    pub rfm_code: i16,
    /// Number of the segment, from 1.
    pub segment: i16,
    /// Number of the tier, from 1.
    pub tier: i16,
    /// The key-account index; `None` in runs of before there was one, as all that follows.
    pub index: Option<f64>,
    /// Net revenue of the last 365 days.
    pub last_year_minor: Option<i64>,
    /// Net revenue of the 365 days before.
    pub year_before_minor: Option<i64>,
    /// Number of the tier by the customer's own numbers, from 1.
    pub earned_tier: Option<i16>,
    /// Since when it is below what its tier asks for.
    pub below_since: Option<jiff_sqlx::Date>,
    /// What the run knew beside purchases, encoded.
    pub signals: Option<Vec<u8>>,
    /// The day it is true for, where that is not the run's.
    pub as_of_date: Option<jiff_sqlx::Date>,
    /// When it was made again since the run.
    pub update_time: Option<jiff_sqlx::Timestamp>,
    /// Number of the tier its numbers would enter by then, from 1.
    pub candidate_tier: Option<i16>,
    /// Number of the lifecycle stage, from 1.
    pub stage: Option<i16>,
    /// Since when.
    pub stage_since: Option<jiff_sqlx::Date>,
    /// Costs of goods; `None` for nothing, as for what follows.
    pub cost_of_goods_minor: Option<i64>,
    /// What winning the customer cost.
    pub acquisition_cost_minor: Option<i64>,
    /// The part of it that is shares of acquisition spends.
    pub acquisition_share_minor: Option<i64>,
    /// Since when that has been paid back.
    pub payback_date: Option<jiff_sqlx::Date>,
    /// Number of the peer group whose wallets stand in for its own, from 1.
    pub wallet_group: Option<i32>,
}

macro_rules! record {
    ($row:ident) => {
        ScoreRecord {
            customer_id: $row.customer_id,
            external_id: $row.external_id,
            rank: $row.rank,
            total_revenue_minor: $row.total_revenue_minor,
            repeat_revenue_minor: $row.repeat_revenue_minor,
            total_cost_minor: $row.total_cost_minor,
            p_alive: $row.p_alive,
            expected_purchases: $row.expected_purchases,
            expected_spend_minor: $row.expected_spend_minor,
            clv_minor: $row.clv_minor,
            frequency: $row.frequency,
            first_purchase_date: $row.first_purchase_date,
            last_purchase_date: $row.last_purchase_date,
            rfm_code: $row.rfm_code,
            segment: $row.segment,
            tier: $row.tier,
            index: $row.index,
            last_year_minor: $row.last_year_minor,
            year_before_minor: $row.year_before_minor,
            earned_tier: $row.earned_tier,
            below_since: $row.below_since,
            signals: $row.signals,
            as_of_date: $row.as_of_date,
            update_time: $row.update_time,
            candidate_tier: $row.candidate_tier,
            stage: $row.stage,
            stage_since: $row.stage_since,
            cost_of_goods_minor: $row.cost_of_goods_minor,
            acquisition_cost_minor: $row.acquisition_cost_minor,
            acquisition_share_minor: $row.acquisition_share_minor,
            payback_date: $row.payback_date,
            wallet_group: $row.wallet_group,
        }
    };
}
/// The scores of customers named by their ids, those of merged ones being the survivor's: position among `customers` and score.
pub async fn score_by_customer(
    connection: &mut PgConnection,
    (tenants, sets, customers): (&[String], &[i64], &[Uuid]),
) -> sqlx::Result<Vec<(usize, ScoreRecord)>> {
    let rows = sqlx::query!(
        r#"SELECT k.place AS "place!", CASE WHEN v.buyer_id IS NULL THEN b.customer_id ELSE v.customer_id END AS customer_id,
               CASE WHEN v.buyer_id IS NULL THEN b.external_id ELSE v.external_id END AS external_id, s.rank, s.total_revenue_minor, s.repeat_revenue_minor,
               s.total_cost_minor, s.p_alive, s.expected_purchases, s.expected_spend_minor, s.clv_minor, s.frequency,
               s.first_purchase_date AS "first_purchase_date: jiff_sqlx::Date",
               s.last_purchase_date AS "last_purchase_date: jiff_sqlx::Date", s.rfm_code, s.segment, s.tier, s.index,
               s.last_year_minor, s.year_before_minor, s.earned_tier, s.below_since AS "below_since: jiff_sqlx::Date", s.signals,
               s.as_of_date AS "as_of_date: jiff_sqlx::Date", s.update_time AS "update_time: jiff_sqlx::Timestamp", s.candidate_tier,
               s.stage, s.stage_since AS "stage_since: jiff_sqlx::Date", s.cost_of_goods_minor, s.acquisition_cost_minor,
               s.acquisition_share_minor, s.payback_date AS "payback_date: jiff_sqlx::Date", s.wallet_group
           FROM unnest($1::text[], $2::bigint[], $3::uuid[]) WITH ORDINALITY AS k (tenant_id, score_set, customer_id, place)
           CROSS JOIN LATERAL (
               SELECT * FROM value.buyer b WHERE b.tenant_id = k.tenant_id AND b.customer_id = k.customer_id LIMIT 1
           ) b
           LEFT JOIN LATERAL (
               SELECT * FROM value.buyer v WHERE v.tenant_id = k.tenant_id AND v.buyer_id = b.survivor_id LIMIT 1
           ) v ON true
           CROSS JOIN LATERAL (
               SELECT * FROM value.score s
               WHERE s.tenant_id = k.tenant_id AND s.score_set = k.score_set AND s.buyer_id = coalesce(b.survivor_id, b.buyer_id) LIMIT 1
           ) s"#,
        tenants,
        sets,
        customers,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.place as usize - 1, record!(row))).collect())
}

/// The scores of customers named by the callers' keys, those of merged ones being the survivor's: position among `customers` and score.
pub async fn score_by_external_id(
    connection: &mut PgConnection,
    (tenants, sets, customers): (&[String], &[i64], &[String]),
) -> sqlx::Result<Vec<(usize, ScoreRecord)>> {
    let rows = sqlx::query!(
        r#"SELECT k.place AS "place!", CASE WHEN v.buyer_id IS NULL THEN b.customer_id ELSE v.customer_id END AS customer_id,
               CASE WHEN v.buyer_id IS NULL THEN b.external_id ELSE v.external_id END AS external_id, s.rank, s.total_revenue_minor, s.repeat_revenue_minor,
               s.total_cost_minor, s.p_alive, s.expected_purchases, s.expected_spend_minor, s.clv_minor, s.frequency,
               s.first_purchase_date AS "first_purchase_date: jiff_sqlx::Date",
               s.last_purchase_date AS "last_purchase_date: jiff_sqlx::Date", s.rfm_code, s.segment, s.tier, s.index,
               s.last_year_minor, s.year_before_minor, s.earned_tier, s.below_since AS "below_since: jiff_sqlx::Date", s.signals,
               s.as_of_date AS "as_of_date: jiff_sqlx::Date", s.update_time AS "update_time: jiff_sqlx::Timestamp", s.candidate_tier,
               s.stage, s.stage_since AS "stage_since: jiff_sqlx::Date", s.cost_of_goods_minor, s.acquisition_cost_minor,
               s.acquisition_share_minor, s.payback_date AS "payback_date: jiff_sqlx::Date", s.wallet_group
           FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY AS k (tenant_id, score_set, external_id, place)
           CROSS JOIN LATERAL (
               SELECT * FROM value.buyer b WHERE b.tenant_id = k.tenant_id AND b.external_id = k.external_id LIMIT 1
           ) b
           LEFT JOIN LATERAL (
               SELECT * FROM value.buyer v WHERE v.tenant_id = k.tenant_id AND v.buyer_id = b.survivor_id LIMIT 1
           ) v ON true
           CROSS JOIN LATERAL (
               SELECT * FROM value.score s
               WHERE s.tenant_id = k.tenant_id AND s.score_set = k.score_set AND s.buyer_id = coalesce(b.survivor_id, b.buyer_id) LIMIT 1
           ) s"#,
        tenants,
        sets,
        customers,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.place as usize - 1, record!(row))).collect())
}

/// The scores of buyers, in the order of their ranks.
pub async fn score_by_buyer(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyers: &[i64],
) -> sqlx::Result<Vec<ScoreRecord>> {
    let rows = sqlx::query!(
        r#"SELECT b.customer_id AS "customer_id?", b.external_id, s.rank, s.total_revenue_minor, s.repeat_revenue_minor,
               s.total_cost_minor, s.p_alive, s.expected_purchases, s.expected_spend_minor, s.clv_minor, s.frequency,
               s.first_purchase_date AS "first_purchase_date: jiff_sqlx::Date",
               s.last_purchase_date AS "last_purchase_date: jiff_sqlx::Date", s.rfm_code, s.segment, s.tier, s.index,
               s.last_year_minor, s.year_before_minor, s.earned_tier, s.below_since AS "below_since: jiff_sqlx::Date", s.signals,
               s.as_of_date AS "as_of_date: jiff_sqlx::Date", s.update_time AS "update_time: jiff_sqlx::Timestamp", s.candidate_tier,
               s.stage, s.stage_since AS "stage_since: jiff_sqlx::Date", s.cost_of_goods_minor, s.acquisition_cost_minor,
               s.acquisition_share_minor, s.payback_date AS "payback_date: jiff_sqlx::Date", s.wallet_group
           FROM unnest($3::bigint[]) AS k (buyer_id)
           CROSS JOIN LATERAL (
               SELECT * FROM value.score s WHERE s.tenant_id = $1 AND s.score_set = $2 AND s.buyer_id = k.buyer_id LIMIT 1
           ) s
           LEFT JOIN value.buyer b ON b.tenant_id = $1 AND b.buyer_id = k.buyer_id
           ORDER BY s.rank"#,
        tenant,
        set,
        buyers,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| record!(row)).collect())
}

/// The scores of those of some buyers who have one, in no order, each with its buyer.
pub async fn scores_of_buyers(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyers: &[i64],
) -> sqlx::Result<Vec<(i64, ScoreRecord)>> {
    let rows = sqlx::query!(
        r#"SELECT s.buyer_id, b.customer_id AS "customer_id?", b.external_id, s.rank, s.total_revenue_minor, s.repeat_revenue_minor,
               s.total_cost_minor, s.p_alive, s.expected_purchases, s.expected_spend_minor, s.clv_minor, s.frequency,
               s.first_purchase_date AS "first_purchase_date: jiff_sqlx::Date",
               s.last_purchase_date AS "last_purchase_date: jiff_sqlx::Date", s.rfm_code, s.segment, s.tier, s.index,
               s.last_year_minor, s.year_before_minor, s.earned_tier, s.below_since AS "below_since: jiff_sqlx::Date", s.signals,
               s.as_of_date AS "as_of_date: jiff_sqlx::Date", s.update_time AS "update_time: jiff_sqlx::Timestamp", s.candidate_tier,
               s.stage, s.stage_since AS "stage_since: jiff_sqlx::Date", s.cost_of_goods_minor, s.acquisition_cost_minor,
               s.acquisition_share_minor, s.payback_date AS "payback_date: jiff_sqlx::Date", s.wallet_group
           FROM unnest($3::bigint[]) AS k (buyer_id)
           CROSS JOIN LATERAL (
               SELECT * FROM value.score s WHERE s.tenant_id = $1 AND s.score_set = $2 AND s.buyer_id = k.buyer_id LIMIT 1
           ) s
           LEFT JOIN value.buyer b ON b.tenant_id = $1 AND b.buyer_id = k.buyer_id"#,
        tenant,
        set,
        buyers,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.buyer_id, record!(row))).collect())
}

const STAGES: Kind = Kind::Enum(&[
    ("NEW", "NEW"),
    ("ACTIVE", "ACTIVE"),
    ("LOYAL", "LOYAL"),
    ("AT_RISK", "AT_RISK"),
    ("DORMANT", "DORMANT"),
    ("LOST", "LOST"),
    ("RETURNING", "RETURNING"),
]);

/// The fields of scores, after the one that tells them apart and those that are not that one; `r` is the run, `s` the score.
macro_rules! scores_by {
    ($unique:expr $(, $others:expr)*) => {
        Schema::new(
            $unique,
            &[
                $($others,)*
                Field::new("tier", "r.tier_names[s.tier]", Kind::Text).sortable(),
                Field::new("earned_tier", "r.tier_names[coalesce(s.earned_tier, s.tier)]", Kind::Text).sortable(),
                Field::new("segment", "r.segment_names[s.segment]", Kind::Text).sortable(),
                Field::new("candidate_tier", "r.tier_names[s.candidate_tier]", Kind::Text).nullable().sortable(),
                Field::new("index", "s.index", Kind::Float).nullable().sortable(),
                Field::new("revenue_last_year", "s.last_year_minor / r.minor_per_unit", Kind::Float).nullable().sortable(),
                Field::new("rfm_code", "s.rfm_code::text", Kind::Text).sortable(),
                Field::new("p_alive", "s.p_alive", Kind::Float).sortable(),
                Field::new("expected_purchases", "s.expected_purchases", Kind::Float).sortable(),
                Field::new("expected_spend", "s.expected_spend_minor / r.minor_per_unit", Kind::Float).nullable().sortable(),
                Field::new("clv", "s.clv_minor / r.minor_per_unit", Kind::Float).nullable().sortable(),
                Field::new("total_revenue", "s.total_revenue_minor / r.minor_per_unit", Kind::Float).sortable(),
                Field::new(
                    "monetary_value",
                    "coalesce(s.repeat_revenue_minor / nullif(s.frequency, 0)::double precision / r.minor_per_unit, 0)",
                    Kind::Float,
                )
                .sortable(),
                Field::new("frequency", "s.frequency", Kind::Integer).sortable(),
                Field::new("recency_days", "s.last_purchase_date - s.first_purchase_date", Kind::Integer).sortable(),
                Field::new("age_days", "coalesce(s.as_of_date, r.as_of_date) - s.first_purchase_date", Kind::Integer)
                    .sortable(),
                Field::new(
                    "days_since_last_purchase",
                    "coalesce(s.as_of_date, r.as_of_date) - s.last_purchase_date",
                    Kind::Integer,
                )
                .sortable(),
                Field::new("stage", "('{NEW,ACTIVE,LOYAL,AT_RISK,DORMANT,LOST,RETURNING}'::text[])[s.stage]", STAGES)
                    .nullable()
                    .sortable(),
                Field::new("acquisition_cost", "coalesce(s.acquisition_cost_minor, 0) / r.minor_per_unit", Kind::Float)
                    .sortable(),
                Field::new("clv_to_cac", "s.clv_minor / s.acquisition_cost_minor", Kind::Float).nullable().sortable(),
                Field::new("payback_date", "s.payback_date", Kind::Date).nullable().sortable(),
                Field::new("stage_days", "coalesce(s.as_of_date, r.as_of_date) - s.stage_since", Kind::Integer)
                    .nullable()
                    .sortable(),
            ],
        )
    };
}

/// What `ListScores` can filter and sort by.
pub static SCORES: Schema = scores_by!(Field::new("rank", "s.rank", Kind::Integer));

/// The same in the order in which customers became known, which no later change alters: what `ExportScores` can filter by.
pub static SCORES_BY_CUSTOMER: Schema = scores_by!(
    Field::new("customer_no", "s.buyer_id", Kind::Integer).not_filterable(),
    Field::new("rank", "s.rank", Kind::Integer).sortable()
);

const COLUMNS: &str = "b.customer_id, b.external_id, s.rank, s.total_revenue_minor, s.repeat_revenue_minor, s.total_cost_minor, \
    s.p_alive, s.expected_purchases, s.expected_spend_minor, s.clv_minor, s.frequency, s.first_purchase_date, s.last_purchase_date, \
    s.rfm_code, s.segment, s.tier, s.index, s.last_year_minor, s.year_before_minor, s.earned_tier, s.below_since, s.signals, s.as_of_date, \
    s.update_time, s.candidate_tier, s.stage, s.stage_since, s.cost_of_goods_minor, s.acquisition_cost_minor, s.acquisition_share_minor, \
    s.payback_date, s.wallet_group";

/// What a run says of all its scores.
#[derive(Debug)]
pub struct RunColumns<'a> {
    /// The number the scores stand under.
    pub score_set: i64,
    /// The tiers, best first.
    pub tier_names: &'a [String],
    /// The segments, by the number a score carries.
    pub segment_names: &'a [String],
    /// Minor units in a unit of the currency.
    pub minor_per_unit: f64,
    /// The as-of date.
    pub as_of_date: Date,
}

/// A page of a set's scores. The run is one row of constants and the page is cut before buyers are joined, so that a million scores are
/// sorted for the first few only and meet a page of buyers; a buyer that was merged into another since the run leaves a score without names.
pub async fn score_list(
    connection: &mut PgConnection,
    tenant: &str,
    run: &RunColumns<'_>,
    plan: &ListPlan,
) -> sqlx::Result<Page<ScoreRecord>> {
    // Of many sets in the table only this one is read, by its part of the key; and there is nothing to gain from compiling.
    sqlx::raw_sql("SET LOCAL enable_seqscan = off").execute(&mut *connection).await?;
    let mut query = QueryBuilder::<Postgres>::new("WITH page AS (SELECT s.*");
    plan.push_keys(&mut query);
    query.push(" FROM value.score s CROSS JOIN (SELECT ").push_bind(run.tier_names).push("::text[] AS tier_names, ");
    query.push_bind(run.segment_names).push("::text[] AS segment_names, ");
    query.push_bind(run.minor_per_unit).push("::double precision AS minor_per_unit, ");
    query.push_bind(run.as_of_date.to_sqlx()).push("::date AS as_of_date) r WHERE s.tenant_id = ").push_bind(tenant);
    query.push(" AND s.score_set = ").push_bind(run.score_set);
    plan.push_rest(&mut query);
    query.push(format_args!(") SELECT {COLUMNS}"));
    let terms = plan.order.terms();
    for key in 0..terms.len() {
        query.push(format_args!(", s.page_key_{key}"));
    }
    query.push(
        " FROM page s LEFT JOIN value.buyer b ON b.tenant_id = s.tenant_id AND b.buyer_id = s.buyer_id ORDER BY ",
    );
    for (key, term) in terms.iter().enumerate() {
        let comma = if key > 0 { ", " } else { "" };
        let direction = if term.descending { "DESC" } else { "ASC" };
        query.push(format_args!("{comma}s.page_key_{key} {direction} NULLS LAST"));
    }
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| ScoreRecord::from_row(&row))
}

impl<'r> FromRow<'r, sqlx::postgres::PgRow> for ScoreRecord {
    fn from_row(row: &'r sqlx::postgres::PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            customer_id: row.try_get("customer_id")?,
            external_id: row.try_get("external_id")?,
            rank: row.try_get("rank")?,
            total_revenue_minor: row.try_get("total_revenue_minor")?,
            repeat_revenue_minor: row.try_get("repeat_revenue_minor")?,
            total_cost_minor: row.try_get("total_cost_minor")?,
            p_alive: row.try_get("p_alive")?,
            expected_purchases: row.try_get("expected_purchases")?,
            expected_spend_minor: row.try_get("expected_spend_minor")?,
            clv_minor: row.try_get("clv_minor")?,
            frequency: row.try_get("frequency")?,
            first_purchase_date: row.try_get("first_purchase_date")?,
            last_purchase_date: row.try_get("last_purchase_date")?,
            rfm_code: row.try_get("rfm_code")?,
            segment: row.try_get("segment")?,
            tier: row.try_get("tier")?,
            index: row.try_get("index")?,
            last_year_minor: row.try_get("last_year_minor")?,
            year_before_minor: row.try_get("year_before_minor")?,
            earned_tier: row.try_get("earned_tier")?,
            below_since: row.try_get("below_since")?,
            signals: row.try_get("signals")?,
            as_of_date: row.try_get("as_of_date")?,
            update_time: row.try_get("update_time")?,
            candidate_tier: row.try_get("candidate_tier")?,
            stage: row.try_get("stage")?,
            stage_since: row.try_get("stage_since")?,
            cost_of_goods_minor: row.try_get("cost_of_goods_minor")?,
            acquisition_cost_minor: row.try_get("acquisition_cost_minor")?,
            acquisition_share_minor: row.try_get("acquisition_share_minor")?,
            payback_date: row.try_get("payback_date")?,
            wallet_group: row.try_get("wallet_group")?,
        })
    }
}

/// Lets Postgres take pages of scores from the index only, until the transaction ends: it does not know where a page begins, and would rather
/// read and sort the rest of the set each time.
pub async fn scores_in_order_of_key(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql("SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off").execute(connection).await.map(drop)
}

/// The statement that copies out what a set's customers are judged by, ascending by buyer; with what only rules of tiers ask after it.
pub fn judged_copy(tenant: &str, set: i64, with_rules: bool) -> String {
    let for_rules = if with_rules {
        ", p_alive, expected_spend_minor, repeat_revenue_minor, rfm_code, segment, stage, stage_since, payback_date, as_of_date"
    } else {
        ""
    };
    format!(
        "COPY (SELECT buyer_id, rank, tier, coalesce(earned_tier, tier), below_since, frequency, first_purchase_date, last_purchase_date, \
         clv_minor, total_revenue_minor, coalesce(last_year_minor, 0), coalesce(year_before_minor, 0), \
         total_cost_minor + coalesce(acquisition_share_minor, 0), coalesce(acquisition_cost_minor, 0), expected_purchases, index, signals, \
         coalesce(wallet_group, 0){for_rules} \
         FROM value.score WHERE tenant_id = {} AND score_set = {set} ORDER BY buyer_id) TO STDOUT (FORMAT binary)",
        super::transaction_scan::quoted(tenant)
    )
}

/// The score of a buyer in a set as it was at an instant.
pub async fn score_as_of(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyer_id: i64,
    read_time: jiff::Timestamp,
) -> sqlx::Result<Option<ScoreRecord>> {
    let row = sqlx::query!(
        r#"WITH revision AS (
               SELECT coalesce(score_row, jsonb_populate_record(NULL::value.score, score)) AS score FROM value.score_revision
               WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = $3 AND valid_until > $4 ORDER BY valid_until LIMIT 1
           ), found AS (
               SELECT (score).* FROM revision WHERE score IS DISTINCT FROM NULL
               UNION ALL
               SELECT * FROM value.score
               WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = $3 AND NOT EXISTS (SELECT FROM revision)
           )
           SELECT b.customer_id, b.external_id, s.rank AS "rank!", s.total_revenue_minor AS "total_revenue_minor!",
               s.repeat_revenue_minor AS "repeat_revenue_minor!", s.total_cost_minor AS "total_cost_minor!", s.p_alive AS "p_alive!",
               s.expected_purchases AS "expected_purchases!", s.expected_spend_minor, s.clv_minor, s.frequency AS "frequency!",
               s.first_purchase_date AS "first_purchase_date!: jiff_sqlx::Date",
               s.last_purchase_date AS "last_purchase_date!: jiff_sqlx::Date", s.rfm_code AS "rfm_code!", s.segment AS "segment!",
               s.tier AS "tier!", s.index, s.last_year_minor, s.year_before_minor, s.earned_tier,
               s.below_since AS "below_since: jiff_sqlx::Date", s.signals, s.as_of_date AS "as_of_date: jiff_sqlx::Date",
               s.update_time AS "update_time: jiff_sqlx::Timestamp", s.candidate_tier, s.stage,
               s.stage_since AS "stage_since: jiff_sqlx::Date", s.cost_of_goods_minor, s.acquisition_cost_minor,
               s.acquisition_share_minor, s.payback_date AS "payback_date: jiff_sqlx::Date", s.wallet_group
           FROM found s JOIN value.buyer b ON b.tenant_id = $1 AND b.buyer_id = $3"#,
        tenant,
        set,
        buyer_id,
        read_time.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| record!(row)))
}

/// Lifecycle stages and since when, of what a score was until it was made again at an instant: the row replaced then and, where there was none, the
/// last one before; none where there never was one.
pub async fn score_replaced_at(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyer_id: i64,
    time: jiff::Timestamp,
) -> sqlx::Result<Vec<(Option<i16>, Option<jiff_sqlx::Date>)>> {
    let rows = sqlx::query!(
        r#"WITH revision AS (
               SELECT valid_until, coalesce(score_row, jsonb_populate_record(NULL::value.score, score)) AS score FROM value.score_revision
               WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = $3 AND valid_until <= $4
           )
           SELECT (score).stage, (score).stage_since AS "stage_since: jiff_sqlx::Date"
           FROM (
               (SELECT 1 AS place, score FROM revision WHERE valid_until = $4)
               UNION ALL
               (SELECT 2, score FROM revision
                WHERE valid_until < $4 AND score IS DISTINCT FROM NULL
                    AND NOT EXISTS (SELECT FROM revision WHERE valid_until = $4 AND score IS DISTINCT FROM NULL)
                ORDER BY valid_until DESC LIMIT 1)
           ) AS replaced ORDER BY place"#,
        tenant,
        set,
        buyer_id,
        time.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.stage, row.stage_since)).collect())
}
