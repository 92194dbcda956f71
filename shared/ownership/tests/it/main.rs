//! The crate as its users see it: examples worked by hand, published ones, and the algebra done another way.
#![expect(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod algebra;
mod comparing;
mod control;
mod examples;
mod problems;
mod shares;
mod size;
mod structure;
