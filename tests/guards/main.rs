//! Guards: they walk the contract and the running services, so that a new RPC is held to every convention without a line of test.
//!
//! A guard that fails names the method, the field or the message; the convention stands in `proto/README.md`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod aip_methods;
mod aip_names;
mod authorisation;
mod comments;
mod contracts;
mod deadlines;
mod draining;
mod error_reasons;
mod fixtures;
mod garbage;
mod health;
mod limits;
mod paging;
mod qualified_audit;
mod qualified_auths;
mod qualified_cases;
mod qualified_docs;
mod qualified_risk;
mod qualified_screening;
mod reflection;
mod rules;
mod schemas;
mod segmented;
mod sensitive;
mod tenants;
mod tested;
mod tls;
mod web;
