//! What guards, stories and faults share.
//!
//! `guards/` walks the contract and the running services and fails where a convention is broken: a new RPC is covered without a line of
//! test. `stories/` tells what users do across services. `faults/` kills processes, cuts connections, and counts afterwards.

#![allow(clippy::expect_used, reason = "a test that cannot be set up has to fail, saying why")]

pub mod cdnow;
pub mod contract;
pub mod data;
pub mod eventually;
pub mod garbage;
pub mod raw;
pub mod rows;
pub mod status;
pub mod web;
pub mod world;

pub use eventually::eventually;
pub use raw::Raw;
pub use world::World;
