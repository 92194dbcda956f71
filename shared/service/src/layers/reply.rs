//! Answers that a layer gives itself, and the details that every error carries.

use clientele_error::{Error, Reason};
use http::HeaderMap;
use tonic::{Code, Status};

use super::Response;

/// The error as a response that ends the call.
pub fn refuse(error: Error) -> Response {
    Status::from(error).into_http()
}

/// Where an error stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Instead of an answer.
    Head,
    /// After an answer, or in the middle of one.
    Trailers,
}

/// Gives an error that tonic made itself (an unknown method, a message it could not take) the reason that every error carries. Health and
/// reflection have codes of their own, which stay.
pub fn complete(headers: &mut HeaderMap, place: Place, request_id: &str) {
    let bare = headers.contains_key(Status::GRPC_STATUS) && !headers.contains_key(Status::GRPC_STATUS_DETAILS);
    let Some(status) = bare.then(|| Status::from_header_map(headers)).flatten() else { return };
    let reason = match status.code() {
        Code::Unimplemented => Reason::UnknownMethod,
        // tonic's words for a message that is too large.
        Code::InvalidArgument | Code::OutOfRange | Code::ResourceExhausted => Reason::MalformedMessage,
        // And for one that is not there, or not framed as gRPC wants it: that is the caller's fault.
        Code::Internal if place == Place::Head => Reason::MalformedMessage,
        Code::Internal | Code::Unknown => Reason::Internal,
        Code::Cancelled => Reason::Cancelled,
        Code::DeadlineExceeded => Reason::DeadlineExceeded,
        Code::Unavailable => Reason::DependencyUnavailable,
        _ => return,
    };
    let message = match reason {
        Reason::UnknownMethod if status.message().is_empty() => "there is no such method",
        _ => status.message(),
    };
    let complete = Status::from(Error::new(reason, message).with("request_id", request_id));
    headers.remove(Status::GRPC_STATUS);
    headers.remove(Status::GRPC_MESSAGE);
    // Fails for what no header can hold only, and our own details are none of that.
    let _ = complete.add_header(headers);
}

#[cfg(test)]
mod tests {
    use super::*;
    use clientele_error::reason_of;

    fn completed(status: &Status) -> Status {
        let mut headers = HeaderMap::new();
        status.add_header(&mut headers).unwrap();
        complete(&mut headers, Place::Head, "7");
        Status::from_header_map(&headers).unwrap()
    }

    #[test]
    fn an_error_of_tonic_gets_a_reason() {
        let unknown = completed(&Status::unimplemented(""));
        assert_eq!((unknown.code(), reason_of(&unknown)), (Code::Unimplemented, Some(Reason::UnknownMethod)));
        let large = completed(&Status::out_of_range("decoded message length too large"));
        assert_eq!((large.code(), reason_of(&large)), (Code::InvalidArgument, Some(Reason::MalformedMessage)));
        let missing = completed(&Status::internal("Missing request message."));
        assert_eq!((missing.code(), reason_of(&missing)), (Code::InvalidArgument, Some(Reason::MalformedMessage)));
    }

    #[test]
    fn an_error_of_ours_stays_as_it_is() {
        let ours = Status::from(Error::not_found("customer", "x"));
        assert_eq!(completed(&ours).details(), ours.details());
        assert_eq!(completed(&Status::ok("")).details(), b"");
        assert_eq!(completed(&Status::not_found("no such service")).code(), Code::NotFound, "health says so");
    }
}
