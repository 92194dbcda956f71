//! Schemes of all countries.

pub(crate) mod bic;
pub(crate) mod country;
pub(crate) mod duns;
pub(crate) mod iban;
pub(crate) mod isin;
pub(crate) mod lei;
