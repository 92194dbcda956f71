//! Unified Social Credit Code, GB 32100-2015: authority, kind of entity, region (6), organisation code (9), check character.
//!
//! Three independent checks beside the check character narrow it: the authority registers this kind of entity, the province exists, and
//! the organisation code inside has its own check character (GB 11714). A resident identity number can pass the check character by
//! chance; it is refused as a number of another scheme.

use crate::{
    Decoded, Embedded, Kind, Reason, Refusal, Scheme, Term,
    cn::{orgcode, region, ric, uscc_register},
    rules::{Format, Rules},
};

pub(crate) static RULES: Rules = Rules {
    name: "Unified Social Credit Code",
    local_name: Some("统一社会信用代码"),
    country: Some("CN"),
    kind: Kind::Company,
    lengths: &[18],
    check,
    one_in: 20_000,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

/// No I, O, S, V, Z. The place is the value.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

const NONE: u8 = u8::MAX;

const VALUES: [u8; 128] = {
    let mut values = [NONE; 128];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Powers of 3 modulo 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

fn value(byte: u8) -> Option<u32> {
    VALUES.get(usize::from(byte)).filter(|it| **it != NONE).map(|it| u32::from(*it))
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    let mut sum = 0;
    for (at, byte) in number.iter().enumerate() {
        let value = value(*byte).ok_or(Refusal::illegal(at))?;
        sum += value * WEIGHTS.get(at).copied().unwrap_or_default();
    }
    // Of the right length is also a resident's number; a few codes of the state's own bodies look like one.
    code(number, sum)
        .map_err(|refusal| if ric::check(number).is_ok() { Refusal::of(Reason::OtherScheme) } else { refusal })
}

/// The parts of a code whose characters have come to `sum`.
fn code(number: &[u8], sum: u32) -> Result<(), Refusal> {
    let authority = uscc_register::authority(number[0]).ok_or(Refusal::at(Reason::UnknownAuthority, 0))?;
    if !authority.kinds.iter().any(|(code, ..)| *code == number[1]) {
        return Err(Refusal::at(Reason::UnknownEntityType, 1));
    }
    region::of_organisation(number, 2)?;
    // 31 less a remainder of 0 is 31, which stands for 0.
    let expected = ALPHABET[((31 - sum % 31) % 31) as usize];
    if number[17] != expected {
        return Err(Refusal::check_digit(17));
    }
    orgcode::check(&number[8..17]).map_err(|_| Refusal::at(Reason::BadEmbeddedIdentifier, 8))
}

fn decode(number: &str) -> Decoded {
    let authority = uscc_register::authority(number.as_bytes()[0]);
    let kind = authority.and_then(|it| it.kinds.iter().find(|(code, ..)| *code == number.as_bytes()[1]));
    Decoded {
        authority: authority.map(|it| Term::known(&number[..1], it.name, it.local_name)),
        entity_type: kind.map(|(_, name, local)| Term::known(&number[1..2], name, local)),
        region: Some(region::term(&number[2..8])),
        embedded: vec![Embedded { scheme: Scheme::CnOrgcode, value: number[8..17].to_owned() }],
        ..Decoded::default()
    }
}

#[cfg(test)]
#[path = "uscc_tests.rs"]
mod tests;
