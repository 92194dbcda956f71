//! The RPCs, a folder a service and a file an RPC: parse -> run -> reply.

pub mod churn;
pub mod cross_sell;
mod customer;
mod once;
pub mod policies;
pub mod score_runs;
pub mod scores;
pub mod signals;
pub mod tiers;
pub mod transactions;
