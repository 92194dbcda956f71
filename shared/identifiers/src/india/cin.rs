//! Corporate Identification Number of India's Ministry of Corporate Affairs: listed or not, industry (five digits), state, year, kind of company,
//! six digits. No check digit.

use crate::{
    Decoded, Kind, Reason, Refusal, Term,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Corporate Identification Number",
    local_name: Some("CIN"),
    country: Some("IN"),
    kind: Kind::Company,
    lengths: &[21],
    check,
    one_in: 1_000_000,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

const KINDS: [(&str, &str); 12] = [
    ("FLC", "Financial lease company as public limited"),
    ("FTC", "Subsidiary of a foreign company, private limited"),
    ("GAP", "General association, public"),
    ("GAT", "General association, private"),
    ("GOI", "Company of the Government of India"),
    ("NPL", "Not-for-profit company"),
    ("OPC", "One person company"),
    ("PLC", "Public limited company"),
    ("PTC", "Private limited company"),
    ("SGC", "Company of a state government"),
    ("ULL", "Public limited company with unlimited liability"),
    ("ULT", "Private limited company with unlimited liability"),
];

/// Registers' codes of the states; several states have had more than one.
const STATES: [(&str, &str); 44] = [
    ("AN", "Andaman and Nicobar Islands"),
    ("AP", "Andhra Pradesh"),
    ("AR", "Arunachal Pradesh"),
    ("AS", "Assam"),
    ("BR", "Bihar"),
    ("CH", "Chandigarh"),
    ("CT", "Chhattisgarh"),
    ("CG", "Chhattisgarh"),
    ("DD", "Daman and Diu"),
    ("DL", "Delhi"),
    ("DN", "Dadra and Nagar Haveli"),
    ("GA", "Goa"),
    ("GJ", "Gujarat"),
    ("HP", "Himachal Pradesh"),
    ("HR", "Haryana"),
    ("JH", "Jharkhand"),
    ("JK", "Jammu and Kashmir"),
    ("KA", "Karnataka"),
    ("KL", "Kerala"),
    ("LA", "Ladakh"),
    ("LD", "Lakshadweep"),
    ("LH", "Ladakh"),
    ("MH", "Maharashtra"),
    ("ML", "Meghalaya"),
    ("MN", "Manipur"),
    ("MP", "Madhya Pradesh"),
    ("MZ", "Mizoram"),
    ("NL", "Nagaland"),
    ("OD", "Odisha"),
    ("OR", "Odisha"),
    ("PB", "Punjab"),
    ("PN", "Puducherry"),
    ("PY", "Puducherry"),
    ("RJ", "Rajasthan"),
    ("SK", "Sikkim"),
    ("TG", "Telangana"),
    ("TN", "Tamil Nadu"),
    ("TR", "Tripura"),
    ("TS", "Telangana"),
    ("TZ", "Tamil Nadu (Coimbatore)"),
    ("UK", "Uttarakhand"),
    ("UP", "Uttar Pradesh"),
    ("UR", "Uttarakhand"),
    ("WB", "West Bengal"),
];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::one_of(number, 0, b"LU")?;
    shape::digits_at(number, 1..6)?;
    shape::letters_at(number, 6..8)?;
    shape::digits_at(number, 8..12)?;
    shape::letters_at(number, 12..15)?;
    shape::digits_at(number, 15..21)?;
    if !STATES.iter().any(|(code, _)| code.as_bytes() == &number[6..8]) {
        return Err(Refusal::at(Reason::UnknownRegion, 6));
    }
    // The first Companies Act of India is of 1850.
    if !(1850..2100).contains(&shape::value(&number[8..12])) {
        return Err(Refusal::at(Reason::ImpossibleDate, 8));
    }
    let known = KINDS.iter().any(|(code, _)| code.as_bytes() == &number[12..15]);
    if known { Ok(()) } else { Err(Refusal::at(Reason::UnknownEntityType, 12)) }
}

fn decode(number: &str) -> Decoded {
    let term = |table: &[(&str, &'static str)], code: &str| {
        table.iter().find(|(it, _)| *it == code).map(|(_, name)| Term::named(code, name))
    };
    Decoded {
        industry: Some(Term::unknown(&number[1..6])),
        region: term(&STATES, &number[6..8]),
        year: Some(shape::value(&number.as_bytes()[8..12]) as u16),
        entity_type: term(&KINDS, &number[12..15]),
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Reliance Industries, as it prints it in its annual report.
    #[test]
    fn a_listed_company() {
        let verdict = check(Scheme::InCin, "L17110MH1973PLC019786", Presentation::Strict);
        let decoded = verdict.decoded().unwrap();
        assert_eq!(decoded.year, Some(1973));
        assert_eq!(decoded.region.as_ref().unwrap().name, Some("Maharashtra"));
        assert_eq!(decoded.entity_type.as_ref().unwrap().name, Some("Public limited company"));
    }

    #[test]
    fn reasons() {
        for (number, reason, position) in [
            ("X17110MH1973PLC019786", Reason::IllegalCharacter, 1),
            ("L17110QQ1973PLC019786", Reason::UnknownRegion, 7),
            ("L17110MH1773PLC019786", Reason::ImpossibleDate, 9),
            ("L17110MH1973PLX019786", Reason::UnknownEntityType, 13),
        ] {
            let verdict = check(Scheme::InCin, number, Presentation::Strict);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
