//! `GetDocumentUpload`: how much stands.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{Document, DocumentUpload, GetDocumentUploadRequest};
use clientele_service::Call;
use prost::Message as _;

use crate::{
    State,
    domain::{instant::message as time, key::uuid},
    store::document_upload::{UploadRecord, upload_get},
};

pub(super) async fn get_document_upload(
    state: &State,
    call: Call,
    request: GetDocumentUploadRequest,
) -> Result<DocumentUpload> {
    let id =
        uuid(&request.document_upload_id, "document_upload_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let record = upload_get(&mut connection, call.tenant(), id).await.map_err(failed)?;
    reply(&record.ok_or_else(|| Error::not_found("document_upload", id.to_string()))?)
}

/// An upload as the contract has it.
pub(super) fn reply(record: &UploadRecord) -> Result<DocumentUpload> {
    Ok(DocumentUpload {
        document_upload_id: record.document_id.to_string(),
        document: Some(Document::decode(record.document.as_slice()).map_err(Error::internal)?),
        size_bytes: record.size_bytes,
        sha256: record.sha256.clone(),
        received_bytes: record.received_bytes,
        create_time: Some(time(record.create_time)),
        expire_time: Some(time(record.expire_time)),
    })
}
