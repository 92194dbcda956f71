//! Numbers of the one stop shop for sellers from outside of the Union: EU and nine digits (services), IM and ten (imports).
//!
//! The first three digits are the member that gave the number, ISO 3166-1 numeric, 900 for Northern Ireland. The rule of the check digit is not
//! published (Commission Implementing Regulation 2020/194; python-stdnum). Intermediaries' numbers (IN) are not for invoices and not taken here.

use crate::{
    Decoded, Kind, Reason, Refusal, Term,
    check::fits,
    rules::{Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "One stop shop VAT number",
    kind: Kind::Vat,
    lengths: &[11, 12],
    separators: Separators::VAT,
    check,
    one_in: 36,
    decode,
    ..Rules::DEFAULT
};

const MEMBERS: [(&[u8; 3], &str); 28] = [
    (b"040", "AT"),
    (b"056", "BE"),
    (b"100", "BG"),
    (b"191", "HR"),
    (b"196", "CY"),
    (b"203", "CZ"),
    (b"208", "DK"),
    (b"233", "EE"),
    (b"246", "FI"),
    (b"250", "FR"),
    (b"276", "DE"),
    (b"300", "GR"),
    (b"348", "HU"),
    (b"372", "IE"),
    (b"380", "IT"),
    (b"428", "LV"),
    (b"440", "LT"),
    (b"442", "LU"),
    (b"470", "MT"),
    (b"528", "NL"),
    (b"616", "PL"),
    (b"620", "PT"),
    (b"642", "RO"),
    (b"703", "SK"),
    (b"705", "SI"),
    (b"724", "ES"),
    (b"752", "SE"),
    (b"900", "GB"),
];

fn member(digits: &[u8]) -> Option<&'static str> {
    MEMBERS.iter().find(|(code, _)| digits.starts_with(*code)).map(|(_, country)| *country)
}

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    match &number[..2] {
        b"EU" => fits(&[11], number.len())?,
        b"IM" => fits(&[12], number.len())?,
        _ => return Err(Refusal::at(Reason::WrongPrefix, 0)),
    }
    shape::digits_at(number, 2..number.len())?;
    if member(&number[2..]).is_some() { Ok(()) } else { Err(Refusal::at(Reason::UnknownCountry, 2)) }
}

fn decode(number: &str) -> Decoded {
    let scheme = match &number[..2] {
        "EU" => Term::named("EU", "Services, non-Union scheme"),
        _ => Term::named("IM", "Import scheme"),
    };
    Decoded {
        country: member(&number.as_bytes()[2..]).map(str::to_owned),
        entity_type: Some(scheme),
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// python-stdnum's example.
    #[test]
    fn the_member_that_gave_it_is_decoded() {
        let verdict = check(Scheme::EuOss, "EU 372022452", Presentation::Lenient);
        assert_eq!(verdict.normalised(), Some("EU372022452"));
        assert_eq!(verdict.decoded().unwrap().country.as_deref(), Some("IE"));
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (number, reason, position) in [
            ("EU 999022452", Reason::UnknownCountry, Some(4)),
            ("EU3720224521", Reason::TooLong, None),
            ("IM372022452", Reason::TooShort, None),
            ("IN3720224521", Reason::WrongPrefix, Some(1)),
        ] {
            let verdict = check(Scheme::EuOss, number, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), position), "{number}");
            if !number.starts_with("IN") {
                let verdict = check(Scheme::EuVat, number, Presentation::Lenient);
                assert_eq!((verdict.reason(), verdict.position()), (Some(reason), position), "{number}");
            }
        }
    }
}
