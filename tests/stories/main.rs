//! Stories: what users do across services, on one database, in one process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod attaching;
mod importing;
mod key_customers;
mod merging;
mod qualifying;
mod screening;
mod tracing_through_events;
