//! What came out of checks of customers.

use clientele_proto::qualification::v1::{CheckOutcome, RequiredCheck};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// What came out of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRecord {
    /// Which.
    pub check: RequiredCheck,
    /// What came out.
    pub outcome: CheckOutcome,
    /// What was looked at, or why.
    pub note: String,
    /// Who did it.
    pub actor: String,
    /// When.
    pub check_time: Timestamp,
    /// Whose word it is; nobody's where the service found it out.
    pub reviewers: Vec<String>,
}

/// The checks of a customer that were done after `since`, by their numbers.
pub async fn customer_checks(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    since: Option<Timestamp>,
) -> sqlx::Result<Vec<CheckRecord>> {
    let rows = sqlx::query!(
        "SELECT check_kind, outcome, note, actor, check_time, reviewers FROM qualification.customer_check \
         WHERE tenant_id = $1 AND customer_id = $2 AND ($3::timestamptz IS NULL OR check_time > $3) ORDER BY check_kind",
        tenant,
        customer_id,
        since.map(Timestamp::to_sqlx) as _,
    )
    .fetch_all(connection)
    .await?;
    let checks = rows.into_iter().map(|row| CheckRecord {
        check: RequiredCheck::try_from(i32::from(row.check_kind)).unwrap_or_default(),
        outcome: CheckOutcome::try_from(i32::from(row.outcome)).unwrap_or_default(),
        note: row.note,
        actor: row.actor,
        check_time: row.check_time.to_jiff(),
        reviewers: row.reviewers,
    });
    Ok(checks.collect())
}

/// Stores what came out of a check, in place of what came out before. False where people would say passed of what the service itself found to be failed:
/// nothing is stored then, whatever happens at the same time.
pub async fn customer_check_put(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    check: &CheckRecord,
) -> sqlx::Result<bool> {
    // What the service found out stays beside the word of people. The condition is looked at under the lock of the row.
    let stored = sqlx::query!(
        "INSERT INTO qualification.customer_check AS c (tenant_id, customer_id, check_kind, outcome, note, actor, check_time, reviewers, found_outcome) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN cardinality($8::text[]) = 0 THEN $4 ELSE 0::smallint END) \
         ON CONFLICT (tenant_id, customer_id, check_kind) DO UPDATE SET outcome = excluded.outcome, note = excluded.note, \
             actor = excluded.actor, check_time = excluded.check_time, reviewers = excluded.reviewers, \
             found_outcome = CASE WHEN cardinality(excluded.reviewers) = 0 THEN excluded.outcome ELSE c.found_outcome END \
         WHERE NOT (cardinality(excluded.reviewers) > 0 AND excluded.outcome = 1 AND c.found_outcome = 2)",
        tenant,
        customer_id,
        check.check as i16,
        check.outcome as i16,
        check.note,
        check.actor,
        check.check_time.to_sqlx() as _,
        &check.reviewers,
    )
    .execute(connection)
    .await?;
    Ok(stored.rows_affected() == 1)
}
