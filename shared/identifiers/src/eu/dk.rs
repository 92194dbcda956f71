//! Denmark: the number of the Central Business Register (CVR), which is the VAT number (SE number), eight digits by weights 2 7 6 5 4 3 2 1 modulo 11.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static CVR: Rules = Rules {
    name: "Company number",
    local_name: Some("CVR-nummer"),
    country: Some("DK"),
    kind: Kind::Company,
    lengths: &[8],
    separators: Separators::VAT,
    prefixes: &["DK"],
    check,
    one_in: 12,
    format: Format::Pattern("## ## ## ##"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"123456789")?;
    let fits = checksum::sum(number, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    if fits { Ok(()) } else { Err(Refusal::check_digit(7)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Carlsberg's and Novo Nordisk's own.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("DK 61056416", "61056416", "61 05 64 16"), ("24-25-67-90", "24256790", "24 25 67 90")]
        {
            let verdict = check(Scheme::DkCvr, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("DK 61056417", Reason::BadCheckDigit, 11), ("01056416", Reason::IllegalCharacter, 1)]
        {
            let verdict = check(Scheme::DkCvr, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
