//! The RPCs: a folder a service, a file an RPC.

pub mod audit;
pub mod authorisations;
pub mod cases;
pub mod checks;
pub mod documents;
pub mod listing;
pub mod once;
pub mod ownerships;
pub mod policies;
pub mod qualifications;
pub mod risk;
pub mod screening;
