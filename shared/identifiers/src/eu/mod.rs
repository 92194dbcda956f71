//! Schemes of the European Union and its members: one file a country, one static of `Rules` a scheme.
//!
//! To add one: the file here, `pub(crate) mod` below, and one line between the two comments on the Union in `scheme.rs`. A VAT number goes
//! into the list of members in `vat.rs`, too.

pub(crate) mod at;
pub(crate) mod be;
pub(crate) mod de;
pub(crate) mod es;
pub(crate) mod fr;
pub(crate) mod it;
pub(crate) mod nl;
pub(crate) mod pl;
pub(crate) mod vat;
