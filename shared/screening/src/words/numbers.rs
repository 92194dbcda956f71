//! Numbers as digits, Roman numerals, words and ordinals.

const WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
const ORDINALS: [&str; 21] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const HAN: &str = "零一二三四五六七八九";

/// The number a word stands for. Roman numerals count from two letters up, or as a single V or X: `I` may be an initial.
pub(crate) fn number(word: &str) -> Option<u32> {
    if word.len() <= 9 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().ok();
    }
    if let Some(digits) = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))
        && let Ok(ordinal) = digits.parse()
    {
        return Some(ordinal);
    }
    let listed = |all: &[&str]| all.iter().position(|it| *it == word).map(|it| it as u32);
    listed(&WORDS).or_else(|| listed(&ORDINALS)).or_else(|| tens(word)).or_else(|| roman(word)).or_else(|| han(word))
}

fn tens(word: &str) -> Option<u32> {
    let misspelt = word.replace("fourty", "forty");
    let (at, ten) = TENS.iter().enumerate().skip(2).find(|(_, ten)| misspelt.starts_with(**ten))?;
    let rest = &misspelt[ten.len()..];
    let units = if rest.is_empty() { 0 } else { WORDS[1..10].iter().position(|it| *it == rest)? + 1 };
    Some((at * 10 + units) as u32)
}

fn roman(word: &str) -> Option<u32> {
    if word.len() > 6 || (word.len() == 1 && !matches!(word, "v" | "x")) {
        return None;
    }
    let value = |byte| match byte {
        b'i' => Some(1),
        b'v' => Some(5),
        b'x' => Some(10),
        _ => None,
    };
    let digits: Vec<u32> = word.bytes().map(value).collect::<Option<_>>()?;
    let total = digits.iter().enumerate().fold(0_i64, |total, (at, digit)| {
        let less = digits[at + 1..].first().is_some_and(|next| next > digit);
        total + if less { -i64::from(*digit) } else { i64::from(*digit) }
    });
    u32::try_from(total).ok().filter(|it| *it > 0)
}

fn han(word: &str) -> Option<u32> {
    let stem = word.strip_prefix('第').unwrap_or(word);
    if stem == "十" {
        return Some(10);
    }
    let mut chars = stem.chars();
    let digit = HAN.chars().position(|c| Some(c) == chars.clone().next())?;
    chars.next();
    chars.next().is_none().then_some(digit as u32)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn one_number_in_many_hands() {
        for (word, expected) in [
            ("44", 44),
            ("fortyfour", 44),
            ("iv", 4),
            ("xiii", 13),
            ("2nd", 2),
            ("second", 2),
            ("twenty", 20),
            ("三", 3),
        ] {
            assert_eq!(number(word), Some(expected), "{word}");
        }
        assert_eq!(number("i"), None);
        assert_eq!(number("mix"), None);
    }
}
