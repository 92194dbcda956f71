//! Which traces are kept, decided before a span is made, so that a call that is not kept costs next to nothing.

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, SamplingDecision, SamplingResult, ShouldSample};
use tracing::{Subscriber, dispatcher};
use tracing_subscriber::Layer;

use crate::RemoteParent;

/// The share of traces kept; part of the subscriber of a process that exports.
#[derive(Debug)]
pub(crate) struct Sampling {
    below: u64,
    ids: RandomIdGenerator,
}

impl Sampling {
    pub(crate) fn new(ratio: f64) -> Self {
        // 2^64 times the ratio; the cast saturates, so 1 keeps all.
        Self { below: (ratio * 2f64.powi(64)) as u64, ids: RandomIdGenerator::default() }
    }

    /// Of a trace that starts here: keeps it, or answers the context that tells peers that it is not kept.
    fn start(&self) -> (bool, Context) {
        let trace_id = self.ids.new_trace_id();
        let [.., low] = split(trace_id);
        if low < self.below {
            return (true, Context::new());
        }
        let refused =
            SpanContext::new(trace_id, self.ids.new_span_id(), TraceFlags::NOT_SAMPLED, false, TraceState::NONE);
        (false, Context::new().with_remote_span_context(refused))
    }
}

fn split(trace_id: TraceId) -> [u64; 2] {
    let number = u128::from_be_bytes(trace_id.to_bytes());
    [(number >> 64) as u64, number as u64]
}

impl<S: Subscriber> Layer<S> for Sampling {}

/// Whether work that enters here is traced, and the context it runs in where it has no span of its own. Where the caller decided, its
/// decision holds; a process that does not export passes the caller's context through.
pub(crate) fn decide(parent: Option<&RemoteParent>) -> (bool, Context) {
    dispatcher::get_default(|dispatch| {
        let sampling = dispatch.downcast_ref::<Sampling>();
        match (parent, sampling) {
            (Some(parent), sampling) => (parent.is_sampled() && sampling.is_some(), parent.context()),
            (None, Some(sampling)) => sampling.start(),
            (None, None) => (false, Context::new()),
        }
    })
}

/// Keeps what was decided: children follow their parent; a span without one is kept if it is an entry span, because those are made
/// only when the decision fell for them. Stray spans outside of any traced work start no trace.
#[derive(Debug, Clone)]
pub(crate) struct Decided;

impl ShouldSample for Decided {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        kind: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let parent = parent.map(|context| context.span().span_context().clone());
        let (keep, trace_state) = match parent {
            Some(parent) if parent.span_id() != SpanId::INVALID => (parent.is_sampled(), parent.trace_state().clone()),
            _ => (matches!(kind, SpanKind::Server | SpanKind::Consumer), TraceState::NONE),
        };
        let decision = if keep { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop };
        SamplingResult { decision, attributes: Vec::new(), trace_state }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_share_kept() {
        let kept = |ratio| {
            let sampling = Sampling::new(ratio);
            (0..20_000).filter(|_| sampling.start().0).count()
        };
        assert_eq!((kept(0.0), kept(1.0)), (0, 20_000));
        // Nine standard deviations of a binomial count around 5,000: 9 * sqrt(20,000 * 0.25 * 0.75) = 551.
        assert!(kept(0.25).abs_diff(5_000) < 551);
    }

    #[test]
    fn a_refused_trace_tells_peers_so() {
        let (kept, context) = Sampling::new(0.0).start();
        let span = context.span().span_context().clone();
        assert!(!kept && span.is_valid() && !span.is_sampled());
    }
}
