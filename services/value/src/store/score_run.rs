//! Score runs and their leases. Every change of a run at work names the lease's owner, so that a worker that lost its lease changes
//! nothing. Leases run by the database's clock, which all replicas share.

use std::time::Duration;

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// States as they are stored; the numbers of `ScoreRun.State` in the contract.
pub mod state {
    /// Waiting for a worker.
    pub const PENDING: i16 = 1;
    /// At work.
    pub const RUNNING: i16 = 2;
    /// Over, with scores.
    pub const SUCCEEDED: i16 = 3;
    /// Over, without.
    pub const FAILED: i16 = 4;
    /// Over, by a caller's wish.
    pub const CANCELLED: i16 = 5;
}

/// A run as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub score_run_id: Uuid,
    /// The order the runs were asked for in.
    pub run_no: i64,
    /// One of [`state`].
    pub state: i16,
    /// An encoded `ScoreRunSettings`.
    pub settings: Vec<u8>,
    /// What it does; a number of `ScoreRunProgress.Stage`.
    pub stage: i16,
    /// Steps of the stage done.
    pub done: i64,
    /// Steps of the stage in all.
    pub total: i64,
    /// How often it was taken up.
    pub attempt: i32,
    /// An encoded `ScoreRunSummary`, once it succeeded.
    pub summary: Option<Vec<u8>>,
    /// Why it failed.
    pub failure: String,
    /// When it was asked for.
    pub create_time: jiff_sqlx::Timestamp,
    /// When it was first taken up.
    pub start_time: Option<jiff_sqlx::Timestamp>,
    /// When it was over.
    pub end_time: Option<jiff_sqlx::Timestamp>,
}

impl RunRecord {
    /// Whether nothing will change any more.
    pub fn is_over(&self) -> bool {
        self.state >= state::SUCCEEDED
    }
}

/// A run to be inserted.
#[derive(Debug)]
pub struct NewRun {
    /// Its id.
    pub score_run_id: Uuid,
    /// An encoded `ScoreRunSettings`.
    pub settings: Vec<u8>,
    /// The as-of date of the settings.
    pub as_of_date: Date,
    /// Minor units in a unit of the run's currency.
    pub minor_per_unit: f64,
    /// The tiers, best first.
    pub tier_names: Vec<String>,
    /// The segments, by the number a score carries.
    pub segment_names: Vec<String>,
    /// Who asked for it.
    pub actor: String,
    /// When.
    pub create_time: Timestamp,
}

/// The right to work on a run, as long as the lease is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Whose run.
    pub tenant_id: String,
    /// Which run.
    pub score_run_id: Uuid,
    /// Who holds the lease.
    pub owner: Uuid,
    /// The number under which this attempt writes its scores.
    pub score_set: i64,
}

/// A run that a worker took up.
#[derive(Debug)]
pub struct Claimed {
    /// The worker's right to it.
    pub lease: Lease,
    /// An encoded `ScoreRunSettings`.
    pub settings: Vec<u8>,
    /// The segments, by the number a score carries.
    pub segment_names: Vec<String>,
    /// How often it was taken up, this time included.
    pub attempt: i32,
    /// Who asked for it.
    pub actor: String,
}

/// Inserts a run that waits for a worker. Runs of one tenant queue behind a lock until the transaction ends, so that they become
/// visible in the order of their numbers and never two of them look like the oldest.
pub async fn score_run_insert(connection: &mut PgConnection, tenant: &str, run: &NewRun) -> sqlx::Result<RunRecord> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('value.score_run ' || $1, 0))", tenant)
        .execute(&mut *connection)
        .await?;
    sqlx::query_as!(
        RunRecord,
        r#"INSERT INTO value.score_run
               (tenant_id, score_run_id, state, settings, as_of_date, minor_per_unit, tier_names, segment_names, actor, create_time)
           VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)
           RETURNING score_run_id, run_no, state, settings, stage, done, total, attempt, summary, failure,
               create_time AS "create_time: _", start_time AS "start_time: _", end_time AS "end_time: _""#,
        tenant,
        run.score_run_id,
        run.settings,
        run.as_of_date.to_sqlx() as _,
        run.minor_per_unit,
        &run.tier_names,
        &run.segment_names,
        run.actor,
        run.create_time.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await
}

