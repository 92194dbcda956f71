//! Gives committed events their positions: one sequencer a schema, whichever replica holds its lock.
//!
//! An insert id is taken before a transaction commits, so readers that go by it skip events committed late. The sequencer numbers
//! only what is committed, in insert order, which keeps the order within a subject. Readers ask for `position > cursor`.
//!
//! The index of what is not numbered keeps an entry of everything numbered since its last vacuum: going through them from the start takes
//! milliseconds after a hundred thousand events. So a sequencer remembers up to where nothing is left to number ([`Settled`]).

use std::time::Duration;

use clientele_service::{Job, app::Stop, serve::stopped};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Row};

use crate::Outbox;

/// How long a sequencer waits before it looks for events of other replicas.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Events numbered in one statement.
const BATCH: i64 = 2000;

/// So many insert ids are gone through again before some of them are settled.
const UNSETTLED: i64 = 1000;

/// What commits within this time of a numbering is numbered together: each costs a statement, a notification and a look at what is not settled.
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
        "SET statement_timeout = 0; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
    )
    .execute(&mut connection)
    .await?;
    let (mut since_sweep, mut told) = (0_u32, false);
    let mut settled = Settled { up_to: 0, next: numbered_before(&mut connection, schema).await? };
    while !*stop.borrow() {
        if told || settled.next.is_some() || any(&mut connection, schema, settled.up_to).await? {
            turn(&mut connection, schema, &mut settled).await?;
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

/// What need not be looked at any more.
#[derive(Debug)]
struct Settled {
    /// Events with insert ids up to here are numbered, or never will be.
    up_to: i64,
    /// What is settled next.
    next: Option<Next>,
}

/// Insert ids that are all taken. Who took one has ended by now, or is among the `writers`.
#[derive(Debug)]
struct Next {
    up_to: i64,
    writers: Vec<String>,
}

/// What another sequencer has numbered.
async fn numbered_before(connection: &mut PgConnection, schema: &str) -> sqlx::Result<Option<Next>> {
    let statement =
        format!("SELECT outbox_id FROM {schema}.outbox WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1");
    let Some(up_to) = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    Ok(Some(Next { up_to, writers: writers(connection, schema).await? }))
}

/// Numbers what there is, and settles what can be.
async fn turn(connection: &mut PgConnection, schema: &str, settled: &mut Settled) -> sqlx::Result<()> {
    // Asked before the last look at the ids: it sees what the writers have committed.
    let ended = match &settled.next {
        Some(next) => !any_writes(connection, schema, &next.writers).await?,
        None => false,
    };
    let mut latest = None;
    loop {
        let (events, latest_id) = number(connection, schema, settled.up_to).await?;
        latest = latest.max(latest_id);
        if events < BATCH {
            break;
        }
    }
    if ended && let Some(next) = settled.next.take() {
        settled.up_to = next.up_to;
    }
    if settled.next.is_none()
        && let Some(up_to) = latest.filter(|latest| *latest > settled.up_to + UNSETTLED)
    {
        settled.next = Some(Next { up_to, writers: writers(connection, schema).await? });
    }
    Ok(())
}

/// The transactions that may have written events and have not ended: each holds this lock from before it takes an insert id.
fn writing(schema: &str) -> String {
    format!(
        "FROM pg_locks WHERE locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND relation = '{schema}.outbox'::regclass AND mode = 'RowExclusiveLock' AND pid IS DISTINCT FROM pg_backend_pid()"
    )
}

async fn writers(connection: &mut PgConnection, schema: &str) -> sqlx::Result<Vec<String>> {
    let statement = format!("SELECT DISTINCT virtualtransaction {}", writing(schema));
    sqlx::query_scalar(AssertSqlSafe(statement)).fetch_all(connection).await
}

/// Whether any of these transactions still writes.
async fn any_writes(connection: &mut PgConnection, schema: &str, writers: &[String]) -> sqlx::Result<bool> {
    if writers.is_empty() {
        return Ok(false);
    }
    let statement = format!("SELECT EXISTS (SELECT {} AND virtualtransaction = ANY ($1))", writing(schema));
    sqlx::query_scalar(AssertSqlSafe(statement)).bind(writers).fetch_one(connection).await
}

/// Whether there are events to number.
async fn any(connection: &mut PgConnection, schema: &str, after: i64) -> sqlx::Result<bool> {
    let statement = format!("SELECT EXISTS (SELECT FROM {schema}.outbox WHERE position IS NULL AND outbox_id > $1)");
    sqlx::query_scalar(AssertSqlSafe(statement)).bind(after).fetch_one(connection).await
}

/// Numbers the next events after an insert id and tells the readers; answers how many, and the last insert id of them.
async fn number(connection: &mut PgConnection, schema: &str, after: i64) -> sqlx::Result<(i64, Option<i64>)> {
    let statement = format!(
        "WITH bounds AS (SELECT latest_position FROM {schema}.feed_bounds FOR UPDATE), \
         batch AS (SELECT ctid AS row, row_number() OVER (ORDER BY outbox_id) AS nth \
                   FROM (SELECT ctid, outbox_id FROM {schema}.outbox WHERE position IS NULL AND outbox_id > $1 \
                         ORDER BY outbox_id LIMIT {BATCH}) AS next), \
         numbered AS (UPDATE {schema}.outbox SET position = bounds.latest_position + batch.nth \
                      FROM batch, bounds WHERE outbox.ctid = batch.row RETURNING outbox_id), \
         counted AS (SELECT count(*) AS events, max(outbox_id) AS latest_id FROM numbered) \
         UPDATE {schema}.feed_bounds SET latest_position = feed_bounds.latest_position + counted.events FROM counted \
         WHERE counted.events > 0 \
         RETURNING counted.events, counted.latest_id, pg_notify('{schema}_feed', feed_bounds.latest_position::text)"
    );
    let row = sqlx::query(AssertSqlSafe(statement)).bind(after).fetch_optional(connection).await?;
    row.map_or(Ok((0, None)), |row| Ok((row.try_get(0)?, row.try_get(1)?)))
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
