//! Calls to other services: the token, the trace and what is left of the deadline go along; a busy peer is asked again.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use http::HeaderValue;
use tonic::{
    Code, Status,
    body::Body,
    transport::{Channel, Endpoint, Error as TransportError},
};
use tower::Service;

/// Gives the token to send; asked for each call, so that it can be renewed.
pub type TokenSource = Arc<dyn Fn() -> String + Send + Sync>;

/// A channel to another service that sends our token and trace with every call.
#[derive(Clone)]
pub struct Peer {
    channel: Channel,
    token: TokenSource,
}

impl Peer {
    /// A peer at `url`; it is connected to when first called, and again when the connection is lost.
    pub fn new(url: &str, token: TokenSource) -> Result<Self, TransportError> {
        let channel = Endpoint::from_shared(url.to_owned())?
            .connect_timeout(Duration::from_secs(5))
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_mins(1))
            .keep_alive_while_idle(true)
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(8 << 20)
            .connect_lazy();
        Ok(Self::over(channel, token))
    }

    /// A peer over a channel that stands already.
    pub fn over(channel: Channel, token: TokenSource) -> Self {
        Self { channel, token }
    }
}

impl Service<http::Request<Body>> for Peer {
    type Response = http::Response<Body>;
    type Error = TransportError;
    type Future = BoxFuture<'static, Result<Self::Response, TransportError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", (self.token)())) {
            value.set_sensitive(true);
            request.headers_mut().insert(http::header::AUTHORIZATION, value);
        }
        clientele_telemetry::propagation::inject(request.headers_mut());
        Box::pin(self.channel.call(request))
    }
}

/// A request that carries what is left of a deadline on.
pub fn within<T>(message: T, deadline: Option<Instant>) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    if let Some(deadline) = deadline {
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));
    }
    request
}

/// The status as the caller should see it: tonic's own timer calls a passed deadline CANCELLED.
pub fn settle(status: Status) -> Status {
    if status.code() == Code::Cancelled && status.message() == "Timeout expired" {
        return Status::deadline_exceeded("the deadline passed before the peer answered");
    }
    status
}

/// How many repetitions a process may spend: one for every ten calls, so that retries never double the load on a peer in trouble.
#[derive(Debug)]
pub struct RetryBudget {
    tenths: AtomicI64,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { tenths: AtomicI64::new(100) }
    }
}

impl RetryBudget {
    fn deposit(&self) {
        let _ = self.tenths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tenths| Some((tenths + 1).min(1000)));
    }

    fn withdraw(&self) -> bool {
        self.tenths
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tenths| (tenths >= 10).then_some(tenths - 10))
            .is_ok()
    }
}

/// Repeats an idempotent call that is answered UNAVAILABLE, up to three times, with growing delays and jitter.
pub async fn retrying<T, Fut>(budget: &RetryBudget, mut call: impl FnMut() -> Fut) -> Result<T, Status>
where
    Fut: Future<Output = Result<T, Status>>,
{
    budget.deposit();
    let mut delay = Duration::from_millis(50);
    for _ in 0..3 {
        match call().await {
            Err(status) if status.code() == Code::Unavailable && budget.withdraw() => {
                tokio::time::sleep(jitter(delay)).await;
                delay *= 3;
            }
            answer => return answer.map_err(settle),
        }
    }
    call().await.map_err(settle)
}

/// Between half of `delay` and all of it.
fn jitter(delay: Duration) -> Duration {
    let random = RandomState::new().hash_one(0u8) % 1000;
    delay / 2 + (delay / 2).mul_f64(random as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[tokio::test(start_paused = true)]
    async fn an_unavailable_peer_is_asked_again_and_another_error_is_not() {
        let budget = RetryBudget::default();
        let asked = AtomicU32::new(0);
        let answer = retrying(&budget, || async {
            if asked.fetch_add(1, Ordering::Relaxed) < 2 { Err(Status::unavailable("")) } else { Ok(5) }
        });
        assert_eq!(answer.await.unwrap(), 5);
        assert_eq!(asked.load(Ordering::Relaxed), 3);

        asked.store(0, Ordering::Relaxed);
        let answer: Result<(), _> = retrying(&budget, || async {
            asked.fetch_add(1, Ordering::Relaxed);
            Err(Status::aborted(""))
        })
        .await;
        assert_eq!((answer.unwrap_err().code(), asked.load(Ordering::Relaxed)), (Code::Aborted, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_spent_budget_ends_the_repetitions() {
        let budget = RetryBudget::default();
        let asked = AtomicU32::new(0);
        for _ in 0..100 {
            let _ = retrying::<(), _>(&budget, || async {
                asked.fetch_add(1, Ordering::Relaxed);
                Err(Status::unavailable(""))
            })
            .await;
        }
        // 100 first calls, 10 repetitions saved up and one more for every ten calls.
        assert!((110..=121).contains(&asked.load(Ordering::Relaxed)), "{asked:?}");
    }
}
