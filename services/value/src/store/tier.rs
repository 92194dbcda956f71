//! Tiers: how customers stand, what people decided, who moved.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Whoever changes tiers between runs, and whoever publishes a run, does so alone: until the transaction ends no other run becomes the
/// newest and no override changes.
pub async fn tiers_lock(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('value.tiers ' || $1, 0))", tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// A succeeded run whose tiers another run can go on from.
#[derive(Debug, Clone)]
pub struct EarlierRun {
    /// Its id.
    pub score_run_id: Uuid,
    /// The number its scores stand under.
    pub score_set: i64,
    /// Its as-of date.
    pub as_of_date: jiff_sqlx::Date,
    /// Its tiers, best first.
    pub tier_names: Vec<String>,
    /// An encoded `ScoreRunSettings`.
    pub settings: Vec<u8>,
}

/// The succeeded runs of a tenant whose scores are kept, newest first.
pub async fn earlier_runs(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Vec<EarlierRun>> {
    sqlx::query_as!(
        EarlierRun,
        r#"SELECT score_run_id, score_set AS "score_set!", as_of_date AS "as_of_date: _", tier_names, settings
           FROM value.score_run WHERE tenant_id = $1 AND state = 3 AND score_set IS NOT NULL ORDER BY run_no DESC"#,
        tenant,
    )
    .fetch_all(connection)
    .await
}

/// The statement that copies out how the customers of a set stand, ascending by buyer: buyer, tier, earned tier, below since,
/// stage, stage since.
pub fn standings_copy(tenant: &str, set: i64, buyers: RangeInclusive<i64>) -> String {
    format!(
        "COPY (SELECT buyer_id, tier, coalesce(earned_tier, tier), below_since, stage, stage_since FROM value.score \
         WHERE tenant_id = {} AND score_set = {set} AND buyer_id BETWEEN {} AND {} ORDER BY buyer_id) TO STDOUT (FORMAT binary)",
        super::transaction_scan::quoted(tenant),
        buyers.start(),
        buyers.end(),
    )
}

/// The number halfway between the first and the last buyer of a score set; `None` of an empty one.
pub async fn standings_middle(connection: &mut PgConnection, tenant: &str, set: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        r#"SELECT f.buyer_id + (l.buyer_id - f.buyer_id) / 2 AS "middle!"
           FROM (SELECT buyer_id FROM value.score WHERE tenant_id = $1 AND score_set = $2 ORDER BY buyer_id LIMIT 1) f
           CROSS JOIN (SELECT buyer_id FROM value.score WHERE tenant_id = $1 AND score_set = $2 ORDER BY buyer_id DESC LIMIT 1) l"#,
        tenant,
        set,
    )
    .fetch_optional(connection)
    .await
}

/// A tier that people decided.
#[derive(Debug, Clone, PartialEq)]
pub struct OverrideRecord {
    /// For whom.
    pub buyer_id: i64,
    /// Which tier.
    pub tier: String,
    /// Why.
    pub reason: String,
    /// Until when; `None` for as long as nobody takes it back.
    pub expire_time: Option<jiff_sqlx::Timestamp>,
    /// Who decided.
    pub actor: String,
    /// When.
    pub create_time: jiff_sqlx::Timestamp,
}

/// The overrides of a tenant that hold at `now`.
pub async fn tier_overrides_all(
    connection: &mut PgConnection,
    tenant: &str,
    now: Timestamp,
) -> sqlx::Result<Vec<(i64, String)>> {
    let rows = sqlx::query!(
        "SELECT buyer_id, tier FROM value.tier_override WHERE tenant_id = $1 AND (expire_time IS NULL OR expire_time > $2)",
        tenant,
        now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.buyer_id, row.tier)).collect())
}

/// The override of a buyer, also one that has expired.
pub async fn tier_override_get(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
) -> sqlx::Result<Option<OverrideRecord>> {
    sqlx::query_as!(
        OverrideRecord,
        r#"SELECT buyer_id, tier, reason, expire_time AS "expire_time: _", actor, create_time AS "create_time: _"
           FROM value.tier_override WHERE tenant_id = $1 AND buyer_id = $2"#,
        tenant,
        buyer_id,
    )
    .fetch_optional(connection)
    .await
}

/// Stores an override in the place of any other of the buyer.
pub async fn tier_override_put(
    connection: &mut PgConnection,
    tenant: &str,
    record: &OverrideRecord,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.tier_override (tenant_id, buyer_id, tier, reason, expire_time, actor, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, buyer_id) DO UPDATE SET tier = excluded.tier, reason = excluded.reason,
             expire_time = excluded.expire_time, actor = excluded.actor, create_time = excluded.create_time",
        tenant,
        record.buyer_id,
        record.tier,
        record.reason,
        record.expire_time as _,
        record.actor,
        record.create_time as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes an override back; `None` where there is none.
pub async fn tier_override_delete(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
) -> sqlx::Result<Option<OverrideRecord>> {
    sqlx::query_as!(
        OverrideRecord,
        r#"DELETE FROM value.tier_override WHERE tenant_id = $1 AND buyer_id = $2
           RETURNING buyer_id, tier, reason, expire_time AS "expire_time: _", actor, create_time AS "create_time: _""#,
        tenant,
        buyer_id,
    )
    .fetch_optional(connection)
    .await
}

/// Overrides that have expired, of any tenant.
pub async fn tier_overrides_expired(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, buyer_id FROM value.tier_override WHERE expire_time <= $1
         ORDER BY expire_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.buyer_id)).collect())
}

