//! The scores of two runs side by side: those of a set before and of a set after, joined by buyer.

use clientele_page::{Field, Kind, ListPlan, Page, Schema, Value};
use jiff::civil::Date;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _};

const KINDS: Kind = Kind::Enum(&[("KEPT", "KEPT"), ("ARRIVED", "ARRIVED"), ("LEFT", "LEFT")]);
const STAGES: Kind = Kind::Enum(&[
    ("NEW", "NEW"),
    ("ACTIVE", "ACTIVE"),
    ("LOYAL", "LOYAL"),
    ("AT_RISK", "AT_RISK"),
    ("DORMANT", "DORMANT"),
    ("LOST", "LOST"),
    ("RETURNING", "RETURNING"),
]);

macro_rules! of {
    ($name:literal, $column:literal, $kind:expr) => {
        Field::new($name, $column, $kind).nullable().sortable()
    };
}

/// What `ListScoreChanges` can filter and sort by; `a` is the score before, `b` the one after, `r` the runs.
pub static SCORE_CHANGES: Schema = Schema::new(
    Field::new("customer_no", "coalesce(a.buyer_id, b.buyer_id)", Kind::Integer),
    &[
        Field::new(
            "kind",
            "CASE WHEN a.buyer_id IS NULL THEN 'ARRIVED' WHEN b.buyer_id IS NULL THEN 'LEFT' ELSE 'KEPT' END",
            KINDS,
        ),
        of!("tier_before", "r.tiers_before[a.tier]", Kind::Text),
        of!("tier", "r.tiers_after[b.tier]", Kind::Text),
        of!("segment_before", "r.segments_before[a.segment]", Kind::Text),
        of!("segment", "r.segments_after[b.segment]", Kind::Text),
        of!("stage_before", "('{NEW,ACTIVE,LOYAL,AT_RISK,DORMANT,LOST,RETURNING}'::text[])[a.stage]", STAGES),
        of!("stage", "('{NEW,ACTIVE,LOYAL,AT_RISK,DORMANT,LOST,RETURNING}'::text[])[b.stage]", STAGES),
        of!("rank_before", "a.rank", Kind::Integer),
        of!("rank", "b.rank", Kind::Integer),
        of!("clv_before", "a.clv_minor / r.minor_per_unit", Kind::Float),
        of!("clv", "b.clv_minor / r.minor_per_unit", Kind::Float),
        of!(
            "clv_change",
            "CASE WHEN a.clv_minor IS NOT NULL OR b.clv_minor IS NOT NULL \
             THEN (coalesce(b.clv_minor, 0) - coalesce(a.clv_minor, 0)) / r.minor_per_unit END",
            Kind::Float
        ),
        of!("index_before", "a.index", Kind::Float),
        of!("index", "b.index", Kind::Float),
        of!("index_change", "b.index - a.index", Kind::Float),
        of!("p_alive_before", "a.p_alive", Kind::Float),
        of!("p_alive", "b.p_alive", Kind::Float),
        of!("p_alive_change", "b.p_alive - a.p_alive", Kind::Float),
        of!("frequency_change", "b.frequency - a.frequency", Kind::Integer),
    ],
);

/// What a run says of all its scores.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The number its scores stand under.
    pub score_set: i64,
    /// Its tiers, best first.
    pub tier_names: &'a [String],
    /// Its segments, by the number a score carries.
    pub segment_names: &'a [String],
}

/// The buyers of a page of changes, in its order.
pub async fn score_change_buyers(
    connection: &mut PgConnection,
    tenant: &str,
    [before, after]: [Side<'_>; 2],
    minor_per_unit: f64,
    plan: &ListPlan,
) -> sqlx::Result<Page<i64>> {
    // Of many sets in the table only these are read, by their part of the key; and there is nothing to gain from compiling.
    sqlx::raw_sql("SET LOCAL enable_seqscan = off").execute(&mut *connection).await?;
    let mut query = QueryBuilder::<Postgres>::new("SELECT coalesce(a.buyer_id, b.buyer_id) AS buyer_id");
    plan.push_keys(&mut query);
    query.push(" FROM ");
    push_side(&mut query, tenant, before.score_set, plan);
    query.push(" a FULL JOIN ");
    push_side(&mut query, tenant, after.score_set, plan);
    query.push(" b ON b.buyer_id = a.buyer_id CROSS JOIN (SELECT ");
    query.push_bind(before.tier_names).push("::text[] AS tiers_before, ");
    query.push_bind(after.tier_names).push("::text[] AS tiers_after, ");
    query.push_bind(before.segment_names).push("::text[] AS segments_before, ");
    query.push_bind(after.segment_names).push("::text[] AS segments_after, ");
    query.push_bind(minor_per_unit).push("::double precision AS minor_per_unit) r WHERE true");
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| row.try_get("buyer_id"))
}

/// The scores of a set. In the order of the key, and without a filter, the first of both sides after the page before are enough: nobody else
/// is among the first of both together.
fn push_side(query: &mut QueryBuilder<Postgres>, tenant: &str, score_set: i64, plan: &ListPlan) {
    query.push("(SELECT * FROM value.score WHERE tenant_id = ").push_bind(tenant.to_owned());
    query.push(" AND score_set = ").push_bind(score_set);
    let terms = plan.order.terms();
    let by_key = terms.len() == 1 && terms[0].field == &SCORE_CHANGES.unique && !terms[0].descending;
    if by_key {
        if let Some([Some(Value::Int(buyer_id))]) = plan.after.as_deref() {
            query.push(" AND buyer_id > ").push_bind(*buyer_id);
        }
        if plan.filter.is_empty() {
            query.push(" ORDER BY buyer_id LIMIT ").push_bind(plan.fetch_limit());
        }
    }
    query.push(")");
}

/// The statement that copies out both scores of every buyer of either set: buyer, and of each side its tier (NULL for none), segment, stage, index,
/// P(alive), expected purchases, CLV, frequency, first and last purchase date, repeat revenue, as-of date.
pub fn changes_copy(tenant: &str, [before, after]: [(i64, Date); 2]) -> String {
    let tenant = super::transaction_scan::quoted(tenant);
    let columns = |side: &str, as_of: Date| {
        let columns = [
            "tier",
            "segment",
            "stage",
            "index",
            "p_alive",
            "expected_purchases",
            "clv_minor",
            "frequency",
            "first_purchase_date",
            "last_purchase_date",
            "repeat_revenue_minor",
        ];
        let columns: Vec<String> = columns.iter().map(|column| format!("{side}.{column}")).collect();
        format!("{}, coalesce({side}.as_of_date, '{as_of}')", columns.join(", "))
    };
    let scores = |set: i64| format!("(SELECT * FROM value.score WHERE tenant_id = {tenant} AND score_set = {set})");
    format!(
        "COPY (SELECT coalesce(a.buyer_id, b.buyer_id), {}, {} FROM {} a FULL JOIN {} b ON b.buyer_id = a.buyer_id) \
         TO STDOUT (FORMAT binary)",
        columns("a", before.1),
        columns("b", after.1),
        scores(before.0),
        scores(after.0),
    )
}
