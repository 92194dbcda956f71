//! Bulgaria: the VAT number, and the personal number that may be one.

mod egn;
pub(crate) mod vat;
