//! A number on its way from what somebody typed to its canonical form: folding, the compact buffer, the canonical form.

mod compact;
mod fold;
mod normalised;

pub(crate) use compact::Compact;
pub(crate) use fold::{fold, position_of};
pub use normalised::Normalised;
