//! SQL: functions on a connection, named by the resource first.

pub mod audit_entry;
pub mod customer;
pub mod document;
pub mod document_list;
pub mod document_upload;
pub mod standing;
pub mod standing_list;
