//! SIRET: a SIREN and five digits (NIC) for one establishment, Luhn's check digit over the whole.
//!
//! La Poste has more establishments than that leaves room for: the digits of theirs add up to a multiple of five (INSEE), the head office's
//! satisfy Luhn as everybody's.

use crate::{
    Decoded, Embedded, Reason, Refusal, Scheme, checksum,
    eu::fr::siren,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "SIRET number",
    local_name: Some("Numéro SIRET"),
    country: Some("FR"),
    lengths: &[14],
    separators: Separators::ALL,
    prefixes: &["SIRET"],
    check,
    one_in: 100,
    decode,
    format: Format::Pattern("### ### ### #####"),
    ..Rules::DEFAULT
};

const LA_POSTE: &[u8] = b"356000000";
const LA_POSTE_HEAD_OFFICE: &[u8] = b"35600000000048";

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    siren::check(&number[..9]).map_err(|it| Refusal { reason: Reason::BadEmbeddedIdentifier, ..it })?;
    let fits = if number.starts_with(LA_POSTE) && number != LA_POSTE_HEAD_OFFICE {
        checksum::sum(number, &[1; 14]).is_multiple_of(5)
    } else {
        checksum::luhn(number)
    };
    if fits { Ok(()) } else { Err(Refusal::check_digit(13)) }
}

fn decode(number: &str) -> Decoded {
    Decoded {
        establishment: Some(number[9..].to_owned()),
        embedded: vec![Embedded { scheme: Scheme::FrSiren, value: number[..9].to_owned() }],
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// The example of the French Wikipedia's article on the SIRET.
    #[test]
    fn the_encyclopedias_example() {
        let verdict = check(Scheme::FrSiret, "732 829 320 00074", Presentation::Lenient);
        assert_eq!(verdict.formatted(), Some("732 829 320 00074"));
        let decoded = verdict.decoded().unwrap();
        assert_eq!(
            (decoded.establishment.as_deref(), decoded.embedded[0].value.as_str()),
            (Some("00074"), "732829320")
        );
        let verdict = check(Scheme::FrSiret, "73282932000075", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(14)));
        let verdict = check(Scheme::FrSiret, "73282932100073", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadEmbeddedIdentifier), Some(9)));
    }

    /// 3 + 5 + 6 = 14, so the last five digits add up to 1 or 6 and so on; the head office's (NIC 00048) to 12.
    #[test]
    fn la_poste_has_its_own_rule() {
        assert!(is_valid(Scheme::FrSiret, "35600000000048"));
        assert!(is_valid(Scheme::FrSiret, "35600000049837"));
        assert!(is_valid(Scheme::FrSiret, "35600000000001"));
        assert!(!is_valid(Scheme::FrSiret, "35600000000002"));
    }
}
