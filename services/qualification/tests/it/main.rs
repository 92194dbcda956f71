//! The service through its own server, on a real Postgres, with time, ids and peers of the tests' choice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the unexpected has to fail")]

mod acts;
mod audit_log;
mod audit_tampering;
mod audited;
mod authorisations;
mod bucket_server;
mod case_people;
mod cases;
mod check_qualification;
mod checks;
mod customers_projection;
mod documents;
mod documents_harness;
mod documents_in_a_bucket;
mod documents_in_time;
mod documents_refused;
mod harness;
mod identifier_readings;
mod ownership;
mod requirement_policies;
mod risk;
mod risk_overrides;
mod screening;
mod screening_of_persons;
