//! Notes on cases.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A note as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteRecord {
    /// Its id.
    pub case_note_id: Uuid,
    /// Counts the notes of the case, from 1; the store gives it.
    pub number: i64,
    /// What it says.
    pub note: String,
    /// Who wrote it.
    pub actor: String,
    /// When.
    pub create_time: jiff_sqlx::Timestamp,
}

/// Stores a note. The lock of the case's row must be held.
pub async fn case_note_insert(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    note: &NoteRecord,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.case_note (tenant_id, case_id, number, case_note_id, note, actor, create_time) \
         SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6 FROM qualification.case_note WHERE tenant_id = $1 AND case_id = $2",
        tenant,
        case_id,
        note.case_note_id,
        note.note,
        note.actor,
        note.create_time.to_jiff().to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Up to `limit` notes on a case after a number, oldest first.
pub async fn case_notes_list(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<NoteRecord>> {
    sqlx::query_as!(
        NoteRecord,
        r#"SELECT case_note_id, number, note, actor, create_time AS "create_time: _"
           FROM qualification.case_note WHERE tenant_id = $1 AND case_id = $2 AND number > $3 ORDER BY number LIMIT $4"#,
        tenant,
        case_id,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}
