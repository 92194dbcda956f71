//! Netherlands: the VAT identification number, nine digits, B, two digits other than 00.
//!
//! Legal entities: the nine digits are their RSIN and pass the eleven-test, the last digit counting minus one. Sole traders had their citizen service
//! number there; since 2020 they have a number that says nothing and satisfies ISO 7064 MOD 97-10 together with NL, B and the ending (Belastingdienst).

use crate::{
    Decoded, Kind, Reason, Refusal, checksum,
    number::Compact,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static BTW: Rules = Rules {
    name: "VAT number",
    local_name: Some("Btw-identificatienummer"),
    country: Some("NL"),
    kind: Kind::Vat,
    lengths: &[12],
    separators: Separators::VAT,
    prefixes: &["NL"],
    short_lengths: &[10, 11],
    complete,
    check,
    one_in: 100,
    decode,
    format: Format::Pattern("NL ###.###.###.###"),
    ..Rules::DEFAULT
};

/// RSINs of seven and eight digits are found without their leading zeros.
fn complete(number: &mut Compact) {
    let length = number.len();
    if matches!(length, 10 | 11) && number.as_bytes()[length - 3] == b'B' {
        number.pad(0, 12);
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 0..9)?;
    shape::one_of(number, 9, b"B")?;
    shape::digits_at(number, 10..12)?;
    if number.starts_with(b"000000000") {
        return Err(Refusal::at(Reason::Reserved, 0));
    }
    if number.ends_with(b"00") {
        return Err(Refusal::at(Reason::Reserved, 10));
    }
    if is_rsin(number) || checksum::mod_97_on(NL, number) == 1 { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

/// What "NL" leaves: N = 23, L = 21, 2321 modulo 97.
const NL: u32 = 90;

/// The last digit counts minus one: ten modulo eleven.
fn is_rsin(number: &[u8]) -> bool {
    checksum::sum(number, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11)
}

fn decode(number: &str) -> Decoded {
    // The ending of a number since 2020 is a check, not a count.
    let establishment = if is_rsin(number.as_bytes()) { Some(number[10..].to_owned()) } else { None };
    Decoded { establishment, ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use super::NL;
    use crate::{Presentation, Reason, Scheme, check, checksum, is_valid};

    #[test]
    fn the_remainder_of_the_country() {
        assert_eq!(checksum::mod_97(b"NL"), NL);
    }

    /// Belastingdienst's example of a number since 2020 (NL000099998B57); python-stdnum's is an RSIN.
    #[test]
    fn published_numbers() {
        assert!(is_valid(Scheme::NlBtw, "NL000099998B57"));
        let verdict = check(Scheme::NlBtw, "NL 0044.95.445.B01", Presentation::Lenient);
        assert_eq!((verdict.normalised(), verdict.formatted()), (Some("004495445B01"), Some("NL 004.495.445.B01")));
        assert_eq!(verdict.decoded().unwrap().establishment.as_deref(), Some("01"));
        for written in ["NL04495445B01", "4495445.B.01"] {
            assert_eq!(check(Scheme::NlBtw, written, Presentation::Lenient).normalised(), Some("004495445B01"));
        }
    }

    #[test]
    fn endings_and_check_digits() {
        for (number, reason, position) in [
            ("004495445B00", Reason::Reserved, 11),
            ("004495445C01", Reason::IllegalCharacter, 10),
            ("004495446B01", Reason::BadCheckDigit, 9),
            ("000099998B58", Reason::BadCheckDigit, 9),
            ("000000000B01", Reason::Reserved, 1),
        ] {
            let verdict = check(Scheme::NlBtw, number, Presentation::Strict);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
