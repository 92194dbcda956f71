//! Fiscal code (CF, CUI, CIF): two to ten digits without leading zero, the last a check digit; or a person's CNP.
//!
//! Weights 7 5 3 2 1 7 5 3 2 from the right, ten times the sum modulo 11, 10 as 0. RO stands before it for those registered for VAT. The Code of fiscal procedure makes
//! the CNP the fiscal code of persons.

use crate::{
    Decoded, Kind, Refusal, checksum,
    eu::ro::cnp,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Fiscal code",
    local_name: Some("Cod de identificare fiscală (CIF)"),
    country: Some("RO"),
    kind: Kind::Tax,
    lengths: &[2, 3, 4, 5, 6, 7, 8, 9, 10, 13],
    separators: Separators::VAT,
    prefixes: &["RO"],
    check,
    one_in: 10,
    decode,
    format: Format::By(format),
    ..Rules::DEFAULT
};

const WEIGHTS: [u32; 9] = [7, 5, 3, 2, 1, 7, 5, 3, 2];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"123456789")?;
    if number.len() == 13 {
        return cnp::check(number);
    }
    let last = number.len() - 1;
    let expected = checksum::sum(&number[..last], &WEIGHTS[9 - last..]) * 10 % 11 % 10;
    if checksum::value36(number[last]) == expected { Ok(()) } else { Err(Refusal::check_digit(last)) }
}

fn decode(number: &str) -> Decoded {
    if number.len() == 13 { cnp::decode(number) } else { Decoded::default() }
}

fn format(number: &str) -> String {
    if number.len() == 13 { number.to_owned() } else { format!("RO{number}") }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// OMV Petrom's, Dacia's and BCR's own.
    #[test]
    fn published_numbers() {
        for (written, formatted) in [("RO 1590082", "RO1590082"), ("160796", "RO160796"), ("ro361757", "RO361757")] {
            assert_eq!(check(Scheme::RoCf, written, Presentation::Lenient).formatted(), Some(formatted));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (number, reason, position) in [
            ("RO 1590083", Reason::BadCheckDigit, Some(10)),
            ("01590082", Reason::IllegalCharacter, Some(1)),
            ("12345678901", Reason::WrongLength, None),
            ("RO1", Reason::IllegalCharacter, Some(1)),
        ] {
            let verdict = check(Scheme::RoCf, number, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), position), "{number}");
        }
    }
}
