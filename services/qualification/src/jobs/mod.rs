//! Work in the background: a file a job, started by [`crate::app_on`].

pub mod audit_sealer;
pub mod authorisation_keeper;
pub mod case_keeper;
pub mod customers_projection;
pub mod document_keeper;
pub mod document_sweep;
pub mod eraser;
pub mod review_reminder;
pub mod risk_keeper;
pub mod screening_watch;
pub mod standing_keeper;
