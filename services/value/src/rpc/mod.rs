//! The RPCs, a folder a service and a file an RPC: parse -> run -> reply.

pub mod score_runs;
pub mod scores;
pub mod transactions;
