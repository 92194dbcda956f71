//! Traces, metrics and logs over OpenTelemetry.
//!
//! [`init`] once per process, first thing in `main`; [`Telemetry::shutdown`] last. A server makes an [`EntrySpan`] for every call
//! with [`request_span`] and counts it with [`RpcMetrics`]; what applies events makes one with [`consumer_span`]. A service's own
//! figures come from [`Meters`]. Without an endpoint nothing is exported, no thread runs and every instrument does nothing.
//!
//! To add a metric, add it where it is counted, with a constructor of [`Meters`], and list it in the README.

mod error;
mod logs;
mod metrics;
mod otlp;
pub mod propagation;
mod sampling;
mod settings;
mod span;
mod status;
mod telemetry;
mod traces;

pub use error::{Error, Result};
pub use metrics::{CallTimer, Meters, RpcMetrics};
pub use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram},
};
pub use propagation::RemoteParent;
pub use settings::{LogFormat, TelemetrySettings};
pub use span::{EntrySpan, consumer_span, job_span, request_span};
pub use telemetry::{Telemetry, init};
