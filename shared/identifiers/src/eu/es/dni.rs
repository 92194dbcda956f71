//! DNI: the identity number of Spaniards, eight digits and a letter for the remainder modulo 23.

use crate::{
    Kind, Refusal,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "National identity number",
    local_name: Some("Documento nacional de identidad (DNI)"),
    country: Some("ES"),
    kind: Kind::Person,
    lengths: &[9],
    separators: Separators::ALL,
    check,
    one_in: 23,
    format: Format::Pattern("########-#"),
    ..Rules::DEFAULT
};

const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 0..8)?;
    letter(number, shape::value(&number[..8]))
}

/// The last character is the letter for `value`.
pub(super) fn letter(number: &[u8], value: u64) -> Result<(), Refusal> {
    let place = number.len() - 1;
    shape::letters_at(number, place..place + 1)?;
    if number[place] == LETTERS[(value % 23) as usize] { Ok(()) } else { Err(Refusal::check_digit(place)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The specimen of the Ministry of the Interior's own page on the letter: 12345678 leaves 14, Z.
    #[test]
    fn the_ministrys_example() {
        let verdict = check(Scheme::EsDni, "12345678z", Presentation::Lenient);
        assert_eq!(verdict.formatted(), Some("12345678-Z"));
        let verdict = check(Scheme::EsDni, "12345678-A", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(10)));
    }
}
