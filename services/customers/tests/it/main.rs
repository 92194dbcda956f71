//! Every RPC through the real server and all its layers, on a real Postgres.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has to fail")]

mod batch_get_customers;
mod batch_upsert_customers;
mod calls;
mod create_customer;
mod customer_merges;
mod delete_customer;
mod erase_customer;
mod events;
mod get_customer;
mod import_customers;
mod list_customers;
mod support;
mod undelete_customer;
mod update_customer;
