//! The service through its own server, on a real Postgres, with time, ids and peers of the tests' choice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the unexpected has to fail")]

mod check_qualification;
mod checks;
mod customers_projection;
mod harness;
mod risk;
mod risk_overrides;
