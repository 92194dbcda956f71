//! `UploadDocument`: takes a content in, segment by segment; holds one at a time. A segment stands when its object is written and its row is
//! committed, so that whatever is cut or killed in between goes on from the last one that stands.

use std::sync::atomic::Ordering;

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{Document, DocumentKind, DocumentState, UploadDocumentRequest};
use clientele_service::Call;
use prost::Message as _;
use tonic::Streaming;
use uuid::Uuid;

use super::{
    inspection::{Inspection, refused},
    parse::{Validity, parse},
};
use crate::{
    State,
    documents::{
        SEGMENT, about,
        changing::{Written, message, tell},
        reader::{Content, ContentFile},
        seal::DataKey,
        segments,
        trouble::{unread, unwritten},
    },
    domain::{
        document::{archive, content_type::ContentType},
        key::uuid,
    },
    origin::Origin,
    store::{
        document::{DocumentRecord, document_insert},
        document_upload::{
            UploadRecord, segment_attempts, segment_stands, upload_attempt, upload_finish, upload_get, upload_refuse,
        },
    },
};

/// Bytes of one message's data, at most.
const LARGEST_PART: usize = 2 << 20;

pub(super) async fn upload_document(
    state: &State,
    call: Call,
    mut messages: Streaming<UploadDocumentRequest>,
) -> Result<Document> {
    let first = next(&mut messages).await?;
    let first = first.ok_or_else(|| Error::invalid_field("document_upload_id", "must stand in the first message"))?;
    let id =
        uuid(&first.document_upload_id, "document_upload_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let mut taking = Taking::begin(state, &call, id, first.offset).await?;
    match taking.take(first.data, &mut messages).await {
        Err(error) if is_final(&error) => {
            taking.throw_away().await?;
            Err(error)
        }
        other => other,
    }
}

/// Whether no repetition with the same content can succeed.
fn is_final(error: &Error) -> bool {
    matches!(error.reason(), Reason::DocumentTypeRefused | Reason::DocumentTooLarge | Reason::DocumentHashMismatch)
}

/// The next message; a stream that breaks off is one that ends.
async fn next(messages: &mut Streaming<UploadDocumentRequest>) -> Result<Option<UploadDocumentRequest>> {
    let Ok(message) = messages.message().await else { return Ok(None) };
    if message.as_ref().is_some_and(|message| message.data.len() > LARGEST_PART) {
        return Err(Error::invalid_field("data", "must have at most 2 MiB a message"));
    }
    Ok(message)
}

/// A stream into an upload.
struct Taking<'a> {
    state: &'a State,
    call: &'a Call,
    upload: UploadRecord,
    document: Document,
    content_type: ContentType,
    key: DataKey,
    attempts: Vec<i32>,
}

impl<'a> Taking<'a> {
    async fn begin(state: &'a State, call: &'a Call, id: Uuid, offset: i64) -> Result<Self> {
        let tenant = call.tenant();
        let gone = || Error::not_found("document_upload", id.to_string());
        let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
        // Ends another stream into it: from here on nothing of it changes but by this one.
        upload_attempt(&mut tx, tenant, id).await.map_err(failed)?.ok_or_else(gone)?;
        let upload = upload_get(&mut tx, tenant, id).await.map_err(failed)?.ok_or_else(gone)?;
        if upload.uploader != call.caller.subject {
            return Err(Error::new(Reason::PermissionDenied, "only who began an upload goes on with it"));
        }
        if upload.expire_time <= state.context.now() {
            return Err(Error::new(Reason::DocumentUploadOver, "the upload has run out; begin another one"));
        }
        if upload.received_bytes != offset {
            let text = format!("the data have to begin at {}", upload.received_bytes);
            let error = Error::new(Reason::DocumentOffsetMismatch, text).at("offset");
            return Err(error.with("received_bytes", upload.received_bytes));
        }
        let attempts = segment_attempts(&mut tx, tenant, id).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        let document = Document::decode(upload.document.as_slice()).map_err(Error::internal)?;
        let content_type = ContentType::declared(&document.content_type)
            .ok_or_else(|| refused("documents of this type are not taken any more"))?;
        let key = state.documents.keys.data_key(&upload.key_id, &upload.wrapped_key, &about(tenant, id));
        let key = key.map_err(Error::internal)?;
        Ok(Self { state, call, upload, document, content_type, key, attempts })
    }

    fn size(&self) -> u64 {
        u64::try_from(self.upload.size_bytes).unwrap_or_default()
    }

    fn content(&self) -> Result<Content> {
        let id = self.upload.document_id;
        let about = about(self.call.tenant(), id);
        let key = self.state.documents.keys.data_key(&self.upload.key_id, &self.upload.wrapped_key, &about);
        Ok(Content {
            contents: self.state.documents.contents.clone(),
            document_id: id,
            key: key.map_err(Error::internal)?,
            size: self.size(),
            attempts: self.attempts.clone(),
        })
    }

