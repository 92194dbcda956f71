//! From any text to words of one script each: NFKC, lower case, no diacritics, no punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use crate::script::Script;

/// Characters of a name that are read; what follows is left out. The longest name on the OFAC and UN lists has 218.
pub const MAX_CHARACTERS: usize = 512;

/// Words of a name that are read; what follows is left out.
pub const MAX_WORDS: usize = 32;

/// A word as it stands in the name, in lower case and without diacritics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub text: String,
    pub script: Script,
    /// Made of letters with points between them, such as `L.L.C.` or `J.R.`
    pub dotted: bool,
    /// Two or three capitals without a vowel, such as `JC`, in a name that is not all capitals.
    pub capitals: bool,
    /// Followed by a comma: in a person's name the family name stands before it.
    pub before_comma: bool,
}

/// NFKC, lower case, without accents on Latin and Greek letters and without the vowel signs of Arabic and Hebrew.
///
/// ```
/// assert_eq!(screening::plain("Škoda ＬＴＤ"), "skoda ltd");
/// assert_eq!(screening::plain("Řezníček"), "reznicek");
/// assert_eq!(screening::plain("Й"), "й"); // a letter of its own, not an accent
/// ```
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkc().take(MAX_CHARACTERS).flat_map(char::to_lowercase) {
        push_plain(c, &mut out);
    }
    out
}

fn push_plain(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c);
        return;
    }
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        'đ' | 'ð' => out.push('d'),
        'ı' => out.push('i'),
        'ə' => out.push('a'),
        'ħ' => out.push('h'),
        'ŋ' => out.push('n'),
        'ς' => out.push('σ'),
        // Tatweel stretches a word and means nothing; the others are vowel signs and points.
        '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{591}'..='\u{5c7}' => {}
        _ if is_combining_mark(c) && !matches!(Script::of(c), Script::Other) => {}
        _ if is_combining_mark(c) && ('\u{300}'..='\u{36f}').contains(&c) => {}
        _ => match Script::of(c) {
            Script::Latin | Script::Greek => decompose_canonical(c, |part| {
                if !is_combining_mark(part) {
                    out.push(part);
                }
            }),
            _ => out.push(c),
        },
    }
}

/// The words of a name. `joins_points` makes one word of `L.L.C.`, which in a person's name are initials.
pub(crate) fn words(text: &str, joins_points: bool) -> Vec<Word> {
    let composed: Vec<char> = text.nfkc().take(MAX_CHARACTERS).collect();
    let all_capitals = !composed.iter().any(|c| c.is_lowercase());
    let mut out: Vec<Word> = Vec::new();
    let mut raw = String::new();
    let mut script = Script::Other;
    let mut dotted = false;
    let mut at = 0;
    while at < composed.len() && out.len() < MAX_WORDS {
        let c = composed[at];
        let here = Script::of(c);
        if is_apostrophe(c) || is_invisible(c) || (is_combining_mark(c) && !raw.is_empty()) {
            if is_combining_mark(c) {
                raw.push(c);
            }
        } else if c.is_alphanumeric() {
            if !raw.is_empty() && here != script && splits(script, here) {
                flush(&mut raw, script, dotted, all_capitals, &mut out);
                dotted = false;
            }
            if raw.is_empty() || script == Script::Other {
                script = here;
            }
            raw.push(c);
        } else if c == '.' && joins_points && point_joins(&composed, at, &raw, dotted) {
            dotted = true;
        } else {
            flush(&mut raw, script, dotted, all_capitals, &mut out);
            dotted = false;
            if (c == ',' || c == '،' || c == '，')
                && let Some(last) = out.last_mut()
            {
                last.before_comma = true;
            }
            if c == '&' || c == '+' {
                out.push(Word {
                    text: "and".into(),
                    script: Script::Latin,
                    dotted: false,
                    capitals: false,
                    before_comma: false,
                });
            }
        }
        at += 1;
    }
    flush(&mut raw, script, dotted, all_capitals, &mut out);
    out.truncate(MAX_WORDS);
    out
}

/// A point joins what stands around it when all parts so far are single letters and a single letter follows.
fn point_joins(text: &[char], at: usize, raw: &str, dotted: bool) -> bool {
    let letters = raw.chars().count();
    let single_before = letters == 1 || dotted;
    let next = text.get(at + 1).copied().unwrap_or(' ');
    let after = text.get(at + 2).copied().unwrap_or(' ');
    // `G.m.b.H.` and `S.p.A`: a letter, then a point, an end or a further single letter.
    single_before && next.is_alphabetic() && !after.is_alphabetic()
}

fn flush(raw: &mut String, script: Script, dotted: bool, all_capitals: bool, out: &mut Vec<Word>) {
    if raw.is_empty() {
        return;
    }
    let text = plain(raw);
    let capitals = !all_capitals
        && (2..=3).contains(&raw.chars().count())
        && raw.chars().all(char::is_uppercase)
        && !text.bytes().any(|b| b"aeiouy".contains(&b));
    raw.clear();
    if !text.is_empty() {
        out.push(Word { text, script, dotted, capitals, before_comma: false });
    }
}

/// Han, kana and Hangul run on without a space; digits stay with letters (`AR16`) unless these are of East Asia.
fn splits(before: Script, here: Script) -> bool {
    let east = |it: Script| matches!(it, Script::Han | Script::Kana | Script::Hangul);
    east(before) || east(here) || (before != Script::Other && here != Script::Other)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | 'ʿ' | 'ʾ' | 'ʻ' | '′' | 'ʹ' | 'ʺ' | '״' | '׳')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{640}' | '\u{202a}'..='\u{202e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, joins: bool) -> Vec<String> {
        words(text, joins).into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn points_join_letters_of_organisations_and_part_initials_of_persons() {
        assert_eq!(texts("Volkswagen Bank G.m.b.H.", true), ["volkswagen", "bank", "gmbh"]);
        assert_eq!(texts("L.X.C Aviation", true), ["lxc", "aviation"]);
        assert_eq!(texts("J.R. Smith", false), ["j", "r", "smith"]);
        assert_eq!(texts("St. Petersburg", true), ["st", "petersburg"]);
    }

    #[test]
    fn scripts_of_east_asia_end_a_word() {
        assert_eq!(texts("华为Technologies有限公司", true), ["华为", "technologies", "有限公司"]);
        assert_eq!(texts("バラク・オバマ", false), ["バラク", "オバマ"]);
    }

    #[test]
    fn hidden_characters_and_full_width_letters_make_no_other_name() {
        assert_eq!(texts("Ｐｕ\u{200b}tin", false), ["putin"]);
        assert_eq!(texts("مُحَمَّد", false), ["محمد"]);
        assert_eq!(texts("Al-Qa'ida", true), ["al", "qaida"]);
    }
}
