//! Slovenia: the tax number, eight digits, weights 8 to 2 modulo 11. No number is given whose sum leaves 0.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static DDV: Rules = Rules {
    name: "VAT number",
    local_name: Some("Identifikacijska številka za DDV"),
    country: Some("SI"),
    kind: Kind::Vat,
    lengths: &[8],
    separators: Separators::VAT,
    prefixes: &["SI"],
    check,
    one_in: 12,
    format: Format::Pattern("SI########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"123456789")?;
    let rest = checksum::sum(&number[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
    // 10 is written 0, and 11 would have to be.
    let fits = rest != 0 && (11 - rest) % 10 == checksum::value36(number[7]);
    if fits { Ok(()) } else { Err(Refusal::check_digit(7)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Krka's and Petrol's own.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("SI 82646716", "82646716", "SI82646716"), ("SI80267432", "80267432", "SI80267432")]
        {
            let verdict = check(Scheme::SiDdv, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("SI 82646717", Reason::BadCheckDigit, 11), ("02646716", Reason::IllegalCharacter, 1)]
        {
            let verdict = check(Scheme::SiDdv, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