/// One run.
pub async fn score_run_get(connection: &mut PgConnection, tenant: &str, id: Uuid) -> sqlx::Result<Option<RunRecord>> {
    sqlx::query_as!(
        RunRecord,
        r#"SELECT score_run_id, run_no, state, settings, stage, done, total, attempt, summary, failure,
               create_time AS "create_time: _", start_time AS "start_time: _", end_time AS "end_time: _"
           FROM value.score_run WHERE tenant_id = $1 AND score_run_id = $2"#,
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Up to `limit` runs with a number below `before`, newest first.
pub async fn score_run_list(
    connection: &mut PgConnection,
    tenant: &str,
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<RunRecord>> {
    sqlx::query_as!(
        RunRecord,
        r#"SELECT score_run_id, run_no, state, settings, stage, done, total, attempt, summary, failure,
               create_time AS "create_time: _", start_time AS "start_time: _", end_time AS "end_time: _"
           FROM value.score_run WHERE tenant_id = $1 AND run_no < $2 ORDER BY run_no DESC LIMIT $3"#,
        tenant,
        before,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Cancels a run that is not over; `None` when there is none.
pub async fn score_run_cancel(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
    now: Timestamp,
) -> sqlx::Result<Option<RunRecord>> {
    sqlx::query_as!(
        RunRecord,
        r#"UPDATE value.score_run SET state = 5, end_time = $3, lease_owner = NULL, lease_until = NULL
           WHERE tenant_id = $1 AND score_run_id = $2 AND state IN (1, 2)
           RETURNING score_run_id, run_no, state, settings, stage, done, total, attempt, summary, failure,
               create_time AS "create_time: _", start_time AS "start_time: _", end_time AS "end_time: _""#,
        tenant,
        id,
        now.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await
}

/// Takes up the longest waiting run that nobody works on: the oldest open one of a tenant none of whose runs is at work.
pub async fn score_run_claim(
    connection: &mut PgConnection,
    owner: Uuid,
    lease: Duration,
    now: Timestamp,
) -> sqlx::Result<Option<Claimed>> {
    let claimed = sqlx::query!(
        r#"WITH next AS (
               SELECT r.tenant_id, r.score_run_id FROM value.score_run r
               WHERE r.state IN (1, 2) AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
                   AND NOT EXISTS (
                       SELECT FROM value.score_run o
                       WHERE o.tenant_id = r.tenant_id AND o.state IN (1, 2) AND o.run_no <> r.run_no
                           AND (o.run_no < r.run_no OR o.lease_until >= clock_timestamp()))
               ORDER BY r.run_no LIMIT 1
               FOR UPDATE OF r SKIP LOCKED
           ), fresh AS (
               INSERT INTO value.score_set (tenant_id, score_run_id) SELECT tenant_id, score_run_id FROM next RETURNING score_set
           )
           UPDATE value.score_run r
           SET state = 2, lease_owner = $1, lease_until = clock_timestamp() + make_interval(secs => $2), attempt = r.attempt + 1,
               score_set = fresh.score_set, stage = 0, done = 0, total = 0, start_time = coalesce(r.start_time, $3)
           FROM next, fresh
           WHERE r.tenant_id = next.tenant_id AND r.score_run_id = next.score_run_id
           RETURNING r.tenant_id, r.score_run_id, r.settings, r.segment_names, r.attempt, r.actor, fresh.score_set"#,
        owner,
        lease.as_secs_f64(),
        now.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(claimed.map(|run| Claimed {
        lease: Lease { tenant_id: run.tenant_id, score_run_id: run.score_run_id, owner, score_set: run.score_set },
        settings: run.settings,
        segment_names: run.segment_names,
        attempt: run.attempt,
        actor: run.actor,
    }))
}

/// Renews a lease and tells the progress; `false` when the lease is lost, by a cancellation or to another worker.
pub async fn score_run_renew(
    connection: &mut PgConnection,
    lease: &Lease,
    duration: Duration,
    (stage, done, total): (i16, i64, i64),
) -> sqlx::Result<bool> {
    let renewed = sqlx::query!(
        "UPDATE value.score_run
         SET lease_until = clock_timestamp() + make_interval(secs => $4), stage = $5, done = $6, total = $7
         WHERE tenant_id = $1 AND score_run_id = $2 AND lease_owner = $3 AND score_set = $8 AND state = 2",
        lease.tenant_id,
        lease.score_run_id,
        lease.owner,
        duration.as_secs_f64(),
        stage,
        done,
        total,
        lease.score_set,
    )
    .execute(connection)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Gives a lease back, so that another worker can take the run up at once.
pub async fn score_run_release(connection: &mut PgConnection, lease: &Lease) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.score_run SET state = 1, lease_owner = NULL, lease_until = NULL
         WHERE tenant_id = $1 AND score_run_id = $2 AND lease_owner = $3 AND score_set = $4 AND state = 2",
        lease.tenant_id,
        lease.score_run_id,
        lease.owner,
        lease.score_set,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Publishes a run's scores; `None` when the lease is lost.
pub async fn score_run_succeed(
    connection: &mut PgConnection,
    lease: &Lease,
    (summary, findings): (&[u8], &[u8]),
    customers: i64,
    now: Timestamp,
) -> sqlx::Result<Option<RunRecord>> {
    sqlx::query_as!(
        RunRecord,
        r#"UPDATE value.score_run
           SET state = 3, stage = 5, done = $7, total = $7, summary = $4, findings = $5, end_time = $6,
               lease_owner = NULL, lease_until = NULL
           WHERE tenant_id = $1 AND score_run_id = $2 AND lease_owner = $3 AND score_set = $8 AND state = 2
           RETURNING score_run_id, run_no, state, settings, stage, done, total, attempt, summary, failure,
               create_time AS "create_time: _", start_time AS "start_time: _", end_time AS "end_time: _""#,
        lease.tenant_id,
        lease.score_run_id,
        lease.owner,
        summary,
        findings,
        now.to_sqlx() as _,
        customers,
        lease.score_set,
    )
    .fetch_optional(connection)
    .await
}

/// Ends a run without scores; `None` when the lease is lost.
pub async fn score_run_fail(
    connection: &mut PgConnection,
    lease: &Lease,
    failure: &str,
    now: Timestamp,
) -> sqlx::Result<Option<RunRecord>> {
    sqlx::query_as!(
        RunRecord,
        r#"UPDATE value.score_run SET state = 4, failure = $4, end_time = $5, lease_owner = NULL, lease_until = NULL
           WHERE tenant_id = $1 AND score_run_id = $2 AND lease_owner = $3 AND score_set = $6 AND state = 2
           RETURNING score_run_id, run_no, state, settings, stage, done, total, attempt, summary, failure,
               create_time AS "create_time: _", start_time AS "start_time: _", end_time AS "end_time: _""#,
        lease.tenant_id,
        lease.score_run_id,
        lease.owner,
        failure,
        now.to_sqlx() as _,
        lease.score_set,
    )
    .fetch_optional(connection)
    .await
}
