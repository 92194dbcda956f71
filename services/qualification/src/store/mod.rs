//! SQL: functions on a connection, named by the resource first.

pub mod act;
pub mod audit_entry;
pub mod audit_erasure;
pub mod audit_list;
pub mod audit_log;
pub mod audit_subject;
pub mod authorisation;
pub mod authorisation_list;
pub mod customer;
pub mod ownership_structure;
pub mod check_run;
pub mod credit_decision;
pub mod customer;
pub mod risk;
pub mod risk_list;
pub mod risk_override;
pub mod standing;
pub mod standing_list;
