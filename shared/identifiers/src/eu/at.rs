//! Austria: the VAT number, U and eight digits: Luhn's sum of the first seven, the last of them counting once, with the check digit leaves 6.

use crate::{
    Kind, Reason, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static UID: Rules = Rules {
    name: "VAT number",
    local_name: Some("Umsatzsteuer-Identifikationsnummer (UID)"),
    country: Some("AT"),
    kind: Kind::Vat,
    lengths: &[9],
    separators: Separators::VAT,
    prefixes: &["AT"],
    check,
    one_in: 260,
    format: Format::Pattern("AT#########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    if number[0] != b'U' {
        return Err(Refusal::at(Reason::WrongPrefix, 0));
    }
    shape::digits_at(number, 1..9)?;
    // The seventh digit counts once in Luhn's sum, as the check digit does and the four that are missing.
    let mut digits = [0; 7];
    digits.copy_from_slice(&number[1..8]);
    digits[6] = b'0' + (digits[6] - b'0' + number[8] - b'0' + 4) % 10;
    if checksum::luhn(&digits) { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The Ministry of Finance's worked example (U10223006), and Red Bull's own.
    #[test]
    fn published_numbers() {
        for written in ["ATU10223006", "AT U33864707", "u10223006"] {
            assert!(check(Scheme::AtUid, written, Presentation::Lenient).is_valid(), "{written}");
        }
        assert_eq!(check(Scheme::AtUid, "U10223006", Presentation::Strict).formatted(), Some("ATU10223006"));
        let verdict = check(Scheme::AtUid, "ATU10223007", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(11)));
        let verdict = check(Scheme::AtUid, "AT110223006", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::WrongPrefix), Some(3)));
    }
}
