//! Australia.

pub(crate) mod abn;
pub(crate) mod acn;
