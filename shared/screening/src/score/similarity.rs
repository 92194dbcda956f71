//! How alike two words are, and in what way.

use super::explanation::How;
use crate::kernel;
use crate::script::Script;
use crate::token::{Reading, Role, Token};

/// Two words: 0 to 1.
pub(super) fn of(a: &Token, b: &Token) -> (f32, How) {
    if let (Some(x), Some(y)) = (a.number, b.number) {
        return (f32::from(u8::from(x == y)), if a.text == b.text { How::Exact } else { How::Number });
    }
    if a.number.is_some() || b.number.is_some() {
        return (0.0, How::Number);
    }
    if a.script == b.script && a.text == b.text {
        return (1.0, How::Exact);
    }
    if a.role == Role::Initial || b.role == Role::Initial {
        return initial(a, b);
    }
    // `al` is no misspelt `Ali`.
    if a.role != b.role
        && (a.role == Role::Particle || b.role == Role::Particle)
        && a.readings[0].latin != b.readings[0].latin
    {
        return (0.0, How::Edit);
    }
    if a.concept.is_some() && a.concept == b.concept {
        return (0.96, How::Translation);
    }
    if a.script == b.script && matches!(a.script, Script::Han | Script::Hangul) {
        return characters(a, b);
    }
    let mut best = read(a, b);
    if let Some(similarity) = unwritten(a, b)
        && similarity > best.0
    {
        best = (similarity, How::Transliteration);
    }
    if best.0 < 0.85 && a.first_names & b.first_names != 0 {
        best = (0.85, How::OtherForm);
    }
    best
}

fn initial(a: &Token, b: &Token) -> (f32, How) {
    let first = |it: &Token| it.readings[0].latin.bytes().next();
    let same = first(a).is_some() && first(a) == first(b);
    match (a.role == b.role, same) {
        (true, true) => (1.0, How::Exact),
        (false, true) if a.role == Role::Name || b.role == Role::Name => (0.75, How::Initial),
        _ => (0.0, How::Initial),
    }
}

fn read(a: &Token, b: &Token) -> (f32, How) {
    let across = a.script != b.script;
    let mut best = (0.0_f32, How::Edit);
    for x in &a.readings {
        for y in &b.readings {
            let found = readings(x, y, across);
            if found.0 > best.0 {
                best = found;
            }
            if best.0 >= 0.98 {
                return best;
            }
        }
    }
    best
}

fn readings(x: &Reading, y: &Reading, across: bool) -> (f32, How) {
    if x.latin == y.latin {
        return if across { (0.98, How::Transliteration) } else { (1.0, How::Exact) };
    }
    if x.fold == y.fold && !x.fold.is_empty() {
        return (0.95, if across { How::Transliteration } else { How::Phonetic });
    }
    (edited(x, y), if across { How::Transliteration } else { How::Edit })
}

/// 1 - 1.5 q, with q the share of letters to edit: of the spelling or of the sounds, whichever is less, and of the consonants.
fn edited(x: &Reading, y: &Reading) -> f32 {
    const MOST: f32 = 0.45;
    let longest = x.fold.len().max(y.fold.len());
    let shortest = x.fold.len().min(y.fold.len());
    if shortest == 0 || (longest - shortest) as f32 > MOST * longest as f32 {
        return 0.0;
    }
    let missing = (x.letters & !y.letters).count_ones().max((y.letters & !x.letters).count_ones());
    if missing as f32 > MOST * longest as f32 {
        return 0.0;
    }
    let share = |a: &str, b: &str| kernel::distance(a.as_bytes(), b.as_bytes()) as f32 / a.len().max(b.len()) as f32;
    let sounds = share(&x.fold, &y.fold);
    let spelling = if sounds > 0.2 { share(&x.latin, &y.latin) } else { 1.0 };
    let share_of_letters = sounds.min(spelling);
    if share_of_letters > MOST {
        return 0.0;
    }
    let consonants =
        if x.skeleton.len().max(y.skeleton.len()) < 2 { share_of_letters } else { share(&x.skeleton, &y.skeleton) };
    (1.0 - 1.5 * (0.65 * share_of_letters + 0.35 * consonants)).max(0.0)
}