/// The tiers of a buyer in a set: the one given and the one earned, from 1; locked until the transaction ends.
pub async fn score_tier_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyer_id: i64,
) -> sqlx::Result<Option<ScoreTier>> {
    sqlx::query_as!(
        ScoreTier,
        r#"SELECT tier, coalesce(earned_tier, tier) AS "earned_tier!", signals FROM value.score
           WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = $3 FOR UPDATE"#,
        tenant,
        set,
        buyer_id,
    )
    .fetch_optional(connection)
    .await
}

/// The tiers of a score, and what the run knew that may hold them down.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTier {
    /// The tier given, from 1.
    pub tier: i16,
    /// The tier earned, from 1.
    pub earned_tier: i16,
    /// Encoded signals.
    pub signals: Option<Vec<u8>>,
}

/// Gives a buyer another tier in a set.
pub async fn score_tier_update(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyer_id: i64,
    tier: i16,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.score SET tier = $4 WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = $3",
        tenant,
        set,
        buyer_id,
        tier,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Why a customer moved; the numbers of the contract's `TierMove.Cause`.
pub mod cause {
    /// A score run found other numbers.
    pub const SCORE_RUN: i16 = 1;
    /// People decided.
    pub const OVERRIDE_SET: i16 = 2;
    /// What people decided has ended.
    pub const OVERRIDE_ENDED: i16 = 3;
    /// We may no longer do business with it, or may again.
    pub const QUALIFICATION: i16 = 4;
}

/// A move as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveRecord {
    /// Its number.
    pub move_id: i64,
    /// The customer's id, where it is known.
    pub customer_id: Option<Uuid>,
    /// The caller's own key.
    pub external_id: Option<String>,
    /// From which tier.
    pub from_tier: String,
    /// To which.
    pub to_tier: String,
    /// One of [`cause`].
    pub cause: i16,
    /// The run that moved it.
    pub score_run_id: Option<Uuid>,
    /// Why, where people decided.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When.
    pub create_time: jiff_sqlx::Timestamp,
}

/// What moves made together have in common.
#[derive(Debug, Clone, Copy)]
pub struct NewMoves<'a> {
    /// Whose customers.
    pub tenant: &'a str,
    /// One of [`cause`].
    pub cause: i16,
    /// The run that moves them.
    pub score_run_id: Option<Uuid>,
    /// Why, where people decided.
    pub reason: &'a str,
    /// Who.
    pub actor: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Stores moves of buyers from tiers to tiers, and answers them in their order.
pub async fn tier_moves_insert(
    connection: &mut PgConnection,
    new: &NewMoves<'_>,
    (buyers, from, to): (&[i64], &[String], &[String]),
) -> sqlx::Result<Vec<MoveRecord>> {
    sqlx::query_as!(
        MoveRecord,
        r#"WITH moved AS (
               INSERT INTO value.tier_move (tenant_id, buyer_id, from_tier, to_tier, cause, score_run_id, reason, actor, create_time)
               SELECT $1, m.buyer_id, m.from_tier, m.to_tier, $5, $6, $7, $8, $9
               FROM unnest($2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY AS m (buyer_id, from_tier, to_tier, place)
               ORDER BY m.place
               RETURNING move_id, buyer_id, from_tier, to_tier, cause, score_run_id, reason, actor, create_time
           )
           SELECT m.move_id, b.customer_id AS "customer_id?", b.external_id, m.from_tier, m.to_tier, m.cause, m.score_run_id, m.reason,
               m.actor, m.create_time AS "create_time: _"
           FROM moved m
           CROSS JOIN LATERAL (SELECT * FROM value.buyer b WHERE b.tenant_id = $1 AND b.buyer_id = m.buyer_id LIMIT 1) b
           ORDER BY m.move_id"#,
        new.tenant,
        buyers,
        from,
        to,
        new.cause,
        new.score_run_id,
        new.reason,
        new.actor,
        new.now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
}

/// Up to `limit` moves of a buyer with a number below `before`, newest first.
pub async fn tier_moves_of_buyer(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<MoveRecord>> {
    sqlx::query_as!(
        MoveRecord,
        r#"SELECT m.move_id, b.customer_id, b.external_id, m.from_tier, m.to_tier, m.cause, m.score_run_id, m.reason, m.actor,
               m.create_time AS "create_time: _"
           FROM value.tier_move m JOIN value.buyer b ON b.tenant_id = m.tenant_id AND b.buyer_id = m.buyer_id
           WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND m.move_id < $3 ORDER BY m.move_id DESC LIMIT $4"#,
        tenant,
        buyer_id,
        before,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Gives moves and override of one buyer to another; where both have an override, the one made last is kept.
pub async fn tiers_move(connection: &mut PgConnection, tenant: &str, from: i64, to: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE value.tier_move SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2", tenant, from, to)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "DELETE FROM value.tier_override older USING value.tier_override newer
         WHERE older.tenant_id = $1 AND newer.tenant_id = $1 AND older.buyer_id IN ($2, $3) AND newer.buyer_id IN ($2, $3)
             AND older.buyer_id <> newer.buyer_id AND (older.create_time, older.buyer_id) < (newer.create_time, newer.buyer_id)",
        tenant,
        from,
        to,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE value.tier_override SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        from,
        to
    )
    .execute(connection)
    .await
    .map(drop)
}
