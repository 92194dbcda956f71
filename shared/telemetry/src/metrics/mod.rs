//! Figures: of every call ([`RpcMetrics`]) and of what a service counts for itself ([`Meters`]).

mod rpc;

pub use rpc::{CallTimer, RpcMetrics};

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram, Meter, MeterProvider},
};

/// Upper bounds in seconds: finer than the conventions' own below 5 ms, where point reads are.
const SECONDS: [f64; 17] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0];
/// Upper bounds of how many: powers of two, as batches grow.
const SIZES: [f64; 13] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0, 4_096.0, 16_384.0];

/// Makes the instruments of one service. Names are dotted, `clientele.feed.lag`; units are UCUM, `s`, `By`, `{connection}`.
///
/// Make an instrument once, after [`crate::init`], and keep it: before, and without an endpoint, it does nothing.
#[derive(Debug, Clone)]
pub struct Meters {
    meter: Meter,
}

impl Meters {
    /// The instruments of `service`.
    pub fn of(service: &'static str) -> Self {
        Self { meter: global::meter(service) }
    }

    /// The instruments of `service` in a provider of its own, for tests.
    pub fn from_provider(provider: &dyn MeterProvider, service: &'static str) -> Self {
        Self { meter: provider.meter(service) }
    }

    /// How long something takes, in seconds.
    pub fn durations(&self, name: &'static str, description: &'static str) -> Histogram<f64> {
        self.meter
            .f64_histogram(name)
            .with_unit("s")
            .with_description(description)
            .with_boundaries(SECONDS.to_vec())
            .build()
    }

    /// How many of `unit` there are at once, such as the calls of a coalesced batch.
    pub fn sizes(&self, name: &'static str, unit: &'static str, description: &'static str) -> Histogram<u64> {
        self.meter
            .u64_histogram(name)
            .with_unit(unit)
            .with_description(description)
            .with_boundaries(SIZES.to_vec())
            .build()
    }

    /// How often something happened.
    pub fn counter(&self, name: &'static str, unit: &'static str, description: &'static str) -> Counter<u64> {
        self.meter.u64_counter(name).with_unit(unit).with_description(description).build()
    }

    /// What `read` answers at the moment of export, such as the connections of a pool in use. `read` must not block.
    pub fn gauge(
        &self,
        name: &'static str,
        unit: &'static str,
        description: &'static str,
        attributes: Vec<KeyValue>,
        read: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        self.meter
            .f64_observable_gauge(name)
            .with_unit(unit)
            .with_description(description)
            .with_callback(move |observer| observer.observe(read(), &attributes))
            .build();
    }
}
