//! Switzerland: enterprise identification number (UID), CHE and nine digits, the last by weights 5 4 3 2 7 6 5 4 modulo 11.
//!
//! Source: Federal Statistical Office, UID register. An ending for VAT (MWST, TVA, IVA, TPV) or the commercial register (HR, RC) is dropped.

use crate::{
    Kind, Reason, Refusal, checksum,
    number::Compact,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static UID: Rules = Rules {
    name: "Enterprise identification number",
    local_name: Some("Unternehmens-Identifikationsnummer (UID)"),
    country: Some("CH"),
    kind: Kind::Company,
    lengths: &[12],
    separators: Separators::ALL,
    complete,
    check,
    one_in: 1_000,
    format: Format::Pattern("###-###.###.###"),
    ..Rules::DEFAULT
};

fn complete(number: &mut Compact) {
    let endings = ["MWST", "TVA", "IVA", "TPV", "VAT", "HR", "RC"];
    while let Some(ending) = endings.iter().find(|ending| number.as_bytes().ends_with(ending.as_bytes())) {
        number.truncate(number.len() - ending.len());
    }
    if number.len() == 9 && number.as_bytes().iter().all(u8::is_ascii_digit) {
        number.prepend(b"CHE");
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    if !number.starts_with(b"CHE") {
        return Err(Refusal::at(Reason::WrongPrefix, 0));
    }
    shape::digits_at(number, 3..12)?;
    // A remainder of 1 asks for a check digit of 10, which nothing is.
    let fits = checksum::sum(&number[3..], &[5, 4, 3, 2, 7, 6, 5, 4, 1]).is_multiple_of(11);
    if fits { Ok(()) } else { Err(Refusal::check_digit(11)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The number in the Federal Statistical Office's descriptions of the UID, as people write it.
    #[test]
    fn prefix_and_ending_are_seen_to() {
        for written in ["CHE-116.281.710", "CHE-116.281.710 MWST", "116.281.710", "che 116 281 710 tva"] {
            let verdict = check(Scheme::ChUid, written, Presentation::Lenient);
            assert_eq!(verdict.normalised(), Some("CHE116281710"), "{written}");
            assert_eq!(verdict.formatted(), Some("CHE-116.281.710"));
        }
        let verdict = check(Scheme::ChUid, "116.281.711", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(11)));
    }
}
