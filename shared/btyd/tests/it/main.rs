//! The crate as its users see it: published figures, independent high-precision values, properties.
#![expect(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod bg_bb;
mod cdnow;
mod choice;
mod clusters;
mod cohorts;
mod covariance;
mod covariates;
mod discrete_data;
mod discrete_precision;
mod drift;
mod fitting;
mod high_precision;
mod holdout_table;
mod intervals;
mod models;
mod next_purchase;
mod pareto;
mod periods;
mod purchase_counts;
mod purchase_days;
mod purchase_log;
mod regularity;
mod residual;
mod rfm;
mod rhythm_ahead;
mod sbg;
mod scoring;
mod simulate;
