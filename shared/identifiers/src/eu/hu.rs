//! Hungary: the first eight digits of the tax number (törzsszám), which are the VAT number, weights 9 7 3 1 9 7 3 1 modulo 10.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static ANUM: Rules = Rules {
    name: "VAT number",
    local_name: Some("Közösségi adószám"),
    country: Some("HU"),
    kind: Kind::Vat,
    lengths: &[8],
    separators: Separators::VAT,
    prefixes: &["HU"],
    check,
    one_in: 10,
    format: Format::Pattern("HU########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    let fits = checksum::sum(number, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10);
    if fits { Ok(()) } else { Err(Refusal::check_digit(7)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// MOL's and OTP's own.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("HU 10625790", "10625790", "HU10625790"), ("HU10537914", "10537914", "HU10537914")]
        {
            let verdict = check(Scheme::HuAnum, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("HU 10625791", Reason::BadCheckDigit, 11), ("00000000", Reason::Reserved, 1)]
        {
            let verdict = check(Scheme::HuAnum, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
