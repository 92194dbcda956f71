//! Who may act for a customer: terms, validity, and the rule that answers whether somebody may.

pub mod acting;
pub mod choice;
pub mod delegation;
pub mod lasting;
pub mod limits;
pub mod scope;
pub mod terms;
pub mod validity;
