//! Reviews that are told before they fall due.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// What was told of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    /// When the review falls due.
    pub review_time: Timestamp,
    /// The lead that was told last; 0 for none.
    pub lead_days: i32,
}

/// Puts a review that is to be told of, in place of the one before; it is looked at once now.
pub async fn review_reminder_put(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    (review_time, now): (Timestamp, Timestamp),
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.review_reminder (tenant_id, case_id, review_time, remind_time) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, case_id) DO UPDATE SET review_time = excluded.review_time, lead_days = 0, remind_time = excluded.remind_time",
        tenant,
        case_id,
        review_time.to_sqlx() as _,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Cases whose reviews are to be looked at by `now`.
pub async fn review_reminders_due(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, case_id FROM qualification.review_reminder WHERE remind_time <= $1 ORDER BY remind_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.case_id)).collect())
}

/// What was told of the review of a case that is still to be looked at by `now`, held until the end of the transaction.
pub async fn review_reminder_take(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    now: Timestamp,
) -> sqlx::Result<Option<Reminder>> {
    let row = sqlx::query!(
        r#"SELECT review_time AS "review_time: jiff_sqlx::Timestamp", lead_days FROM qualification.review_reminder
           WHERE tenant_id = $1 AND case_id = $2 AND remind_time <= $3 FOR UPDATE"#,
        tenant,
        case_id,
        now.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Reminder { review_time: row.review_time.to_jiff(), lead_days: row.lead_days }))
}

/// What was told, and when it is looked at next; never again with `None`.
pub async fn review_reminder_told(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    (lead_days, next): (i32, Option<Timestamp>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH over AS (DELETE FROM qualification.review_reminder WHERE tenant_id = $1 AND case_id = $2 AND $4::timestamptz IS NULL) \
         UPDATE qualification.review_reminder SET lead_days = $3, remind_time = $4 \
         WHERE tenant_id = $1 AND case_id = $2 AND $4::timestamptz IS NOT NULL",
        tenant,
        case_id,
        lead_days,
        next.map(Timestamp::to_sqlx) as _,
    )
    .execute(connection)
    .await
    .map(drop)
}