/// Bits of `kernel::letters` for b to z without vowels: capitals share bits with nothing in it.
const CONSONANTS: u64 = {
    let word = b"bcdfghjklmnpqrstvz";
    let mut bits = 0;
    let mut at = 0;
    while at < word.len() {
        bits |= 1 << (word[at] & 63);
        at += 1;
    }
    bits
};

/// A word without its vowels against one with them.
fn unwritten(a: &Token, b: &Token) -> Option<f32> {
    let (bare, other) = match (&a.bare, &b.bare) {
        (Some(bare), None) => (bare, b),
        (None, Some(bare)) => (bare, a),
        _ => return None,
    };
    let consonants = |word: &str| kernel::letters(word.as_bytes()) & CONSONANTS;
    let (written, read) = (consonants(bare), other.readings[0].letters & CONSONANTS);
    let apart = (written & !read).count_ones() + (read & !written).count_ones();
    if apart > 2 + written.count_ones().max(read.count_ones()) / 2 {
        return None;
    }
    let best = other
        .readings
        .iter()
        .map(|it| kernel::unwritten_vowels(bare.as_bytes(), it.fold.as_bytes()))
        .fold(0.0, f32::max);
    Some(0.95 * best)
}

/// Words of characters: each carries much, so that one other character is another word; a homophone is nearer.
fn characters(a: &Token, b: &Token) -> (f32, How) {
    let (x, y): (Vec<char>, Vec<char>) = (a.text.chars().collect(), b.text.chars().collect());
    let longest = x.len().max(y.len());
    if a.readings[0].latin == b.readings[0].latin && x.len() == y.len() {
        return (0.7, How::Phonetic);
    }
    // The longest common subsequence, as the share of the longer word.
    let mut before = vec![0_usize; y.len() + 1];
    for c in &x {
        let mut corner = 0;
        for (j, d) in y.iter().enumerate() {
            let above = before[j + 1];
            before[j + 1] = if c == d { corner + 1 } else { above.max(before[j]) };
            corner = above;
        }
    }
    let unlike = 1.0 - before[y.len()] as f32 / longest as f32;
    ((1.0 - 1.5 * unlike).max(0.0), How::Edit)
}

/// Neighbours that together are one word: 0 unless they nearly are.
pub(super) fn joined(parts: &[Token], whole: &Token) -> f32 {
    if parts.iter().any(|it| it.number.is_some()) || whole.number.is_some() {
        return 0.0;
    }
    let mut best = 0.0_f32;
    for reading in &whole.readings {
        let letters: usize = parts.iter().map(|it| it.readings[0].latin.len()).sum();
        if letters.abs_diff(reading.latin.len()) > 1 || reading.latin.len() < 4 || letters > kernel::MAX_WORD {
            continue;
        }
        if parts[0].readings[0].latin.as_bytes().first() != reading.latin.as_bytes().first() {
            continue;
        }
        let mut whole_of_parts = [0_u8; kernel::MAX_WORD];
        let mut end = 0;
        for part in parts {
            let bytes = part.readings[0].latin.as_bytes();
            whole_of_parts[end..end + bytes.len()].copy_from_slice(bytes);
            end += bytes.len();
        }
        let similarity = match kernel::distance(&whole_of_parts[..end], reading.latin.as_bytes()) {
            0 => 0.97,
            1 if end >= 6 => 0.85,
            _ => 0.0,
        };
        best = best.max(similarity);
    }
    best
}

/// Legal forms: the same, of the same kind in another country, or different.
pub(super) fn of_forms(a: &Token, b: &Token) -> f32 {
    use crate::words::LegalForm::Company;
    match (a.form, b.form) {
        _ if a.text == b.text => 1.0,
        (Some(x), Some(y)) if x == y => 0.98,
        (Some(Company), _) | (_, Some(Company)) => 0.8,
        _ => 0.0,
    }
}
