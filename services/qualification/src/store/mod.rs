//! SQL: functions on a connection, named by the resource first.

pub mod audit_entry;
pub mod case_approval;
pub mod case_due;
pub mod case_evidence;
pub mod case_list;
pub mod case_note;
pub mod case_person;
pub mod case_transition;
pub mod customer;
pub mod customer_check;
pub mod qualification_case;
pub mod requirement_policy;
pub mod standing;
pub mod standing_list;
