//! Sheds load: a service that is full says so at once instead of letting everybody wait. Health and reflection always have room: an
//! orchestrator that got no answer would end a service for having work.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use clientele_error::{Error, Reason};
use clientele_proto::contract::METHODS;
use tokio::sync::Semaphore;
use tower::{Layer, Service};

use super::{Answer, Request, Response, reply::refuse};

/// Lets at most so many calls be at work at once in this process.
#[derive(Debug, Clone)]
pub struct LimitLayer {
    places: Arc<Semaphore>,
}

impl LimitLayer {
    /// A limit of `calls`.
    pub fn new(calls: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(calls)) }
    }
}

impl<S> Layer<S> for LimitLayer {
    type Service = Limit<S>;

    fn layer(&self, inner: S) -> Limit<S> {
        Limit { inner, places: Arc::clone(&self.places) }
    }
}

/// See [`LimitLayer`].
#[derive(Debug, Clone)]
pub struct Limit<S> {
    inner: S,
    places: Arc<Semaphore>,
}

impl<S> Service<Request> for Limit<S>
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

    fn call(&mut self, request: Request) -> Self::Future {
        if !METHODS.contains_key(request.uri().path()) {
            return Box::pin(self.inner.call(request));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let error =
                Error::new(Reason::Overloaded, "the service has more calls than it can take; repeat with back-off")
                    .retry_after(Duration::from_millis(200));
            return Box::pin(std::future::ready(Ok(refuse(error))));
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await;
            drop(place);
            response
        })
    }
}
