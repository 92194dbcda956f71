//! Estonia: the VAT number, nine digits, weights 3 7 1 modulo 10.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static KMKR: Rules = Rules {
    name: "VAT number",
    local_name: Some("Käibemaksukohustuslase number (KMKR)"),
    country: Some("EE"),
    kind: Kind::Vat,
    lengths: &[9],
    separators: Separators::VAT,
    prefixes: &["EE"],
    check,
    one_in: 10,
    format: Format::Pattern("EE#########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    let fits = checksum::sum(number, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10);
    if fits { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Examples of python-stdnum and of its list of numbers found in use.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("EE 100 931 558", "100931558", "EE100931558"), ("EE100594102", "100594102", "EE100594102")]
        {
            let verdict = check(Scheme::EeKmkr, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("EE 100931559", Reason::BadCheckDigit, 12), ("000000000", Reason::Reserved, 1)]
        {
            let verdict = check(Scheme::EeKmkr, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
