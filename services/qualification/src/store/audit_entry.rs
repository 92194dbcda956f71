//! The audit log's rows.

use sqlx::PgConnection;
use uuid::Uuid;

/// A row on its way in.
#[derive(Debug, Clone, Copy)]
pub struct NewAuditEntry<'a> {
    /// Its id.
    pub audit_entry_id: Uuid,
    /// What kind of thing made a transition.
    pub subject_kind: &'a str,
    /// Its id.
    pub subject_id: &'a str,
    /// The customer it concerns.
    pub customer_id: Option<Uuid>,
    /// The leaf of the log.
    pub leaf: &'a [u8],
    /// What the content was hashed with.
    pub salt: &'a [u8],
    /// What the subject was afterwards.
    pub content: &'a [u8],
}

/// Writes a row; it is sealed later.
pub async fn audit_entry_insert(
    connection: &mut PgConnection,
    tenant: &str,
    entry: NewAuditEntry<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.audit_entry (tenant_id, audit_entry_id, subject_kind, subject_id, customer_id, leaf, salt, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant,
        entry.audit_entry_id,
        entry.subject_kind,
        entry.subject_id,
        entry.customer_id,
        entry.leaf,
        entry.salt,
        entry.content,
    )
    .execute(connection)
    .await
    .map(drop)
}
