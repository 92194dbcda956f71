//! SQL: functions on a connection, named by the resource first.

pub mod audit_entry;
pub mod check_run;
pub mod credit_decision;
pub mod customer;
pub mod risk;
pub mod risk_list;
pub mod risk_override;
pub mod standing;
pub mod standing_list;
