//! `StartVerificationOfDocument`: somebody looks at it.

use clientele_error::Result;
use clientele_proto::qualification::v1::{Document, DocumentDecisionReason, StartVerificationOfDocumentRequest};
use clientele_service::Call;

use super::deciding::{Decision, decide};
use crate::{State, documents::changing::Written, domain::document::machine::Step, rpc::once::Asked};

pub(super) async fn start_verification_of_document(
    state: &State,
    call: Call,
    request: StartVerificationOfDocumentRequest,
) -> Result<Document> {
    let decision = Decision {
        asked: Asked {
            method: "StartVerificationOfDocument",
            request_id: &request.request_id,
            validate_only: request.validate_only,
        },
        document_id: &request.document_id,
        etag: &request.etag,
        step: Step::Start,
        written: Written { transition: "verification-started", role: "reviewer" },
        reason: DocumentDecisionReason::Unspecified,
        text: "",
    };
    decide(state, &call, &request, decision).await
}
