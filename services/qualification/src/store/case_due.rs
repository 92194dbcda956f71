//! Cases to which something happens by itself.

use clientele_proto::qualification::v1::QualificationReason;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Why an approval has run out.
const ENDS: [i16; 2] = [QualificationReason::ApprovalExpired as i16, QualificationReason::DocumentExpired as i16];

/// Cases whose own instant has come by `now`.
pub async fn cases_due(connection: &mut PgConnection, now: Timestamp, limit: i64) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, case_id FROM qualification.qualification_case WHERE keep_time <= $1 ORDER BY keep_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.case_id)).collect())
}

/// Cases that rest on an approval while their customers' standings have run out since `since`. States of cases: 8 and 9 approved, 12 review
/// due; of standings: 7 expired.
pub async fn cases_expired(
    connection: &mut PgConnection,
    since: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT c.tenant_id, c.case_id FROM qualification.standing s \
         JOIN qualification.qualification_case c ON c.tenant_id = s.tenant_id AND c.customer_id = s.customer_id \
         WHERE s.state = 7 AND s.update_time >= $1 AND s.reasons && $3::smallint[] AND c.state IN (8, 9, 12) \
         ORDER BY s.update_time LIMIT $2",
        since.to_sqlx() as _,
        limit,
        &ENDS,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.case_id)).collect())
}
