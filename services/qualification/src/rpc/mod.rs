//! The RPCs: a folder a service, a file an RPC.

pub mod audit;
pub mod once;
pub mod qualifications;
