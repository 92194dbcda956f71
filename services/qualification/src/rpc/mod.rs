//! The RPCs: a folder a service, a file an RPC.

pub mod cases;
pub mod once;
pub mod policies;
pub mod qualifications;
