//! Traces, metrics and logs over OpenTelemetry.
