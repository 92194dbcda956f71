//! What the many Latin spellings of one sound have in common.

/// Which of two sounds a letter has, where languages differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sounds {
    /// j as in English, x as ks.
    English,
    /// j is a vowel or y (Slavic, German, Nordic), x is h or kh (Somali, Bulgarian scholars).
    Continental,
}

/// A word in lower-case ASCII, with sounds that romanisations write in several ways written in one.
///
/// Vowels become a, i (e, y, ee, ei, ay), u (o, oo, ou, w before a consonant); sh `S`, ch `C`; kh, x and h fall together, so do
/// k, q, c and ck, f and ph, v and w, t and th, d and dh, z and zh; doubled letters count once and a last h after a vowel not.
pub(crate) fn fold(word: &str, sounds: Sounds) -> String {
    let bytes = word.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (letter, used) = sound(rest, at, bytes, sounds);
        at += used;
        for byte in letter {
            if out.last() != Some(byte) || byte.is_ascii_digit() {
                out.push(*byte);
            }
        }
    }
    // Abdullah, Abdulla
    if out.len() > 2 && out.ends_with(b"h") && is_vowel(out[out.len() - 2]) {
        out.pop();
    }
    out.into_iter().map(char::from).collect()
}

#[expect(clippy::match_same_arms, reason = "a table, in the order of the letters")]
fn sound(rest: &[u8], at: usize, word: &[u8], sounds: Sounds) -> (&'static [u8], usize) {
    // Chruschtschow
    if at == 0 && sounds == Sounds::Continental && rest.starts_with(b"ch") {
        return (b"h", 2);
    }
    for (spelt, letter) in LONG {
        if rest.starts_with(spelt) {
            return (letter, spelt.len());
        }
    }
    let next = rest.get(1).copied().unwrap_or(0);
    match rest[0] {
        b'a' => (b"a", 1),
        b'e' | b'i' | b'y' => (b"i", 1),
        b'o' | b'u' => (b"u", 1),
        b'w' => (b"v", 1),
        b'q' => (b"k", 1),
        b'c' if matches!(next, b'e' | b'i' | b'y') => (b"s", 1),
        b'c' => (b"k", 1),
        b'j' if sounds == Sounds::Continental => (b"i", 1),
        b'x' if sounds == Sounds::Continental => (b"h", 1),
        b'x' if at == 0 => (b"s", 1),
        b'x' => (b"ks", 1),
        // A silent h between a consonant and anything, as in Dhahir or Lashkar-e-Jhangvi.
        b'h' if at > 0 && matches!(word[at - 1], b'b' | b'd' | b'g' | b'j' | b'r' | b't') => (b"", 1),
        other => (single(other), 1),
    }
}

fn single(byte: u8) -> &'static [u8] {
    const BYTES: [u8; 128] = {
        let mut out = [0; 128];
        let mut at = 0;
        while at < 128 {
            out[at] = at as u8;
            at += 1;
        }
        out
    };
    let at = usize::from(byte & 127);
    &BYTES[at..=at]
}

/// Longest first.
const LONG: &[(&[u8], &[u8])] = &[
    (b"schtsch", b"S"),
    (b"chtch", b"S"),
    (b"shch", b"S"),
    (b"tsch", b"C"),
    (b"sch", b"S"),
    (b"tch", b"C"),
    (b"dzh", b"j"),
    (b"sh", b"S"),
    (b"ch", b"C"),
    (b"cz", b"C"),
    (b"kh", b"h"),
    (b"zh", b"z"),
    (b"ph", b"f"),
    (b"th", b"t"),
    (b"gh", b"g"),
    (b"ck", b"k"),
    (b"dj", b"j"),
    (b"ts", b"s"),
    (b"tz", b"s"),
    (b"ks", b"ks"),
    (b"ou", b"u"),
    (b"oo", b"u"),
    (b"ee", b"i"),
    (b"ei", b"i"),
    (b"ey", b"i"),
    (b"ai", b"i"),
    (b"ae", b"i"),
    (b"ay", b"i"),
    (b"ie", b"i"),
    (b"ij", b"i"),
    (b"iy", b"i"),
    (b"yy", b"i"),
];

/// A fold without its vowels; the first letter of a word that begins with one stands as `a`.
pub(crate) fn skeleton(fold: &str) -> String {
    let mut out = String::with_capacity(fold.len());
    for (at, byte) in fold.bytes().enumerate() {
        if !is_vowel(byte) {
            if !out.ends_with(char::from(byte)) {
                out.push(char::from(byte));
            }
        } else if at == 0 {
            out.push('a');
        }
    }
    out
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'i' | b'u')
}

#[cfg(test)]
mod tests {
    use super::{Sounds, fold, skeleton};

    #[test]
    fn romanisations_of_one_name_fall_together() {
        let same: &[&[&str]] = &[
            &["usama", "osama", "oussama"],
            &["hussein", "husein", "husayn", "husain"],
            &["khrushchev", "khruschev"],
            &["iusuf", "yusuf", "yousuf", "yousouf"],
            &["zelensky", "zelenskyy", "zelenskiy", "zelenski"],
            &["abdullah", "abdulla"],
            &["aleksandr", "alexandr"],
            &["tsar", "tzar"],
        ];
        for group in same {
            for name in *group {
                assert_eq!(fold(name, Sounds::English), fold(group[0], Sounds::English), "{name}");
            }
        }
        assert_eq!(fold("sergej", Sounds::Continental), fold("sergey", Sounds::Continental));
        assert_eq!(fold("maxamed", Sounds::Continental), fold("mahamed", Sounds::Continental));
    }

    #[test]
    fn the_skeleton_keeps_consonants() {
        assert_eq!(skeleton(&fold("usama", Sounds::English)), "asm");
        assert_eq!(skeleton(&fold("schulze", Sounds::English)), "Slz");
    }
}
