//! Latin readings of words of other scripts. A further script is a further file here and an arm of [`readings`].

mod arabic;
mod cyrillic;
mod fold;
pub(crate) mod han;
mod hangul;
mod wade_giles;

pub(crate) use fold::{Sounds, fold, skeleton};

use crate::script::Script;

/// How a word reads in Latin letters: lower-case ASCII, the most usual reading first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings {
    pub latin: Vec<String>,
    /// The letters of a word of a script that leaves vowels out, as `kernel::unwritten` takes them.
    pub bare: Option<String>,
}

/// The readings of a word that is neither Chinese (see [`han`]) nor empty.
pub(crate) fn readings(text: &str, script: Script) -> Readings {
    match script {
        Script::Cyrillic => Readings { latin: cyrillic::readings(text), bare: None },
        Script::Arabic | Script::Hebrew => {
            let bare = arabic::letters(text);
            Readings { latin: arabic::readings(text, &bare), bare: Some(bare) }
        }
        Script::Hangul => Readings { latin: hangul::readings(text), bare: None },
        _ => Readings { latin: vec![ascii(text)], bare: None },
    }
}

/// Other ways to take a Latin word: j and x in other languages, Latvian endings, q for g, digits that look like letters.
pub(crate) fn otherwise(word: &str) -> Vec<String> {
    let mut out = Vec::new();
    if word.contains(['j', 'x']) || word.starts_with("ch") {
        out.push(word.to_owned());
    }
    if ["ovs", "evs", "ejs", "ijs"].iter().any(|end| word.ends_with(end)) {
        out.push(word[..word.len() - 1].to_owned());
    }
    if let Some(rest) = word.strip_prefix('q') {
        out.push(format!("g{rest}"));
    }
    if word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        let looks = |c| match c {
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '9' => 'g',
            other => other,
        };
        out.push(word.chars().map(looks).collect());
    }
    out
}

/// What is left of a text in lower-case ASCII letters and digits.
pub(crate) fn ascii(text: &str) -> String {
    any_ascii::any_ascii(text)
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}
