//! Belgium: the VAT number, which is the enterprise number: 0 or 1, seven digits, and 97 less what the first eight leave modulo 97.
//!
//! Numbers of nine digits are from before 2005 and have become 0 and the nine. 1 leads since the numbers with 0 ran out (2023).

use crate::{
    Kind, Refusal,
    number::Compact,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static VAT: Rules = Rules {
    name: "VAT number",
    local_name: Some("BTW-nummer, numéro de TVA"),
    country: Some("BE"),
    kind: Kind::Vat,
    lengths: &[10],
    separators: Separators::VAT,
    prefixes: &["BE"],
    short_lengths: &[9],
    complete,
    check,
    one_in: 485,
    format: Format::Pattern("BE ####.###.###"),
    ..Rules::DEFAULT
};

fn complete(number: &mut Compact) {
    if number.len() == 9 {
        number.pad(0, 10);
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"01")?;
    shape::not_zeros(number)?;
    let (head, check_digits) = number.split_at(8);
    if (shape::value(head) + shape::value(check_digits)).is_multiple_of(97) {
        Ok(())
    } else {
        Err(Refusal::check_digit(8))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Proximus' and AB InBev's own, and the first of them as it was before 2005.
    #[test]
    fn published_numbers() {
        for (written, formatted) in [
            ("BE 0202.239.951", "BE 0202.239.951"),
            ("be202.239.951", "BE 0202.239.951"),
            ("202239951", "BE 0202.239.951"),
            ("BE (0)202.239.951", "BE 0202.239.951"),
            ("0417497106", "BE 0417.497.106"),
        ] {
            assert_eq!(check(Scheme::BeVat, written, Presentation::Lenient).formatted(), Some(formatted));
        }
        assert_eq!(check(Scheme::BeVat, "202239951", Presentation::Strict).reason(), Some(Reason::TooShort));
    }

    #[test]
    fn first_digit_and_check_digits() {
        for (written, reason, position) in [
            ("BE 0202.239.952", Reason::BadCheckDigit, 14),
            ("BE 2202.239.951", Reason::IllegalCharacter, 4),
            ("BE 202.239.952", Reason::BadCheckDigit, 13),
            ("0000000000", Reason::Reserved, 1),
        ] {
            let verdict = check(Scheme::BeVat, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
