//! The crate as its users see it: published figures, independent high-precision values, properties.
#![expect(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod cdnow;
mod fitting;
mod high_precision;
mod pareto;
mod purchase_log;
mod rfm;
mod scoring;
