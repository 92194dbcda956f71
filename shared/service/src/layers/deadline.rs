//! Ends a call at its deadline: the caller's `grpc-timeout`, or the service's own limit for calls that answer once.
//!
//! The RPC's future is dropped then, which stops its query (see `clientele_pg::tx`). tonic has a timer of its own that would answer
//! CANCELLED and knows nothing of bodies; this one rings a moment earlier.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use clientele_error::{Error, Reason};
use clientele_proto::contract::METHODS;
use http::{HeaderMap, HeaderValue};
use http_body::{Body as _, Frame};
use tokio::time::Sleep;
use tonic::{Status, body::Body};
use tower::{Layer, Service};

use super::{Answer, Request, Response, reply::refuse};

/// Rings this much before the caller's own timer and tonic's.
const MARGIN: Duration = Duration::from_millis(2);

/// When the answer to a call is no longer wanted; an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

/// Ends calls at their deadline.
#[derive(Debug, Clone)]
pub struct DeadlineLayer {
    longest: Duration,
}

impl DeadlineLayer {
    /// Calls that answer once take at most `longest`; streams last as long as their callers say.
    pub fn new(longest: Duration) -> Self {
        Self { longest }
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = DeadlineService<S>;

    fn layer(&self, inner: S) -> DeadlineService<S> {
        DeadlineService { inner, longest: self.longest }
    }
}

/// See [`DeadlineLayer`].
#[derive(Debug, Clone)]
pub struct DeadlineService<S> {
    inner: S,
    longest: Duration,
}

impl<S> Service<Request> for DeadlineService<S>
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
        let answers_once = METHODS.get(request.uri().path()).is_some_and(|method| !method.streaming);
        let own = answers_once.then_some(self.longest);
        let asked = asked_for(request.headers()).map(|asked| asked.saturating_sub(MARGIN));
        let Some(budget) = own.into_iter().chain(asked).min() else {
            return Box::pin(self.inner.call(request));
        };
        let deadline = Instant::now() + budget;
        request.extensions_mut().insert(Deadline(deadline));
        let answer = self.inner.call(request);
        Box::pin(async move {
            match tokio::time::timeout_at(deadline.into(), answer).await {
                Ok(response) => response.map(|response| {
                    response.map(|body| {
                        // The one answer is there when the RPC is over: only a stream can still run into its deadline.
                        if answers_once || body.is_end_stream() {
                            return body;
                        }
                        Body::new(TimedBody {
                            inner: body,
                            timer: Box::pin(tokio::time::sleep_until(deadline.into())),
                            over: false,
                        })
                    })
                }),
                Err(_) => Ok(refuse(passed())),
            }
        })
    }
}

fn passed() -> Error {
    Error::new(Reason::DeadlineExceeded, "the deadline passed before the answer was ready; nothing of a write was kept")
}

/// A body that ends with DEADLINE_EXCEEDED when its time is over.
struct TimedBody {
    inner: Body,
    timer: Pin<Box<Sleep>>,
    over: bool,
}

impl http_body::Body for TimedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.over {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Pending => {}
            ready @ Poll::Ready(_) => return ready,
        }
        if self.timer.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.over = true;
        let mut trailers = HeaderMap::new();
        let status = Status::from(passed());
        Poll::Ready(Some(status.add_header(&mut trailers).map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.over || self.inner.is_end_stream()
    }
}

/// The caller's budget: at most eight digits and a unit, as the gRPC protocol writes it.
fn asked_for(headers: &HeaderMap<HeaderValue>) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(value * 3600),
        "M" => Duration::from_secs(value * 60),
        "S" => Duration::from_secs(value),
        "m" => Duration::from_millis(value),
        "u" => Duration::from_micros(value),
        "n" => Duration::from_nanos(value),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(text: &'static str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", HeaderValue::from_static(text));
        asked_for(&headers)
    }

    #[test]
    fn a_budget_is_read_in_every_unit() {
        assert_eq!(budget("2H"), Some(Duration::from_hours(2)));
        assert_eq!(budget("3M"), Some(Duration::from_mins(3)));
        assert_eq!(budget("4S"), Some(Duration::from_secs(4)));
        assert_eq!(budget("250m"), Some(Duration::from_millis(250)));
        assert_eq!(budget("7u"), Some(Duration::from_micros(7)));
        assert_eq!(budget("99999999n"), Some(Duration::from_nanos(99_999_999)));
    }

    #[test]
    fn a_budget_that_breaks_the_protocol_is_no_budget() {
        for text in ["", "S", "12", "123456789S", "-1S", "1x"] {
            assert_eq!(budget(text), None, "{text}");
        }
    }
}
