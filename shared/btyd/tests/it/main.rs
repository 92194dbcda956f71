//! The crate as its users see it: published figures, independent high-precision values, properties.
#![expect(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod bg_bb;
mod cdnow;
mod cohorts;
mod covariance;
mod discrete_data;
mod discrete_precision;
mod fitting;
mod high_precision;
mod intervals;
mod next_purchase;
mod pareto;
mod periods;
mod purchase_counts;
mod purchase_log;
mod residual;
mod rfm;
mod sbg;
mod scoring;
