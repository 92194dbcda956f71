//! Croatia: the personal identification number (OIB) of persons and entities, eleven digits of ISO 7064 MOD 11,10.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static OIB: Rules = Rules {
    name: "Identification number",
    local_name: Some("Osobni identifikacijski broj (OIB)"),
    country: Some("HR"),
    kind: Kind::Tax,
    lengths: &[11],
    separators: Separators::VAT,
    prefixes: &["HR"],
    check,
    one_in: 10,
    format: Format::Pattern("###########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if checksum::mod_11_10(number) { Ok(()) } else { Err(Refusal::check_digit(10)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// INA's and Hrvatski Telekom's own.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("HR 27759560625", "27759560625", "27759560625"), ("81793146560", "81793146560", "81793146560")]
        {
            let verdict = check(Scheme::HrOib, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("HR 27759560626", Reason::BadCheckDigit, 14), ("HR 2775956O625", Reason::IllegalCharacter, 11)]
        {
            let verdict = check(Scheme::HrOib, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
