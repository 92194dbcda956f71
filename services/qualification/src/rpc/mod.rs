//! The RPCs: a folder a service, a file an RPC.

pub mod documents;
pub mod once;
pub mod qualifications;
