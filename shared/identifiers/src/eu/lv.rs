//! Latvia: the VAT number, eleven digits: a legal entity's number (first digit above 3), a person's code with the date of birth, or since 2017 one
//! that begins 32 and says nothing.
//!
//! Legal: weights 9 1 4 8 3 10 2 5 7 6 1, the sum leaves 3 modulo 11. Persons: 1 less the sum by weights 1 6 3 7 9 10 5 8 4 2, modulo 11, 10 as 0.

use crate::{
    Date, Decoded, Kind, Reason, Refusal, Term, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static PVN: Rules = Rules {
    name: "VAT number",
    local_name: Some("PVN reģistrācijas numurs"),
    country: Some("LV"),
    kind: Kind::Vat,
    lengths: &[11],
    separators: Separators::VAT,
    prefixes: &["LV"],
    check,
    one_in: 15,
    decode,
    format: Format::Pattern("LV###########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let fits = if is_legal(number) {
        checksum::sum(number, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
    } else {
        if !number.starts_with(b"32") && birth(number).is_none() {
            return Err(Refusal::at(Reason::ImpossibleDate, 0));
        }
        // 1 less the sum, in weights that are each 11 less the published ones.
        let sum = 1 + checksum::sum(&number[..10], &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]);
        sum % 11 % 10 == checksum::value36(number[10])
    };
    if fits { Ok(()) } else { Err(Refusal::check_digit(10)) }
}

fn is_legal(number: &[u8]) -> bool {
    number[0] > b'3'
}

/// Day, month, year, century: 0 for the nineteenth, 1 for the twentieth, 2 for the twenty-first.
fn birth(number: &[u8]) -> Option<Date> {
    let part = |from: usize| shape::value(&number[from..from + 2]) as u8;
    let century = match number[6] {
        b'0' => 1800,
        b'1' => 1900,
        b'2' => 2000,
        _ => return None,
    };
    Date::new(century + u16::from(part(4)), part(2), part(0))
}

fn decode(number: &str) -> Decoded {
    let bytes = number.as_bytes();
    if is_legal(bytes) {
        let entity_type = Some(Term::known("legal", "Legal entity", "Juridiska persona"));
        return Decoded { entity_type, ..Decoded::default() };
    }
    Decoded {
        entity_type: Some(Term::known("person", "Person", "Fiziska persona")),
        date: birth(bytes),
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Latvenergo's and airBaltic's own; python-stdnum's example of a person.
    #[test]
    fn published_numbers() {
        for (written, normalised, kind, date) in [
            ("LV 40003032949", "40003032949", "legal", None),
            ("LV4000-3245-752", "40003245752", "legal", None),
            ("161175-19997", "16117519997", "person", Some("1975-11-16")),
        ] {
            let verdict = check(Scheme::LvPvn, written, Presentation::Lenient);
            assert_eq!(verdict.normalised(), Some(normalised));
            let decoded = verdict.decoded().unwrap();
            assert_eq!(decoded.entity_type.as_ref().unwrap().code, kind);
            assert_eq!(decoded.date.map(|it| it.to_string()).as_deref(), date);
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (number, reason, position) in [
            ("LV 40003032940", Reason::BadCheckDigit, 14),
            ("16117519998", Reason::BadCheckDigit, 11),
            ("16137519997", Reason::ImpossibleDate, 1),
            ("16117539997", Reason::ImpossibleDate, 1),
        ] {
            let verdict = check(Scheme::LvPvn, number, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }

    /// By hand: 1 + 3 * 10 + 2 * 5 = 41 = 3 * 11 + 8.
    #[test]
    fn codes_without_a_date_begin_with_32() {
        let verdict = check(Scheme::LvPvn, "32000000008", Presentation::Strict);
        assert_eq!(verdict.decoded().unwrap().date, None);
        assert!(verdict.is_valid());
    }
}
