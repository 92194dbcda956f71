//! Who is in which segment.

use sqlx::PgConnection;
use uuid::Uuid;

/// A member with the names of its customer.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberRecord {
    /// The buyer it is.
    pub buyer_id: i64,
    /// The customer's id, where it is known.
    pub customer_id: Option<Uuid>,
    /// The caller's own key.
    pub external_id: Option<String>,
    /// Since when it is in the segment.
    pub join_time: jiff_sqlx::Timestamp,
}

/// Up to `limit` members of a segment whose buyers come after `after`.
pub async fn segment_members_list(
    connection: &mut PgConnection,
    tenant: &str,
    segment_id: Uuid,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<MemberRecord>> {
    sqlx::query_as!(
        MemberRecord,
        r#"SELECT m.buyer_id, b.customer_id, b.external_id, m.join_time AS "join_time: _"
           FROM (
               SELECT * FROM value.segment_member
               WHERE tenant_id = $1 AND segment_id = $2 AND buyer_id > $3 ORDER BY buyer_id LIMIT $4
           ) m
           CROSS JOIN LATERAL (SELECT * FROM value.buyer WHERE tenant_id = $1 AND buyer_id = m.buyer_id LIMIT 1) b
           ORDER BY m.buyer_id"#,
        tenant,
        segment_id,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// A segment that a customer is in.
#[derive(Debug, Clone, PartialEq)]
pub struct MembershipRecord {
    /// The segment.
    pub segment_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Since when.
    pub join_time: jiff_sqlx::Timestamp,
}

/// Up to `limit` segments of a buyer whose ids come after `after`.
pub async fn segments_of_buyer(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<MembershipRecord>> {
    sqlx::query_as!(
        MembershipRecord,
        r#"SELECT s.segment_id, s.name, s.description, m.join_time AS "join_time: _"
           FROM value.segment_member m JOIN value.segment s ON s.tenant_id = m.tenant_id AND s.segment_id = m.segment_id
           WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND m.segment_id > $3 ORDER BY m.segment_id LIMIT $4"#,
        tenant,
        buyer_id,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Follows the moves of segments after a number: members join and leave, and are counted; how many moved.
pub async fn segment_members_follow(
    connection: &mut PgConnection,
    tenant: &str,
    segment_ids: &[Uuid],
    after_move: i64,
) -> sqlx::Result<u64> {
    let left = sqlx::query!(
        "DELETE FROM value.segment_member m USING value.segment_move v
         WHERE v.tenant_id = $1 AND v.segment_id = ANY ($2) AND v.move_id > $3 AND NOT v.joined
             AND m.tenant_id = $1 AND m.segment_id = v.segment_id AND m.buyer_id = v.buyer_id",
        tenant,
        segment_ids,
        after_move,
    )
    .execute(&mut *connection)
    .await?;
    let joined = sqlx::query!(
        "INSERT INTO value.segment_member (tenant_id, segment_id, buyer_id, join_time)
         SELECT tenant_id, segment_id, buyer_id, create_time FROM value.segment_move
         WHERE tenant_id = $1 AND segment_id = ANY ($2) AND move_id > $3 AND joined",
        tenant,
        segment_ids,
        after_move,
    )
    .execute(&mut *connection)
    .await?;
    let moved = left.rows_affected() + joined.rows_affected();
    if moved > 0 {
        sqlx::query!(
            "UPDATE value.segment s SET members = s.members + v.difference
             FROM (
                 SELECT segment_id, sum(CASE WHEN joined THEN 1 ELSE -1 END)::bigint AS difference FROM value.segment_move
                 WHERE tenant_id = $1 AND segment_id = ANY ($2) AND move_id > $3 GROUP BY segment_id
             ) v
             WHERE s.tenant_id = $1 AND s.segment_id = v.segment_id",
            tenant,
            segment_ids,
            after_move,
        )
        .execute(connection)
        .await?;
    }
    Ok(moved)
}

/// Takes away up to `limit` members and as many moves of a segment that is gone; whether there may be more.
pub async fn segment_clear(
    connection: &mut PgConnection,
    tenant: &str,
    segment_id: Uuid,
    limit: i64,
) -> sqlx::Result<bool> {
    let members = sqlx::query!(
        "DELETE FROM value.segment_member WHERE tenant_id = $1 AND segment_id = $2 AND buyer_id IN (
             SELECT buyer_id FROM value.segment_member WHERE tenant_id = $1 AND segment_id = $2 ORDER BY buyer_id LIMIT $3)",
        tenant,
        segment_id,
        limit,
    )
    .execute(&mut *connection)
    .await?;
    let moves = sqlx::query!(
        "DELETE FROM value.segment_move WHERE tenant_id = $1 AND segment_id = $2 AND move_id IN (
             SELECT move_id FROM value.segment_move WHERE tenant_id = $1 AND segment_id = $2 ORDER BY move_id LIMIT $3)",
        tenant,
        segment_id,
        limit,
    )
    .execute(&mut *connection)
    .await?;
    let merged = sqlx::query!(
        "DELETE FROM value.segment_member_merged WHERE tenant_id = $1 AND segment_id = $2 AND buyer_id IN (
             SELECT buyer_id FROM value.segment_member_merged WHERE tenant_id = $1 AND segment_id = $2 ORDER BY buyer_id LIMIT $3)",
        tenant,
        segment_id,
        limit,
    )
    .execute(connection)
    .await?;
    let gone = [members, moves, merged].map(|done| done.rows_affected());
    Ok(gone.into_iter().any(|rows| rows >= limit as u64))
}

/// Gives the memberships of one buyer to another that is the same customer. Where both have a history in a segment, that of the other is
/// kept; the customer is in every segment that either was in, until a review finds out better. The tenant's buyers are locked.
pub async fn segments_move(connection: &mut PgConnection, tenant: &str, from: i64, to: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM value.segment_move m WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND EXISTS (
             SELECT FROM value.segment_move o WHERE o.tenant_id = $1 AND o.buyer_id = $3 AND o.segment_id = m.segment_id)",
        tenant,
        from,
        to,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH twice AS (
             DELETE FROM value.segment_member m WHERE m.tenant_id = $1 AND m.buyer_id = $2 AND EXISTS (
                 SELECT FROM value.segment_member o WHERE o.tenant_id = $1 AND o.buyer_id = $3 AND o.segment_id = m.segment_id)
             RETURNING m.segment_id, m.by_itself
         ), noted AS (
             UPDATE value.segment_member o SET by_itself = true FROM twice
             WHERE o.tenant_id = $1 AND o.buyer_id = $3 AND o.segment_id = twice.segment_id AND twice.by_itself
         )
         UPDATE value.segment s SET members = s.members - 1 FROM twice WHERE s.tenant_id = $1 AND s.segment_id = twice.segment_id",
        tenant,
        from,
        to,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH taken AS (
             UPDATE value.segment_member SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2 RETURNING segment_id, join_time
         )
         INSERT INTO value.segment_move (tenant_id, segment_id, buyer_id, joined, cause, actor, create_time)
         SELECT $1, segment_id, $3, true, 3, 'value', join_time FROM taken WHERE EXISTS (
             SELECT FROM value.segment_move o WHERE o.tenant_id = $1 AND o.buyer_id = $3 AND o.segment_id = taken.segment_id)",
        tenant,
        from,
        to,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE value.segment_move SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        from,
        to
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH old AS (DELETE FROM value.segment_review WHERE tenant_id = $1 AND buyer_id = $2)
         INSERT INTO value.segment_review (tenant_id, buyer_id, cause, actor)
         SELECT $1, $3, 3, 'value' WHERE EXISTS (SELECT FROM value.segment WHERE tenant_id = $1 AND kind <> 2)",
        tenant,
        from,
        to,
    )
    .execute(connection)
    .await
    .map(drop)
}
