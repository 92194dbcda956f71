//! The moves of a period between tiers, counted.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::tier_movement::Moved;

/// Which moves count.
#[derive(Debug, Clone, Copy)]
pub struct Moves<'a> {
    /// Whose customers.
    pub tenant: &'a str,
    /// From when on; `None` for all there are.
    pub start: Option<Timestamp>,
    /// Until when.
    pub end: Timestamp,
    /// The runs whose moves count; what people decided counts always.
    pub score_run_ids: &'a [Uuid],
}

/// The moves by cause.
pub async fn tier_moves_by_cause(connection: &mut PgConnection, moves: &Moves<'_>) -> sqlx::Result<Vec<(i16, Moved)>> {
    let rows = sqlx::query!(
        r#"SELECT cause, from_tier, to_tier, count(*) AS "count!" FROM value.tier_move
           WHERE tenant_id = $1 AND create_time >= coalesce($2, '-infinity'::timestamptz) AND create_time < $3
               AND (cause <> 1 OR score_run_id = ANY ($4))
           GROUP BY cause, from_tier, to_tier ORDER BY cause, from_tier, to_tier"#,
        moves.tenant,
        moves.start.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        moves.end.to_sqlx() as _,
        moves.score_run_ids,
    )
    .fetch_all(connection)
    .await?;
    let moved = |row: (String, String, i64)| Moved { from: row.0, to: row.1, count: row.2 };
    Ok(rows.into_iter().map(|row| (row.cause, moved((row.from_tier, row.to_tier, row.count)))).collect())
}

/// The customers by the tier before their first move and after their last one; not those who came back to where they were.
pub async fn tier_moves_of_customers(connection: &mut PgConnection, moves: &Moves<'_>) -> sqlx::Result<Vec<Moved>> {
    sqlx::query_as!(
        Moved,
        r#"SELECT from_tier AS "from!", to_tier AS "to!", count(*) AS "count!"
           FROM (SELECT (array_agg(from_tier ORDER BY move_id))[1] AS from_tier, (array_agg(to_tier ORDER BY move_id DESC))[1] AS to_tier
                 FROM value.tier_move
                 WHERE tenant_id = $1 AND create_time >= coalesce($2, '-infinity'::timestamptz) AND create_time < $3
                     AND (cause <> 1 OR score_run_id = ANY ($4))
                 GROUP BY buyer_id) AS of_buyer
           WHERE from_tier <> to_tier GROUP BY from_tier, to_tier ORDER BY from_tier, to_tier"#,
        moves.tenant,
        moves.start.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        moves.end.to_sqlx() as _,
        moves.score_run_ids,
    )
    .fetch_all(connection)
    .await
}

/// A succeeded run as the report on moves sees it.
#[derive(Debug, Clone)]
pub struct MovingRun {
    /// Its id.
    pub score_run_id: Uuid,
    /// Its as-of date.
    pub as_of_date: jiff_sqlx::Date,
    /// Its tiers, best first.
    pub tier_names: Vec<String>,
    /// An encoded `ScoreRunSettings`.
    pub settings: Vec<u8>,
    /// An encoded `ScoreRunSummary`, of runs that succeeded in the period.
    pub summary: Option<Vec<u8>>,
}

/// The succeeded runs of a tenant, in the order they were asked for; only those of a period tell what they found.
pub async fn moving_runs(
    connection: &mut PgConnection,
    tenant: &str,
    (start, end): (Option<Timestamp>, Timestamp),
) -> sqlx::Result<Vec<MovingRun>> {
    sqlx::query_as!(
        MovingRun,
        r#"SELECT score_run_id, as_of_date AS "as_of_date: _", tier_names, settings,
               CASE WHEN end_time >= coalesce($2, '-infinity'::timestamptz) AND end_time < $3 THEN summary END AS summary
           FROM value.score_run WHERE tenant_id = $1 AND state = 3 ORDER BY run_no"#,
        tenant,
        start.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        end.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
}
