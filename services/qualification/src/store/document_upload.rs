//! Documents on their way in, and the segments of contents.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// An upload as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRecord {
    /// The id of the document to be.
    pub document_id: Uuid,
    /// Whose it is.
    pub customer_id: Uuid,
    /// What was said of it, encoded.
    pub document: Vec<u8>,
    /// Bytes to come.
    pub size_bytes: i64,
    /// Their hash; empty where it was not said.
    pub sha256: Vec<u8>,
    /// Bytes that stand.
    pub received_bytes: i64,
    /// How many streams went into it.
    pub attempt: i32,
    /// The key that its key is wrapped with.
    pub key_id: String,
    /// Its key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// Who began it.
    pub uploader: String,
    /// When.
    pub create_time: Timestamp,
    /// Until when it can be gone on with.
    pub expire_time: Timestamp,
}

/// Stores a new upload.
pub async fn upload_insert(connection: &mut PgConnection, tenant: &str, record: &UploadRecord) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.document_upload (tenant_id, document_id, customer_id, document, size_bytes, sha256, received_bytes, attempt, \
             key_id, wrapped_key, uploader, create_time, expire_time) \
         VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9, $10, $11)",
        tenant,
        record.document_id,
        record.customer_id,
        record.document,
        record.size_bytes,
        record.sha256,
        record.key_id,
        record.wrapped_key,
        record.uploader,
        record.create_time.to_sqlx() as _,
        record.expire_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Reads an upload.
pub async fn upload_get(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
) -> sqlx::Result<Option<UploadRecord>> {
    let row = sqlx::query!(
        "SELECT document_id, customer_id, document, size_bytes, sha256, received_bytes, attempt, key_id, wrapped_key, uploader, create_time, \
             expire_time \
         FROM qualification.document_upload WHERE tenant_id = $1 AND document_id = $2",
        tenant,
        document_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| UploadRecord {
        document_id: row.document_id,
        customer_id: row.customer_id,
        document: row.document,
        size_bytes: row.size_bytes,
        sha256: row.sha256,
        received_bytes: row.received_bytes,
        attempt: row.attempt,
        key_id: row.key_id,
        wrapped_key: row.wrapped_key,
        uploader: row.uploader,
        create_time: row.create_time.to_jiff(),
        expire_time: row.expire_time.to_jiff(),
    }))
}

/// Counts one more stream into an upload, which ends the one before, and answers its number; `None` where there is no upload.
pub async fn upload_attempt(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
) -> sqlx::Result<Option<i32>> {
    let row = sqlx::query!(
        "UPDATE qualification.document_upload SET attempt = attempt + 1 WHERE tenant_id = $1 AND document_id = $2 RETURNING attempt",
        tenant,
        document_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.attempt))
}

/// Writes down that a segment stands; false where another stream has taken over, or the upload is gone.
pub async fn segment_stands(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
    (number, attempt): (i32, i32),
    received_bytes: i64,
) -> sqlx::Result<bool> {
    let written = sqlx::query!(
        "WITH upload AS ( \
             UPDATE qualification.document_upload SET received_bytes = $5 WHERE tenant_id = $1 AND document_id = $2 AND attempt = $4 \
             RETURNING document_id) \
         INSERT INTO qualification.document_segment (tenant_id, document_id, segment_number, attempt) \
         SELECT $1, document_id, $3, $4 FROM upload",
        tenant,
        document_id,
        number,
        attempt,
        received_bytes,
    )
    .execute(connection)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The attempts that wrote the segments of a content, in their order.
pub async fn segment_attempts(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar!(
        "SELECT attempt FROM qualification.document_segment WHERE tenant_id = $1 AND document_id = $2 ORDER BY segment_number",
        tenant,
        document_id,
    )
    .fetch_all(connection)
    .await
}

/// Ends an upload that has become a document; false where another stream has taken over, or it is gone.
pub async fn upload_finish(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
    attempt: i32,
) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "DELETE FROM qualification.document_upload WHERE tenant_id = $1 AND document_id = $2 AND attempt = $3",
        tenant,
        document_id,
        attempt,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected() == 1)
}

/// Throws an upload away, where `attempt` still is the one that goes on; its content becomes garbage.
pub async fn upload_refuse(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
    attempt: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH uploads AS ( \
             DELETE FROM qualification.document_upload WHERE tenant_id = $1 AND document_id = $2 AND attempt = $3 RETURNING document_id), \
              segments AS ( \
             DELETE FROM qualification.document_segment s USING uploads u WHERE s.tenant_id = $1 AND s.document_id = u.document_id) \
         INSERT INTO qualification.document_garbage (tenant_id, document_id) SELECT $1, document_id FROM uploads ON CONFLICT DO NOTHING",
        tenant,
        document_id,
        attempt,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Throws uploads away that have run out; their contents become garbage.
pub async fn uploads_expire(connection: &mut PgConnection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH uploads AS (DELETE FROM qualification.document_upload WHERE expire_time <= $1 RETURNING tenant_id, document_id), \
              segments AS ( \
             DELETE FROM qualification.document_segment s USING uploads u WHERE s.tenant_id = u.tenant_id AND s.document_id = u.document_id) \
         INSERT INTO qualification.document_garbage (tenant_id, document_id) SELECT tenant_id, document_id FROM uploads \
         ON CONFLICT DO NOTHING",
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Contents that nobody needs any more.
pub async fn garbage_list(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!("SELECT tenant_id, document_id FROM qualification.document_garbage LIMIT $1", limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.document_id)).collect())
}

/// Writes down that a content is gone.
pub async fn garbage_delete(connection: &mut PgConnection, tenant: &str, document_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM qualification.document_garbage WHERE tenant_id = $1 AND document_id = $2",
        tenant,
        document_id
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Those of some segments, each a document, a number and an attempt, that belong to a document or an upload.
pub async fn segments_known(
    connection: &mut PgConnection,
    segments: &[(Uuid, (i32, i32))],
) -> sqlx::Result<Vec<(Uuid, (i32, i32))>> {
    let ids: Vec<Uuid> = segments.iter().map(|(id, _)| *id).collect();
    let rows = sqlx::query!(
        "SELECT document_id, segment_number, attempt FROM qualification.document_segment WHERE document_id = ANY($1)",
        &ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.document_id, (row.segment_number, row.attempt))).collect())
}
