//! The RPCs, a folder a service and a file an RPC: parse -> run -> reply.

pub mod database;
pub mod listing;
pub mod transactions;
