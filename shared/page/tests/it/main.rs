//! The crate from outside: the language of filters, and both filters and pages against a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod filter;
mod filter_in_postgres;
mod pages_in_postgres;
mod postgres;
mod things;
