//! What can be set.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How a process is observed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySettings {
    /// The name under which the process appears: a service's, or `clientele` for all of them in one process.
    pub service_name: String,
    /// The collector's OTLP/gRPC address, such as `http://127.0.0.1:4317` or `https://collector:4317`. None: nothing is exported.
    /// Headers, timeouts and batch sizes follow the `OTEL_` variables of the OpenTelemetry specification.
    pub otlp_endpoint: Option<String>,
    /// The share of traces kept, from 0 to 1, where this process is the first of the trace; otherwise the caller's decision holds.
    /// The default of 0.01 keeps the cost below notice at thousands of calls a second; set 1 to see every call.
    pub trace_sample_ratio: f64,
    /// Which events are logged: a level, and levels by target, as in `info,clientele_value=debug`. With `debug` every call has its
    /// span in the log, sampled or not.
    pub log_filter: String,
    /// How lines on standard error look.
    pub log_format: LogFormat,
}

/// How lines on standard error look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people, with colours on a terminal.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self {
            service_name: "clientele".to_owned(),
            otlp_endpoint: None,
            trace_sample_ratio: 0.01,
            log_filter: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

impl TelemetrySettings {
    /// Defaults under a service's name.
    pub fn named(service_name: impl Into<String>) -> Self {
        Self { service_name: service_name.into(), ..Self::default() }
    }

    pub(crate) fn sample_ratio(&self) -> Result<f64> {
        let ratio = self.trace_sample_ratio;
        if (0.0..=1.0).contains(&ratio) { Ok(ratio) } else { Err(Error::SampleRatio(ratio)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_from_none_to_all() {
        for (ratio, good) in [(0.0, true), (0.01, true), (1.0, true), (-0.1, false), (1.5, false), (f64::NAN, false)] {
            let settings = TelemetrySettings { trace_sample_ratio: ratio, ..TelemetrySettings::default() };
            assert_eq!(settings.sample_ratio().is_ok(), good, "{ratio}");
        }
    }

    #[test]
    fn an_unknown_setting_is_an_error() {
        let read = |text| serde_json::from_str::<TelemetrySettings>(text);
        assert_eq!(read(r#"{"log_format":"json"}"#).unwrap().log_format, LogFormat::Json);
        assert!(read(r#"{"log_fromat":"json"}"#).is_err());
    }
}
