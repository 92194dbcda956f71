//! French VAT number: a key of two characters and the SIREN. Numbers beginning 000 after the key are of Monaco and no SIREN.
//!
//! A key of two digits is (SIREN followed by 12) modulo 97. A key with a letter counts in an alphabet of 34, without I and O (the Commission's
//! "VAT identification number check algorithms").

use crate::{
    Decoded, Embedded, Kind, Reason, Refusal, Scheme, checksum,
    eu::fr::siren,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "VAT number",
    local_name: Some("Numéro de TVA intracommunautaire"),
    country: Some("FR"),
    kind: Kind::Vat,
    lengths: &[11],
    separators: Separators::VAT,
    prefixes: &["FR"],
    check,
    one_in: 800,
    decode,
    format: Format::Pattern("FR ## ### ### ###"),
    ..Rules::DEFAULT
};

const KEY: &[u8; 34] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::one_of(number, 0, KEY)?;
    shape::one_of(number, 1, KEY)?;
    shape::digits_at(number, 2..11)?;
    shape::not_zeros(&number[2..]).map_err(|it| it.moved(2))?;
    if !is_of_monaco(number) {
        siren::check(&number[2..]).map_err(|it| Refusal { reason: Reason::BadEmbeddedIdentifier, ..it.moved(2) })?;
    }
    if key_fits(number) { Ok(()) } else { Err(Refusal::check_digit(0)) }
}

fn is_of_monaco(number: &[u8]) -> bool {
    number[2..].starts_with(b"000")
}

fn key_fits(number: &[u8]) -> bool {
    let siren = shape::value(&number[2..]);
    let (first, second) = (number[0], number[1]);
    if first.is_ascii_digit() && second.is_ascii_digit() {
        return shape::value(&number[..2]) == (siren * 100 + 12) % 97;
    }
    let key = if first.is_ascii_digit() {
        value34(first) * 24 + value34(second) - 10
    } else {
        value34(first) * 34 + value34(second) - 100
    };
    (siren + 1 + key / 11) % 11 == key % 11
}

/// The place in `KEY`.
fn value34(byte: u8) -> u64 {
    let passed_over = u32::from(byte > b'I') + u32::from(byte > b'O');
    u64::from(checksum::value36(byte) - passed_over)
}

fn decode(number: &str) -> Decoded {
    if is_of_monaco(number.as_bytes()) {
        return Decoded { country: Some("MC".to_owned()), ..Decoded::default() };
    }
    let siren = Embedded { scheme: Scheme::FrSiren, value: number[2..].to_owned() };
    Decoded { embedded: vec![siren], ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use super::{KEY, value34};
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    #[test]
    fn values_are_places_in_the_alphabet() {
        for (place, byte) in KEY.iter().enumerate() {
            assert_eq!(value34(*byte), place as u64);
        }
    }

    /// The French Wikipedia's example, Danone's and Free's own: (404833048 and 12) modulo 97 is 83.
    #[test]
    fn numeric_keys() {
        for written in ["FR 83 404 833 048", "FR27552032534", "fr 60 421938861"] {
            let verdict = check(Scheme::FrTva, written, Presentation::Lenient);
            assert_eq!(verdict.decoded().map(|it| it.embedded.len()), Some(1), "{written}");
        }
        let refused = |number| {
            let verdict = check(Scheme::FrTva, number, Presentation::Lenient);
            (verdict.reason(), verdict.position())
        };
        assert_eq!(refused("FR 84 404 833 048"), (Some(Reason::BadCheckDigit), Some(4)));
        assert_eq!(refused("83 404 833 049"), (Some(Reason::BadEmbeddedIdentifier), Some(14)));
        assert_eq!(refused("I3404833048"), (Some(Reason::IllegalCharacter), Some(1)));
    }

    /// By hand: K = 18, 7 = 7, so the key is 18 * 34 + 7 - 100 = 519 = 47 * 11 + 2, and 399859412 + 1 + 47 leaves 2 when divided by 11. 4 = 4,
    /// Z = 33: 4 * 24 + 33 - 10 = 119 = 10 * 11 + 9, and 123456782 + 1 + 10 leaves 9.
    #[test]
    fn keys_with_letters() {
        assert!(is_valid(Scheme::FrTva, "FRK7399859412"));
        assert!(is_valid(Scheme::FrTva, "FR4Z123456782"));
        assert!(!is_valid(Scheme::FrTva, "FRK8399859412"));
    }

    /// A number of the Principality, from python-stdnum's tests: no Luhn in what follows 000.
    #[test]
    fn monaco() {
        let verdict = check(Scheme::FrTva, "FR 53 000 004 605", Presentation::Lenient);
        let decoded = verdict.decoded().unwrap();
        assert_eq!((decoded.country.as_deref(), decoded.embedded.len()), (Some("MC"), 0));
    }
}
