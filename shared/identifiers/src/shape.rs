//! What may stand where in a compact number: each answers a refusal with the first place that is wrong.

use std::ops::Range;

use crate::{Reason, Refusal};

/// Digits throughout.
pub(crate) fn digits(number: &[u8]) -> Result<(), Refusal> {
    each(number, 0..number.len(), u8::is_ascii_digit)
}

/// Digits at `places`.
pub(crate) fn digits_at(number: &[u8], places: Range<usize>) -> Result<(), Refusal> {
    each(number, places, u8::is_ascii_digit)
}

/// Letters A to Z at `places`.
pub(crate) fn letters_at(number: &[u8], places: Range<usize>) -> Result<(), Refusal> {
    each(number, places, u8::is_ascii_uppercase)
}

/// Letters A to Z or digits at `places`.
pub(crate) fn alphanumeric_at(number: &[u8], places: Range<usize>) -> Result<(), Refusal> {
    each(number, places, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// A digit or X, the check characters of modulus 11, at `place`.
pub(crate) fn digit_or_x(number: &[u8], place: usize) -> Result<(), Refusal> {
    each(number, place..place + 1, |byte| byte.is_ascii_digit() || *byte == b'X')
}

/// One of `allowed` at `place`.
pub(crate) fn one_of(number: &[u8], place: usize, allowed: &[u8]) -> Result<(), Refusal> {
    each(number, place..place + 1, |byte| allowed.contains(byte))
}

/// Anything but zeros throughout, which no register gives to anybody though the check digits fit.
pub(crate) fn not_zeros(digits: &[u8]) -> Result<(), Refusal> {
    if digits.iter().all(|it| *it == b'0') { Err(Refusal::at(Reason::Reserved, 0)) } else { Ok(()) }
}

fn each(number: &[u8], places: Range<usize>, allowed: impl Fn(&u8) -> bool) -> Result<(), Refusal> {
    let from = places.start;
    match number.get(places).and_then(|it| it.iter().position(|byte| !allowed(byte))) {
        Some(place) => Err(Refusal::illegal(from + place)),
        None => Ok(()),
    }
}

/// The number that digits say; 0 for an empty slice. For at most nineteen digits.
pub(crate) fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}
