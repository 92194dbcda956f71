//! Watches every call: gives it an id, a span and a place in the metrics, and turns a panic into an error instead of a lost connection.

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use clientele_error::Error;
use clientele_proto::contract::METHODS;
use clientele_telemetry::{CallTimer, EntrySpan, Meters, RpcMetrics, propagation, request_span};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderValue};
use http_body::{Frame, SizeHint};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use uuid::Uuid;

use super::{
    Answer, Request, Response,
    reply::{Place, complete, refuse},
};

/// The metadata under which a caller may send an id for a call, and under which it is answered.
const REQUEST_ID: &str = "x-request-id";

/// The id under which a call is logged; an extension of the request.
#[derive(Debug, Clone)]
pub struct CallId(pub Arc<str>);

/// Watches calls.
#[derive(Debug, Clone)]
pub struct ObserveLayer {
    metrics: RpcMetrics,
}

impl ObserveLayer {
    /// Counts the calls of `service`.
    pub fn new(service: &'static str) -> Self {
        let metrics = RpcMetrics::new(&Meters::of(service), METHODS.keys().map(String::as_str));
        Self { metrics }
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;

    fn layer(&self, inner: S) -> Observe<S> {
        Observe { inner, metrics: self.metrics.clone() }
    }
}

/// See [`ObserveLayer`].
#[derive(Debug, Clone)]
pub struct Observe<S> {
    inner: S,
    metrics: RpcMetrics,
}

impl<S> Service<Request> for Observe<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let path = request.uri().path();
        let timer = self.metrics.start(path);
        let id = call_id(request.headers());
        let span = request_span(path, &id, propagation::remote_parent(request.headers()).as_ref());
        request.extensions_mut().insert(CallId(Arc::clone(&id)));
        let answer = span.run(AssertUnwindSafe(self.inner.call(request)).catch_unwind());
        Box::pin(async move {
            let response = match answer.await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(error),
                Err(panic) => {
                    tracing::error!(request.id = &*id, "call panicked: {}", what(&*panic));
                    refuse(Error::internal("panic").with("request_id", &id))
                }
            };
            Ok(watched(response, id, timer, span))
        })
    }
}

/// The caller's id where it is one line of printable text, else a new one.
fn call_id(headers: &HeaderMap) -> Arc<str> {
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    match sent {
        Some(id) if !id.is_empty() && id.len() <= 128 => id.into(),
        _ => new_call_id(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the id of a call is for logs only: no result depends on it")]
fn new_call_id() -> Arc<str> {
    let mut text = [0; uuid::fmt::Simple::LENGTH];
    Arc::from(&*Uuid::now_v7().simple().encode_lower(&mut text))
}

fn what(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

/// The response with its id, and with a body that reports the status it ends with.
fn watched(mut response: Response, id: Arc<str>, timer: CallTimer, span: EntrySpan) -> Response {
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    complete(response.headers_mut(), Place::Head, &id);
    if let Some(code) = code_in(response.headers()) {
        span.record_status(code);
        timer.finish(code);
        return response;
    }
    response.map(|inner| Body::new(WatchedBody { inner, id, watch: Some((timer, span)) }))
}

fn code_in(headers: &HeaderMap) -> Option<Code> {
    headers.get(Status::GRPC_STATUS).map(|code| Code::from_bytes(code.as_bytes()))
}

/// A body that reports the status in its trailers. A call that is cut before has the status CANCELLED.
struct WatchedBody {
    inner: Body,
    id: Arc<str>,
    watch: Option<(CallTimer, EntrySpan)>,
}

impl WatchedBody {
    fn finish(&mut self, code: Code) {
        if let Some((timer, span)) = self.watch.take() {
            span.record_status(code);
            timer.finish(code);
        }
    }
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut frame = std::task::ready!(Pin::new(&mut self.inner).poll_frame(context));
        match &mut frame {
            Some(Ok(frame)) => {
                if let Some(trailers) = frame.trailers_mut() {
                    complete(trailers, Place::Trailers, &self.id);
                    if let Some(code) = code_in(trailers) {
                        self.finish(code);
                    }
                }
            }
            Some(Err(status)) => self.finish(status.code()),
            None => self.finish(Code::Unknown),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
