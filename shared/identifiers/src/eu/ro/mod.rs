//! Romania: the fiscal code of entities and persons.

pub(crate) mod cf;
mod cnp;
