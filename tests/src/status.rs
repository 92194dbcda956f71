//! What every error must look like.

use clientele_error::{DOMAIN, Reason, code_of, reason_of};
use prost::Message;
use tonic::{Code, Status};
use tonic_types::pb;

/// Checks that a status carries exactly one reason, ours and known, and the code that goes with it. Answers the reason.
///
/// # Panics
/// When it does not; `what` says which call it was.
pub fn well_formed(status: &Status, what: &str) -> Reason {
    let details = pb::Status::decode(status.details()).unwrap_or_else(|error| panic!("{what}: {error}: {status:?}"));
    let infos: Vec<_> = details
        .details
        .iter()
        .filter(|detail| detail.type_url.ends_with("google.rpc.ErrorInfo"))
        .map(|detail| pb::ErrorInfo::decode(detail.value.as_slice()).expect("an ErrorInfo"))
        .collect();
    assert_eq!(infos.len(), 1, "{what}: not one ErrorInfo but {}: {status:?}", infos.len());
    assert_eq!(infos[0].domain, DOMAIN, "{what}: {status:?}");
    let reason = reason_of(status).unwrap_or_else(|| panic!("{what}: the reason {} is unknown", infos[0].reason));
    assert_eq!(code_of(reason), status.code(), "{what}: {reason:?} does not go with the code: {status:?}");
    assert!(!status.message().is_empty(), "{what}: an error without a message: {status:?}");
    assert!(!status.message().contains("ERROR_REASON_"), "{what}: {status:?}");
    let header = status.details().len() * 4 / 3 + status.message().len();
    assert!(header < 8000, "{what}: {header} bytes of headers, many clients take 8 KiB: {}", status.message());
    if reason == Reason::Internal {
        assert!(
            infos[0].metadata.contains_key("request_id"),
            "{what}: an internal fault without a request id: {status:?}"
        );
    }
    reason
}

/// What a caller's own message may be answered: it is wrong, or it does not fit what is stored.
pub fn is_the_callers(code: Code) -> bool {
    matches!(
        code,
        Code::InvalidArgument
            | Code::NotFound
            | Code::FailedPrecondition
            | Code::AlreadyExists
            | Code::Aborted
            | Code::OutOfRange
    )
}
