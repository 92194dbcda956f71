//! Bulgaria: the VAT number, nine digits for legal entities (their UIC), ten for others: a citizen's EGN, a foreigner's PNF, or a number of its own.
//!
//! Nine: weights 1 to 8 modulo 11, where that leaves 10 weights 3 to 10. PNF: weights 21 19 17 13 11 9 7 3 1 modulo 10. Others: weights 4 3 2 7 6 5 4 3 2
//! modulo 11 (the Commission's check algorithms).

use crate::{
    Decoded, Kind, Refusal, Term, checksum,
    eu::bg::egn,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "VAT number",
    local_name: Some("Идентификационен номер по ДДС"),
    country: Some("BG"),
    kind: Kind::Vat,
    lengths: &[9, 10],
    separators: Separators::VAT,
    prefixes: &["BG"],
    check,
    one_in: 6,
    decode,
    format: Format::Pattern("BG#"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    let last = number.len() - 1;
    let fits =
        if last == 8 { legal(number) } else { foreigner(number) || other(number) || egn::birth(number).is_some() };
    if fits { Ok(()) } else { Err(Refusal::check_digit(last)) }
}

fn legal(number: &[u8]) -> bool {
    let first = checksum::sum(&number[..8], &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
    let expected = if first == 10 { checksum::sum(&number[..8], &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
    checksum::value36(number[8]) == expected
}

fn foreigner(number: &[u8]) -> bool {
    let expected = checksum::sum(&number[..9], &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
    checksum::value36(number[9]) == expected
}

fn other(number: &[u8]) -> bool {
    // A remainder of 1 asks for a check digit of 10, which nothing is.
    checksum::sum(number, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// The date is that of an EGN; one in six numbers of the other kinds with a possible date is an EGN by chance.
fn decode(number: &str) -> Decoded {
    if number.len() == 9 {
        let entity_type = Some(Term::known("legal", "Legal entity", "Юридическо лице"));
        return Decoded { entity_type, ..Decoded::default() };
    }
    match egn::birth(number.as_bytes()) {
        Some((date, sex)) => Decoded {
            entity_type: Some(Term::known("person", "Person", "Физическо лице")),
            date: Some(date),
            sex: Some(sex),
            ..Decoded::default()
        },
        None => Decoded { entity_type: Some(Term::named("other", "Foreigner or other")), ..Decoded::default() },
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Sex, check};

    /// Sopharma's and Yettel's own; python-stdnum's examples of ten digits.
    #[test]
    fn published_numbers() {
        for (written, formatted, kind) in [
            ("BG 831902088", "BG831902088", "legal"),
            ("BG130460283", "BG130460283", "legal"),
            ("752316 926 3", "BG7523169263", "person"),
        ] {
            let verdict = check(Scheme::BgVat, written, Presentation::Lenient);
            assert_eq!(verdict.formatted(), Some(formatted));
            assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().code, kind, "{written}");
        }
        let verdict = check(Scheme::BgVat, "7523169263", Presentation::Strict);
        let decoded = verdict.decoded().unwrap();
        assert_eq!((decoded.date.unwrap().to_string(), decoded.sex), ("1875-03-16".to_owned(), Some(Sex::Male)));
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (number, reason, position) in [
            ("BG 831902089", Reason::BadCheckDigit, 12),
            ("752316 926 4", Reason::BadCheckDigit, 12),
            ("0000000000", Reason::Reserved, 1),
        ] {
            let verdict = check(Scheme::BgVat, number, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
