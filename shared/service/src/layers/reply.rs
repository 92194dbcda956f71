//! Answers that a layer gives itself.

use clientele_error::Error;
use tonic::Status;

use super::Response;

/// The error as a response that ends the call.
pub fn refuse(error: Error) -> Response {
    refuse_with(&Status::from(error))
}

/// The status as a response that ends the call.
pub fn refuse_with(status: &Status) -> Response {
    status.clone().into_http()
}
