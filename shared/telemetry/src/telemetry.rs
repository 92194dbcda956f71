//! The start and the end.

use opentelemetry::global;
use tracing_subscriber::{Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{Result, TelemetrySettings, logs, otlp::Providers, traces};

/// What runs for the whole process. Keep it, and end with [`Telemetry::shutdown`]: the last seconds are lost otherwise.
#[derive(Debug)]
#[must_use = "the last traces, metrics and logs go out with shutdown"]
pub struct Telemetry {
    providers: Option<Providers>,
}

/// Starts logs and, with an endpoint, the export. Once per process; with an endpoint, inside a tokio runtime.
pub fn init(settings: &TelemetrySettings) -> Result<Telemetry> {
    let filter = logs::filter(&settings.log_filter)?;
    let ratio = settings.sample_ratio()?;
    let stderr = logs::stderr(settings.log_format);
    let providers = match settings.otlp_endpoint.as_deref() {
        Some(endpoint) => Some(Providers::new(endpoint, settings)?),
        None => None,
    };
    let export = providers
        .as_ref()
        .map(|providers| traces::layer(&providers.traces, ratio).and_then(logs::collector(&providers.logs)));
    tracing_subscriber::registry().with(filter).with(stderr).with(export).try_init()?;
    if let Some(providers) = &providers {
        global::set_meter_provider(providers.metrics.clone());
    }
    Ok(Telemetry { providers })
}

impl Telemetry {
    /// True where there is a collector to export to.
    pub fn exports(&self) -> bool {
        self.providers.is_some()
    }

    /// Sends what is left to the collector and ends the export. Log lines go on to standard error.
    pub async fn shutdown(self) -> Result<()> {
        let Some(providers) = self.providers else { return Ok(()) };
        // The exporters need the runtime while they flush, so its thread must not wait for them.
        tokio::task::spawn_blocking(move || providers.shutdown()).await??;
        Ok(())
    }
}
