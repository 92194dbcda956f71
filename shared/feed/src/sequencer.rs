//! Gives committed events their positions: one sequencer a schema, whichever replica holds its lock.
//!
//! An insert id is taken before a transaction commits, so readers that go by it skip events committed late. The sequencer numbers
//! only what is committed, in insert order, which keeps the order within a subject. Readers ask for `position > cursor`.

use std::time::Duration;

use clientele_service::{Job, app::Stop, serve::stopped};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Row};

use crate::Outbox;

/// How long a sequencer waits before it looks for events of other replicas.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Events numbered in one statement.
const BATCH: i64 = 2000;

/// What commits within this time of a numbering is numbered together: each costs a statement, a notification and, until the next vacuum, a look
/// at every event that was numbered lately.
const GATHER: Duration = Duration::from_millis(10);

/// The sequencer of `outbox` as a background job. Events older than `retention` are dropped from the feed; `None` keeps them.
pub fn job(pool: PgPool, outbox: Outbox, retention: Option<Duration>) -> Job {
    Job::new("sequencer", move |stop| async move {
        let mut stopping = stop.clone();
        while !*stop.borrow() {
            let turn = tokio::select! {
                turn = hold_lock(&pool, &outbox, retention, stop.clone()) => turn,
                () = stopped(stopping.clone()) => return,
            };
            if let Err(error) = turn {
                tracing::warn!(error = %error, "the sequencer lost its connection and starts again");
            }
            let _ = tokio::time::timeout(LOOK_AGAIN, stopping.wait_for(|stopping| *stopping)).await;
        }
    })
}

/// Numbers events as long as this replica holds the lock; returns when another one has it.
async fn hold_lock(pool: &PgPool, outbox: &Outbox, retention: Option<Duration>, stop: Stop) -> sqlx::Result<()> {
    // The lock belongs to the connection, so this one never goes back to the pool.
    let mut connection = pool.acquire().await?.detach();
    let schema = outbox.schema();
    let locked: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtext('clientele sequencer'), hashtext($1))")
        .bind(schema)
        .fetch_one(&mut connection)
        .await?;
    if !locked {
        return connection.close().await;
    }
    // The unnumbered rows are always few: a plan that reads the whole outbox is never right.
    sqlx::raw_sql(
        "SET statement_timeout = 0; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
    )
    .execute(&mut connection)
    .await?;
    let (mut since_sweep, mut told) = (0_u32, false);
    while !*stop.borrow() {
        if told || any(&mut connection, schema).await? {
            while number(&mut connection, schema).await? == BATCH {}
            tokio::time::sleep(GATHER).await;
        }
        if let Some(retention) = retention
            && since_sweep == 0
        {
            sweep(&mut connection, schema, retention).await?;
        }
        since_sweep = (since_sweep + 1) % 3600;
        told = tokio::time::timeout(LOOK_AGAIN, outbox.commit()).await.is_ok();
    }
    connection.close().await
}

/// Whether there are events to number.
async fn any(connection: &mut PgConnection, schema: &str) -> sqlx::Result<bool> {
    let statement = format!("SELECT EXISTS (SELECT FROM {schema}.outbox WHERE position IS NULL)");
    sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(connection).await
}

/// Numbers the next events and tells the readers; answers how many.
async fn number(connection: &mut PgConnection, schema: &str) -> sqlx::Result<i64> {
    let statement = format!(
        "WITH bounds AS (SELECT latest_position FROM {schema}.feed_bounds FOR UPDATE), \
         batch AS (SELECT ctid AS row, row_number() OVER (ORDER BY outbox_id) AS nth \
                   FROM (SELECT ctid, outbox_id FROM {schema}.outbox WHERE position IS NULL ORDER BY outbox_id LIMIT {BATCH}) AS next), \
         numbered AS (UPDATE {schema}.outbox SET position = bounds.latest_position + batch.nth \
                      FROM batch, bounds WHERE outbox.ctid = batch.row RETURNING 1), \
         counted AS (SELECT count(*) AS events FROM numbered) \
         UPDATE {schema}.feed_bounds SET latest_position = feed_bounds.latest_position + counted.events FROM counted \
         WHERE counted.events > 0 \
         RETURNING counted.events, feed_bounds.latest_position, pg_notify('{schema}_feed', feed_bounds.latest_position::text)"
    );
    let row = sqlx::query(AssertSqlSafe(statement)).fetch_optional(connection).await?;
    row.map_or(Ok(0), |row| row.try_get(0))
}

/// Drops what is older than the retention, and says so in the bounds.
async fn sweep(connection: &mut PgConnection, schema: &str, retention: Duration) -> sqlx::Result<()> {
    let mut transaction = connection.begin().await?;
    let statement = format!(
        "WITH gone AS (DELETE FROM {schema}.outbox \
                       WHERE position <= (SELECT coalesce(max(position), 0) FROM {schema}.outbox \
                                          WHERE event_time < now() - make_interval(secs => $1)) RETURNING position) \
         UPDATE {schema}.feed_bounds SET earliest_position = greatest(earliest_position, (SELECT max(position) FROM gone))"
    );
    sqlx::query(AssertSqlSafe(statement)).bind(retention.as_secs_f64()).execute(&mut *transaction).await?;
    transaction.commit().await
}
