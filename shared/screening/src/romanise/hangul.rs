//! Korean syllables: taken apart as the Unicode Standard, 3.12, gives it, and spelt by the Revised Romanization of 2000; and once
//! more as North Korean and older papers spell (McCune-Reischauer without its marks).

const LEAD: [(&str, &str); 19] = [
    ("g", "k"),
    ("kk", "kk"),
    ("n", "n"),
    ("d", "t"),
    ("tt", "tt"),
    ("r", "r"),
    ("m", "m"),
    ("b", "p"),
    ("pp", "pp"),
    ("s", "s"),
    ("ss", "ss"),
    ("", ""),
    ("j", "ch"),
    ("jj", "tch"),
    ("ch", "ch"),
    ("k", "k"),
    ("t", "t"),
    ("p", "p"),
    ("h", "h"),
];
const VOWEL: [(&str, &str); 21] = [
    ("a", "a"),
    ("ae", "ae"),
    ("ya", "ya"),
    ("yae", "yae"),
    ("eo", "o"),
    ("e", "e"),
    ("yeo", "yo"),
    ("ye", "ye"),
    ("o", "o"),
    ("wa", "wa"),
    ("wae", "wae"),
    ("oe", "oe"),
    ("yo", "yo"),
    ("u", "u"),
    ("wo", "wo"),
    ("we", "we"),
    ("wi", "wi"),
    ("yu", "yu"),
    ("eu", "u"),
    ("ui", "ui"),
    ("i", "i"),
];
const TAIL: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "t",
];
/// Family names whose holders spell them by custom.
const FAMILY: [(char, &str); 16] = [
    ('김', "kim"),
    ('이', "lee"),
    ('리', "ri"),
    ('박', "park"),
    ('최', "choi"),
    ('정', "jung"),
    ('조', "cho"),
    ('강', "kang"),
    ('임', "lim"),
    ('림', "rim"),
    ('윤', "yoon"),
    ('오', "oh"),
    ('노', "roh"),
    ('유', "yoo"),
    ('류', "ryu"),
    ('우', "woo"),
];

/// The revised and the older spelling; for a single syllable, as a family name is, the customary one too.
pub(super) fn readings(text: &str) -> Vec<String> {
    let mut revised = String::new();
    let mut older = String::new();
    for (at, c) in text.chars().enumerate() {
        let Some(index) = u32::from(c).checked_sub(0xac00).filter(|index| *index < 11_172) else { continue };
        let (lead, vowel, tail) = ((index / 588) as usize, (index % 588 / 28) as usize, (index % 28) as usize);
        revised.push_str(LEAD[lead].0);
        revised.push_str(VOWEL[vowel].0);
        revised.push_str(TAIL[tail]);
        // The older spelling is voiced between voiced sounds.
        let voiced = at > 0 && older.ends_with(['a', 'e', 'i', 'o', 'u', 'n', 'm', 'l', 'g']);
        older.push_str(if voiced { LEAD[lead].0 } else { LEAD[lead].1 });
        older.push_str(VOWEL[vowel].1);
        older.push_str(TAIL[tail]);
    }
    let mut out = Vec::with_capacity(3);
    let mut only = text.chars();
    if let (Some(c), None) = (only.next(), only.next())
        && let Some((_, custom)) = FAMILY.iter().find(|(family, _)| *family == c)
    {
        out.push((*custom).to_owned());
    }
    for spelt in [revised, older] {
        if !out.contains(&spelt) {
            out.push(spelt);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn spells_as_the_ministry_does() {
        // The examples of the rules of 2000: 백암 Baegam is a sound change across syllables, which names of persons do not write.
        assert_eq!(readings("정은")[0], "jeongeun");
        assert_eq!(readings("정은")[1], "chongun");
        assert_eq!(readings("김")[0], "kim");
    }
}
