//! Business Identifier Code, ISO 9362: four letters of the party, the country, two characters, and three more for a branch.
//!
//! There is no check digit: the country is what catches mistakes. The standard allows digits among the first four; none has ever been given out,
//! so a digit there is a mistake.

use crate::{
    Decoded, Kind, Reason, Refusal, Warning,
    global::country::Countries,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Business Identifier Code",
    kind: Kind::Bank,
    lengths: &[8, 11],
    check,
    one_in: 3,
    warn,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

/// Kosovo's user-assigned code is in use at SWIFT.
static COUNTRIES: Countries = Countries::with("XK");

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::letters_at(number, 0..6)?;
    if COUNTRIES.has(&number[4..6]) { Ok(()) } else { Err(Refusal::at(Reason::UnknownCountry, 4)) }
}

/// A last character 0 of the location marks a code of SWIFT's test network.
fn warn(number: &str) -> Vec<Warning> {
    if number.as_bytes()[7] == b'0' { vec![Warning::TestCode] } else { Vec::new() }
}

fn decode(number: &str) -> Decoded {
    Decoded {
        country: Some(number[4..6].to_owned()),
        bank_code: Some(number[..4].to_owned()),
        branch_code: number.get(8..).filter(|it| !it.is_empty()).map(str::to_owned),
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Warning, check};

    /// Deutsche Bank's code as SWIFT's directory has it, with and without a branch.
    #[test]
    fn with_and_without_branch() {
        let verdict = check(Scheme::Bic, "DEUTDEFF500", Presentation::Strict);
        let decoded = verdict.decoded().unwrap();
        assert_eq!((decoded.country.as_deref(), decoded.branch_code.as_deref()), (Some("DE"), Some("500")));
        assert!(check(Scheme::Bic, "deut de ff", Presentation::Lenient).is_valid());
    }

    #[test]
    fn the_country_has_to_exist() {
        let verdict = check(Scheme::Bic, "DEUTDXFF", Presentation::Strict);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::UnknownCountry), Some(5)));
        assert!(check(Scheme::Bic, "NLPRXKPR", Presentation::Strict).is_valid());
    }

    #[test]
    fn test_codes_are_pointed_out() {
        assert_eq!(check(Scheme::Bic, "DEUTDEF0", Presentation::Strict).warnings(), [Warning::TestCode]);
    }
}
