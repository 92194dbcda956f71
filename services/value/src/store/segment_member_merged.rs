//! Lists follow merges. Each buyer is on the lists that it was put on by itself; the buyer that merged ones count for shows those of all of them.
//!
//! So merging and unmerging change nothing of what buyers are on by themselves, only who shows it, and undos are exact in whatever order they
//! come. What a merged buyer is on waits in `value.segment_member_merged`; where a survivor shows a list that it is not on by itself, its row
//! of `value.segment_member` says so. Whoever calls these holds the lock of the tenant's buyers, and then that of the lists' rows.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::segment_move::NewMoves;

/// A list that buyers are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRecord {
    /// Its id.
    pub segment_id: Uuid,
    /// Its name.
    pub name: String,
}

/// The buyers that count for the same ones as any of these, and those that they count for.
pub async fn buyers_counted_together(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"WITH counted_for AS (
               SELECT DISTINCT coalesce(survivor_id, buyer_id) AS buyer_id FROM value.buyer WHERE tenant_id = $1 AND buyer_id = ANY ($2)
           )
           SELECT buyer_id AS "buyer_id!" FROM counted_for
           UNION SELECT b.buyer_id FROM counted_for c JOIN value.buyer b ON b.tenant_id = $1 AND b.survivor_id = c.buyer_id"#,
        tenant,
        buyers,
    )
    .fetch_all(connection)
    .await
}

/// The lists that any of the buyers is on, shown or not; kept as they are until the transaction ends.
pub async fn lists_of_buyers(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
) -> sqlx::Result<Vec<ListRecord>> {
    sqlx::query_as!(
        ListRecord,
        "SELECT segment_id, name FROM value.segment
         WHERE tenant_id = $1 AND kind = 2 AND segment_id IN (
             SELECT segment_id FROM value.segment_member WHERE tenant_id = $1 AND buyer_id = ANY ($2)
             UNION ALL SELECT segment_id FROM value.segment_member_merged WHERE tenant_id = $1 AND buyer_id = ANY ($2))
         ORDER BY segment_id FOR UPDATE",
        tenant,
        buyers,
    )
    .fetch_all(connection)
    .await
}

