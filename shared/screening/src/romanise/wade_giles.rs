//! Pinyin syllables as Wade-Giles writes them, without tones, apostrophes and umlauts (Taiwan, and lists before about 1980).

/// The Wade-Giles spelling of a pinyin syllable, where it differs.
pub(super) fn spell(pinyin: &str) -> Option<String> {
    let whole = match pinyin {
        "zhi" | "chi" => "chih",
        "shi" => "shih",
        "ri" => "jih",
        "zi" | "ci" => "tzu",
        "si" => "ssu",
        "ge" | "ke" => "ko",
        "he" => "ho",
        "e" => "o",
        "er" => "erh",
        "you" => "yu",
        "yan" => "yen",
        "yong" => "yung",
        "yi" => "i",
        _ => "",
    };
    if !whole.is_empty() {
        return Some(whole.to_owned());
    }
    let split = pinyin.find(['a', 'e', 'i', 'o', 'u', 'v']).unwrap_or(0);
    let (initial, last) = pinyin.split_at(split);
    let soft = matches!(initial, "j" | "q" | "x");
    let consonant = match initial {
        "b" => "p",
        "d" => "t",
        "g" => "k",
        "j" | "q" | "zh" => "ch",
        "x" => "hs",
        "z" | "c" => "ts",
        "r" => "j",
        other => other,
    };
    let rime = match last {
        "ong" => "ung",
        "ian" => "ien",
        "ie" => "ieh",
        "iong" => "iung",
        "ue" | "ve" => "ueh",
        "e" if matches!(initial, "d" | "t" | "l" | "n" | "z" | "c" | "s") => "e",
        "uo" if matches!(initial, "d" | "t" | "l" | "n" | "z" | "c" | "s" | "r" | "zh" | "ch") => "o",
        "ui" if matches!(initial, "g" | "k") => "uei",
        "u" if soft => "u",
        other => other,
    };
    let out = format!("{consonant}{rime}");
    (out != pinyin).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::spell;

    #[test]
    fn spells_as_the_standard_table() {
        // Names in the usual literature: Mao Tse-tung, Chou En-lai, Teng Hsiao-p'ing, Chiang Ching-kuo.
        let pairs = [
            ("ze", "tse"),
            ("dong", "tung"),
            ("zhou", "chou"),
            ("deng", "teng"),
            ("xiao", "hsiao"),
            ("ping", ""),
            ("jiang", "chiang"),
            ("jing", "ching"),
            ("guo", "kuo"),
        ];
        for (pinyin, expected) in pairs {
            assert_eq!(spell(pinyin).unwrap_or_default(), expected, "{pinyin}");
        }
    }
}
