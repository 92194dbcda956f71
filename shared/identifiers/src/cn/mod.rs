//! China.

pub(crate) mod orgcode;
mod region;
pub(crate) mod ric;
pub(crate) mod uscc;
mod uscc_register;
