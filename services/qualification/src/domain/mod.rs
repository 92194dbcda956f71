//! Rules: no RPC, no database, no clock, no randomness.

pub mod audit;
pub mod authorisation;
pub mod case_machine;
pub mod checks;
pub mod instant;
pub mod key;
pub mod risk;
pub mod standing;
