//! Malta: the VAT number, eight digits: weights 3 4 6 7 8 9 over six, and the last two as one number, modulo 37.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static VAT: Rules = Rules {
    name: "VAT number",
    local_name: Some("Numru tal-VAT"),
    country: Some("MT"),
    kind: Kind::Vat,
    lengths: &[8],
    separators: Separators::VAT,
    prefixes: &["MT"],
    check,
    one_in: 41,
    format: Format::Pattern("MT########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"123456789")?;
    let fits = checksum::sum(number, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37);
    if fits { Ok(()) } else { Err(Refusal::check_digit(6)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// python-stdnum's example, and a number from lists of examples.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("MT 1012-6313", "10126313", "MT10126313"), ("MT11679112", "11679112", "MT11679112")]
        {
            let verdict = check(Scheme::MtVat, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("MT 10126314", Reason::BadCheckDigit, 10), ("01679112", Reason::IllegalCharacter, 1)]
        {
            let verdict = check(Scheme::MtVat, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
