//! Duration and outcome of every call, by the semantic conventions for RPC (1.45, stable).
//!
//! Attribute sets are made once per method and code, so a call allocates nothing here.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Instant,
};

use opentelemetry::{KeyValue, metrics::Histogram};
use tonic::Code;

use crate::{Meters, status};

/// Counts and times calls.
#[derive(Debug, Clone)]
pub struct RpcMetrics {
    methods: Arc<HashMap<String, Arc<Method>>>,
    /// Calls of paths that no service has, in one series: callers must not be able to make new ones.
    other: Arc<Method>,
}

#[derive(Debug)]
struct Method {
    duration: Histogram<f64>,
    active: Arc<AtomicI64>,
    outcomes: [Vec<KeyValue>; 17],
}

/// A call under way. Finish it with its code; a call dropped before counts as cancelled.
#[derive(Debug)]
#[must_use = "a call counts when it finishes"]
pub struct CallTimer {
    method: Arc<Method>,
    started: Instant,
    code: Code,
}

impl RpcMetrics {
    /// For the methods at `paths`, such as `/clientele.customers.v1.CustomerService/GetCustomer`.
    pub fn new<'a>(meters: &Meters, paths: impl IntoIterator<Item = &'a str>) -> Self {
        let duration = meters.durations("rpc.server.call.duration", "Duration of calls, from headers to trailers.");
        let methods: HashMap<_, _> = paths
            .into_iter()
            .map(|path| (path.to_owned(), Arc::new(Method::new(path.trim_start_matches('/'), &duration))))
            .collect();
        let other = Arc::new(Method::new("_OTHER", &duration));
        let all: Vec<_> = methods.values().chain([&other]).map(|method| method.in_flight()).collect();
        meters
            .meter
            .i64_observable_up_down_counter("rpc.server.active_requests")
            .with_unit("{request}")
            .with_description("Calls under way.")
            .with_callback(move |observer| {
                for (active, attributes) in &all {
                    observer.observe(active.load(Ordering::Relaxed), attributes);
                }
            })
            .build();
        Self { methods: Arc::new(methods), other }
    }

    /// A call of `path` begins.
    pub fn start(&self, path: &str) -> CallTimer {
        let method = self.methods.get(path).unwrap_or(&self.other);
        method.active.fetch_add(1, Ordering::Relaxed);
        CallTimer { method: Arc::clone(method), started: Instant::now(), code: Code::Cancelled }
    }
}

impl CallTimer {
    /// The call ended with `code`.
    pub fn finish(mut self, code: Code) {
        self.code = code;
    }
}

impl Drop for CallTimer {
    fn drop(&mut self) {
        self.method.active.fetch_sub(1, Ordering::Relaxed);
        self.method.duration.record(self.started.elapsed().as_secs_f64(), &self.method.outcomes[self.code as usize]);
    }
}

impl Method {
    fn new(name: &str, duration: &Histogram<f64>) -> Self {
        let name = Arc::<str>::from(name);
        Self {
            duration: duration.clone(),
            active: Arc::default(),
            outcomes: status::CODES.map(|code| {
                let mut attributes = call_of(&name);
                attributes.push(KeyValue::new("rpc.response.status_code", status::name(code)));
                if status::is_server_error(code) {
                    attributes.push(KeyValue::new("error.type", status::name(code)));
                }
                attributes
            }),
        }
    }

    fn in_flight(&self) -> (Arc<AtomicI64>, Vec<KeyValue>) {
        // The first two attributes, system and method, stand in every set.
        (Arc::clone(&self.active), self.outcomes[0][..2].to_vec())
    }
}

fn call_of(method: &Arc<str>) -> Vec<KeyValue> {
    vec![KeyValue::new("rpc.system.name", "grpc"), KeyValue::new("rpc.method", Arc::clone(method))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_sdk::metrics::{
        InMemoryMetricExporter, SdkMeterProvider,
        data::{AggregatedMetrics, MetricData, ScopeMetrics},
    };

    const PATH: &str = "/clientele.customers.v1.CustomerService/GetCustomer";

    /// Makes calls while `work` runs; answers calls counted and calls under way by method and code, as exported.
    fn exported(work: impl FnOnce(&RpcMetrics) -> Vec<CallTimer>) -> (HashMap<String, u64>, HashMap<String, i64>) {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        let metrics = RpcMetrics::new(&Meters::from_provider(&provider, "customers"), [PATH]);
        let running = work(&metrics);
        provider.force_flush().unwrap();
        drop(running);

        let (mut counted, mut active) = (HashMap::new(), HashMap::new());
        for resource in &exporter.get_finished_metrics().unwrap() {
            for metric in resource.scope_metrics().flat_map(ScopeMetrics::metrics) {
                match metric.data() {
                    AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                        assert_eq!((metric.name(), metric.unit()), ("rpc.server.call.duration", "s"));
                        counted.extend(histogram.data_points().map(|point| (key(point.attributes()), point.count())));
                    }
                    AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                        assert_eq!(metric.name(), "rpc.server.active_requests");
                        active.extend(sum.data_points().map(|point| (key(point.attributes()), point.value())));
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        (counted, active)
    }

    fn key<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> String {
        let mut values: Vec<_> = attributes.map(|a| format!("{}={}", a.key, a.value)).collect();
        values.sort();
        values.join(" ")
    }

    #[test]
    fn calls_count_by_method_and_code() {
        let method = "rpc.method=clientele.customers.v1.CustomerService/GetCustomer";
        let (counted, active) = exported(|metrics| {
            metrics.start(PATH).finish(Code::Ok);
            metrics.start(PATH).finish(Code::Ok);
            metrics.start(PATH).finish(Code::Internal);
            drop(metrics.start(PATH));
            metrics.start("/made.up/Path").finish(Code::Unimplemented);
            vec![metrics.start(PATH)]
        });
        let call = |outcome: &str| format!("{method} {outcome} rpc.system.name=grpc");
        let counts = [
            (call("rpc.response.status_code=OK"), 2),
            (format!("error.type=INTERNAL {}", call("rpc.response.status_code=INTERNAL")), 1),
            (call("rpc.response.status_code=CANCELLED"), 1),
            (
                "error.type=UNIMPLEMENTED rpc.method=_OTHER rpc.response.status_code=UNIMPLEMENTED rpc.system.name=grpc"
                    .to_owned(),
                1,
            ),
        ];
        assert_eq!(counted, HashMap::from(counts));
        assert_eq!(
            active,
            HashMap::from([
                (format!("{method} rpc.system.name=grpc"), 1),
                ("rpc.method=_OTHER rpc.system.name=grpc".to_owned(), 0)
            ])
        );
    }
}
