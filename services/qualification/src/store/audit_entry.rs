//! The audit log's rows.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::audit::Entry;

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
    /// What happened.
    pub transition: &'a str,
    /// Who did it.
    pub actor: &'a str,
    /// When.
    pub transition_time: Timestamp,
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
        "INSERT INTO qualification.audit_entry (tenant_id, audit_entry_id, subject_kind, subject_id, customer_id, transition, actor, \
             transition_time, leaf, salt, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tenant,
        entry.audit_entry_id,
        entry.subject_kind,
        entry.subject_id,
        entry.customer_id,
        entry.transition,
        entry.actor,
        entry.transition_time.to_sqlx() as _,
        entry.leaf,
        entry.salt,
        entry.content,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A row as it is read.
#[derive(Debug, sqlx::FromRow)]
pub struct AuditEntryRow {
    audit_entry_id: Uuid,
    entry_number: i64,
    leaf_index: Option<i64>,
    subject_kind: String,
    subject_id: String,
    customer_id: Option<Uuid>,
    transition: String,
    actor: String,
    transition_time: jiff_sqlx::Timestamp,
    leaf: Vec<u8>,
    salt: Option<Vec<u8>>,
    content: Option<Vec<u8>>,
    customer_erased: bool,
}

impl AuditEntryRow {
    /// In which order it was written among others.
    pub fn number(&self) -> i64 {
        self.entry_number
    }
}

impl From<AuditEntryRow> for Entry {
    fn from(row: AuditEntryRow) -> Self {
        Self {
            audit_entry_id: row.audit_entry_id.to_string(),
            leaf_index: row.leaf_index,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            customer_id: row.customer_id.map_or_else(String::new, |id| id.to_string()),
            transition: row.transition,
            actor: row.actor,
            transition_time: row.transition_time.to_jiff(),
            leaf: row.leaf,
            salt: row.salt,
            content: row.content,
            customer_erased: row.customer_erased,
        }
    }
}

/// Sealed entries after a place, in the order of the log.
pub async fn audit_entries_sealed(
    connection: &mut PgConnection,
    tenant: &str,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<AuditEntryRow>> {
    sqlx::query_as!(
        AuditEntryRow,
        r#"SELECT e.audit_entry_id, e.entry_number, e.leaf_index, e.subject_kind, e.subject_id, e.customer_id, e.transition, e.actor,
               e.transition_time, e.leaf, e.salt, e.content, (g.customer_id IS NOT NULL) AS "customer_erased!"
           FROM qualification.audit_entry AS e
           LEFT JOIN qualification.audit_erasure AS g ON g.tenant_id = e.tenant_id AND g.customer_id = e.customer_id
           WHERE e.tenant_id = $1 AND e.leaf_index > $2 ORDER BY e.leaf_index LIMIT $3"#,
        tenant,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Entries that wait to be sealed, after a number, in the order in which they were written.
pub async fn audit_entries_waiting(
    connection: &mut PgConnection,
    tenant: &str,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<AuditEntryRow>> {
    sqlx::query_as!(
        AuditEntryRow,
        r#"SELECT e.audit_entry_id, e.entry_number, e.leaf_index, e.subject_kind, e.subject_id, e.customer_id, e.transition, e.actor,
               e.transition_time, e.leaf, e.salt, e.content, (g.customer_id IS NOT NULL) AS "customer_erased!"
           FROM qualification.audit_entry AS e
           LEFT JOIN qualification.audit_erasure AS g ON g.tenant_id = e.tenant_id AND g.customer_id = e.customer_id
           WHERE e.tenant_id = $1 AND e.leaf_index IS NULL AND e.entry_number > $2 ORDER BY e.entry_number LIMIT $3"#,
        tenant,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Id, place and leaf of an entry by its id.
pub async fn audit_entry_by_id(
    connection: &mut PgConnection,
    tenant: &str,
    audit_entry_id: Uuid,
) -> sqlx::Result<Option<(Uuid, Option<i64>, Vec<u8>)>> {
    let row = sqlx::query!(
        "SELECT audit_entry_id, leaf_index, leaf FROM qualification.audit_entry WHERE tenant_id = $1 AND audit_entry_id = $2",
        tenant,
        audit_entry_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.audit_entry_id, row.leaf_index, row.leaf)))
}

/// Id, place and leaf of an entry by its place.
pub async fn audit_entry_by_place(
    connection: &mut PgConnection,
    tenant: &str,
    leaf_index: i64,
) -> sqlx::Result<Option<(Uuid, Option<i64>, Vec<u8>)>> {
    let row = sqlx::query!(
        "SELECT audit_entry_id, leaf_index, leaf FROM qualification.audit_entry WHERE tenant_id = $1 AND leaf_index = $2",
        tenant,
        leaf_index,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.audit_entry_id, row.leaf_index, row.leaf)))
}
