//! What must be on hand before we may do business with a customer: the rules of a policy, and what is missing of what they ask for.

mod builtin;
mod evidence;
mod matching;
mod missing;
mod policy;

pub use builtin::builtin;
pub use evidence::{Check, Document, Evidence, Hit, Risk};
pub use matching::{reminder_leads, requirements};
pub use missing::{Missing, Stage, missing};
pub use policy::check;
