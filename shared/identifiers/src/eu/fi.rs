//! Finland: the VAT number, the business ID (Y-tunnus) without its dash: eight digits, weights 7 9 10 5 8 4 2 1 modulo 11.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static ALV: Rules = Rules {
    name: "VAT number",
    local_name: Some("Arvonlisäverotunniste (ALV-numero)"),
    country: Some("FI"),
    kind: Kind::Vat,
    lengths: &[8],
    separators: Separators::VAT,
    prefixes: &["FI"],
    check,
    one_in: 11,
    format: Format::Pattern("FI########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    let fits = checksum::sum(number, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11);
    if fits { Ok(()) } else { Err(Refusal::check_digit(7)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Nokia's own, and python-stdnum's example.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in [
            ("FI01120389", "01120389", "FI01120389"),
            ("0112038-9", "01120389", "FI01120389"),
            ("FI 20774740", "20774740", "FI20774740"),
        ] {
            let verdict = check(Scheme::FiAlv, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("FI01120380", Reason::BadCheckDigit, 10), ("00000000", Reason::Reserved, 1)]
        {
            let verdict = check(Scheme::FiAlv, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
