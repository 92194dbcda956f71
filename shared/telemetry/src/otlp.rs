//! Exporters over OTLP/gRPC: one connection for traces, metrics and logs.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithTonicConfig};
use opentelemetry_sdk::{
    Resource, error::OTelSdkResult, logs::SdkLoggerProvider, metrics::SdkMeterProvider, trace::SdkTracerProvider,
};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};

use crate::{Error, Result, TelemetrySettings, sampling};

/// How long the last export may take when the process ends.
const FLUSH: Duration = Duration::from_secs(5);

/// What turns spans, figures and events into exports. Each has a thread of its own.
#[derive(Debug, Clone)]
pub(crate) struct Providers {
    pub(crate) traces: SdkTracerProvider,
    pub(crate) metrics: SdkMeterProvider,
    pub(crate) logs: SdkLoggerProvider,
}

impl Providers {
    /// Connects when there is something to send; a collector out of reach costs what it was to get, nothing else.
    pub(crate) fn new(endpoint: &str, settings: &TelemetrySettings) -> Result<Self> {
        tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let channel = channel(endpoint).map_err(|source| Error::Endpoint { endpoint: endpoint.to_owned(), source })?;
        let resource = Resource::builder()
            .with_service_name(settings.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let spans = SpanExporter::builder().with_tonic().with_channel(channel.clone()).build()?;
        let metrics = MetricExporter::builder().with_tonic().with_channel(channel.clone()).build()?;
        let logs = LogExporter::builder().with_tonic().with_channel(channel).build()?;
        Ok(Self {
            traces: SdkTracerProvider::builder()
                .with_sampler(sampling::Decided)
                .with_resource(resource.clone())
                .with_batch_exporter(spans)
                .build(),
            metrics: SdkMeterProvider::builder()
                .with_resource(resource.clone())
                .with_periodic_exporter(metrics)
                .build(),
            logs: SdkLoggerProvider::builder().with_resource(resource).with_batch_exporter(logs).build(),
        })
    }

    /// Sends what is left and ends the threads. Blocks for at most some seconds; the first error is answered.
    pub(crate) fn shutdown(&self) -> OTelSdkResult {
        let ends = [
            self.traces.shutdown_with_timeout(FLUSH),
            self.metrics.shutdown_with_timeout(FLUSH),
            self.logs.shutdown_with_timeout(FLUSH),
        ];
        ends.into_iter().collect()
    }
}

fn channel(endpoint: &str) -> Result<Channel, tonic::transport::Error> {
    let mut endpoint = Endpoint::from_shared(endpoint.to_owned())?.connect_timeout(FLUSH);
    if endpoint.uri().scheme() == Some(&http::uri::Scheme::HTTPS) {
        endpoint = endpoint.tls_config(ClientTlsConfig::new().with_native_roots())?;
    }
    Ok(endpoint.connect_lazy())
}
