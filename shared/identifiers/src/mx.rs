//! Mexico: RFC, three letters (companies) or four (persons), a date, a homoclave of two characters and a check digit.
//!
//! Servicio de Administración Tributaria, "Cálculo del RFC". Genuine numbers exist whose check digit does not fit, so that is a doubt and no refusal. The two
//! generic numbers (XAXX010101000 for the public, XEXX010101000 for foreigners) stand on invoices, and are taken.

use crate::{
    Date, Decoded, Kind, Reason, Refusal, Term, Warning,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RFC: Rules = Rules {
    name: "Federal taxpayer number",
    local_name: Some("RFC"),
    country: Some("MX"),
    kind: Kind::Tax,
    // Ten: a person's without homoclave.
    lengths: &[10, 12, 13],
    extra,
    check,
    one_in: 30,
    warn,
    decode,
    format: Format::By(format),
    ..Rules::DEFAULT
};

/// Ñ as one byte.
const ENYE: u8 = 0xd1;

/// Words that the authority never makes from names (its annex IV): the last letter becomes an X.
const WORDS: [&[u8; 4]; 41] = [
    b"BUEI", b"BUEY", b"CACA", b"CACO", b"CAGA", b"CAGO", b"CAKA", b"CAKO", b"COGE", b"COJA", b"COJE", b"COJI",
    b"COJO", b"CULO", b"FETO", b"GUEY", b"JOTO", b"KACA", b"KACO", b"KAGA", b"KAGO", b"KAKA", b"KOGE", b"KOJO",
    b"KULO", b"MAME", b"MAMO", b"MEAR", b"MEAS", b"MEON", b"MION", b"MOCO", b"MULA", b"PEDA", b"PEDO", b"PENE",
    b"PUTA", b"PUTO", b"QULO", b"RATA", b"RUIN",
];

fn extra(character: char) -> Option<u8> {
    match character {
        'Ñ' | 'ñ' => Some(ENYE),
        '&' => Some(b'&'),
        _ => None,
    }
}

fn letters(length: usize) -> usize {
    if length == 12 { 3 } else { 4 }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    let letters = letters(number.len());
    if let Some(at) = number[..letters].iter().position(u8::is_ascii_digit) {
        return Err(Refusal::illegal(at));
    }
    shape::digits_at(number, letters..letters + 6)?;
    shape::alphanumeric_at(number, letters + 6..number.len())?;
    if letters == 4 && WORDS.iter().any(|it| number.starts_with(*it)) {
        return Err(Refusal::at(Reason::Reserved, 0));
    }
    let part = |from: usize| shape::value(&number[letters + from..letters + from + 2]) as u8;
    // The century is not said: 29 February of year 00 is that of 2000.
    if Date::new(2000 + u16::from(part(0)), part(2), part(4)).is_none() {
        return Err(Refusal::at(Reason::ImpossibleDate, letters));
    }
    Ok(())
}

/// The check digit: values by place in the authority's alphabet, weights 13 to 2, companies with a leading space.
fn warn(number: &str) -> Vec<Warning> {
    let length = number.chars().count();
    if length == 10 {
        return Vec::new();
    }
    let mut values =
        number.chars().map(|it| "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ".chars().position(|of| of == it).unwrap_or(0));
    let mut sum = if length == 12 { 37 * 13 } else { 0 };
    let first_weight = if length == 12 { 12 } else { 13 };
    for (weight, value) in (2..=first_weight).rev().zip(values.by_ref()) {
        sum += weight * value;
    }
    let expected = match 11 - sum % 11 {
        11 => 0,
        rest => rest,
    };
    if values.next() == Some(expected) { Vec::new() } else { vec![Warning::CheckDigitMismatch] }
}

fn decode(number: &str) -> Decoded {
    let entity_type = match number.chars().count() {
        12 => Term::known("company", "Company", "Persona moral"),
        _ => Term::known("person", "Person", "Persona física"),
    };
    Decoded { entity_type: Some(entity_type), ..Decoded::default() }
}

fn format(number: &str) -> String {
    let letters = letters(number.chars().count());
    let mut text = String::with_capacity(number.len() + 2);
    for (at, character) in number.chars().enumerate() {
        if at == letters || at == letters + 6 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Warning, check};

    /// The authority's worked example of a check digit (GODE561231GR8), and a company with letters beyond A to Z.
    #[test]
    fn persons_and_companies() {
        let verdict = check(Scheme::MxRfc, "gode-561231-gr8", Presentation::Lenient);
        assert_eq!((verdict.formatted(), verdict.warnings()), (Some("GODE 561231 GR8"), &[][..]));
        let verdict = check(Scheme::MxRfc, "Ñ&A 010203 AB1", Presentation::Lenient);
        assert_eq!(verdict.normalised(), Some("Ñ&A010203AB1"));
        assert!(check(Scheme::MxRfc, "Ñ&A010203AB1", Presentation::Strict).is_valid());
    }

    #[test]
    fn dates_words_and_check_digits() {
        let verdict = |number| check(Scheme::MxRfc, number, Presentation::Strict);
        assert_eq!(verdict("GODE561331GR8").reason(), Some(Reason::ImpossibleDate));
        assert_eq!(verdict("BUEI561231GR8").reason(), Some(Reason::Reserved));
        // Of the public and of foreigners, as they stand on invoices.
        assert!(verdict("XAXX010101000").is_valid() && verdict("XEXX010101000").is_valid());
        assert_eq!(verdict("GODE561231GR9").warnings(), [Warning::CheckDigitMismatch]);
    }
}
