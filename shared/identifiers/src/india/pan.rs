//! Permanent Account Number of India's Income Tax Department: three letters, a letter for the kind of holder, the initial, four digits, a check
//! letter whose rule is not published.

use crate::{
    Decoded, Kind, Reason, Refusal, Term,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Permanent Account Number",
    local_name: Some("PAN"),
    country: Some("IN"),
    kind: Kind::Tax,
    lengths: &[10],
    check,
    one_in: 3,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

const HOLDERS: [(u8, &str); 11] = [
    (b'A', "Association of persons"),
    (b'B', "Body of individuals"),
    (b'C', "Company"),
    (b'F', "Firm or limited liability partnership"),
    (b'G', "Government agency"),
    (b'H', "Hindu undivided family"),
    (b'J', "Artificial juridical person"),
    (b'K', "Trust (Krish)"),
    (b'L', "Local authority"),
    (b'P', "Individual"),
    (b'T', "Trust"),
];

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::letters_at(number, 0..5)?;
    shape::digits_at(number, 5..9)?;
    shape::letters_at(number, 9..10)?;
    if !HOLDERS.iter().any(|(letter, _)| *letter == number[3]) {
        return Err(Refusal::at(Reason::UnknownEntityType, 3));
    }
    if &number[5..9] == b"0000" { Err(Refusal::at(Reason::Reserved, 5)) } else { Ok(()) }
}

/// The kind of holder of a valid PAN.
pub(super) fn holder(number: &str) -> Option<Term> {
    let letter = number.as_bytes()[3];
    HOLDERS.iter().find(|(it, _)| *it == letter).map(|(_, name)| Term::named(&number[3..4], name))
}

fn decode(number: &str) -> Decoded {
    Decoded { entity_type: holder(number), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The specimen of the Income Tax Department's description of the number's structure.
    #[test]
    fn the_fourth_letter_is_the_kind_of_holder() {
        let verdict = check(Scheme::InPan, "AFZPK7190K", Presentation::Strict);
        assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().name, Some("Individual"));
        let reason = |number| check(Scheme::InPan, number, Presentation::Strict).reason();
        assert_eq!(reason("AFZEK7190K"), Some(Reason::UnknownEntityType));
        assert_eq!(reason("AFZPK0000K"), Some(Reason::Reserved));
        assert_eq!(reason("AFZPK719AK"), Some(Reason::IllegalCharacter));
    }
}
