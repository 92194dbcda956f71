//! Lithuania: the VAT number, nine digits for legal entities (the eighth is 1), twelve for others and temporary payers (the eleventh is 1).
//!
//! Weights 1 to 9 and from 1 again, modulo 11; where that leaves 10, the same from 3, where 10 counts as 0.

use crate::{
    Decoded, Kind, Refusal, Term, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static PVM: Rules = Rules {
    name: "VAT number",
    local_name: Some("PVM mokėtojo kodas"),
    country: Some("LT"),
    kind: Kind::Vat,
    lengths: &[9, 12],
    separators: Separators::VAT,
    prefixes: &["LT"],
    check,
    one_in: 100,
    decode,
    format: Format::Pattern("LT#"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let last = number.len() - 1;
    shape::one_of(number, last - 1, b"1")?;
    let digits = &number[..last];
    let first = checksum::sum(digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2]) % 11;
    let expected =
        if first == 10 { checksum::sum(digits, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4]) % 11 % 10 } else { first };
    if checksum::value36(number[last]) == expected { Ok(()) } else { Err(Refusal::check_digit(last)) }
}

fn decode(number: &str) -> Decoded {
    let entity_type = match number.len() {
        9 => Term::known("legal", "Legal entity", "Juridinis asmuo"),
        _ => Term::named("other", "Person or temporary taxpayer"),
    };
    Decoded { entity_type: Some(entity_type), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Telia Lietuva's own; numbers of twelve digits from python-stdnum and from lists of examples.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in [
            ("LT 212154314", "212154314", "LT212154314"),
            ("LT100001919017", "100001919017", "LT100001919017"),
            ("LT290061371314", "290061371314", "LT290061371314"),
        ] {
            let verdict = check(Scheme::LtPvm, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in [
            ("LT 212154315", Reason::BadCheckDigit, 12),
            ("LT 212154324", Reason::IllegalCharacter, 11),
            ("100001919018", Reason::BadCheckDigit, 12),
        ] {
            let verdict = check(Scheme::LtPvm, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
