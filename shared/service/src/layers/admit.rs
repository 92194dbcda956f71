//! Admits a call: who is calling, are they within their rate, may they call this method.
//!
//! Methods of the contract need a token with the permission that their option names. The methods of gRPC itself (health, reflection)
//! need none.

use std::{
    num::NonZeroU32,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use clientele_auth::{AuthError, Caller, Verifier};
use clientele_error::{Error, Reason};
use clientele_proto::contract::{METHODS, MethodInfo};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use http::HeaderMap;
use tower::{Layer, Service};

use super::{Answer, Request, Response, deadline::Deadline, observe::CallId, reply::refuse};
use crate::Call;

/// Admits calls.
#[derive(Clone)]
pub struct AdmitLayer {
    gate: Arc<Gate>,
}

struct Gate {
    verifier: Arc<Verifier>,
    rate: Option<DefaultKeyedRateLimiter<Arc<str>>>,
}

impl AdmitLayer {
    /// Callers are known by `verifier`; each may make `calls_per_second`, or any number when that is `None`.
    pub fn new(verifier: Arc<Verifier>, calls_per_second: Option<NonZeroU32>) -> Self {
        let rate = calls_per_second.map(|calls| RateLimiter::keyed(Quota::per_second(calls)));
        Self { gate: Arc::new(Gate { verifier, rate }) }
    }
}

impl<S> Layer<S> for AdmitLayer {
    type Service = Admit<S>;

    fn layer(&self, inner: S) -> Admit<S> {
        Admit { inner, gate: Arc::clone(&self.gate) }
    }
}

/// See [`AdmitLayer`].
#[derive(Clone)]
pub struct Admit<S> {
    inner: S,
    gate: Arc<Gate>,
}

impl<S> Service<Request> for Admit<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
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
        let Some(method) = METHODS.get(request.uri().path()) else {
            // Health and reflection; what is unknown is answered UNIMPLEMENTED by the router.
            return Box::pin(self.inner.call(request));
        };
        let token = match bearer(request.headers()) {
            Ok(token) => token,
            Err(error) => return Box::pin(std::future::ready(Ok(refuse(error)))),
        };
        if let Some(caller) = self.gate.verifier.verify_cached(token) {
            return match self.gate.admit(method, caller, &request) {
                Ok(call) => {
                    request.extensions_mut().insert(call);
                    Box::pin(self.inner.call(request))
                }
                Err(error) => Box::pin(std::future::ready(Ok(refuse(error)))),
            };
        }
        let token = token.to_owned();
        let gate = Arc::clone(&self.gate);
        // The inner service that was polled ready goes with the call; its clone stays for the next.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let admitted = match gate.verifier.verify(&token).await {
                Ok(caller) => gate.admit(method, caller, &request),
                Err(error) => Err(unauthenticated(&error)),
            };
            match admitted {
                Ok(call) => {
                    request.extensions_mut().insert(call);
                    inner.call(request).await
                }
                Err(error) => Ok(refuse(error)),
            }
        })
    }
}

impl Gate {
    fn admit(&self, method: &'static MethodInfo, caller: Arc<Caller>, request: &Request) -> Result<Call, Error> {
        self.check_rate(&caller)?;
        let permission = method.permission.as_deref().unwrap_or_default();
        if !caller.may(permission) {
            return Err(Error::new(
                Reason::PermissionDenied,
                format!("{} needs the permission {permission}, which the token does not hold", method.method),
            )
            .with("permission", permission));
        }
        let extensions = request.extensions();
        Ok(Call {
            caller,
            method,
            trace_id: extensions.get::<CallId>().map(|id| Arc::clone(&id.0)).unwrap_or_default(),
            deadline: extensions.get::<Deadline>().map(|deadline| deadline.0),
        })
    }

    fn check_rate(&self, caller: &Caller) -> Result<(), Error> {
        let Some(rate) = &self.rate else { return Ok(()) };
        let key: Arc<str> = format!("{}/{}", caller.tenant.as_str(), caller.subject).into();
        rate.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(rate.clock().now());
            Error::new(Reason::RateLimited, "the caller is over its rate limit; wait as long as retry_info says")
                .retry_after(wait.max(Duration::from_millis(1)))
        })
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let missing = || Error::new(Reason::TokenMissing, "send the metadata `authorization: Bearer <token>`");
    let text = headers.get(http::header::AUTHORIZATION).ok_or_else(missing)?.to_str().map_err(|_| missing())?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => Ok(token.trim()),
        _ => Err(missing()),
    }
}

fn unauthenticated(error: &AuthError) -> Error {
    match error {
        AuthError::KeysUnavailable => {
            Error::new(Reason::DependencyUnavailable, error.to_string()).retry_after(Duration::from_secs(1))
        }
        _ => Error::new(Reason::TokenInvalid, error.to_string()),
    }
}
