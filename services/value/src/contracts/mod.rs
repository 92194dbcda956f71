//! Contracts between the rules, the store and the contract's messages: what RPCs and the job that keeps contracts have in common.

pub mod keeping;
pub mod message;
pub mod outlooks;
pub mod retention;
