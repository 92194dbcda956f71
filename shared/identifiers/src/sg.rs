//! Singapore: Unique Entity Number. Three forms: business (eight digits and a letter), local company (year, five digits, letter), other (R, S or T
//! for the century, year, kind of entity, four characters, letter).
//!
//! The forms are published (uen.gov.sg); the check letters are not, they are as observed on all published numbers.

use crate::{
    Decoded, Kind, Reason, Refusal, Term, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static UEN: Rules = Rules {
    name: "Unique Entity Number",
    local_name: Some("UEN"),
    country: Some("SG"),
    kind: Kind::Company,
    lengths: &[9, 10],
    check,
    one_in: 26,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

/// Kinds of other entities, as uen.gov.sg lists them.
const KINDS: [(&str, &str); 38] = [
    ("CC", "Community club or centre"),
    ("CD", "Childcare centre (before)"),
    ("CH", "Charity"),
    ("CL", "Club"),
    ("CM", "Medical clinic"),
    ("CP", "Co-operative society"),
    ("CS", "School or centre for special education"),
    ("CX", "Other community body"),
    ("DP", "High commission or embassy"),
    ("FB", "Foreign bank or representative office"),
    ("FC", "Foreign company"),
    ("FM", "Foreign military unit"),
    ("FN", "Foreign representative office"),
    ("GA", "Government agency"),
    ("GB", "Government body"),
    ("GS", "Government school"),
    ("HS", "Hospital"),
    ("LL", "Limited liability partnership"),
    ("LP", "Limited partnership"),
    ("MB", "Bank"),
    ("MC", "Management corporation"),
    ("MD", "Medical or dental clinic"),
    ("MH", "Maternity home"),
    ("MM", "Insurer"),
    ("MQ", "Mosque"),
    ("NB", "News bureau"),
    ("NR", "Non-resident entity"),
    ("PA", "Government programme"),
    ("PB", "Private body"),
    ("PF", "Public accounting firm"),
    ("RF", "Representative office"),
    ("RP", "Religious place"),
    ("SM", "Student union"),
    ("SS", "Society"),
    ("TC", "Town council"),
    ("TU", "Trade union"),
    ("VH", "Veterinary hospital"),
    ("XL", "Other law firm"),
];

const OTHER_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";

fn check(number: &[u8]) -> Result<(), Refusal> {
    match number.len() {
        9 => {
            shape::digits_at(number, 0..8)?;
            shape::letters_at(number, 8..9)?;
            let sum = checksum::sum(&number[..8], &[10, 4, 9, 3, 8, 2, 7, 1]);
            letter(number, b"XMKECAWLJDB", sum)
        }
        _ if number[0].is_ascii_digit() => {
            shape::digits_at(number, 0..9)?;
            shape::letters_at(number, 9..10)?;
            if shape::value(&number[..4]) >= 2100 {
                return Err(Refusal::at(Reason::ImpossibleDate, 0));
            }
            let sum = checksum::sum(&number[..9], &[10, 8, 6, 4, 9, 7, 5, 3, 1]);
            letter(number, b"ZKCMDNERGWH", sum)
        }
        _ => other(number),
    }
}

fn letter(number: &[u8], letters: &[u8; 11], sum: u32) -> Result<(), Refusal> {
    let last = number.len() - 1;
    if number[last] == letters[(sum % 11) as usize] { Ok(()) } else { Err(Refusal::check_digit(last)) }
}

fn other(number: &[u8]) -> Result<(), Refusal> {
    shape::one_of(number, 0, b"RST")?;
    shape::digits_at(number, 1..3)?;
    shape::letters_at(number, 3..5)?;
    shape::digits_at(number, 5..9)?;
    if !KINDS.iter().any(|(code, _)| code.as_bytes() == &number[3..5]) {
        return Err(Refusal::at(Reason::UnknownEntityType, 3));
    }
    let value = |byte| OTHER_ALPHABET.iter().position(|it| *it == byte).unwrap_or(0) as u32;
    let sum: u32 = number[..9].iter().zip([4, 3, 5, 3, 10, 2, 2, 5, 7]).map(|(it, weight)| value(*it) * weight).sum();
    // 11 more keep it above zero; the sum less 5.
    let expected = OTHER_ALPHABET[((sum + 11 - 5) % 11) as usize];
    if number[9] == expected { Ok(()) } else { Err(Refusal::check_digit(9)) }
}

fn decode(number: &str) -> Decoded {
    let year = |digits: &str| Some(shape::value(digits.as_bytes()) as u16);
    if number.len() == 9 {
        return Decoded { entity_type: Some(Term::named("business", "Business")), ..Decoded::default() };
    }
    let century = match number.as_bytes()[0] {
        b'R' => 1800,
        b'S' => 1900,
        b'T' => 2000,
        _ => {
            return Decoded {
                entity_type: Some(Term::named("local_company", "Local company")),
                year: year(&number[..4]),
                ..Decoded::default()
            };
        }
    };
    let kind = KINDS.iter().find(|(code, _)| *code == &number[3..5]);
    Decoded {
        entity_type: kind.map(|(code, name)| Term::named(code, name)),
        year: year(&number[1..3]).map(|it| it + century),
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// Published numbers: DBS Bank, Singtel, Singapore Airlines; a public body's by hand: 693 less 5 leaves 6 modulo 11, which is G.
    #[test]
    fn published_numbers() {
        for number in ["196800306E", "199201624D", "197200078R", "T08GB0032G"] {
            let verdict = check(Scheme::SgUen, number, Presentation::Strict);
            assert_eq!(verdict.reason(), None, "{number}");
        }
        assert!(!is_valid(Scheme::SgUen, "196800306F"));
    }

    #[test]
    fn kinds_and_years() {
        let verdict = check(Scheme::SgUen, "196800306E", Presentation::Strict);
        assert_eq!(verdict.decoded().unwrap().year, Some(1968));
        assert_eq!(check(Scheme::SgUen, "T08ZZ0032G", Presentation::Strict).reason(), Some(Reason::UnknownEntityType));
    }
}
