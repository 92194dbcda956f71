//! Work in the background: a file a job, started by [`crate::app_on`].

pub mod contract_keeper;
pub mod customer_erasure;
pub mod customer_merges;
pub mod customer_profiles;
pub mod customers_projection;
pub mod qualification_projection;
pub mod rescoring;
pub mod score_sweep;
pub mod score_worker;
pub mod segment_reviews;
pub mod tier_override_sweep;
