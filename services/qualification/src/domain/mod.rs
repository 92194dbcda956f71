//! Rules: no RPC, no database, no clock, no randomness.

pub mod audit;
pub mod authorisation;
pub mod case_approval;
pub mod case_facts;
pub mod case_machine;
pub mod checks;
pub mod document;
pub mod instant;
pub mod key;
pub mod mask;
pub mod reminders;
pub mod requirements;
pub mod risk;
pub mod screening_hit;
pub mod standing;
