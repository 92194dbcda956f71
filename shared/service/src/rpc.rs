//! From tonic's method to an RPC's own function and back.
//!
//! An RPC is `async fn rpc(app, call, request) -> Result<Response>` in its own file; the service's `rpc/mod.rs` delegates to it through
//! [`unary`]. Here its error becomes a status, and here the chain behind an internal error is logged, once.

use std::{error::Error as _, future::Future};

use clientele_error::{Error, Reason, Result, code_of};
use futures::{Stream, StreamExt, stream::BoxStream};
use tonic::{Request, Response, Status, Streaming};

use crate::Call;

/// A stream of answers.
pub type Answers<T> = BoxStream<'static, Result<T, Status>>;

/// Runs a unary RPC.
pub async fn unary<Req, Res, Fut>(
    request: Request<Req>,
    rpc: impl FnOnce(Call, Req) -> Fut,
) -> Result<Response<Res>, Status>
where
    Fut: Future<Output = Result<Res>>,
{
    let call = Call::of(&request)?;
    let trace_id = call.trace_id.clone();
    rpc(call, request.into_inner()).await.map(Response::new).map_err(|error| to_status(error, &trace_id))
}

/// Runs an RPC that answers a stream.
pub async fn streaming<Req, Res, Fut, S>(
    request: Request<Req>,
    rpc: impl FnOnce(Call, Req) -> Fut,
) -> Result<Response<Answers<Res>>, Status>
where
    Fut: Future<Output = Result<S>>,
    S: Stream<Item = Result<Res>> + Send + 'static,
    Res: 'static,
{
    let call = Call::of(&request)?;
    let trace_id = call.trace_id.clone();
    match rpc(call, request.into_inner()).await {
        Ok(answers) => {
            Ok(Response::new(answers.map(move |answer| answer.map_err(|error| to_status(error, &trace_id))).boxed()))
        }
        Err(error) => Err(to_status(error, &trace_id)),
    }
}

/// Runs an RPC that takes a stream and answers one.
pub async fn bidirectional<Req, Res, Fut, S>(
    request: Request<Streaming<Req>>,
    rpc: impl FnOnce(Call, Streaming<Req>) -> Fut,
) -> Result<Response<Answers<Res>>, Status>
where
    Fut: Future<Output = Result<S>>,
    S: Stream<Item = Result<Res>> + Send + 'static,
    Res: 'static,
{
    streaming(request, rpc).await
}

/// The error as a status; a fault of ours is logged with everything behind it and named to the caller by the call's id only.
pub fn to_status(error: Error, trace_id: &str) -> Status {
    if error.reason() == Reason::Internal || error.source().is_some() {
        let mut chain = String::new();
        let mut cause = error.source();
        while let Some(source) = cause {
            chain.push_str(": ");
            chain.push_str(&source.to_string());
            cause = source.source();
        }
        tracing::error!(request.id = trace_id, error.reason = ?error.reason(), error.code = ?code_of(error.reason()), "call failed{chain}");
    }
    Status::from(error.with("request_id", trace_id))
}