/// Stores the moves by which those of the buyers that count for themselves show what all that count for them are on, and no other does. What
/// merged buyers showed until now is kept.
pub async fn list_moves_find(
    connection: &mut PgConnection,
    new: &NewMoves<'_>,
    lists: &[Uuid],
    buyers: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH shown AS (
             SELECT segment_id, buyer_id, by_itself, join_time FROM value.segment_member
             WHERE tenant_id = $1 AND segment_id = ANY ($2) AND buyer_id = ANY ($3)
         ), wanted AS (
             SELECT DISTINCT o.segment_id, coalesce(b.survivor_id, b.buyer_id) AS buyer_id
             FROM (
                 SELECT segment_id, buyer_id FROM shown WHERE by_itself
                 UNION ALL
                 SELECT segment_id, buyer_id FROM value.segment_member_merged
                 WHERE tenant_id = $1 AND segment_id = ANY ($2) AND buyer_id = ANY ($3) AND by_itself
             ) o
             JOIN value.buyer b ON b.tenant_id = $1 AND b.buyer_id = o.buyer_id
         ), kept AS (
             INSERT INTO value.segment_member_merged (tenant_id, segment_id, buyer_id, join_time, by_itself)
             SELECT $1, s.segment_id, s.buyer_id, s.join_time, s.by_itself
             FROM shown s JOIN value.buyer b ON b.tenant_id = $1 AND b.buyer_id = s.buyer_id AND b.survivor_id IS NOT NULL
             ON CONFLICT (tenant_id, segment_id, buyer_id)
                 DO UPDATE SET join_time = least(segment_member_merged.join_time, excluded.join_time),
                     by_itself = segment_member_merged.by_itself OR excluded.by_itself
         )
         INSERT INTO value.segment_move (tenant_id, segment_id, buyer_id, joined, cause, score_run_id, actor, create_time)
         SELECT $1, coalesce(w.segment_id, s.segment_id), coalesce(w.buyer_id, s.buyer_id), w.buyer_id IS NOT NULL, $4::smallint,
             $5::uuid, $6, $7::timestamptz
         FROM wanted w FULL JOIN shown s ON s.segment_id = w.segment_id AND s.buyer_id = w.buyer_id
         WHERE w.buyer_id IS NULL OR s.buyer_id IS NULL
         ORDER BY 4, 3, 2",
        new.tenant,
        lists,
        buyers,
        new.cause,
        new.score_run_id,
        new.actor,
        new.now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Gives those of the buyers that count for themselves, and have joined by moves after a number, back what is kept of them: since when they
/// are on a list, and whether by themselves.
pub async fn list_members_restore(
    connection: &mut PgConnection,
    tenant: &str,
    lists: &[Uuid],
    buyers: &[i64],
    after_move: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.segment_member m SET join_time = coalesce(k.join_time, m.join_time), by_itself = coalesce(k.by_itself, false)
         FROM value.segment_move v
         LEFT JOIN value.segment_member_merged k
             ON k.tenant_id = v.tenant_id AND k.segment_id = v.segment_id AND k.buyer_id = v.buyer_id
         WHERE v.tenant_id = $1 AND v.segment_id = ANY ($2) AND v.move_id > $3 AND v.joined
             AND m.tenant_id = $1 AND m.segment_id = v.segment_id AND m.buyer_id = v.buyer_id",
        tenant,
        lists,
        after_move,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM value.segment_member_merged k USING value.buyer b
         WHERE k.tenant_id = $1 AND k.segment_id = ANY ($2) AND k.buyer_id = ANY ($3)
             AND b.tenant_id = $1 AND b.buyer_id = k.buyer_id AND b.survivor_id IS NULL",
        tenant,
        lists,
        buyers,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes who was put on a list by itself: buyers that count for themselves, and merged ones, whose survivors show it. The moves after
/// `after_move` are those by which they joined.
pub async fn list_members_put(
    connection: &mut PgConnection,
    tenant: &str,
    list: Uuid,
    (own, merged): (&[i64], &[i64]),
    (after_move, now): (i64, Timestamp),
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.segment_member_merged (tenant_id, segment_id, buyer_id, join_time, by_itself)
         SELECT $1, $2, k.buyer_id, $4, true FROM unnest($3::bigint[]) AS k (buyer_id)
         ON CONFLICT (tenant_id, segment_id, buyer_id) DO UPDATE SET by_itself = true,
             join_time = CASE WHEN segment_member_merged.by_itself THEN segment_member_merged.join_time ELSE excluded.join_time END",
        tenant,
        list,
        merged,
        now.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE value.segment_member m SET by_itself = m.buyer_id = ANY ($3)
         WHERE m.tenant_id = $1 AND m.segment_id = $2 AND (
             m.buyer_id = ANY ($3) AND NOT m.by_itself
             OR m.buyer_id <> ALL ($3) AND m.buyer_id IN (
                 SELECT v.buyer_id FROM value.segment_move v WHERE v.tenant_id = $1 AND v.segment_id = $2 AND v.move_id > $4))",
        tenant,
        list,
        own,
        after_move,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Whom people took off a list does not come back to it, nor does who is merged into it.
pub async fn list_members_drop(
    connection: &mut PgConnection,
    tenant: &str,
    list: Uuid,
    survivors: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM value.segment_member_merged k USING value.buyer b
         WHERE k.tenant_id = $1 AND k.segment_id = $2 AND b.tenant_id = $1 AND b.buyer_id = k.buyer_id AND b.survivor_id = ANY ($3)",
        tenant,
        list,
        survivors,
    )
    .execute(connection)
    .await
    .map(drop)
}
