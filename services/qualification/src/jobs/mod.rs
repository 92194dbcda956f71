//! Work in the background: a file a job, started by [`crate::app_on`].

pub mod customers_projection;
pub mod document_keeper;
pub mod document_sweep;
pub mod idempotency_sweep;
pub mod standing_keeper;
