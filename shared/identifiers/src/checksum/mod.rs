//! The check digit algorithms that schemes share.
//!
//! All take the characters of a compact number. They are defined for every byte (a character outside of the alphabet gives a wrong sum,
//! never a panic), but mean something only for the characters named: look at the shape first.

mod iso7064;
mod luhn;
mod weighted;

pub(crate) use iso7064::{mod_11_2, mod_11_10, mod_97, mod_97_on};
pub(crate) use luhn::{luhn, luhn_36};
pub(crate) use weighted::{sum, value36};
