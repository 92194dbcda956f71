//! International Securities Identification Number, ISO 6166: a country or issuing scheme, nine characters, a check digit (Luhn over the digits that
//! letters become, A = 10).

use crate::{
    Decoded, Kind, Reason, Refusal,
    checksum::value36,
    global::country::Countries,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "International Securities Identification Number",
    kind: Kind::Security,
    lengths: &[12],
    prefixes: &["ISIN"],
    check,
    one_in: 27,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

/// Beside the countries: withdrawn ones on old securities (AN, CS, YU), the Union, derivatives of the DSB (EZ), tokens (XT), and the numbering
/// agencies' own prefixes, as the Association of National Numbering Agencies lists them.
static PREFIXES: Countries = Countries::with("AN CS YU EU EZ QS QT XA XB XC XD XF XK XS XT");

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::letters_at(number, 0..2)?;
    shape::digits_at(number, 11..12)?;
    if !PREFIXES.has(number) {
        return Err(Refusal::at(Reason::UnknownCountry, 0));
    }
    if sum(number).is_multiple_of(10) { Ok(()) } else { Err(Refusal::check_digit(11)) }
}

/// Luhn's sum over the decimal digits of the characters' values, from the right.
fn sum(number: &[u8]) -> u32 {
    let mut doubled = false;
    let mut sum = 0;
    let mut add = |digit: u32| {
        let value = if doubled { digit * 2 } else { digit };
        sum += if value > 9 { value - 9 } else { value };
        doubled = !doubled;
    };
    for byte in number.iter().rev() {
        let value = value36(*byte);
        add(value % 10);
        if value >= 10 {
            add(value / 10);
        }
    }
    sum
}

fn decode(number: &str) -> Decoded {
    Decoded { country: Some(number[..2].to_owned()), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// The worked examples that textbooks of ISO 6166 use: Apple, BAE Systems, Treasury Corporation of Victoria (letters inside).
    #[test]
    fn published_examples() {
        for number in ["US0378331005", "GB0002634946", "AU0000XVGZA3"] {
            assert!(is_valid(Scheme::Isin, number), "{number}");
        }
    }

    #[test]
    fn prefix_and_check_digit() {
        let reason = |number| check(Scheme::Isin, number, Presentation::Strict).reason();
        assert_eq!(reason("US0378331004"), Some(Reason::BadCheckDigit));
        assert_eq!(reason("ZZ0378331005"), Some(Reason::UnknownCountry));
        assert_eq!(reason("U50378331005"), Some(Reason::IllegalCharacter));
    }
}
