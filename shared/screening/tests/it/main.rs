//! The crate from outside: rules of names, importers, search, properties.

mod importers;
mod names;
mod properties;
mod search;
