//! The canonical code of every reason, side by side.

use tonic::Code;

use crate::Reason;

/// The gRPC code that goes with a reason.
pub fn code_of(reason: Reason) -> Code {
    match reason {
        Reason::InvalidFields
        | Reason::InvalidFilter
        | Reason::InvalidPageToken
        | Reason::RequestIdReused
        | Reason::DocumentTypeRefused
        | Reason::DocumentTooLarge
        | Reason::DocumentHashMismatch
        | Reason::MalformedMessage => Code::InvalidArgument,
        Reason::TokenMissing | Reason::TokenInvalid => Code::Unauthenticated,
        Reason::PermissionDenied => Code::PermissionDenied,
        Reason::NotFound | Reason::CustomerErased => Code::NotFound,
        Reason::ExternalIdTaken
        | Reason::NameTaken
        | Reason::TransactionConflict
        | Reason::TransactionDeleted
        | Reason::CaseExists
        | Reason::ActConflict => Code::AlreadyExists,
        Reason::EtagMismatch | Reason::Conflict | Reason::DocumentIncomplete => Code::Aborted,
        Reason::CaseState
        | Reason::FourEyes
        | Reason::EvidenceChanged
        | Reason::RequirementMissing
        | Reason::CaseNotApprovable
        | Reason::EscalationRequired
        | Reason::CustomerDeleted
        | Reason::CustomerNotDeleted
        | Reason::DocumentStateUnfit
        | Reason::DocumentSamePerson
        | Reason::DocumentUploadOver
        | Reason::ContractCancelled
        | Reason::CustomerMerged
        | Reason::MergeNotUndoable
        | Reason::HitClosed
        | Reason::ScoreRunOver
        | Reason::NotScoredYet
        | Reason::ModelNotFitted
        | Reason::AuditEntryNotSealed
        | Reason::AuthorisationDecided
        | Reason::AuthorisationSamePerson
        | Reason::AuthorisationBeyondParent
        | Reason::AuthorisationNotInForce
        | Reason::AuthorisationDocumentNotVerified
        | Reason::ActRefused
        | Reason::RiskFloor
        | Reason::RiskOverrideState
        | Reason::CreditDecisionState
        | Reason::RiskProhibited
        | Reason::CaseMissing
        | Reason::CheckState => Code::FailedPrecondition,
        Reason::RateLimited => Code::ResourceExhausted,
        Reason::Overloaded | Reason::DependencyUnavailable | Reason::ShuttingDown => Code::Unavailable,
        Reason::DeadlineExceeded => Code::DeadlineExceeded,
        Reason::FeedPositionGone | Reason::AuditTreeSize | Reason::DocumentOffsetMismatch => Code::OutOfRange,
        Reason::UnknownMethod => Code::Unimplemented,
        Reason::Cancelled => Code::Cancelled,
        Reason::Internal | Reason::Unspecified => Code::Internal,
    }
}

/// The reason as it stands on the wire: the name in the contract without its prefix.
pub fn reason_name(reason: Reason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix("ERROR_REASON_").unwrap_or(name)
}
