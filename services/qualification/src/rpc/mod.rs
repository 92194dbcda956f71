//! The RPCs: a folder a service, a file an RPC.

pub mod audit;
pub mod authorisations;
pub mod checks;
pub mod listing;
pub mod documents;
pub mod once;
pub mod ownerships;
pub mod cases;
pub mod policies;
pub mod qualifications;
pub mod risk;
