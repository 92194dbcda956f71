//! United Kingdom.

pub(crate) mod crn;
pub(crate) mod utr;
pub(crate) mod vat;
