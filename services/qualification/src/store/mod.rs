//! SQL: functions on a connection, named by the resource first.

pub mod audit_entry;
pub mod customer;
pub mod standing;
pub mod standing_list;
