//! Authorisations at work: as the contract has them, and written down with all that has to be told of them.

pub mod chain;
pub mod keeping;
pub mod message;
