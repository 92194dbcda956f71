//! Erasing customers: what is to go, batch by batch, and what is left of it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// An erasure at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Whose data.
    pub tenant_id: String,
    /// The customer.
    pub customer_id: Uuid,
    /// Those that were merged into it.
    pub merged_customer_ids: Vec<Uuid>,
    /// The callers' keys of all of them.
    pub external_ids: Vec<String>,
    /// Our numbers of them.
    pub buyer_ids: Vec<i64>,
    /// Transactions gone.
    pub transactions: i64,
    /// Scores gone.
    pub scores: i64,
    /// Tier moves gone.
    pub tier_moves: i64,
    /// Churn alerts gone.
    pub churn_alerts: i64,
    /// Whether only past events and recorded answers are left.
    pub rows_gone: bool,
}

impl Erasure {
    /// The customer and those that were merged into it.
    pub fn customer_ids(&self) -> Vec<Uuid> {
        std::iter::once(self.customer_id).chain(self.merged_customer_ids.iter().copied()).collect()
    }
}

/// Asks for customers to be erased. From now on their keys make no buyer.
pub async fn erasure_insert(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    merged_customer_ids: &[Uuid],
    external_ids: &[String],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.erasure (tenant_id, customer_id, merged_customer_ids, external_ids, create_time) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        tenant,
        customer_id,
        merged_customer_ids,
        external_ids,
        now.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = std::iter::once(customer_id).chain(merged_customer_ids.iter().copied()).collect();
    sqlx::query!(
        "INSERT INTO value.erased_key (tenant_id, key_hash)
         SELECT $1, sha256(convert_to($1 || E'\\ncustomer_id\\n' || id::text, 'UTF8')) FROM unnest($2::uuid[]) AS id
         UNION SELECT $1, sha256(convert_to($1 || E'\\nexternal_id\\n' || key, 'UTF8')) FROM unnest($3::text[]) AS key
         ON CONFLICT DO NOTHING",
        tenant,
        &ids,
        external_ids,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Those of the keys that are those of erased customers. A tenant that never had one is told so by one look.
pub async fn erased_keys(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
    external_ids: &[String],
) -> sqlx::Result<(Vec<Uuid>, Vec<String>)> {
    let rows = sqlx::query!(
        r#"WITH key AS (
               SELECT id, NULL::text AS external_id, sha256(convert_to($1 || E'\ncustomer_id\n' || id::text, 'UTF8')) AS key_hash
               FROM unnest($2::uuid[]) AS id
               UNION ALL
               SELECT NULL, k, sha256(convert_to($1 || E'\nexternal_id\n' || k, 'UTF8')) FROM unnest($3::text[]) AS k
           )
           SELECT key.id, key.external_id FROM key
           WHERE (SELECT EXISTS (SELECT FROM value.erased_key WHERE tenant_id = $1))
               AND EXISTS (SELECT FROM value.erased_key e WHERE e.tenant_id = $1 AND e.key_hash = key.key_hash)"#,
        tenant,
        ids,
        external_ids,
    )
    .fetch_all(connection)
    .await?;
    let mut found = (Vec::new(), Vec::new());
    for row in rows {
        found.0.extend(row.id);
        found.1.extend(row.external_id);
    }
    Ok(found)
}

/// The oldest erasure that is at work, locked until the transaction ends and skipped where another replica is at it.
pub async fn erasure_next(connection: &mut PgConnection) -> sqlx::Result<Option<Erasure>> {
    sqlx::query_as!(
        Erasure,
        "SELECT tenant_id, customer_id, merged_customer_ids, external_ids, buyer_ids, transactions, scores, tier_moves, churn_alerts, rows_gone
         FROM value.erasure WHERE end_time IS NULL ORDER BY create_time LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .fetch_optional(connection)
    .await
}

/// The buyers that erased customers were, by the customers' ids.
pub async fn erased_buyers(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<Vec<i64>> {
    if customer_ids.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"SELECT unnest(buyer_ids) AS "buyer_id!" FROM value.erasure WHERE tenant_id = $1 AND customer_id = ANY ($2)"#,
        tenant,
        customer_ids,
    )
    .fetch_all(connection)
    .await
}

/// Stores how far an erasure is; it is over with an `end_time`, and then forgets the callers' keys.
pub async fn erasure_update(
    connection: &mut PgConnection,
    erasure: &Erasure,
    end_time: Option<Timestamp>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.erasure SET buyer_ids = $3, transactions = $4, scores = $5, tier_moves = $6, churn_alerts = $7, rows_gone = $8,
             end_time = $9, external_ids = CASE WHEN $9::timestamptz IS NULL THEN external_ids ELSE '{}' END
         WHERE tenant_id = $1 AND customer_id = $2",
        erasure.tenant_id,
        erasure.customer_id,
        &erasure.buyer_ids,
        erasure.transactions,
        erasure.scores,
        erasure.tier_moves,
        erasure.churn_alerts,
        erasure.rows_gone,
        end_time.map(Timestamp::to_sqlx) as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The buyers that have any of these keys, and all that count for them.
pub async fn buyers_to_erase(connection: &mut PgConnection, erasure: &Erasure) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"WITH named AS (
               SELECT buyer_id FROM value.buyer WHERE tenant_id = $1 AND customer_id = ANY ($2)
               UNION SELECT buyer_id FROM value.buyer WHERE tenant_id = $1 AND external_id = ANY ($3)
           )
           SELECT buyer_id AS "buyer_id!" FROM named
           UNION SELECT b.buyer_id FROM named n JOIN value.buyer b ON b.tenant_id = $1 AND b.survivor_id = n.buyer_id"#,
        erasure.tenant_id,
        &erasure.customer_ids(),
        &erasure.external_ids,
    )
    .fetch_all(connection)
    .await
}