    async fn take(&mut self, first: Vec<u8>, messages: &mut Streaming<UploadDocumentRequest>) -> Result<Document> {
        let mut seen = Inspection::new(self.content_type);
        // A hash cannot be gone on with: what stands is read once more.
        let standing = self.content()?;
        for number in 0..self.attempts.len() as u64 {
            let segment = standing.segment(number).await.map_err(unread)?;
            seen.see(&segment)?;
        }
        let mut held = first;
        loop {
            let received = u64::try_from(self.upload.received_bytes).unwrap_or_default();
            if received + held.len() as u64 > self.size() {
                let text = format!("the content is larger than the {} bytes that were said", self.size());
                return Err(Error::new(Reason::DocumentTooLarge, text).with("limit_bytes", self.size()));
            }
            while held.len() as u64 >= SEGMENT {
                let rest = held.split_off(SEGMENT as usize);
                self.stand(&held, &mut seen).await?;
                held = rest;
            }
            let received = u64::try_from(self.upload.received_bytes).unwrap_or_default();
            if !held.is_empty() && received + held.len() as u64 == self.size() {
                self.stand(&held, &mut seen).await?;
                held.clear();
            }
            let Some(message) = next(messages).await? else { break };
            held.extend_from_slice(&message.data);
        }
        if self.upload.received_bytes < self.upload.size_bytes {
            let text = "the stream ended before the whole content was there; go on from received_bytes";
            let error = Error::new(Reason::DocumentIncomplete, text);
            return Err(error.with("received_bytes", self.upload.received_bytes));
        }
        let sha256 = seen.finish(&self.upload.sha256)?;
        self.look_inside().await?;
        self.finish(sha256).await
    }

    /// Writes a segment, first its object, then its row.
    async fn stand(&mut self, segment: &[u8], seen: &mut Inspection) -> Result<()> {
        seen.see(segment)?;
        let id = self.upload.document_id;
        let number = self.attempts.len() as u64;
        let place = (number as i32, self.upload.attempt);
        let sealed = self.key.seal(number, number + 1 == segments(self.size()), segment).map_err(Error::internal)?;
        self.state.documents.contents.put(id, place, sealed).await.map_err(unwritten)?;
        let received = self.upload.received_bytes + segment.len() as i64;
        let mut connection = self.state.pool.acquire().await.map_err(failed)?;
        if !segment_stands(&mut connection, self.call.tenant(), id, place, received).await.map_err(failed)? {
            return Err(overtaken());
        }
        self.upload.received_bytes = received;
        self.attempts.push(self.upload.attempt);
        Ok(())
    }

    /// Looks into an office document, which is an archive.
    async fn look_inside(&self) -> Result<()> {
        let ContentType::Office(_, part) = self.content_type else { return Ok(()) };
        let size = self.size();
        let file = ContentFile::new(self.content()?, tokio::runtime::Handle::current());
        let trouble = file.trouble();
        let looked = tokio::task::spawn_blocking(move || archive::check(file, size, part)).await;
        looked.map_err(Error::internal)?.map_err(|why| {
            if trouble.load(Ordering::Relaxed) {
                let text = "the object store is out of reach; go on with the upload later";
                return Error::unavailable(text, "a segment that stands could not be read");
            }
            refused(why.text())
        })
    }

    /// The upload becomes a document.
    async fn finish(&self, sha256: Vec<u8>) -> Result<Document> {
        let (state, tenant, now) = (self.state, self.call.tenant(), self.state.context.now());
        let record = self.record(sha256, now)?;
        let origin = Origin::call(self.call, "", now);
        let mut tx = Tx::begin(&state.pool, self.call.remaining()).await.map_err(failed)?;
        if !upload_finish(&mut tx, tenant, record.document_id, self.upload.attempt).await.map_err(failed)? {
            return Err(overtaken());
        }
        document_insert(&mut tx, tenant, &record).await.map_err(failed)?;
        let written = Written { transition: "received", role: "maker" };
        tell(state, &mut tx, &origin, DocumentState::Unspecified, &record, written).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        state.outbox.committed();
        Ok(message(&record))
    }

    fn record(&self, sha256: Vec<u8>, now: jiff::Timestamp) -> Result<DocumentRecord> {
        let said = &self.document;
        // All of it was sound when the upload began.
        let Validity { valid_from, valid_until, expire_time } = parse(said, "").map_err(Error::invalid_fields)?;
        let supersedes = Some(said.supersedes_document_id.as_str()).filter(|id| !id.is_empty());
        Ok(DocumentRecord {
            document_id: self.upload.document_id,
            customer_id: self.upload.customer_id,
            kind: DocumentKind::try_from(said.kind).unwrap_or_default(),
            state: DocumentState::Received,
            valid_from,
            valid_until,
            time_zone: said.time_zone.clone(),
            expire_time,
            issuer: said.issuer.clone(),
            issue_country_code: said.issue_country_code.clone(),
            number: said.number.clone(),
            facts: said.facts.clone(),
            file_name: said.file_name.clone(),
            content_type: self.content_type.name().to_owned(),
            size_bytes: self.upload.size_bytes,
            sha256,
            key_id: self.upload.key_id.clone(),
            wrapped_key: self.upload.wrapped_key.clone(),
            supersedes: supersedes.and_then(|id| Uuid::try_parse(id).ok()),
            superseded_by: None,
            uploader: self.upload.uploader.clone(),
            editors: Vec::new(),
            readers: Vec::new(),
            verifier: String::new(),
            decision_reason: clientele_proto::qualification::v1::DocumentDecisionReason::Unspecified,
            decision_text: String::new(),
            decision_time: None,
            reminded_lead_days: 0,
            keep_time: None,
            version: 1,
            create_time: now,
            update_time: now,
        })
    }

    /// Keeps nothing of a content that was refused.
    async fn throw_away(&self) -> Result<()> {
        let id = self.upload.document_id;
        let mut connection = self.state.pool.acquire().await.map_err(failed)?;
        let refused = upload_refuse(&mut connection, self.call.tenant(), id, self.upload.attempt).await;
        refused.map_err(failed)
    }
}

fn overtaken() -> Error {
    Error::new(Reason::Conflict, "another stream goes on with this upload, or it has run out; ask for the upload")
}
