//! Where events go: always to standard error, and to the collector where there is one.

use std::io::{self, IsTerminal};

use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, filter::FilterFn, registry::LookupSpan};

use crate::{Error, LogFormat, Result, span};

/// The log filter, with entry spans let through whatever it says: sampling decides on those.
pub(crate) fn filter(text: &str) -> Result<EnvFilter> {
    let parsed =
        EnvFilter::builder().parse(text).map_err(|source| Error::Filter { filter: text.to_owned(), source })?;
    // A `debug` filter shows every entry span; anything less only those that are sampled.
    let debug = parsed.max_level_hint().is_some_and(|most| most >= tracing::Level::DEBUG);
    let level = if debug { "debug" } else { "error" };
    let entries = format!("{}={level}", span::TARGET);
    Ok(parsed.add_directive(entries.parse().map_err(|source| Error::Filter { filter: entries, source })?))
}

/// Lines on standard error.
pub(crate) fn stderr<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    match format {
        LogFormat::Text => layer.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_span_list(false).boxed(),
    }
}

/// Events as OTLP logs, in the trace they happen in. What the export itself does is left out, or it would never end.
pub(crate) fn collector<S>(provider: &SdkLoggerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    const EXPORT: [&str; 6] = ["opentelemetry", "tonic", "tower", "h2", "hyper", "rustls"];
    OpenTelemetryTracingBridge::new(provider)
        .with_filter(FilterFn::new(|metadata| !EXPORT.iter().any(|target| metadata.target().starts_with(target))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_does_not_parse_is_named() {
        let error = filter("info,clientele_value=loud").unwrap_err();
        assert!(error.to_string().contains("clientele_value=loud"), "{error}");
    }

    #[test]
    fn entry_spans_pass_every_filter() {
        for (text, entry) in
            [("off", "error"), ("info", "error"), ("warn,clientele_value=debug", "debug"), ("trace", "debug")]
        {
            let directives = filter(text).unwrap().to_string();
            assert!(directives.contains(&format!("clientele_telemetry::entry={entry}")), "{text}: {directives}");
        }
    }
}
