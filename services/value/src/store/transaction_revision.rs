//! What transactions said before they were changed, and the ids of those that are deleted.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A change of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub transaction_revision_id: Uuid,
    /// The transaction's.
    pub external_id: String,
    /// What was done, as it is stored.
    pub change: i16,
    /// What the transaction said before: an encoded `clientele.value.v1.Transaction`.
    pub before: Vec<u8>,
    /// The fields a correction changed.
    pub changed_fields: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub actor: String,
    /// When.
    pub create_time: Timestamp,
}

impl Revision {
    /// The transaction was corrected.
    pub const CORRECTED: i16 = 1;
    /// The transaction was deleted.
    pub const DELETED: i16 = 2;
}

/// Keeps a revision.
pub async fn transaction_revision_insert(
    connection: &mut PgConnection,
    tenant: &str,
    revision: &Revision,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.transaction_revision
             (tenant_id, external_id, transaction_revision_id, change, before, changed_fields, reason, actor, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant,
        revision.external_id,
        revision.transaction_revision_id,
        revision.change,
        revision.before,
        &revision.changed_fields,
        revision.reason,
        revision.actor,
        revision.create_time.to_sqlx(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Revisions of a transaction older than the one of this number, newest first, each with its number.
pub async fn transaction_revisions_list(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<(i64, Revision)>> {
    let rows = sqlx::query!(
        "SELECT revision_no, transaction_revision_id, external_id, change, before, changed_fields, reason, actor, create_time
         FROM value.transaction_revision
         WHERE tenant_id = $1 AND external_id = $2 AND revision_no < $3 ORDER BY revision_no DESC LIMIT $4",
        tenant,
        external_id,
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    let revisions = rows.into_iter().map(|row| {
        let revision = Revision {
            transaction_revision_id: row.transaction_revision_id,
            external_id: row.external_id,
            change: row.change,
            before: row.before,
            changed_fields: row.changed_fields,
            reason: row.reason,
            actor: row.actor,
            create_time: row.create_time.to_jiff(),
        };
        (row.revision_no, revision)
    });
    Ok(revisions.collect())
}

/// Those of the ids that are ids of deleted transactions. For a tenant that never deleted one it is known without looking at the ids.
///
/// Ask after the rows are written, in their transaction: who deletes a row at the same time has either committed by then, or cannot see
/// the row.
pub async fn transactions_deleted(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: impl Iterator<Item = &str> + Send,
) -> sqlx::Result<HashSet<String>> {
    let any = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM value.transaction_revision WHERE tenant_id = $1 AND change = 2) AS "any!""#,
        tenant
    )
    .fetch_one(&mut *connection)
    .await?;
    if !any {
        return Ok(HashSet::new());
    }
    let external_ids: Vec<String> = external_ids.map(str::to_owned).collect();
    let deleted = sqlx::query_scalar!(
        r#"SELECT k.id AS "external_id!" FROM unnest($2::text[]) AS k(id)
           CROSS JOIN LATERAL (SELECT FROM value.transaction_revision r
                               WHERE r.tenant_id = $1 AND r.external_id = k.id AND r.change = 2 LIMIT 1) AS d"#,
        tenant,
        &external_ids
    )
    .fetch_all(connection)
    .await?;
    Ok(deleted.into_iter().collect())
}
