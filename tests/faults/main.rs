//! Faults: processes killed, Postgres restarted, connections cut in the middle of work. Afterwards everything is counted: nothing that was
//! acknowledged is lost, nothing is there twice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod cut_connection;
mod erasure_killed;
mod feed_order;
mod import_killed;
mod load;
mod postgres_restarted;
mod process;
mod proxy;
mod score_run_killed;
mod site;
mod upload_killed;
