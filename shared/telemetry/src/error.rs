//! What can be wrong with the settings or the export.

/// Why telemetry could not start or end as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log filter does not parse.
    #[error("the log filter {filter:?} is not valid; write it like `info` or `warn,clientele_value=debug`")]
    Filter {
        /// The filter as it was given.
        filter: String,
        /// What the parser says.
        source: tracing_subscriber::filter::ParseError,
    },
    /// The sample ratio is not a share.
    #[error("the trace sample ratio is {0}; it must be from 0 (none) to 1 (every trace)")]
    SampleRatio(f64),
    /// The endpoint is not a URL that gRPC can reach.
    #[error("the OTLP endpoint {endpoint:?} is not valid; write it like `http://127.0.0.1:4317`")]
    Endpoint {
        /// The endpoint as it was given.
        endpoint: String,
        /// What the transport says.
        source: tonic::transport::Error,
    },
    /// An exporter could not be built, mostly because of an `OTEL_` variable.
    #[error("an OTLP exporter could not be built")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Exporting needs the async runtime.
    #[error("telemetry with an OTLP endpoint must start inside a tokio runtime")]
    NoRuntime,
    /// A subscriber is installed already.
    #[error("telemetry is started already; it starts once per process")]
    AlreadyStarted(#[from] tracing_subscriber::util::TryInitError),
    /// Not everything reached the collector before the end.
    #[error("the last traces, metrics or logs were not delivered")]
    Flush(#[from] opentelemetry_sdk::error::OTelSdkError),
    /// The task that flushes did not come to its end.
    #[error("the flush of the last traces, metrics and logs did not end")]
    FlushTask(#[from] tokio::task::JoinError),
}

/// A result whose error is about telemetry.
pub type Result<T, E = Error> = std::result::Result<T, E>;
