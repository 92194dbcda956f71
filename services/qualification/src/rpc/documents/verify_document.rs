//! `VerifyDocument`: it is good, and takes the place of what it supersedes.

use clientele_error::Result;
use clientele_proto::qualification::v1::{Document, DocumentDecisionReason, VerifyDocumentRequest};
use clientele_service::Call;

use super::deciding::{Decision, decide};
use crate::{State, documents::changing::Written, domain::document::machine::Step, rpc::once::Asked};

pub(super) async fn verify_document(state: &State, call: Call, request: VerifyDocumentRequest) -> Result<Document> {
    let decision = Decision {
        asked: Asked {
            method: "VerifyDocument",
            request_id: &request.request_id,
            validate_only: request.validate_only,
        },
        document_id: &request.document_id,
        etag: &request.etag,
        step: Step::Verify,
        written: Written { transition: "verified", role: "reviewer" },
        reason: DocumentDecisionReason::Unspecified,
        text: "",
    };
    decide(state, &call, &request, decision).await
}
