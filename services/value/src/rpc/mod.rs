//! The RPCs, a folder a service and a file an RPC: parse -> run -> reply.

pub mod acquisition;
pub mod churn;
mod customer;
pub mod fx;
mod once;
pub mod policies;
pub mod score_runs;
pub mod scores;
pub mod signals;
pub mod tiers;
pub mod transactions;
