//! Movement through a segment, by stretches of time.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A stretch of time, its end compared with its beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct MovementRecord {
    /// The first day on which anybody moved in it.
    pub first_date: jiff_sqlx::Date,
    /// The run, where the stretch is one's.
    pub score_run_id: Option<Uuid>,
    /// In it at the end and not at the beginning.
    pub joined: i64,
    /// In it at the beginning and not at the end.
    pub left: i64,
    /// Members at the end.
    pub members_after: i64,
}

/// The last `limit` stretches with a move, oldest first. By the numbers of `SegmentMovementGrouping`: 1 a stretch for each score run and one
/// for what is between two, 2 days, 3 months. What was before the period is one stretch that is left out.
///
/// A member at the beginning of a stretch is who leaves first in it, one at its end who joins last.
pub async fn segment_movements(
    connection: &mut PgConnection,
    tenant: &str,
    segment_id: Uuid,
    grouping: i32,
    (start, end): (Date, Date),
    limit: i64,
) -> sqlx::Result<Vec<MovementRecord>> {
    sqlx::query_as!(
        MovementRecord,
        r#"WITH moves AS (
               SELECT move_id, buyer_id, joined, (create_time AT TIME ZONE 'UTC')::date AS day,
                   CASE WHEN cause = 1 THEN score_run_id END AS score_run_id
               FROM value.segment_move WHERE tenant_id = $1 AND segment_id = $2
           ), marked AS (
               SELECT *, score_run_id IS DISTINCT FROM lag(score_run_id) OVER (ORDER BY move_id) AS another
               FROM moves WHERE day <= $5
           ), stretched AS (
               SELECT *, CASE
                   WHEN day < $4 THEN -2147483648
                   WHEN $3 = 1 THEN count(*) FILTER (WHERE another) OVER (ORDER BY move_id)
                   WHEN $3 = 2 THEN day - date '1970-01-01'
                   ELSE date_trunc('month', day)::date - date '1970-01-01'
                   END AS stretch
               FROM marked
           ), buyers AS (
               SELECT stretch, buyer_id, min(move_id * 2 + joined::integer) % 2 = 1 AS joined_first,
                   max(move_id * 2 + joined::integer) % 2 = 1 AS joined_last
               FROM stretched GROUP BY stretch, buyer_id
           ), counted AS (
               SELECT stretch, count(*) FILTER (WHERE joined_first AND joined_last) AS joined,
                   count(*) FILTER (WHERE NOT joined_first AND NOT joined_last) AS left
               FROM buyers GROUP BY stretch
           ), told AS (
               SELECT stretch, min(day) AS first_date, (array_agg(DISTINCT score_run_id))[1] AS score_run_id
               FROM stretched GROUP BY stretch
           )
           SELECT t.first_date AS "first_date!: _", CASE WHEN $3 = 1 THEN t.score_run_id END AS score_run_id, c.joined AS "joined!",
               c.left AS "left!", (sum(c.joined - c.left) OVER (ORDER BY stretch))::bigint AS "members_after!"
           FROM counted c JOIN told t USING (stretch) ORDER BY stretch DESC LIMIT $6"#,
        tenant,
        segment_id,
        grouping,
        start.to_sqlx() as _,
        end.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await
    .map(|mut found| {
        found.reverse();
        found
    })
}
