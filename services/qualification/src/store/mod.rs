//! SQL: functions on a connection, named by the resource first.

pub mod audit_entry;
pub mod audit_erasure;
pub mod audit_list;
pub mod audit_log;
pub mod audit_subject;
pub mod customer;
pub mod standing;
pub mod standing_list;
