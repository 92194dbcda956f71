//! The rules: plain types and functions that know no wire, no database, no clock.

pub mod day;
pub mod key;
pub mod money;
pub mod transaction;
