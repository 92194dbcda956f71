//! Spans with which work enters a process: a call, an event to apply, a job to run.

use std::{borrow::Cow, future::Future};

use opentelemetry::{
    Context,
    context::{FutureExt, WithContext},
    trace::TraceContextExt,
};
use tonic::Code;
use tracing::{Instrument, Span, field::Empty, instrument::Instrumented};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{RemoteParent, sampling, status};

/// The target of entry spans. The log filter always lets them pass: sampling alone decides on them.
pub(crate) const TARGET: &str = "clientele_telemetry::entry";

/// A piece of work and its place in a trace. Where it is not traced the span is disabled and only the context goes along, so that
/// peers and events learn of the trace, and that it is not kept.
#[derive(Debug, Clone)]
pub struct EntrySpan {
    span: Span,
    context: Context,
}

/// For a call of `path`, such as `/clientele.customers.v1.CustomerService/GetCustomer`; named `customers.get_customer`.
pub fn request_span(path: &str, request_id: &str, parent: Option<&RemoteParent>) -> EntrySpan {
    EntrySpan::new(parent, || {
        let name = span_name(path);
        tracing::error_span!(
            target: TARGET,
            parent: None,
            "rpc",
            otel.name = &*name,
            otel.kind = "server",
            otel.status_code = Empty,
            trace_id = Empty,
            request.id = request_id,
            rpc.system.name = "grpc",
            rpc.method = path.trim_start_matches('/'),
            rpc.response.status_code = Empty,
            error.type = Empty,
        )
    })
}

/// For applying an event, named for what is done, such as `value.apply_customer_created`. `parent` is the change that caused it.
pub fn consumer_span(name: &str, event_id: &str, parent: Option<&RemoteParent>) -> EntrySpan {
    EntrySpan::new(parent, || {
        tracing::error_span!(
            target: TARGET,
            parent: None,
            "event",
            otel.name = name,
            otel.kind = "consumer",
            otel.status_code = Empty,
            trace_id = Empty,
            event.id = event_id,
        )
    })
}

/// For a run of a background job, named for what it does, such as `value.score`.
pub fn job_span(name: &str, run_id: &str) -> EntrySpan {
    EntrySpan::new(None, || {
        tracing::error_span!(
            target: TARGET,
            parent: None,
            "job",
            otel.name = name,
            otel.kind = "consumer",
            otel.status_code = Empty,
            trace_id = Empty,
            job.id = run_id,
        )
    })
}

impl EntrySpan {
    fn new(parent: Option<&RemoteParent>, make: impl FnOnce() -> Span) -> Self {
        let (sampled, context) = sampling::decide(parent);
        if !sampled && !tracing::span_enabled!(target: TARGET, tracing::Level::DEBUG) {
            return Self { span: Span::none(), context };
        }
        let span = make();
        // An error says that this process does not export: then the span is for the log alone.
        let _ = span.set_parent(context.clone());
        if sampled {
            let trace_id = span.context().span().span_context().trace_id();
            span.record("trace_id", tracing::field::display(trace_id));
        }
        Self { span, context }
    }

    /// The future, run in this span.
    pub fn run<F: Future>(&self, future: F) -> WithContext<Instrumented<F>> {
        future.instrument(self.span.clone()).with_context(self.context.clone())
    }

    /// The tracing span; disabled where the work is not traced.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// How the work ended.
    pub fn record_status(&self, code: Code) {
        if self.span.is_disabled() {
            return;
        }
        self.span.record("rpc.response.status_code", status::name(code));
        if status::is_server_error(code) {
            self.span.record("error.type", status::name(code));
            self.span.record("otel.status_code", "error");
        }
    }
}

