//! Schemes of all countries.

pub(crate) mod lei;
