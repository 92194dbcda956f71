//! International Bank Account Number, ISO 13616: country, two check digits (ISO 7064 MOD 97-10), and the country's own account number (BBAN).
//!
//! Three things are checked: that the registry has the country and the account number its structure (`registry.rs`), the check digits, and
//! the account number's national check digits where a country has some for all banks (`national.rs`).

mod national;
mod registry;

use registry::{Country, Role};

use crate::{
    Decoded, Kind, Reason, Refusal, Warning, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "International Bank Account Number",
    kind: Kind::Account,
    // Norway's to Russia's; each country has one, which is checked below.
    lengths: &[15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34],
    separators: Separators::DASH_DOT,
    prefixes: &["IBAN"],
    check,
    one_in: 50_000,
    warn,
    decode,
    format: Format::By(in_fours),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::letters_at(number, 0..2)?;
    shape::digits_at(number, 2..4)?;
    let country = registry::country(number).ok_or(Refusal::at(Reason::UnknownCountry, 0))?;
    country.fits(&number[4..]).map_err(|it| it.moved(4))?;
    // MOD 97-10 makes 02 to 98; 00, 01 and 99 would leave the same remainders.
    let made = !matches!(&number[2..4], b"00" | b"01" | b"99");
    if !made || checksum::mod_97_on(checksum::mod_97(&number[4..]), &number[..4]) != 1 {
        return Err(Refusal::at(Reason::BadCheckDigit, 2));
    }
    if national::fits(number) { Ok(()) } else { Err(Refusal::at(Reason::BadEmbeddedIdentifier, 4)) }
}

fn warn(number: &str) -> Vec<Warning> {
    if national::doubtful(number.as_bytes()) { vec![Warning::CheckDigitMismatch] } else { Vec::new() }
}

fn decode(number: &str) -> Decoded {
    let part = |country: &Country, role| Some(country.part(&number[4..], role)).filter(|it| !it.is_empty());
    let country = registry::country(number.as_bytes());
    Decoded {
        country: Some(number[..2].to_owned()),
        bank_code: country.and_then(|it| part(it, Role::Bank)),
        branch_code: country.and_then(|it| part(it, Role::Branch)),
        account_number: country.and_then(|it| part(it, Role::Account)),
        ..Decoded::default()
    }
}

fn in_fours(number: &str) -> String {
    let mut text = String::with_capacity(number.len() + 8);
    for (at, character) in number.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::registry::COUNTRIES;
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    #[test]
    fn parts_are_named() {
        // The United Kingdom's example in SWIFT's IBAN registry.
        let verdict = check(Scheme::Iban, "IBAN GB29 NWBK 6016 1331 9268 19", Presentation::Lenient);
        let decoded = verdict.decoded().unwrap();
        assert_eq!(decoded.bank_code.as_deref(), Some("NWBK"));
        assert_eq!(decoded.branch_code.as_deref(), Some("601613"));
        assert_eq!(decoded.account_number.as_deref(), Some("31926819"));
        assert_eq!(verdict.formatted(), Some("GB29 NWBK 6016 1331 9268 19"));
    }

    #[test]
    fn reasons() {
        for (number, reason, position) in [
            ("XX29NWBK60161331926819", Reason::UnknownCountry, Some(1)),
            ("GB29NWBK6016133192681", Reason::TooShort, None),
            ("GB29NWBK601613319268190", Reason::TooLong, None),
            ("GB29NW1K60161331926819", Reason::IllegalCharacter, Some(7)),
            ("GB28NWBK60161331926819", Reason::BadCheckDigit, Some(3)),
        ] {
            let verdict = check(Scheme::Iban, number, Presentation::Strict);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), position), "{number}");
        }
    }

    /// Belgium's national check digits: 539007547034 of the registry's example, one digit and the IBAN check digits changed to fit.
    #[test]
    fn national_check_digits_count() {
        let fitted = |bban: &str| {
            (2..99)
                .map(|it| format!("BE{it:02}{bban}"))
                .find(|it| check(Scheme::Iban, it, Presentation::Strict).reason() != Some(Reason::BadCheckDigit))
        };
        let verdict = |bban: &str| check(Scheme::Iban, &fitted(bban).unwrap(), Presentation::Strict);
        assert!(verdict("539007547034").is_valid());
        assert_eq!(verdict("539007547035").reason(), Some(Reason::BadEmbeddedIdentifier));
    }

    /// The examples of SWIFT's IBAN registry.
    #[test]
    fn the_registrys_examples() {
        let examples = include_str!("registry_examples.txt");
        let mut countries = 0;
        for number in examples.lines().filter(|it| !it.starts_with('#')) {
            let verdict = check(Scheme::Iban, number, Presentation::Strict);
            assert_eq!(verdict.reason(), None, "{number}");
            countries += 1;
        }
        assert!(countries >= 70, "{countries}");
    }

    #[test]
    fn the_table_is_in_order_and_every_length_is_in_range() {
        assert!(COUNTRIES.is_sorted_by_key(|it| it.code));
        for country in &COUNTRIES {
            assert!((15..=34).contains(&(country.length() + 4)), "{:?}", country.code);
        }
    }

    #[test]
    fn no_iban_without_a_country() {
        assert!(!is_valid(Scheme::Iban, "0029NWBK60161331926819"));
    }
}
