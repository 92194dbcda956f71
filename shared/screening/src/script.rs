//! Which script a letter belongs to.

use serde::Serialize;

/// A script, as far as this crate tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Script {
    /// Latin letters.
    Latin,
    /// Cyrillic letters.
    Cyrillic,
    /// Arabic letters, those of Persian, Pashto and Urdu among them.
    Arabic,
    /// Hebrew letters.
    Hebrew,
    /// Greek letters.
    Greek,
    /// Chinese characters.
    Han,
    /// Hiragana and katakana.
    Kana,
    /// Korean syllables.
    Hangul,
    /// Digits, marks and every other script.
    #[default]
    Other,
}

impl Script {
    /// The script of a letter.
    pub fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' | 'ª' | 'º' | '\u{c0}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}' => Self::Latin,
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Self::Greek,
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{590}'..='\u{5ff}' => Self::Hebrew,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}' => Self::Arabic,
            '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => Self::Kana,
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}' => Self::Hangul,
            '\u{3005}'
            | '\u{3007}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{323af}' => Self::Han,
            _ => Self::Other,
        }
    }

    /// The script most letters of a text are of.
    pub fn of_text(text: &str) -> Self {
        let mut counts = [0_usize; 9];
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            counts[Self::of(c) as usize] += 1;
        }
        let most =
            counts.iter().enumerate().max_by_key(|(at, count)| (**count, usize::MAX - at)).map_or(8, |(at, _)| at);
        if counts[most] == 0 { Self::Other } else { ALL[most] }
    }
}

const ALL: [Script; 9] = [
    Script::Latin,
    Script::Cyrillic,
    Script::Arabic,
    Script::Hebrew,
    Script::Greek,
    Script::Han,
    Script::Kana,
    Script::Hangul,
    Script::Other,
];
