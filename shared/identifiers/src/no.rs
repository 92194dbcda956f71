//! Norway: organisation number of the Brønnøysund registers, nine digits, weights 3 2 7 6 5 4 3 2 modulo 11.

use crate::{
    Kind, Refusal, checksum,
    number::Compact,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static ORGNR: Rules = Rules {
    name: "Organisation number",
    local_name: Some("Organisasjonsnummer"),
    country: Some("NO"),
    kind: Kind::Company,
    lengths: &[9],
    separators: Separators::DASH_DOT,
    prefixes: &["NO"],
    complete: drop_mva,
    check,
    one_in: 11,
    format: Format::Pattern("### ### ###"),
    ..Rules::DEFAULT
};

/// Companies registered for VAT write MVA after the number.
fn drop_mva(number: &mut Compact) {
    if number.as_bytes().ends_with(b"MVA") {
        number.truncate(number.len() - 3);
        if number.len() == 11 && number.starts_with("NO") {
            number.drop_first(2);
        }
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let fits = checksum::sum(number, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    if fits { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Scheme, check};

    /// Equinor's and the Brønnøysund registers' own numbers.
    #[test]
    fn published_numbers() {
        for written in ["923 609 016", "NO 974 760 673 MVA"] {
            assert!(check(Scheme::NoOrgnr, written, Presentation::Lenient).is_valid(), "{written}");
        }
        assert!(!check(Scheme::NoOrgnr, "923 609 017", Presentation::Lenient).is_valid());
    }
}
