//! Cyrillic to Latin.
//!
//! The first reading follows BGN/PCGN 1947 without its dots and apostrophes, which GOST R 52535 and the passports of ICAO
//! Doc 9303 share but for a few letters; their differences (kh, x, h; ts, c, tc; shch, sch; y, i, j; iu, yu, ju; ie, ia) fall
//! together in `fold`. Letters that read otherwise in Ukrainian, Bulgarian or Serbian give a second reading.

/// One or two readings.
pub(super) fn readings(text: &str) -> Vec<String> {
    let ukrainian = text.chars().any(|c| matches!(c, 'і' | 'ї' | 'є' | 'ґ'));
    let first = spell(text, ukrainian);
    let mut out = vec![first];
    // Г is h in Ukrainian and Belarusian, and Х was long written as kh or h; ё is printed as е; ъ is a vowel in Bulgarian.
    let other = if text.contains(['г', 'щ', 'ъ', 'ё']) { Some(spell_otherwise(text, ukrainian)) } else { None };
    if let Some(other) = other
        && other != out[0]
    {
        out.push(other);
    }
    out
}

fn spell(text: &str, ukrainian: bool) -> String {
    text.chars().map(|c| letter(c, ukrainian)).collect()
}

fn spell_otherwise(text: &str, ukrainian: bool) -> String {
    text.chars()
        .map(|c| match c {
            'г' if ukrainian => "g",
            'г' => "h",
            'щ' => "sht",
            'ъ' => "a",
            'ё' => "o",
            _ => letter(c, ukrainian),
        })
        .collect()
}

#[expect(clippy::match_same_arms, reason = "a table, in the order of the alphabet")]
fn letter(c: char, ukrainian: bool) -> &'static str {
    match c {
        'а' | 'ә' | 'ӑ' => "a",
        'б' => "b",
        'в' => "v",
        'г' if ukrainian => "h",
        'г' | 'ґ' | 'ғ' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'ё' => "yo",
        'є' => "ye",
        'ж' => "zh",
        'җ' | 'ҷ' | 'џ' => "dzh",
        'з' => "z",
        'и' if ukrainian => "y",
        'и' | 'і' | 'ӣ' => "i",
        'ї' => "yi",
        'й' => "y",
        'ј' => "j",
        'к' | 'қ' | 'ҡ' => "k",
        'л' => "l",
        'љ' => "lj",
        'м' => "m",
        'н' => "n",
        'њ' => "nj",
        'ң' | 'ҥ' => "ng",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' | 'ҫ' => "s",
        'т' => "t",
        'ћ' => "c",
        'ђ' => "dj",
        'у' | 'ұ' | 'ү' | 'ў' | 'ӯ' => "u",
        'ф' => "f",
        'х' => "kh",
        'һ' | 'ҳ' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        'ѓ' => "gj",
        'ќ' => "kj",
        'ѕ' => "dz",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn reads_as_bgn_without_dots() {
        // BGN/PCGN 1947: Khrushchëv, Yel'tsin; a plain e stands for the е of print.
        assert_eq!(readings("хрущев")[0], "khrushchev");
        assert_eq!(readings("ельцин")[0], "eltsin");
        assert_eq!(readings("игорь"), ["igor", "ihor"]);
    }
}
