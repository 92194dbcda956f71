//! Cyprus: the VAT number, eight digits and a letter: places 2, 4, 6, 8 as they are, places 1, 3, 5, 7 by a table, modulo 26.
//!
//! Numbers beginning 12 are not given (the Commission's check algorithms).

use crate::{
    Kind, Reason, Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static VAT: Rules = Rules {
    name: "VAT number",
    local_name: Some("Αριθμός εγγραφής ΦΠΑ"),
    country: Some("CY"),
    kind: Kind::Vat,
    lengths: &[9],
    separators: Separators::VAT,
    prefixes: &["CY"],
    check,
    one_in: 26,
    format: Format::Pattern("CY#########"),
    ..Rules::DEFAULT
};

/// Of the digits in odd places.
const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 0..8)?;
    shape::letters_at(number, 8..9)?;
    if number.starts_with(b"12") {
        return Err(Refusal::at(Reason::Reserved, 0));
    }
    let odd: u32 = number[..8].iter().step_by(2).map(|it| ODD[usize::from(it - b'0')]).sum();
    let even = checksum::sum(number, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let expected = b'A' + ((odd + even) % 26) as u8;
    if number[8] == expected { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Examples of python-stdnum and of its list of numbers found in use.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("CY-10259033P", "10259033P", "CY10259033P"), ("cy 00632993f", "00632993F", "CY00632993F")]
        {
            let verdict = check(Scheme::CyVat, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in [
            ("CY-10259033Z", Reason::BadCheckDigit, 12),
            ("CY12259033P", Reason::Reserved, 3),
            ("CY102590333", Reason::IllegalCharacter, 11),
        ] {
            let verdict = check(Scheme::CyVat, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }
}
