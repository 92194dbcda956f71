//! CNP, the number of persons: sex and century, date of birth, county, sequence, check digit by weights 2 7 9 1 4 6 3 5 8 2 7 9 modulo 11, 10 as 1.

use crate::{Date, Decoded, Reason, Refusal, Sex, Term, checksum, shape};

/// By code, from 01; 49 and 50 do not exist.
const COUNTIES: [&str; 52] = [
    "Alba",
    "Arad",
    "Argeș",
    "Bacău",
    "Bihor",
    "Bistrița-Năsăud",
    "Botoșani",
    "Brașov",
    "Brăila",
    "Buzău",
    "Caraș-Severin",
    "Cluj",
    "Constanța",
    "Covasna",
    "Dâmbovița",
    "Dolj",
    "Galați",
    "Gorj",
    "Harghita",
    "Hunedoara",
    "Ialomița",
    "Iași",
    "Ilfov",
    "Maramureș",
    "Mehedinți",
    "Mureș",
    "Neamț",
    "Olt",
    "Prahova",
    "Satu Mare",
    "Sălaj",
    "Sibiu",
    "Suceava",
    "Teleorman",
    "Timiș",
    "Tulcea",
    "Vaslui",
    "Vâlcea",
    "Vrancea",
    "București",
    "București, Sector 1",
    "București, Sector 2",
    "București, Sector 3",
    "București, Sector 4",
    "București, Sector 5",
    "București, Sector 6",
    "București, Sector 7",
    "București, Sector 8",
    "",
    "",
    "Călărași",
    "Giurgiu",
];

/// Thirteen digits come in, the first not 0.
pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    let centuries: &[u16] = match number[0] {
        b'3' | b'4' => &[1800],
        b'5' | b'6' => &[2000],
        b'1' | b'2' => &[1900],
        // Foreigners: the century is not said.
        _ => &[1900, 2000],
    };
    if centuries.iter().all(|it| date(number, *it).is_none()) {
        return Err(Refusal::at(Reason::ImpossibleDate, 1));
    }
    if !matches!(county(number), 1..=48 | 51 | 52 | 70 | 80..=83) {
        return Err(Refusal::at(Reason::UnknownRegion, 7));
    }
    let expected = match checksum::sum(&number[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
        10 => 1,
        rest => rest,
    };
    if checksum::value36(number[12]) == expected { Ok(()) } else { Err(Refusal::check_digit(12)) }
}

fn date(number: &[u8], century: u16) -> Option<Date> {
    let part = |from: usize| shape::value(&number[from..from + 2]) as u8;
    Date::new(century + u16::from(part(1)), part(3), part(5))
}

fn county(number: &[u8]) -> usize {
    shape::value(&number[7..9]) as usize
}

pub(super) fn decode(number: &str) -> Decoded {
    let bytes = number.as_bytes();
    let date = match bytes[0] {
        b'1' | b'2' => date(bytes, 1900),
        b'3' | b'4' => date(bytes, 1800),
        b'5' | b'6' => date(bytes, 2000),
        _ => None,
    };
    let sex = match bytes[0] {
        b'9' => None,
        odd if odd % 2 == 1 => Some(Sex::Male),
        _ => Some(Sex::Female),
    };
    let code = &number[7..9];
    let name = county(bytes).checked_sub(1).and_then(|it| COUNTIES.get(it));
    Decoded {
        entity_type: Some(Term::known("person", "Person", "Persoană fizică")),
        region: Some(name.map_or_else(|| Term::unknown(code), |name| Term::named(code, name))),
        date,
        sex,
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Sex, check};

    /// python-stdnum's example: a man born on 15 June 1963; county 12 is Cluj.
    #[test]
    fn a_persons_number() {
        let verdict = check(Scheme::RoCf, "1630615123457", Presentation::Strict);
        let decoded = verdict.decoded().unwrap();
        assert_eq!((decoded.date.unwrap().to_string(), decoded.sex), ("1963-06-15".to_owned(), Some(Sex::Male)));
        assert_eq!(decoded.region.as_ref().unwrap().name, Some("Cluj"));
        assert_eq!(verdict.formatted(), Some("1630615123457"));
    }

    #[test]
    fn date_county_and_check_digit() {
        for (number, reason, position) in [
            ("1631315123457", Reason::ImpossibleDate, 2),
            ("1630615493457", Reason::UnknownRegion, 8),
            ("1630615123458", Reason::BadCheckDigit, 13),
        ] {
            let verdict = check(Scheme::RoCf, number, Presentation::Strict);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
