//! Rules: no RPC, no database, no clock, no randomness.

pub mod document;
pub mod instant;
pub mod key;
pub mod standing;