/// Deletes up to `batch` transactions of the buyers with their items and revisions, and answers how many.
pub async fn transactions_erase(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
    batch: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"WITH gone AS (
               DELETE FROM value.transaction WHERE tenant_id = $1 AND external_id = ANY (ARRAY (
                   SELECT external_id FROM value.transaction WHERE tenant_id = $1 AND buyer_id = ANY ($2) LIMIT $3))
               RETURNING external_id
           ), items AS (
               DELETE FROM value.transaction_item i USING gone WHERE i.tenant_id = $1 AND i.external_id = gone.external_id
           ), revisions AS (
               DELETE FROM value.transaction_revision r USING gone WHERE r.tenant_id = $1 AND r.external_id = gone.external_id
           )
           SELECT count(*) AS "gone!" FROM gone"#,
        tenant,
        buyers,
        batch,
    )
    .fetch_one(connection)
    .await
}

/// Deletes everything else of the buyers, and the buyers: scores, tier moves and churn alerts gone. The buyers and the tiers of the tenant are
/// locked.
pub async fn buyers_erase(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
) -> sqlx::Result<(i64, i64, i64)> {
    let scores = sqlx::query!(
        "DELETE FROM value.score s USING value.score_set t
         WHERE t.tenant_id = $1 AND s.tenant_id = $1 AND s.score_set = t.score_set AND s.buyer_id = ANY ($2)",
        tenant,
        buyers,
    );
    let scores = scores.execute(&mut *connection).await?.rows_affected();
    let tier_moves =
        sqlx::query!("DELETE FROM value.tier_move WHERE tenant_id = $1 AND buyer_id = ANY ($2)", tenant, buyers);
    let tier_moves = tier_moves.execute(&mut *connection).await?.rows_affected();
    let churn_alerts =
        sqlx::query!("DELETE FROM value.churn_alert WHERE tenant_id = $1 AND buyer_id = ANY ($2)", tenant, buyers);
    let churn_alerts = churn_alerts.execute(&mut *connection).await?.rows_affected();
    sqlx::query!(
        "WITH revisions AS (
             DELETE FROM value.score_revision r USING value.score_set t
             WHERE t.tenant_id = $1 AND r.tenant_id = $1 AND r.score_set = t.score_set AND r.buyer_id = ANY ($2)
         ), signals AS (
             DELETE FROM value.account_signals WHERE tenant_id = $1 AND buyer_id = ANY ($2)
         ), overrides AS (
             DELETE FROM value.tier_override WHERE tenant_id = $1 AND buyer_id = ANY ($2)
         ), merges AS (
             DELETE FROM value.buyer_merge WHERE tenant_id = $1 AND buyer_id = ANY ($2)
         ), contracts AS (
             DELETE FROM value.contract WHERE tenant_id = $1 AND buyer_id = ANY ($2) RETURNING contract_id
         ), terms AS (
             DELETE FROM value.contract_term t USING contracts c WHERE t.tenant_id = $1 AND t.contract_id = c.contract_id
         ), members AS (
             DELETE FROM value.segment_member WHERE tenant_id = $1 AND buyer_id = ANY ($2) RETURNING segment_id
         ), left_segments AS (
             UPDATE value.segment s SET members = s.members - m.gone
             FROM (SELECT segment_id, count(*) AS gone FROM members GROUP BY segment_id) m
             WHERE s.tenant_id = $1 AND s.segment_id = m.segment_id
         ), merged_members AS (
             DELETE FROM value.segment_member_merged WHERE tenant_id = $1 AND buyer_id = ANY ($2)
         ), moves AS (
             DELETE FROM value.segment_move WHERE tenant_id = $1 AND buyer_id = ANY ($2)
         ), reviews AS (
             DELETE FROM value.segment_review WHERE tenant_id = $1 AND buyer_id = ANY ($2)
         )
         DELETE FROM value.buyer WHERE tenant_id = $1 AND buyer_id = ANY ($2)",
        tenant,
        buyers,
    )
    .execute(connection)
    .await?;
    Ok((scores as i64, tier_moves as i64, churn_alerts as i64))
}

