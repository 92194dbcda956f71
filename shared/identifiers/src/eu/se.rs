//! Sweden: the VAT number, the organisation number or a sole trader's personal number (ten digits, Luhn) and 01.
//!
//! The first digit of an organisation number is the group (Bolagsverket), the third is 2 or more to tell it from a date of birth.

use crate::{
    Decoded, Kind, Refusal, Term, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static VAT: Rules = Rules {
    name: "VAT number",
    local_name: Some("Momsregistreringsnummer"),
    country: Some("SE"),
    kind: Kind::Vat,
    lengths: &[12],
    separators: Separators::VAT,
    prefixes: &["SE"],
    check,
    one_in: 1000,
    decode,
    format: Format::Pattern("SE############"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 10, b"0")?;
    shape::one_of(number, 11, b"1")?;
    shape::not_zeros(&number[..10])?;
    if checksum::luhn(&number[..10]) { Ok(()) } else { Err(Refusal::check_digit(9)) }
}

const GROUPS: [(u8, &str, &str); 8] = [
    (b'1', "Estate", "Dödsbo"),
    (b'2', "State, region, municipality or parish", "Stat, region, kommun eller församling"),
    (b'3', "Foreign company", "Utländskt företag"),
    (b'5', "Limited company", "Aktiebolag"),
    (b'6', "Simple partnership", "Enkelt bolag"),
    (b'7', "Economic association", "Ekonomisk förening"),
    (b'8', "Non-profit association or foundation", "Ideell förening eller stiftelse"),
    (b'9', "Trading or limited partnership", "Handelsbolag eller kommanditbolag"),
];

fn decode(number: &str) -> Decoded {
    let bytes = number.as_bytes();
    let entity_type = if bytes[2] < b'2' {
        Some(Term::known("person", "Person", "Fysisk person"))
    } else {
        let group = GROUPS.iter().find(|(first, ..)| bytes[0] == *first);
        group.map(|(_, name, local_name)| Term::known(&number[..1], name, local_name))
    };
    Decoded { entity_type, ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Ericsson's and Volvo's own.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in [
            ("SE 556016-0680 01", "556016068001", "SE556016068001"),
            ("SE556012579001", "556012579001", "SE556012579001"),
        ] {
            let verdict = check(Scheme::SeVat, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("SE556016068101", Reason::BadCheckDigit, 12), ("SE556016068002", Reason::IllegalCharacter, 14)]
        {
            let verdict = check(Scheme::SeVat, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }

    #[test]
    fn the_group_is_decoded() {
        let verdict = check(Scheme::SeVat, "556016068001", Presentation::Strict);
        assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().name, Some("Limited company"));
        // The example of the tax agency's brochure on personal numbers, 811228-9874.
        let verdict = check(Scheme::SeVat, "811228987401", Presentation::Strict);
        assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().code, "person");
    }
}
