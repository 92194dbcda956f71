//! From what somebody typed to the compact number.

use super::Compact;
use crate::{
    Presentation, Reason, Refusal,
    rules::{Rules, Separators},
};

/// What a character of the input means to a scheme.
enum Folded {
    /// A character of the number.
    Kept(u8),
    /// A separator, or a character that nobody sees.
    Dropped,
    /// A character that no number of the scheme contains.
    Illegal,
}

/// The characters of the number in `input`.
///
/// Lenient: white space, the scheme's separators and invisible characters are dropped, full-width characters and lower case are
/// folded. Strict: every character has to be one of the canonical form.
///
/// Refuses an illegal character and a number longer than any; the places of refusals count the characters kept so far.
pub(crate) fn fold(rules: &Rules, input: &str, presentation: Presentation) -> Result<Compact, Refusal> {
    let mut number = Compact::new();
    let mut rest = input;
    loop {
        rest = match number.push_run(rest) {
            Some(rest) => rest,
            None => return Err(Refusal::of(Reason::TooLong)),
        };
        let mut characters = rest.chars();
        let Some(character) = characters.next() else { break };
        match folded(rules, character, presentation) {
            Folded::Kept(byte) => {
                if !number.push(byte) {
                    return Err(Refusal::of(Reason::TooLong));
                }
            }
            Folded::Dropped => {}
            Folded::Illegal => return Err(Refusal::illegal(number.len())),
        }
        rest = characters.as_str();
    }
    if number.len() == 0 { Err(Refusal::of(Reason::Empty)) } else { Ok(number) }
}

/// Where in `input` the character stands that became the compact number's character `index`: counted in characters, from 1.
pub(crate) fn position_of(rules: &Rules, input: &str, presentation: Presentation, index: usize) -> usize {
    let mut kept = 0;
    let mut last = 0;
    for (place, character) in input.chars().enumerate() {
        match folded(rules, character, presentation) {
            Folded::Dropped => continue,
            Folded::Kept(_) if kept < index => kept += 1,
            Folded::Kept(_) | Folded::Illegal => return place + 1,
        }
        last = place + 1;
    }
    last
}

fn folded(rules: &Rules, character: char, presentation: Presentation) -> Folded {
    if character.is_ascii_digit() || character.is_ascii_uppercase() {
        return Folded::Kept(character as u8);
    }
    match presentation {
        Presentation::Lenient => lenient(rules, character),
        Presentation::Strict => (rules.extra)(character).map_or(Folded::Illegal, Folded::Kept),
    }
}

fn lenient(rules: &Rules, character: char) -> Folded {
    let character = half_width(character);
    if character.is_ascii_alphanumeric() {
        return Folded::Kept(character.to_ascii_uppercase() as u8);
    }
    if character.is_whitespace() || is_invisible(character) {
        return Folded::Dropped;
    }
    let separator = match character {
        '.' | ',' | '·' | '・' | '。' => Separators::DOT,
        '/' | '\u{2044}' | '\u{2215}' => Separators::SLASH,
        // After a prefix that people write: `IBAN: GB29...`.
        ':' if !rules.prefixes.is_empty() => return Folded::Dropped,
        ':' | '(' | ')' => Separators::COLON_BRACKET,
        '_' => Separators::DASH,
        _ if is_dash(character) => Separators::DASH,
        _ => return (rules.extra)(character).map_or(Folded::Illegal, Folded::Kept),
    };
    if rules.separators.has(separator) { Folded::Dropped } else { Folded::Illegal }
}

/// Full-width forms as their ASCII selves (U+FF01 to U+FF5E), as NFKC has it.
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from((character as u32 - 0xfee0) as u8),
        _ => character,
    }
}

/// The characters of Unicode's category Pd, the minus signs, and the long-vowel marks that a Japanese keyboard gives for a dash.
fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{058a}' | '\u{05be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207b}'
                | '\u{2212}'
                | '\u{2e17}'
                | '\u{2e1a}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{2e40}'
                | '\u{2e5d}'
                | '\u{301c}'
                | '\u{3030}'
                | '\u{30a0}'
                | '\u{30fc}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff70}'
                | '\u{10d6e}'
                | '\u{10ead}'
    )
}

/// Zero-width and direction marks, soft hyphens and byte order marks: pasted with a number, seen by nobody.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}
