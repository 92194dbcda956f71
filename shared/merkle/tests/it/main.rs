//! The crate as its users see it: the vectors of other implementations, the definition itself, and what must be refused.
#![expect(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod definition;
mod heads;
mod limits;
mod naive;
mod probes;
mod reference;
mod tampering;
