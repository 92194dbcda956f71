//! `RevokeDocument`: it was good, and is not any more.

use clientele_error::Result;
use clientele_proto::qualification::v1::{Document, RevokeDocumentRequest};
use clientele_service::Call;

use super::deciding::{Decision, decide};
use crate::{State, documents::changing::Written, domain::document::machine::Step, rpc::once::Asked};

pub(super) async fn revoke_document(state: &State, call: Call, request: RevokeDocumentRequest) -> Result<Document> {
    let decision = Decision {
        asked: Asked {
            method: "RevokeDocument",
            request_id: &request.request_id,
            validate_only: request.validate_only,
        },
        document_id: &request.document_id,
        etag: &request.etag,
        step: Step::Revoke,
        written: Written { transition: "revoked", role: "reviewer" },
        reason: request.decision_reason(),
        text: &request.decision_text,
    };
    decide(state, &call, &request, decision).await
}
