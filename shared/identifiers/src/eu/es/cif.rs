//! CIF: the tax number of entities, a letter for the kind of entity, seven digits, and a check character: a digit, or the letter that stands for it.
//!
//! Kinds: Orden EHA/451/2008, article 3. The check digit is Luhn's; the check letter is the digit's place in JABCDEFGHI. Companies, communities of
//! owners and the like (A, B, E, H) have the digit, public and foreign entities (N, P, Q, R, S, W) the letter, others either. Entities from abroad, whose
//! digits begin 00, have the letter whatever they are.

use crate::{
    Decoded, Kind, Refusal, Term, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Tax number of entities",
    local_name: Some("Código de identificación fiscal (CIF)"),
    country: Some("ES"),
    kind: Kind::Tax,
    lengths: &[9],
    separators: Separators::ALL,
    prefixes: &["ES"],
    check,
    one_in: 20,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

const KINDS: [(u8, &str, &str); 17] = [
    (b'A', "Public limited company", "Sociedad anónima"),
    (b'B', "Private limited company", "Sociedad de responsabilidad limitada"),
    (b'C', "General partnership", "Sociedad colectiva"),
    (b'D', "Limited partnership", "Sociedad comanditaria"),
    (b'E', "Community of property", "Comunidad de bienes, herencia yacente"),
    (b'F', "Cooperative", "Sociedad cooperativa"),
    (b'G', "Association or foundation", "Asociación"),
    (b'H', "Community of owners", "Comunidad de propietarios"),
    (b'J', "Civil-law partnership", "Sociedad civil"),
    (b'N', "Foreign entity", "Entidad extranjera"),
    (b'P', "Local authority", "Corporación local"),
    (b'Q', "Public body", "Organismo público"),
    (b'R', "Religious congregation or institution", "Congregación o institución religiosa"),
    (b'S', "Body of the state or of a region", "Órgano de la Administración del Estado o de una comunidad autónoma"),
    (b'U', "Joint venture", "Unión temporal de empresas"),
    (b'V', "Other", "Otro tipo no definido"),
    (b'W', "Permanent establishment of an entity from abroad", "Establecimiento permanente de entidad no residente"),
];

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::one_of(number, 0, b"ABCDEFGHJNPQRSUVW")?;
    shape::digits_at(number, 1..8)?;
    let last = number[8];
    // Which kinds end in a digit and which in a letter, official sources say differently: either is taken.
    let as_digit = match last {
        b'0'..=b'9' => last,
        b'J' => b'0',
        b'A'..=b'I' => last - b'A' + b'1',
        _ => return Err(Refusal::illegal(8)),
    };
    let mut whole = [as_digit; 8];
    whole[..7].copy_from_slice(&number[1..8]);
    if checksum::luhn(&whole) { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

pub(super) fn decode(number: &str) -> Decoded {
    let kind = KINDS.iter().find(|(code, ..)| number.as_bytes().first() == Some(code));
    let entity_type = kind.map(|(_, name, local_name)| Term::known(&number[..1], name, local_name));
    Decoded { entity_type, ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// Spanish Wikipedia's worked example (A58818501); Telefónica, Mercadona, the city of Madrid, the University of Barcelona.
    #[test]
    fn published_numbers() {
        for (number, kind) in
            [("A58818501", "A"), ("A-28015865", "A"), ("A46103834", "A"), ("P2807900B", "P"), ("Q0818001J", "Q")]
        {
            let verdict = check(Scheme::EsCif, number, Presentation::Lenient);
            assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().code, kind, "{number}");
        }
    }

    #[test]
    fn a_digit_or_the_letter_of_the_same_value_is_taken_of_every_kind() {
        let refused = |number| {
            let verdict = check(Scheme::EsCif, number, Presentation::Strict);
            (verdict.reason(), verdict.position())
        };
        assert_eq!(refused("A58818502"), (Some(Reason::BadCheckDigit), Some(9)));
        assert!(is_valid(Scheme::EsCif, "A5881850A") && is_valid(Scheme::EsCif, "P28079002"));
        assert_eq!(refused("A5881850B"), (Some(Reason::BadCheckDigit), Some(9)));
        assert_eq!(refused("A5881850K"), (Some(Reason::IllegalCharacter), Some(9)));
        assert_eq!(refused("K58818501"), (Some(Reason::IllegalCharacter), Some(1)));
        // From abroad: the digit is 2, the letter B.
        assert!(is_valid(Scheme::EsCif, "A0011012B"));
        assert!(is_valid(Scheme::EsCif, "G58818501") && is_valid(Scheme::EsCif, "G5881850A"));
    }
}
