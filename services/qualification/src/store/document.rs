//! Documents.

use clientele_proto::qualification::v1::{Document, DocumentDecisionReason, DocumentFact, DocumentKind, DocumentState};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::checks::licence::Licence;

/// A document as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentRecord {
    /// Its id.
    pub document_id: Uuid,
    /// Whose it is.
    pub customer_id: Uuid,
    /// What it is.
    pub kind: DocumentKind,
    /// Where it stands.
    pub state: DocumentState,
    /// Its first day.
    pub valid_from: Option<Date>,
    /// Its last day.
    pub valid_until: Option<Date>,
    /// In which its days are counted.
    pub time_zone: String,
    /// When its last day ends.
    pub expire_time: Option<Timestamp>,
    /// Who issued it.
    pub issuer: String,
    /// Where.
    pub issue_country_code: String,
    /// Its number.
    pub number: String,
    /// What it says of its holder.
    pub facts: Vec<DocumentFact>,
    /// The file's name.
    pub file_name: String,
    /// What its content is.
    pub content_type: String,
    /// Bytes of it.
    pub size_bytes: i64,
    /// Its hash.
    pub sha256: Vec<u8>,
    /// The key that its key is wrapped with.
    pub key_id: String,
    /// Its key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// The document it takes the place of.
    pub supersedes: Option<Uuid>,
    /// The document that took its place.
    pub superseded_by: Option<Uuid>,
    /// Who uploaded it.
    pub uploader: String,
    /// Who changed more than its facts since.
    pub editors: Vec<String>,
    /// Who began to verify it or changed its facts alone since.
    pub readers: Vec<String>,
    /// Who decided about it.
    pub verifier: String,
    /// Why it was rejected or revoked.
    pub decision_reason: DocumentDecisionReason,
    /// In words.
    pub decision_text: String,
    /// When it was decided about.
    pub decision_time: Option<Timestamp>,
    /// The lead of the last reminder; 0 for none.
    pub reminded_lead_days: i32,
    /// When something happens to it by itself.
    pub keep_time: Option<Timestamp>,
    /// Rises with every change.
    pub version: i64,
    /// When it was received.
    pub create_time: Timestamp,
    /// When it was changed last.
    pub update_time: Timestamp,
}

/// A row as it is read.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct DocumentRow {
    document_id: Uuid,
    customer_id: Uuid,
    kind: i16,
    state: i16,
    valid_from_date: Option<jiff_sqlx::Date>,
    valid_until_date: Option<jiff_sqlx::Date>,
    time_zone: String,
    expire_time: Option<jiff_sqlx::Timestamp>,
    issuer: String,
    issue_country_code: String,
    number: String,
    facts: Vec<u8>,
    file_name: String,
    content_type: String,
    size_bytes: i64,
    sha256: Vec<u8>,
    key_id: String,
    wrapped_key: Vec<u8>,
    supersedes_document_id: Option<Uuid>,
    superseded_by_document_id: Option<Uuid>,
    uploader: String,
    editors: Vec<String>,
    readers: Vec<String>,
    verifier: String,
    decision_reason: i16,
    decision_text: String,
    decision_time: Option<jiff_sqlx::Timestamp>,
    reminded_lead_days: i32,
    keep_time: Option<jiff_sqlx::Timestamp>,
    version: i64,
    create_time: jiff_sqlx::Timestamp,
    update_time: jiff_sqlx::Timestamp,
}

impl TryFrom<DocumentRow> for DocumentRecord {
    type Error = sqlx::Error;

    fn try_from(row: DocumentRow) -> sqlx::Result<Self> {
        let facts = facts(&row.facts)?;
        let time = |instant: Option<jiff_sqlx::Timestamp>| instant.map(jiff_sqlx::Timestamp::to_jiff);
        Ok(Self {
            document_id: row.document_id,
            customer_id: row.customer_id,
            kind: DocumentKind::try_from(i32::from(row.kind)).unwrap_or_default(),
            state: DocumentState::try_from(i32::from(row.state)).unwrap_or_default(),
            valid_from: row.valid_from_date.map(jiff_sqlx::Date::to_jiff),
            valid_until: row.valid_until_date.map(jiff_sqlx::Date::to_jiff),
            time_zone: row.time_zone,
            expire_time: time(row.expire_time),
            issuer: row.issuer,
            issue_country_code: row.issue_country_code,
            number: row.number,
            facts,
            file_name: row.file_name,
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            sha256: row.sha256,
            key_id: row.key_id,
            wrapped_key: row.wrapped_key,
            supersedes: row.supersedes_document_id,
            superseded_by: row.superseded_by_document_id,
            uploader: row.uploader,
            editors: row.editors,
            readers: row.readers,
            verifier: row.verifier,
            decision_reason: DocumentDecisionReason::try_from(i32::from(row.decision_reason)).unwrap_or_default(),
            decision_text: row.decision_text,
            decision_time: time(row.decision_time),
            reminded_lead_days: row.reminded_lead_days,
            keep_time: time(row.keep_time),
            version: row.version,
            create_time: row.create_time.to_jiff(),
            update_time: row.update_time.to_jiff(),
        })
    }
}

