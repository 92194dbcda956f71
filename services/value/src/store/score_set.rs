//! Removal of scores that nobody reads any more: those of runs beyond the newest ones, of failed and cancelled runs, and of attempts
//! that another worker started again.

use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps the scores of a run from being taken until the transaction ends; their number, or `None` where they were taken.
pub async fn score_set_hold(
    connection: &mut PgConnection,
    tenant: &str,
    score_run_id: Uuid,
) -> sqlx::Result<Option<i64>> {
    let set = sqlx::query_scalar!(
        "SELECT score_set FROM value.score_run WHERE tenant_id = $1 AND score_run_id = $2 FOR SHARE",
        tenant,
        score_run_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(set.flatten())
}

/// Takes the scores from all but the newest `keep` succeeded runs of every tenant: from now on they cannot be read, and their sets can
/// go. Answers the number of runs.
pub async fn score_set_detach(connection: &mut PgConnection, keep: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "UPDATE value.score_run r SET score_set = NULL
         FROM (SELECT tenant_id, score_run_id, row_number() OVER (PARTITION BY tenant_id ORDER BY run_no DESC) AS place
               FROM value.score_run WHERE state = 3) n
         WHERE r.tenant_id = n.tenant_id AND r.score_run_id = n.score_run_id AND n.place > $1 AND r.score_set IS NOT NULL",
        keep,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
}

/// The sets that no run has or will have, as tenant and number.
pub async fn score_set_abandoned(connection: &mut PgConnection) -> sqlx::Result<Vec<(String, i64)>> {
    let sets = sqlx::query!(
        "SELECT s.tenant_id, s.score_set FROM value.score_set s
         LEFT JOIN value.score_run r ON r.tenant_id = s.tenant_id AND r.score_run_id = s.score_run_id
             AND r.score_set = s.score_set AND r.state IN (1, 2, 3)
         WHERE r.tenant_id IS NULL
         ORDER BY s.score_set",
    )
    .fetch_all(connection)
    .await?;
    Ok(sets.into_iter().map(|set| (set.tenant_id, set.score_set)).collect())
}

/// Deletes up to `batch` scores of a set and answers how many.
pub async fn score_set_delete_scores(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    batch: i64,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "DELETE FROM value.score WHERE ctid = ANY (ARRAY (
             SELECT ctid FROM value.score WHERE tenant_id = $1 AND score_set = $2 LIMIT $3))",
        tenant,
        set,
        batch,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected())
}

/// Deletes what the scores of a set were before.
pub async fn score_set_delete_revisions(connection: &mut PgConnection, tenant: &str, set: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.score_revision WHERE tenant_id = $1 AND score_set = $2", tenant, set)
        .execute(connection)
        .await
        .map(drop)
}

/// Deletes the ranking of a set.
pub async fn score_set_delete_ranking(connection: &mut PgConnection, tenant: &str, set: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.score_ranking WHERE tenant_id = $1 AND score_set = $2", tenant, set)
        .execute(connection)
        .await
        .map(drop)
}

/// Forgets an empty set, unless it is so young that a worker which lost its lease may still be writing to it.
pub async fn score_set_forget(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    grace: Duration,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM value.score_set
         WHERE tenant_id = $1 AND score_set = $2 AND create_time < now() - make_interval(secs => $3)",
        tenant,
        set,
        grace.as_secs_f64(),
    )
    .execute(connection)
    .await
    .map(drop)
}
