//! Legal Entity Identifier, ISO 17442-1: four characters of the issuer (LOU), fourteen of the entity, two check digits (ISO 7064 MOD 97-10).
//!
//! Places 5 and 6 were once reserved as "00"; many genuine codes have something else there, so they are not looked at.

use crate::{
    Decoded, Kind, Refusal, Term, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Legal Entity Identifier",
    kind: Kind::Company,
    lengths: &[20],
    prefixes: &["LEI"],
    check,
    one_in: 97,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 18..20)?;
    // MOD 97-10 makes check digits 02 to 98: 00, 01 and 99 have the right remainder, too, but are never made.
    let made = !matches!(&number[18..], b"00" | b"01" | b"99");
    if made && checksum::mod_97(number) == 1 { Ok(()) } else { Err(Refusal::check_digit(18)) }
}

fn decode(number: &str) -> Decoded {
    Decoded { authority: Some(Term::unknown(&number[..4])), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// From GLEIF's register: its own code, and three whose places 5 and 6 are not 00.
    #[test]
    fn genuine_codes() {
        for code in ["506700GE1G29325QX363", "7ZW8QJWVPR4P1J1KQY45", "HWUPKR0MPOU8FGXBT394", "F50EOCWSQFAUVO9Q8Z97"] {
            assert!(is_valid(Scheme::Lei, code), "{code}");
        }
    }

    #[test]
    fn letters_are_not_check_digits() {
        let verdict = check(Scheme::Lei, "506700GE1G29325QX3A3", Presentation::Strict);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::IllegalCharacter), Some(19)));
    }
}
