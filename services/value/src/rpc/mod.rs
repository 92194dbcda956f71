//! The RPCs, a folder a service and a file an RPC: parse -> run -> reply.

pub mod acquisition;
pub mod changes;
pub mod churn;
pub mod contracts;
pub mod cross_sell;
mod customer;
pub mod customer_share;
pub mod fx;
mod once;
pub mod policies;
mod report_currency;
pub mod reports;
pub mod score_runs;
pub mod scores;
pub mod segment_clusterings;
pub mod segments;
pub mod signals;
pub mod tiers;
pub mod transactions;
