//! `clientele-pg` against a private Postgres of its own, started once for all tests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod cluster;
mod coalesce;
mod constraint;
mod copy;
mod gather;
mod harness;
mod idempotency;
mod migrate;
mod pool;
mod tx;
