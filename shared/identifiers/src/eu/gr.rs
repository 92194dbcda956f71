//! Greece: the tax number (AFM), nine digits: twice the first eight read as binary places, modulo 11, modulo 10.
//!
//! VAT numbers begin with EL, not with the country's code GR. Numbers of eight digits are old and have become 0 and the eight.

use crate::{
    Kind, Refusal, checksum,
    number::Compact,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static VAT: Rules = Rules {
    name: "VAT number",
    local_name: Some("Αριθμός φορολογικού μητρώου (ΑΦΜ)"),
    country: Some("GR"),
    kind: Kind::Vat,
    lengths: &[9],
    separators: Separators::VAT,
    prefixes: &["EL", "GR"],
    short_lengths: &[8],
    complete,
    check,
    one_in: 10,
    format: Format::Pattern("EL#########"),
    ..Rules::DEFAULT
};

fn complete(number: &mut Compact) {
    if number.len() == 8 {
        number.pad(0, 9);
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    let expected = checksum::sum(number, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10;
    if checksum::value36(number[8]) == expected { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// OTE's own, and the National Bank's with and without its leading zero.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in [
            ("EL 094019245", "094019245", "EL094019245"),
            ("GR094014201", "094014201", "EL094014201"),
            ("EL94014201", "094014201", "EL094014201"),
        ] {
            let verdict = check(Scheme::GrVat, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in [
            ("EL 094019246", Reason::BadCheckDigit, 12),
            ("EL94014202", Reason::BadCheckDigit, 10),
            ("000000000", Reason::Reserved, 1),
        ] {
            let verdict = check(Scheme::GrVat, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