/// Deletes the scores that a run has made meanwhile of buyers that are gone, and what they were before.
pub async fn scores_erase(connection: &mut PgConnection, tenant: &str, set: i64, buyers: &[i64]) -> sqlx::Result<()> {
    if buyers.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "WITH revisions AS (
             DELETE FROM value.score_revision WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = ANY ($3)
         )
         DELETE FROM value.score WHERE tenant_id = $1 AND score_set = $2 AND buyer_id = ANY ($3)",
        tenant,
        set,
        buyers,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Revisions after one, in the order of their key: what they are known by, and what the transaction said.
pub async fn transaction_revisions_after(
    connection: &mut PgConnection,
    tenant: &str,
    (external_id, revision_no): (&str, i64),
    limit: i64,
) -> sqlx::Result<Vec<(String, i64, Vec<u8>)>> {
    let rows = sqlx::query!(
        "SELECT external_id, revision_no, before FROM value.transaction_revision
         WHERE tenant_id = $1 AND (external_id, revision_no) > ($2, $3) ORDER BY external_id, revision_no LIMIT $4",
        tenant,
        external_id,
        revision_no,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.external_id, row.revision_no, row.before)).collect())
}

/// Deletes revisions.
pub async fn transaction_revisions_delete(
    connection: &mut PgConnection,
    tenant: &str,
    (external_ids, revision_nos): (&[String], &[i64]),
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM value.transaction_revision r USING unnest($2::text[], $3::bigint[]) AS k (external_id, revision_no)
         WHERE r.tenant_id = $1 AND r.external_id = k.external_id AND r.revision_no = k.revision_no",
        tenant,
        external_ids,
        revision_nos,
    )
    .execute(connection)
    .await
    .map(drop)
}
