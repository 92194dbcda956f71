//! What is stated of ownership, between the contract and the pure rules of the crate `ownership`.

pub mod codes;
pub mod computing;
pub mod declared;
pub mod reading;
