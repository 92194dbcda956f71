//! Spans on their way out: decided, then exported.

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

use crate::sampling::Sampling;

/// Exports spans of the share `ratio` of the traces that begin here, and of those that callers keep. `provider` samples by
/// [`crate::sampling::Decided`].
pub(crate) fn layer<S>(provider: &SdkTracerProvider, ratio: f64) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    // No code places, threads or idle times: they cost, and the name says where it is.
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("clientele"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false);
    Sampling::new(ratio).and_then(spans)
}
