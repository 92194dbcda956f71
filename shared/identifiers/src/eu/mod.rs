//! Schemes of the European Union and its members: one file a country, one static of `Rules` a scheme.
//!
//! To add one: the file here, `pub(crate) mod` below, and one line between the two comments on the Union in `scheme.rs`.

pub(crate) mod de;
