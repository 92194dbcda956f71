//! Luxembourg: the VAT number, six digits and what they leave modulo 89.

use crate::{
    Kind, Refusal,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static TVA: Rules = Rules {
    name: "VAT number",
    local_name: Some("Numéro d'identification TVA"),
    country: Some("LU"),
    kind: Kind::Vat,
    lengths: &[8],
    separators: Separators::VAT,
    prefixes: &["LU"],
    check,
    one_in: 89,
    format: Format::Pattern("LU########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    let fits = shape::value(&number[..6]) % 89 == shape::value(&number[6..]);
    if fits { Ok(()) } else { Err(Refusal::check_digit(6)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Amazon's and Apple's own.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("LU 20260743", "20260743", "LU20260743"), ("LU: 2016 5772", "20165772", "LU20165772")]
        {
            let verdict = check(Scheme::LuTva, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("LU 20260744", Reason::BadCheckDigit, 10), ("LU00000000", Reason::Reserved, 3)]
        {
            let verdict = check(Scheme::LuTva, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
