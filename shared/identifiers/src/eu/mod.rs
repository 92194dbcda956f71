//! Schemes of the European Union and its members: one file a country, one static of `Rules` a scheme.
//!
//! To add one: the file here, `pub(crate) mod` below, and one line between the two comments on the Union in `scheme.rs`. A VAT number goes
//! into the list of members in `vat.rs`, too.

pub(crate) mod at;
pub(crate) mod be;
pub(crate) mod bg;
mod birth_number;
pub(crate) mod cy;
pub(crate) mod cz;
pub(crate) mod de;
pub(crate) mod dk;
pub(crate) mod ee;
pub(crate) mod es;
pub(crate) mod fi;
pub(crate) mod fr;
pub(crate) mod gr;
pub(crate) mod hr;
pub(crate) mod hu;
pub(crate) mod ie;
pub(crate) mod it;
pub(crate) mod lt;
pub(crate) mod lu;
pub(crate) mod lv;
pub(crate) mod mt;
pub(crate) mod nl;
pub(crate) mod oss;
pub(crate) mod pl;
pub(crate) mod pt;
pub(crate) mod ro;
pub(crate) mod se;
pub(crate) mod si;
pub(crate) mod sk;
pub(crate) mod vat;
