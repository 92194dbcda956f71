//! Work in the background: a file a job, started by [`crate::app_on`].

pub mod case_keeper;
pub mod customers_projection;
pub mod idempotency_sweep;
pub mod standing_keeper;
