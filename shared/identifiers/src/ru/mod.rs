//! Russia.

pub(crate) mod inn;
pub(crate) mod ogrn;
