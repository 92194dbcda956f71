//! Names in Chinese characters.

use crate::romanise::han;
use crate::script::Script;
use crate::token::{Role, Token};
use crate::weights::Weights;
use crate::words;

/// The longest Chinese name of a person; what is longer spells a foreign name.
const LONGEST: usize = 4;

/// A person: family name first. A single word of two to four characters is split, one of several words is not.
pub(super) fn person(text: &str, single: bool, weights: &Weights, out: &mut Vec<Token>) {
    let text = han::simplified(text);
    let letters: Vec<char> = text.chars().collect();
    if !single || letters.len() > LONGEST {
        let readings = if out.is_empty() && letters.len() <= 2 { han::family(&text) } else { han::given(&text) };
        out.push(Token::with_readings(&text, Script::Han, Role::Name, &readings, weights));
        return;
    }
    let split = han::family_length(&letters).min(letters.len());
    let (family, given): (String, String) = (letters[..split].iter().collect(), letters[split..].iter().collect());
    out.push(Token::with_readings(&family, Script::Han, Role::Name, &han::family(&family), weights));
    if !given.is_empty() {
        out.push(Token::with_readings(&given, Script::Han, Role::Name, &han::given(&given), weights));
    }
}

/// An organisation: place, what is particular to it, trade; the legal form has been taken off.
pub(super) fn organisation(text: &str, weights: &Weights, out: &mut Vec<Token>) {
    let mut own = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let Some((word, number)) = words::CHINESE_CONCEPTS.iter().find(|(word, _)| rest.starts_with(word)) else {
            own.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        push_own(&mut own, weights, out);
        rest = &rest[word.len()..];
        let role = if words::is_place(word) { Role::Place } else { Role::Trade };
        if role == Role::Place {
            rest = rest.strip_prefix(['省', '市', '县', '区']).filter(|it| !it.is_empty()).unwrap_or(rest);
        }
        let mut token = Token::with_readings(word, Script::Han, role, &han::given(word)[..1], weights);
        token.concept = Some(*number);
        out.push(token);
    }
    push_own(&mut own, weights, out);
}

fn push_own(own: &mut String, weights: &Weights, out: &mut Vec<Token>) {
    if !own.is_empty() {
        let text = std::mem::take(own);
        let role = if words::concept(&text).is_some() { Role::Trade } else { Role::Name };
        let mut token = Token::with_readings(&text, Script::Han, role, &han::given(&text), weights);
        token.concept = words::concept(&text);
        out.push(token);
    }
}
