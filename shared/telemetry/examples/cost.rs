//! What telemetry costs a call: `cargo run --release -p clientele-telemetry --example cost`.
//!
//! Exports to an address where nobody listens: the exporters fail in their own threads, the calls pay as with a collector. Each figure is
//! the best of many short batches, so that a busy machine does not show.

#![expect(clippy::print_stdout, reason = "prints its table")]

use std::{future::ready, hint::black_box, time::Instant};

use clientele_telemetry::{Meters, RpcMetrics, TelemetrySettings, init, propagation, request_span};
use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue};
use tonic::Code;

const PATH: &str = "/clientele.customers.v1.CustomerService/GetCustomer";
const BATCHES: u32 = 500;
const ROUNDS: u32 = 1_000;

#[tokio::main]
async fn main() -> Result<(), clientele_telemetry::Error> {
    table("without an endpoint");
    let telemetry = init(&TelemetrySettings {
        otlp_endpoint: Some("http://127.0.0.1:9".to_owned()),
        trace_sample_ratio: 0.0,
        log_filter: "off".to_owned(),
        ..TelemetrySettings::default()
    })?;
    table("with an endpoint");
    drop(telemetry);
    Ok(())
}

fn table(title: &str) {
    let metrics = RpcMetrics::new(&Meters::of("customers"), [PATH]);
    println!("{title}");
    row("a call's metrics", || metrics.start(black_box(PATH)).finish(Code::Ok));
    row("span of an unsampled trace that starts here", || drop(request_span(black_box(PATH), "r1", None)));
    row("the same, and a future run in it", || {
        request_span(black_box(PATH), "r1", None).run(ready(())).now_or_never();
    });
    for (what, flags) in [("an unsampled caller", "00"), ("a sampled caller", "01")] {
        let value = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        let Ok(value) = HeaderValue::from_str(&value) else { continue };
        let headers = HeaderMap::from_iter([(HeaderName::from_static("traceparent"), value)]);
        row(&format!("headers and span of {what}"), || {
            drop(request_span(PATH, "r1", propagation::remote_parent(black_box(&headers)).as_ref()));
        });
    }
}

fn row(what: &str, mut work: impl FnMut()) {
    let best = (0..BATCHES).map(|_| batch(&mut work)).fold(f64::INFINITY, f64::min);
    println!("  {best:>6.0} ns  {what}");
}

fn batch(work: &mut impl FnMut()) -> f64 {
    let started = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    started.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
}
