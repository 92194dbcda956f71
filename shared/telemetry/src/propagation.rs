//! W3C Trace Context, in and out: request headers, peers, events.
//!
//! <https://www.w3.org/TR/trace-context/>

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The span of a caller, or of the change that caused an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteParent {
    trace_id: TraceId,
    span_id: SpanId,
    sampled: bool,
    state: Option<HeaderValue>,
}

impl RemoteParent {
    /// True where the caller keeps this trace.
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// The trace, as 32 lower-case hexadecimal digits.
    pub fn trace_id(&self) -> String {
        self.trace_id.to_string()
    }

    pub(crate) fn context(&self) -> Context {
        let state = self.state.as_ref().and_then(|state| state.to_str().ok()?.parse().ok()).unwrap_or(TraceState::NONE);
        let flags = if self.sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
        Context::new().with_remote_span_context(SpanContext::new(self.trace_id, self.span_id, flags, true, state))
    }
}

/// The caller's span, from the headers of its request. A header that is not well formed counts as none.
pub fn remote_parent(headers: &HeaderMap) -> Option<RemoteParent> {
    let parent = parse(headers.get(TRACEPARENT)?.as_bytes())?;
    let mut states = headers.get_all(TRACESTATE).iter();
    let state = match (states.next(), states.next()) {
        (first, None) => first.cloned(),
        // Several headers are one list (RFC 9110, section 5.3).
        _ => joined(headers),
    };
    Some(RemoteParent { state, ..parent })
}

/// The span that caused an event, from the `traceparent` stored with it.
pub fn parent_from_traceparent(traceparent: &str) -> Option<RemoteParent> {
    parse(traceparent.as_bytes())
}

/// Makes `span` a child of a span elsewhere. Without effect on a span that has begun or is not traced.
pub fn set_parent(span: &Span, parent: &RemoteParent) {
    // The errors say that the span is not traced, or too late to change: both leave the trace as it is.
    let _ = span.set_parent(parent.context());
}

/// Tells a peer of the current span. Outside of traced work the headers stay as they are.
pub fn inject(headers: &mut HeaderMap) {
    with_current(|span| {
        if let Ok(value) = HeaderValue::from_bytes(&format(span)) {
            headers.insert(TRACEPARENT, value);
        }
        let state = span.trace_state().header();
        if !state.is_empty()
            && let Ok(value) = HeaderValue::from_str(&state)
        {
            headers.insert(TRACESTATE, value);
        }
    });
}

/// The current span as a `traceparent`, to be stored with an event. None outside of traced work.
pub fn current_traceparent() -> Option<String> {
    with_current(|span| String::from_utf8_lossy(&format(span)).into_owned())
}

fn with_current<T>(use_span: impl FnOnce(&SpanContext) -> T) -> Option<T> {
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        span.is_valid().then(|| use_span(span))
    })
}

fn joined(headers: &HeaderMap) -> Option<HeaderValue> {
    let states: Vec<_> = headers.get_all(TRACESTATE).iter().map(HeaderValue::as_bytes).collect();
    HeaderValue::from_bytes(&states.join(&b',')).ok()
}

/// `version "-" trace-id "-" parent-id "-" trace-flags`, all lower-case hexadecimal. A later version may go on after a dash.
fn parse(text: &[u8]) -> Option<RemoteParent> {
    let (known, rest) = text.split_at_checked(55)?;
    let version = hex(&known[..2])?;
    let whole = if version == 0 { rest.is_empty() } else { rest.is_empty() || rest[0] == b'-' };
    if version == 0xff || !whole || [known[2], known[35], known[52]] != [b'-'; 3] {
        return None;
    }
    let (trace_id, span_id, flags) = (hex(&known[3..35])?, hex(&known[36..52])?, hex(&known[53..])?);
    (trace_id != 0 && span_id != 0).then(|| RemoteParent {
        trace_id: TraceId::from(trace_id),
        span_id: SpanId::from(span_id as u64),
        sampled: flags & 1 == 1,
        state: None,
    })
}

fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(value))
    })
}

fn format(span: &SpanContext) -> [u8; 55] {
    let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
    write_hex(&mut text[3..35], &span.trace_id().to_bytes());
    write_hex(&mut text[36..52], &span.span_id().to_bytes());
    write_hex(&mut text[53..], &[u8::from(span.is_sampled())]);
    text
}

fn write_hex(text: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the recommendation, section 3.2.
    const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_reads_back_as_written() {
        let parent = parent_from_traceparent(SAMPLED).unwrap();
        assert!(parent.is_sampled());
        assert_eq!(parent.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let _guard = parent.context().attach();
        assert_eq!(current_traceparent().as_deref(), Some(SAMPLED));
    }

    #[test]
    fn an_unsampled_caller_stays_unsampled() {
        let parent = parent_from_traceparent(&SAMPLED.replace("-01", "-00")).unwrap();
        assert!(!parent.is_sampled());
        let _guard = parent.context().attach();
        assert!(current_traceparent().unwrap().ends_with("-00"));
    }

    #[test]
    fn what_the_recommendation_forbids_counts_as_none() {
        let bad = [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        ];
        for text in bad {
            assert_eq!(parent_from_traceparent(text), None, "{text}");
        }
        assert!(parent_from_traceparent(&SAMPLED.replacen("00", "cc", 1)).is_some());
        assert!(parent_from_traceparent(&format!("cc{}-more", &SAMPLED[2..])).is_some());
    }

    #[test]
    fn headers_carry_the_state_along() {
        let mut headers = HeaderMap::new();
        assert_eq!(remote_parent(&headers), None);
        headers.insert("traceparent", HeaderValue::from_static(SAMPLED));
        headers.append("tracestate", HeaderValue::from_static("congo=t61rcWkgMzE"));
        headers.append("tracestate", HeaderValue::from_static("rojo=00f067aa0ba902b7"));

        let _guard = remote_parent(&headers).unwrap().context().attach();
        let mut sent = HeaderMap::new();
        inject(&mut sent);
        assert_eq!(sent["traceparent"], SAMPLED);
        assert_eq!(sent["tracestate"], "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
    }

    #[test]
    fn outside_of_traced_work_nothing_is_sent() {
        let mut headers = HeaderMap::new();
        inject(&mut headers);
        assert!(headers.is_empty());
        assert_eq!(current_traceparent(), None);
    }
}
