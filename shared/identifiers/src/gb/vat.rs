//! British VAT number: nine digits (twelve with a branch), or GD and HA with three for government departments and health authorities.
//!
//! The weighted sum with the two check digits is a multiple of 97 (before 2009), or short of one by 55 (the "97-55" numbers since). Numbers below
//! 100 0000 00 are of the first kind only.

use crate::{
    Decoded, Kind, Reason, Refusal, Term, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "VAT number",
    local_name: Some("VAT registration number"),
    country: Some("GB"),
    kind: Kind::Vat,
    lengths: &[5, 9, 11, 12],
    separators: Separators::DASH_DOT,
    prefixes: &["GB", "XI"],
    check,
    one_in: 32,
    decode,
    format: Format::By(format),
    ..Rules::DEFAULT
};

const WEIGHTS: [u32; 9] = [8, 7, 6, 5, 4, 3, 2, 10, 1];

fn check(number: &[u8]) -> Result<(), Refusal> {
    match number.len() {
        5 => public_body(number, 2),
        11 => {
            if &number[2..6] != b"8888" {
                return Err(Refusal::at(Reason::WrongPrefix, 2));
            }
            shape::digits_at(number, 9..11)?;
            public_body(number, 6)?;
            let fits = shape::value(&number[6..9]) % 97 == shape::value(&number[9..]);
            if fits { Ok(()) } else { Err(Refusal::check_digit(9)) }
        }
        _ => {
            shape::digits(number)?;
            let rest = checksum::sum(&number[..9], &WEIGHTS) % 97;
            let old = rest == 0;
            // 55 short of a multiple leaves 42; genuine numbers that leave 55 are known, too.
            let new = &number[..3] >= b"100".as_slice() && matches!(rest, 42 | 55);
            if old || new { Ok(()) } else { Err(Refusal::check_digit(7)) }
        }
    }
}

/// GD 000 to 499, HA 500 to 999; the three digits begin at `start`.
fn public_body(number: &[u8], start: usize) -> Result<(), Refusal> {
    let department = number.starts_with(b"GD");
    if !department && !number.starts_with(b"HA") {
        return Err(Refusal::at(Reason::WrongPrefix, 0));
    }
    shape::digits_at(number, start..start + 3)?;
    let below = number[start] < b'5';
    if below == department { Ok(()) } else { Err(Refusal::at(Reason::UnknownEntityType, start)) }
}

fn decode(number: &str) -> Decoded {
    let entity_type = match &number[..2] {
        "GD" => Some(Term::named("GD", "Government department")),
        "HA" => Some(Term::named("HA", "Health authority")),
        _ => None,
    };
    let establishment = if number.len() == 12 { Some(number[9..].to_owned()) } else { None };
    Decoded { entity_type, establishment, ..Decoded::default() }
}

fn format(number: &str) -> String {
    match number.len() {
        9 => format!("GB {} {} {}", &number[..3], &number[3..7], &number[7..]),
        12 => format!("GB {} {} {} {}", &number[..3], &number[3..7], &number[7..9], &number[9..]),
        _ => format!("GB {number}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// HM Revenue and Customs' published way: 8 to 2 times the first seven digits, 97 taken off until the rest is negative. Tesco's number by
    /// hand: 16 + 14 + 0 + 20 + 12 + 0 + 4 = 66, 66 - 97 = -31, so the check digits are 31.
    #[test]
    fn the_published_way_by_hand() {
        assert!(is_valid(Scheme::GbVat, "GB 220 4302 31"));
        assert_eq!(check(Scheme::GbVat, "220430232", Presentation::Strict).reason(), Some(Reason::BadCheckDigit));
        // The same with 55 added to the sum: 121 - 194 = -73.
        assert!(is_valid(Scheme::GbVat, "220430273"));
    }

    #[test]
    fn public_bodies_have_their_own_ranges() {
        let reason = |number| check(Scheme::GbVat, number, Presentation::Lenient).reason();
        assert_eq!(reason("GBGD499"), None);
        assert_eq!(reason("GBHA500"), None);
        assert_eq!(reason("GBGD500"), Some(Reason::UnknownEntityType));
        assert_eq!(reason("GBHA499"), Some(Reason::UnknownEntityType));
        assert_eq!(reason("GBGD888800101"), None);
        assert_eq!(reason("GBGD888800102"), Some(Reason::BadCheckDigit));
    }
}
