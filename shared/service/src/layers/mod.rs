//! What happens to every call before and after its RPC.
//!
//! From the outside in: [`observe`] (catch panics, request id, trace, metrics, log) -> [`limit`] (shed load) -> [`deadline`] ->
//! [`admit`] (caller, rate limit, permission). The rules of the message follow where it is decoded, see [`crate::validation`].
//! Each layer is a plain tower service over `http` types.

pub mod admit;
pub mod deadline;
pub mod limit;
pub mod observe;
mod reply;

use std::{future::Future, pin::Pin};

/// A request as it comes off the wire.
pub type Request = http::Request<tonic::body::Body>;
/// A response as it goes onto the wire.
pub type Response = http::Response<tonic::body::Body>;

type Answer<E> = Pin<Box<dyn Future<Output = Result<Response, E>> + Send>>;
