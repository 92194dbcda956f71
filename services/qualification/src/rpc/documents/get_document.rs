//! `GetDocument`.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{Document, GetDocumentRequest};
use clientele_service::Call;

use crate::{State, documents::changing::message, domain::key::uuid, store::document::document_get};

pub(super) async fn get_document(state: &State, call: Call, request: GetDocumentRequest) -> Result<Document> {
    let id = uuid(&request.document_id, "document_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let record = document_get(&mut connection, call.tenant(), id, false).await.map_err(failed)?;
    Ok(message(&record.ok_or_else(|| Error::not_found("document", id.to_string()))?))
}