/// Facts are stored as a document that has nothing else.
fn facts(stored: &[u8]) -> sqlx::Result<Vec<DocumentFact>> {
    Document::decode(stored).map(|document| document.facts).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn stored(facts: &[DocumentFact]) -> Vec<u8> {
    Document { facts: facts.to_vec(), ..Document::default() }.encode_to_vec()
}

/// Reads a document; with `lock`, holds it until the end of the transaction.
pub async fn document_get(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
    lock: bool,
) -> sqlx::Result<Option<DocumentRecord>> {
    if lock {
        sqlx::query!(
            "SELECT FROM qualification.document WHERE tenant_id = $1 AND document_id = $2 FOR UPDATE",
            tenant,
            document_id
        )
        .execute(&mut *connection)
        .await?;
    }
    let row = sqlx::query_as!(
        DocumentRow,
        "SELECT document_id, customer_id, kind, state, valid_from_date, valid_until_date, time_zone, expire_time, issuer, issue_country_code, \
             number, facts, file_name, content_type, size_bytes, sha256, key_id, wrapped_key, supersedes_document_id, \
             superseded_by_document_id, uploader, editors, readers, verifier, decision_reason, decision_text, decision_time, reminded_lead_days, keep_time, version, create_time, \
             update_time \
         FROM qualification.document WHERE tenant_id = $1 AND document_id = $2",
        tenant,
        document_id,
    )
    .fetch_optional(connection)
    .await?;
    row.map(DocumentRecord::try_from).transpose()
}

/// Stores a new document.
pub async fn document_insert(connection: &mut PgConnection, tenant: &str, record: &DocumentRecord) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.document (tenant_id, document_id, customer_id, kind, state, valid_from_date, valid_until_date, time_zone, \
             expire_time, issuer, issue_country_code, number, file_name, content_type, size_bytes, sha256, key_id, wrapped_key, \
             supersedes_document_id, uploader, version, create_time, update_time, facts) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, $23)",
        tenant,
        record.document_id,
        record.customer_id,
        record.kind as i16,
        record.state as i16,
        record.valid_from.map(Date::to_sqlx) as _,
        record.valid_until.map(Date::to_sqlx) as _,
        record.time_zone,
        record.expire_time.map(Timestamp::to_sqlx) as _,
        record.issuer,
        record.issue_country_code,
        record.number,
        record.file_name,
        record.content_type,
        record.size_bytes,
        record.sha256,
        record.key_id,
        record.wrapped_key,
        record.supersedes,
        record.uploader,
        record.version,
        record.create_time.to_sqlx() as _,
        stored(&record.facts),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes what changes of a document: what is known of it, its state, the decision, what replaced it, what it was reminded of.
pub async fn document_put(connection: &mut PgConnection, tenant: &str, record: &DocumentRecord) -> sqlx::Result<()> {
    let written = sqlx::query!(
        "UPDATE qualification.document SET state = $3, superseded_by_document_id = $4, verifier = $5, decision_reason = $6, decision_text = $7, \
             decision_time = $8, reminded_lead_days = $9, keep_time = $10, version = $11, update_time = $12, issuer = $13, issue_country_code = $14, number = $15, \
             valid_from_date = $16, valid_until_date = $17, time_zone = $18, expire_time = $19, facts = $20, editors = $21, readers = $22 \
         WHERE tenant_id = $1 AND document_id = $2",
        tenant,
        record.document_id,
        record.state as i16,
        record.superseded_by,
        record.verifier,
        record.decision_reason as i16,
        record.decision_text,
        record.decision_time.map(Timestamp::to_sqlx) as _,
        record.reminded_lead_days,
        record.keep_time.map(Timestamp::to_sqlx) as _,
        record.version,
        record.update_time.to_sqlx() as _,
        record.issuer,
        record.issue_country_code,
        record.number,
        record.valid_from.map(Date::to_sqlx) as _,
        record.valid_until.map(Date::to_sqlx) as _,
        record.time_zone,
        record.expire_time.map(Timestamp::to_sqlx) as _,
        stored(&record.facts),
        &record.editors,
        &record.readers,
    )
    .execute(connection)
    .await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// Verified licences, certificates of incorporation and of tax, and register extracts of a customer (kinds 1, 2, 5 and 4), with what they say.
pub async fn licences(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<Vec<Licence>> {
    let rows = sqlx::query!(
        "SELECT document_id, facts FROM qualification.document \
         WHERE tenant_id = $1 AND customer_id = $2 AND kind IN (1, 2, 4, 5) AND state IN (4, 5) ORDER BY document_id",
        tenant,
        customer_id,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok(Licence { document_id: row.document_id, facts: facts(&row.facts)? })).collect()
}

/// Lets all that is told of before its end be looked at again: the days at which that is told are others now.
pub async fn reminders_reset(connection: &mut PgConnection, tenant: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE qualification.document SET keep_time = $2 WHERE tenant_id = $1 AND state IN (4, 5) AND keep_time IS NOT NULL",
        tenant,
        now.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE qualification.review_reminder SET remind_time = $2 WHERE tenant_id = $1",
        tenant,
        now.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE qualification.authorisation SET keep_time = $2 WHERE tenant_id = $1 AND keep_time IS NOT NULL",
        tenant,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Documents to which something happens by itself by `now`.
pub async fn documents_due(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, document_id FROM qualification.document WHERE keep_time <= $1 ORDER BY keep_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.document_id)).collect())
}

/// Forgets documents and uploads of customers that were erased; the sweep then deletes their contents.
pub async fn customers_documents_delete(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH documents AS (DELETE FROM qualification.document WHERE tenant_id = $1 AND customer_id = ANY($2) RETURNING document_id), \
              uploads AS (DELETE FROM qualification.document_upload WHERE tenant_id = $1 AND customer_id = ANY($2) RETURNING document_id), \
              gone AS (SELECT document_id FROM documents UNION SELECT document_id FROM uploads), \
              segments AS (DELETE FROM qualification.document_segment s USING gone g WHERE s.tenant_id = $1 AND s.document_id = g.document_id) \
         INSERT INTO qualification.document_garbage (tenant_id, document_id) SELECT $1, document_id FROM gone ON CONFLICT DO NOTHING",
        tenant,
        customer_ids,
    )
    .execute(connection)
    .await
    .map(drop)
}
