//! Portugal: the tax number (NIF, of entities NIPC), nine digits, weights 9 to 2 modulo 11. The first digits say what it is of (Decreto-Lei 14/2013 and the
//! tax authority's lists).

use crate::{
    Decoded, Kind, Refusal, Term, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static NIF: Rules = Rules {
    name: "Tax number",
    local_name: Some("Número de identificação fiscal (NIF)"),
    country: Some("PT"),
    kind: Kind::Tax,
    lengths: &[9],
    separators: Separators::VAT,
    prefixes: &["PT"],
    check,
    one_in: 10,
    decode,
    format: Format::Pattern("### ### ###"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"123456789")?;
    let rest = checksum::sum(&number[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let expected = if rest < 2 { 0 } else { 11 - rest };
    if checksum::value36(number[8]) == expected { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

/// The longer beginnings first.
const HOLDERS: [(&str, &str, &str); 19] = [
    ("45", "Person not resident", "Pessoa singular não residente"),
    ("70", "Undivided inheritance", "Herança indivisa"),
    ("71", "Entity not resident", "Pessoa coletiva não residente"),
    ("72", "Investment fund", "Fundo de investimento"),
    ("74", "Undivided inheritance", "Herança indivisa"),
    ("75", "Undivided inheritance", "Herança indivisa"),
    ("77", "Numbered by the authority", "Atribuição oficiosa"),
    ("78", "Not resident, for refunds of VAT", "Não residente, reembolso de IVA"),
    ("79", "Exceptional regime", "Regime excecional"),
    ("90", "Condominium or irregular company", "Condomínio ou sociedade irregular"),
    ("91", "Condominium or irregular company", "Condomínio ou sociedade irregular"),
    ("98", "Not resident, without establishment", "Não residente sem estabelecimento estável"),
    ("99", "Civil-law company", "Sociedade civil"),
    ("1", "Person", "Pessoa singular"),
    ("2", "Person", "Pessoa singular"),
    ("3", "Person", "Pessoa singular"),
    ("5", "Entity", "Pessoa coletiva"),
    ("6", "Public body", "Pessoa coletiva pública"),
    ("8", "Sole trader", "Empresário em nome individual"),
];

fn decode(number: &str) -> Decoded {
    let holder = HOLDERS.iter().find(|(beginning, ..)| number.starts_with(beginning));
    let entity_type = holder.map(|(beginning, name, local_name)| Term::known(beginning, name, local_name));
    Decoded { entity_type, ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Galp's and EDP's own.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in
            [("PT 504 499 777", "504499777", "504 499 777"), ("500697256", "500697256", "500 697 256")]
        {
            let verdict = check(Scheme::PtNif, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in
            [("PT 504 499 778", Reason::BadCheckDigit, 14), ("004499777", Reason::IllegalCharacter, 1)]
        {
            let verdict = check(Scheme::PtNif, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }

    #[test]
    fn the_first_digits_say_what_it_is_of() {
        for (number, name) in [("504499777", "Entity"), ("600000001", "Public body")] {
            let verdict = check(Scheme::PtNif, number, Presentation::Strict);
            assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().name, Some(name));
        }
    }
}
