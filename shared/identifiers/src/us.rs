//! United States: Employer Identification Number, two digits of the issuing campus and seven more, no check digit.
//!
//! The prefixes are the Internal Revenue Service's "How EINs are assigned and valid EIN prefixes".

use crate::{
    Decoded, Kind, Reason, Refusal, Term,
    rules::{Format, Rules},
    shape,
};

pub(crate) static EIN: Rules = Rules {
    name: "Employer Identification Number",
    country: Some("US"),
    kind: Kind::Tax,
    lengths: &[9],
    check,
    one_in: 1,
    decode,
    format: Format::Pattern("##-#######"),
    ..Rules::DEFAULT
};

/// Who issues numbers, and with which prefixes. A prefix that moved stands with who uses it now.
const ISSUERS: [(&str, &[u8]); 12] = [
    ("Andover", &[10, 12]),
    ("Atlanta", &[60, 67]),
    ("Austin", &[50, 53]),
    ("Brookhaven", &[1, 2, 3, 4, 5, 6, 11, 13, 14, 16, 21, 22, 23, 25, 34, 51, 52, 54, 55, 56, 57, 58, 59, 65]),
    ("Cincinnati", &[30, 32, 35, 36, 37, 38, 61]),
    ("Fresno", &[15, 24]),
    ("Internet", &[20, 26, 27, 45, 46, 47, 81, 82, 83, 84, 85, 86, 87, 88, 92, 93, 98, 99]),
    ("Kansas City", &[40, 44]),
    ("Memphis", &[94, 95]),
    ("Ogden", &[80, 90]),
    ("Philadelphia", &[33, 39, 41, 42, 43, 46, 48, 62, 63, 64, 66, 68, 71, 72, 73, 74, 75, 76, 77, 91]),
    ("Small Business Administration", &[31]),
];

const KNOWN: u128 = {
    let mut known = 0;
    let mut issuer = 0;
    while issuer < ISSUERS.len() {
        let mut at = 0;
        while at < ISSUERS[issuer].1.len() {
            known |= 1 << ISSUERS[issuer].1[at];
            at += 1;
        }
        issuer += 1;
    }
    known
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if KNOWN & (1 << shape::value(&number[..2])) == 0 { Err(Refusal::at(Reason::WrongPrefix, 0)) } else { Ok(()) }
}

fn decode(number: &str) -> Decoded {
    let prefix = shape::value(&number.as_bytes()[..2]) as u8;
    let issuer = ISSUERS.iter().find(|(_, prefixes)| prefixes.contains(&prefix));
    Decoded { authority: issuer.map(|(name, _)| Term::named(&number[..2], name)), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Microsoft's number, from its filings with the Securities and Exchange Commission.
    #[test]
    fn prefixes_of_the_list_only() {
        let verdict = check(Scheme::UsEin, "91-1144442", Presentation::Lenient);
        assert_eq!(verdict.decoded().unwrap().authority.as_ref().unwrap().name, Some("Philadelphia"));
        assert_eq!(verdict.formatted(), Some("91-1144442"));
        for prefix in
            ["00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"]
        {
            let verdict = check(Scheme::UsEin, &format!("{prefix}1144442"), Presentation::Strict);
            assert_eq!(verdict.reason(), Some(Reason::WrongPrefix), "{prefix}");
        }
    }
}
