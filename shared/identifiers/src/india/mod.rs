//! India.

pub(crate) mod cin;
pub(crate) mod gstin;
pub(crate) mod pan;