/// `/clientele.customers.v1.CustomerService/GetCustomer` is `customers.get_customer`.
fn span_name(path: &str) -> Cow<'_, str> {
    let path = path.trim_start_matches('/');
    let Some((service, method)) = path.split_once('/') else { return Cow::Borrowed(path) };
    let domain = service.rsplit('.').skip(1).find(|part| !is_version(part)).unwrap_or(service);
    let mut name = String::with_capacity(domain.len() + method.len() + 8);
    name.push_str(domain);
    name.push('.');
    for (at, letter) in method.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    Cow::Owned(name)
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propagation;
    use futures::FutureExt as _;
    use opentelemetry::trace::{SpanId, SpanKind, Status};
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn a_span_is_named_by_domain_and_method() {
        let names = [
            ("/clientele.customers.v1.CustomerService/GetCustomer", "customers.get_customer"),
            ("clientele.value.v1alpha1.ScoreRunService/StartScoreRun", "value.start_score_run"),
            ("/grpc.health.v1.Health/Check", "health.check"),
            ("/Bare/Call", "Bare.call"),
            ("/nothing", "nothing"),
            ("", ""),
        ];
        for (path, name) in names {
            assert_eq!(span_name(path), name);
        }
    }

    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const PATH: &str = "/clientele.customers.v1.CustomerService/GetCustomer";

    /// Runs `work` in a process that keeps the share `ratio`; answers the spans it exports.
    fn exported(ratio: f64, work: impl FnOnce()) -> Vec<SpanData> {
        let exporter = InMemorySpanExporter::default();
        let provider =
            SdkTracerProvider::builder().with_sampler(sampling::Decided).with_simple_exporter(exporter.clone()).build();
        let subscriber = tracing_subscriber::registry()
            .with(crate::logs::filter("info").unwrap())
            .with(crate::traces::layer(&provider, ratio));
        tracing::subscriber::with_default(subscriber, work);
        exporter.get_finished_spans().unwrap()
    }

    /// What a call sends to peers and stores with events, after some work in a span of its own.
    fn sent_by(call: &EntrySpan) -> Option<String> {
        let work = async {
            async { tracing::info!("working") }.instrument(tracing::info_span!("inner")).await;
            propagation::current_traceparent()
        };
        call.run(work).now_or_never().unwrap()
    }

    #[test]
    fn a_sampled_call_continues_its_callers_trace() {
        let parent = propagation::parent_from_traceparent(CALLER).unwrap();
        let spans = exported(0.0, || {
            let call = request_span(PATH, "r1", Some(&parent));
            let sent = sent_by(&call).unwrap();
            assert!(
                sent.starts_with(&CALLER[..35]) && sent.ends_with("-01") && sent[36..52] != CALLER[36..52],
                "{sent}"
            );
            call.record_status(Code::Internal);
        });
        let [inner, call] = spans.as_slice() else { panic!("{spans:?}") };
        assert_eq!((inner.name.as_ref(), call.name.as_ref()), ("inner", "customers.get_customer"));
        assert_eq!(inner.parent_span_id, call.span_context.span_id());
        assert_eq!(call.parent_span_id.to_string(), "00f067aa0ba902b7");
        assert_eq!(call.span_context.trace_id().to_string(), parent.trace_id());
        assert_eq!((&call.span_kind, call.status.clone()), (&SpanKind::Server, Status::error("")));
        let attribute = |key| call.attributes.iter().find(|a| a.key.as_str() == key).map(|a| a.value.to_string());
        assert_eq!(attribute("request.id").as_deref(), Some("r1"));
        assert_eq!(attribute("rpc.system.name").as_deref(), Some("grpc"));
        assert_eq!(attribute("rpc.method").as_deref(), Some(&PATH[1..]));
        assert_eq!(attribute("rpc.response.status_code").as_deref(), Some("INTERNAL"));
        assert_eq!(attribute("error.type").as_deref(), Some("INTERNAL"));
    }

    #[test]
    fn a_callers_refusal_holds_and_goes_on() {
        let unsampled = CALLER.replace("-01", "-00");
        let parent = propagation::parent_from_traceparent(&unsampled);
        let spans = exported(1.0, || {
            let call = request_span(PATH, "r1", parent.as_ref());
            assert!(call.span().is_disabled());
            assert_eq!(sent_by(&call), Some(unsampled.clone()));
        });
        assert!(spans.is_empty(), "{spans:?}");
    }

    #[test]
    fn our_own_refusal_goes_on_to_peers() {
        let spans = exported(0.0, || {
            for call in [
                request_span(PATH, "r1", None),
                consumer_span("value.apply", "e1", None),
                job_span("value.score", "j1"),
            ] {
                assert!(call.span().is_disabled());
                assert!(sent_by(&call).unwrap().ends_with("-00"));
            }
        });
        assert!(spans.is_empty(), "{spans:?}");
    }

    #[test]
    fn events_and_jobs_are_traced_and_stray_spans_are_not() {
        let parent = propagation::parent_from_traceparent(CALLER);
        let spans = exported(1.0, || {
            tracing::info_span!("stray").in_scope(|| tracing::info!("nobody asked"));
            drop(consumer_span("value.apply_customer_created", "e1", parent.as_ref()));
            drop(job_span("value.score", "j1"));
        });
        let [event, job] = spans.as_slice() else { panic!("{spans:?}") };
        assert_eq!(event.name, "value.apply_customer_created");
        assert_eq!(event.span_context.trace_id().to_string(), CALLER[3..35]);
        assert_eq!((job.name.as_ref(), job.parent_span_id), ("value.score", SpanId::INVALID));
    }

    #[test]
    fn a_process_that_does_not_export_passes_the_context_through() {
        let parent = propagation::parent_from_traceparent(CALLER);
        let call = request_span(PATH, "r1", parent.as_ref());
        assert!(call.span().is_disabled());
        assert_eq!(sent_by(&call).as_deref(), Some(CALLER));
        assert_eq!(sent_by(&request_span(PATH, "r1", None)), None);
    }
}
