//! `CreateDocumentUpload`: checks all that can be before a byte has come.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{CreateDocumentUploadRequest, Document, DocumentUpload};
use clientele_service::Call;
use jiff::SignedDuration;
use prost::Message as _;
use uuid::Uuid;

use super::{get_document_upload::reply, parse::parse};
use crate::{
    State,
    documents::about,
    domain::{document::content_type::ContentType, key::uuid},
    rpc::once::{Asked, once},
    store::{
        document::document_get,
        document_upload::{UploadRecord, upload_insert},
    },
};

/// How long an upload may take, with all its interruptions.
const KEEP: SignedDuration = SignedDuration::from_hours(24);
/// Where the document stands in the request.
const WITHIN: &str = "document_upload.document.";

pub(super) async fn create_document_upload(
    state: &State,
    call: Call,
    request: CreateDocumentUploadRequest,
) -> Result<DocumentUpload> {
    let asked =
        Asked { method: "CreateDocumentUpload", request_id: &request.request_id, validate_only: request.validate_only };
    let upload = request.document_upload.clone().unwrap_or_default();
    let document = upload.document.clone().unwrap_or_default();
    let customer_id = checked(&document)?;
    let limit = state.documents.largest;
    if u64::try_from(upload.size_bytes).is_ok_and(|size| size > limit) {
        let text = format!("a document has at most {limit} bytes");
        return Err(Error::new(Reason::DocumentTooLarge, text)
            .with("limit_bytes", limit)
            .at("document_upload.size_bytes"));
    }
    if ContentType::declared(&document.content_type).is_none() {
        let text = "documents of this type are not taken; the contract lists those that are";
        return Err(Error::new(Reason::DocumentTypeRefused, text).at("document_upload.document.content_type"));
    }
    once(state, &call, asked, &request, async |tx| run(state, tx, &call, customer_id, &upload, &document).await).await
}

/// The customer of a document whose fields make sense.
fn checked(document: &Document) -> Result<Uuid> {
    let customer_id = uuid(&document.customer_id, &format!("{WITHIN}customer_id"));
    let mut violations = parse(document, WITHIN).err().unwrap_or_default();
    violations.extend(customer_id.as_ref().err().cloned());
    match customer_id {
        Ok(customer_id) if violations.is_empty() => Ok(customer_id),
        _ => Err(Error::invalid_fields(violations)),
    }
}

async fn run(
    state: &State,
    tx: &mut Tx,
    call: &Call,
    customer_id: Uuid,
    upload: &DocumentUpload,
    document: &Document,
) -> Result<DocumentUpload> {
    let tenant = call.tenant();
    if !document.supersedes_document_id.is_empty() {
        let field = "document_upload.document.supersedes_document_id";
        let old_id =
            uuid(&document.supersedes_document_id, field).map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
        let old = document_get(tx, tenant, old_id, false).await.map_err(failed)?;
        let old = old.ok_or_else(|| Error::not_found("document", old_id.to_string()))?;
        if old.customer_id != customer_id || old.kind as i32 != document.kind {
            return Err(Error::invalid_field(field, "must be a document of the same customer and kind"));
        }
    }
    let now = state.context.now();
    let document_id = state.context.new_id();
    let (key_id, wrapped_key) =
        state.documents.keys.new_data_key(&about(tenant, document_id)).map_err(Error::internal)?;
    let record = UploadRecord {
        document_id,
        customer_id,
        document: document.encode_to_vec(),
        size_bytes: upload.size_bytes,
        sha256: upload.sha256.clone(),
        received_bytes: 0,
        attempt: 0,
        key_id,
        wrapped_key,
        uploader: call.caller.subject.clone(),
        create_time: now,
        expire_time: now.checked_add(KEEP).map_err(Error::internal)?,
    };
    upload_insert(tx, tenant, &record).await.map_err(failed)?;
    reply(&record)
}
