//! Czechia: the tax number (DIČ): eight digits for legal entities, a birth number of nine or ten for persons, or nine beginning with 6 for persons whose
//! birth number is not used.
//!
//! Eight digits: weights 8 to 2 modulo 11. Nine with 6: the same over what follows the 6, through a table (the Commission's check algorithms).

use crate::{
    Decoded, Kind, Refusal, Term, checksum,
    eu::birth_number::{self, Overflow},
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static DIC: Rules = Rules {
    name: "VAT number",
    local_name: Some("Daňové identifikační číslo (DIČ)"),
    country: Some("CZ"),
    kind: Kind::Vat,
    lengths: &[8, 9, 10],
    separators: Separators::VAT,
    prefixes: &["CZ"],
    check,
    one_in: 11,
    decode,
    format: Format::Pattern("CZ#"),
    ..Rules::DEFAULT
};

const WEIGHTS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    match number.len() {
        8 => legal(number),
        9 if number[0] == b'6' => special(number),
        _ => birth_number::check(number, Overflow::Allowed),
    }
}

fn legal(number: &[u8]) -> Result<(), Refusal> {
    shape::one_of(number, 0, b"012345678")?;
    shape::not_zeros(&number[..7])?;
    let expected = match checksum::sum(&number[..7], &WEIGHTS) % 11 {
        0 => 1,
        rest => (11 - rest) % 10,
    };
    if checksum::value36(number[7]) == expected { Ok(()) } else { Err(Refusal::check_digit(7)) }
}

fn special(number: &[u8]) -> Result<(), Refusal> {
    /// By what the sum leaves.
    const CHECK_DIGITS: [u8; 11] = *b"89012345678";
    let rest = checksum::sum(&number[1..8], &WEIGHTS) % 11;
    if number[8] == CHECK_DIGITS[rest as usize] { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

fn decode(number: &str) -> Decoded {
    let person = Term::known("person", "Person", "Fyzická osoba");
    let entity_type = match number.len() {
        8 => Term::known("legal", "Legal entity", "Právnická osoba"),
        9 if number.starts_with('6') => return Decoded { entity_type: Some(person), ..Decoded::default() },
        _ => person,
    };
    let birth = if number.len() == 8 { None } else { birth_number::birth(number.as_bytes(), Overflow::Allowed) };
    Decoded {
        entity_type: Some(entity_type),
        date: birth.map(|(date, _)| date),
        sex: birth.map(|(_, sex)| sex),
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Sex, check};

    /// ČEZ' and Škoda Auto's own; python-stdnum's numbers of persons.
    #[test]
    fn published_numbers() {
        for (written, formatted, kind) in [
            ("CZ 45274649", "CZ45274649", "legal"),
            ("CZ00177041", "CZ00177041", "legal"),
            ("710319/2745", "CZ7103192745", "person"),
            ("CZ640903926", "CZ640903926", "person"),
        ] {
            let verdict = check(Scheme::CzDic, written, Presentation::Lenient);
            assert_eq!(verdict.formatted(), Some(formatted));
            assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().code, kind);
        }
        let verdict = check(Scheme::CzDic, "CZ7103192745", Presentation::Lenient);
        let decoded = verdict.decoded().unwrap();
        assert_eq!((decoded.date.unwrap().to_string(), decoded.sex), ("1971-03-19".to_owned(), Some(Sex::Male)));
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (number, reason, position) in [
            ("CZ45274648", Reason::BadCheckDigit, 10),
            ("95274649", Reason::IllegalCharacter, 1),
            ("CZ640903927", Reason::BadCheckDigit, 11),
            ("7103192746", Reason::BadCheckDigit, 10),
            ("7113192745", Reason::ImpossibleDate, 1),
            ("540601000", Reason::ImpossibleDate, 1),
        ] {
            let verdict = check(Scheme::CzDic, number, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
