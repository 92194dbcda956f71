//! Partita IVA: seven digits for the taxpayer, three for the office that gave the number, Luhn's check digit.

use crate::{
    Decoded, Kind, Reason, Refusal, checksum,
    eu::it::office,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "VAT number",
    local_name: Some("Partita IVA"),
    country: Some("IT"),
    kind: Kind::Vat,
    lengths: &[11],
    separators: Separators::VAT,
    prefixes: &["IT"],
    check,
    one_in: 95,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if number.starts_with(b"0000000") {
        return Err(Refusal::at(Reason::Reserved, 0));
    }
    if !office::exists(&number[7..10]) {
        return Err(Refusal::at(Reason::UnknownAuthority, 7));
    }
    if checksum::luhn(number) { Ok(()) } else { Err(Refusal::check_digit(10)) }
}

fn decode(number: &str) -> Decoded {
    let office = &number[7..10];
    Decoded { authority: Some(office::term(office)), region: office::province(office), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Ferrero's, Eni's and Telecom Italia's own numbers: offices of Cuneo, Rome and Turin.
    #[test]
    fn published_numbers() {
        for (written, code, province) in [
            ("IT 00934460049", "004", Some("Cuneo")),
            ("00905811006", "100", None),
            ("IT00488410010", "001", Some("Torino")),
        ] {
            let verdict = check(Scheme::ItIva, written, Presentation::Lenient);
            let decoded = verdict.decoded().unwrap();
            assert_eq!(decoded.authority.as_ref().unwrap().code, code, "{written}");
            assert_eq!(decoded.region.as_ref().and_then(|it| it.name), province, "{written}");
        }
    }

    #[test]
    fn office_and_check_digit() {
        for (number, reason, position) in [
            ("00934460040", Reason::BadCheckDigit, 11),
            ("00934461229", Reason::UnknownAuthority, 8),
            ("00934460009", Reason::UnknownAuthority, 8),
            ("00000000049", Reason::Reserved, 1),
        ] {
            let verdict = check(Scheme::ItIva, number, Presentation::Strict);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
