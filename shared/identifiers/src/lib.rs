#![doc = include_str!("../README.md")]

mod check;
mod checksum;
mod date;
mod decoded;
mod detect;
mod eu;
mod global;
mod kind;
mod number;
mod reason;
mod refusal;
mod rules;
mod scheme;
mod shape;
mod verdict;
mod warning;

pub use check::{Presentation, check, is_valid, normalise};
pub use date::Date;
pub use decoded::{Decoded, Embedded, Sex, Term};
pub use detect::{Candidate, Evidence, detect};
pub use kind::Kind;
pub use number::Normalised;
pub use reason::Reason;
pub use refusal::Refusal;
pub use scheme::{Scheme, UnknownScheme};
pub use verdict::{Accepted, Verdict};
pub use warning::Warning;
