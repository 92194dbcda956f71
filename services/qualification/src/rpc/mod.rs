//! The RPCs: a folder a service, a file an RPC.

pub mod checks;
pub mod listing;
pub mod once;
pub mod qualifications;
pub mod risk;
