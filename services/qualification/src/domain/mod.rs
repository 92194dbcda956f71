//! Rules: no RPC, no database, no clock, no randomness.

pub mod audit;
pub mod authorisation;
pub mod instant;
pub mod key;
pub mod standing;
