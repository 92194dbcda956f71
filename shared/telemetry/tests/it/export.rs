//! Traces, metrics and logs reach a collector.

use std::fmt::Write;

use clientele_telemetry::{Error, Meters, RpcMetrics, TelemetrySettings, init, propagation, request_span};
use http::{HeaderMap, HeaderValue};
use tonic::Code;

use crate::collector::Collector;

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const PATH: &str = "/clientele.customers.v1.CustomerService/GetCustomer";

/// One test, because a process starts telemetry once.
#[tokio::test]
async fn a_call_arrives_whole_at_the_collector_by_shutdown() {
    let collector = Collector::default();
    let settings = TelemetrySettings {
        otlp_endpoint: Some(collector.start().await),
        trace_sample_ratio: 0.0,
        log_filter: "warn".to_owned(),
        ..TelemetrySettings::named("customers")
    };
    let telemetry = init(&settings).unwrap();
    assert!(telemetry.exports());
    assert!(matches!(init(&settings), Err(Error::AlreadyStarted(_))));

    let metrics = RpcMetrics::new(&Meters::of("customers"), [PATH]);
    Meters::of("customers").gauge("clientele.feed.lag", "{event}", "Events not yet applied.", Vec::new(), || 7.0);
    let headers =
        HeaderMap::from_iter([(http::HeaderName::from_static("traceparent"), HeaderValue::from_static(CALLER))]);

    let timer = metrics.start(PATH);
    let call = request_span(PATH, "r1", propagation::remote_parent(&headers).as_ref());
    let sent = call
        .run(async {
            tracing::warn!(customer.id = "c1", "the customer has no country");
            let mut sent = HeaderMap::new();
            propagation::inject(&mut sent);
            sent
        })
        .await;
    call.record_status(Code::Ok);
    timer.finish(Code::Ok);
    drop(call);
    telemetry.shutdown().await.unwrap();

    let traces = collector.traces.lock().unwrap();
    let resource = traces[0].resource_spans[0].resource.as_ref().unwrap();
    assert!(resource.attributes.iter().any(|a| a.key == "service.name" && format!("{a:?}").contains("customers")));
    let spans: Vec<_> =
        traces.iter().flat_map(|t| &t.resource_spans).flat_map(|r| &r.scope_spans).flat_map(|s| &s.spans).collect();
    let [span] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!(span.name, "customers.get_customer");
    assert_eq!(hex(&span.trace_id), CALLER[3..35]);
    assert_eq!(hex(&span.parent_span_id), CALLER[36..52]);
    assert_eq!(sent["traceparent"], format!("00-{}-{}-01", &CALLER[3..35], hex(&span.span_id)));

    let logs = collector.logs.lock().unwrap();
    let records: Vec<_> =
        logs.iter().flat_map(|l| &l.resource_logs).flat_map(|r| &r.scope_logs).flat_map(|s| &s.log_records).collect();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert!(format!("{:?}", record.body).contains("the customer has no country"));
    assert_eq!((&record.trace_id, &record.span_id), (&span.trace_id, &span.span_id));
    assert!(record.attributes.iter().any(|attribute| attribute.key == "customer.id"));

    let metrics = collector.metrics.lock().unwrap();
    let mut names: Vec<_> = metrics
        .iter()
        .flat_map(|m| &m.resource_metrics)
        .flat_map(|r| &r.scope_metrics)
        .flat_map(|s| &s.metrics)
        .map(|metric| metric.name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["clientele.feed.lag", "rpc.server.active_requests", "rpc.server.call.duration"]);
}

#[test]
fn an_endpoint_needs_a_runtime_and_a_url() {
    let settings =
        |endpoint: &str| TelemetrySettings { otlp_endpoint: Some(endpoint.to_owned()), ..TelemetrySettings::default() };
    assert!(matches!(init(&settings("http://127.0.0.1:4317")), Err(Error::NoRuntime)));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _inside = runtime.enter();
    assert!(matches!(init(&settings("not a url")), Err(Error::Endpoint { .. })));
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
