//! Italy: the VAT number.

pub(crate) mod iva;
mod office;
