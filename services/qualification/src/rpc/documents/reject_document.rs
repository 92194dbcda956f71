//! `RejectDocument`: it is not good.

use clientele_error::Result;
use clientele_proto::qualification::v1::{Document, RejectDocumentRequest};
use clientele_service::Call;

use super::deciding::{Decision, decide};
use crate::{State, documents::changing::Written, domain::document::machine::Step, rpc::once::Asked};

pub(super) async fn reject_document(state: &State, call: Call, request: RejectDocumentRequest) -> Result<Document> {
    let decision = Decision {
        asked: Asked {
            method: "RejectDocument",
            request_id: &request.request_id,
            validate_only: request.validate_only,
        },
        document_id: &request.document_id,
        etag: &request.etag,
        step: Step::Reject,
        written: Written { transition: "rejected", role: "reviewer" },
        reason: request.decision_reason(),
        text: &request.decision_text,
    };
    decide(state, &call, &request, decision).await
}
