//! Every RPC through the real server and all its layers, on a real Postgres.

mod batch_get_customers;
mod batch_upsert_customers;
mod calls;
mod create_customer;
mod delete_customer;
mod events;
mod get_customer;
mod import_customers;
mod list_customers;
mod support;
mod undelete_customer;
mod update_customer;
