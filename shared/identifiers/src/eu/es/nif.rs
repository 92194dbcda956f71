//! NIF: the tax number of everybody in Spain; the first character says what it is of.
//!
//! Real Decreto 1065/2007: a DNI, an NIE, the number of an entity (CIF), or K, L, M and seven digits for persons who have neither DNI nor NIE, with the
//! DNI's letter.

use crate::{
    Decoded, Embedded, Kind, Refusal, Scheme, Term,
    eu::es::{cif, dni, nie},
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Tax number",
    local_name: Some("Número de identificación fiscal (NIF)"),
    country: Some("ES"),
    kind: Kind::Tax,
    lengths: &[9],
    separators: Separators::VAT,
    prefixes: &["ES"],
    check,
    one_in: 18,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    match number[0] {
        b'0'..=b'9' => dni::check(number),
        b'X'..=b'Z' => nie::check(number),
        b'K'..=b'M' => {
            shape::digits_at(number, 1..8)?;
            dni::letter(number, shape::value(&number[1..8]))
        }
        _ => cif::check(number),
    }
}

fn decode(number: &str) -> Decoded {
    let embedded = |scheme| vec![Embedded { scheme, value: number.to_owned() }];
    let person = |name, local_name, embedded| Decoded {
        entity_type: Some(Term::known("person", name, local_name)),
        embedded,
        ..Decoded::default()
    };
    match number.as_bytes()[0] {
        b'0'..=b'9' => person("Spaniard", "Español", embedded(Scheme::EsDni)),
        b'X'..=b'Z' => person("Foreigner", "Extranjero", embedded(Scheme::EsNie)),
        b'K' => person("Spaniard under 14 without DNI", "Español menor de 14 años", Vec::new()),
        b'L' => person("Spaniard abroad without DNI", "Español residente en el extranjero", Vec::new()),
        b'M' => person("Foreigner without NIE", "Extranjero que no tiene NIE", Vec::new()),
        _ => Decoded { embedded: embedded(Scheme::EsCif), ..cif::decode(number) },
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The numbers of the files on the parts, and by hand for K, L, M: 1234567 leaves 19, L.
    #[test]
    fn every_kind_of_holder() {
        for (written, scheme) in [
            ("12345678Z", Some(Scheme::EsDni)),
            ("ES X1234567L", Some(Scheme::EsNie)),
            ("ESA58818501", Some(Scheme::EsCif)),
            ("K1234567L", None),
            ("L1234567L", None),
            ("ESM1234567L", None),
        ] {
            let verdict = check(Scheme::EsNif, written, Presentation::Lenient);
            let decoded = verdict.decoded().unwrap();
            assert_eq!(decoded.embedded.first().map(|it| it.scheme), scheme, "{written}");
            assert!(decoded.entity_type.is_some(), "{written}");
        }
    }

    #[test]
    fn places_count_from_what_was_typed() {
        let verdict = check(Scheme::EsNif, "ES-12345678-A", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(13)));
        let verdict = check(Scheme::EsNif, "I1234567L", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::IllegalCharacter), Some(1)));
    }
}
