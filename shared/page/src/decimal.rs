//! Exact comparison of `numeric` values in their text form.

use std::cmp::Ordering;

/// Whether the text is a plain decimal number: an optional sign, digits, an optional fraction.
pub fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}

/// Whether it is what a `numeric` column can hold.
pub fn is_stored(text: &str) -> bool {
    is_plain(text) || matches!(text, "NaN" | "Infinity" | "-Infinity")
}

/// The order of two numbers as Postgres has it: NaN is the greatest and equal to itself.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Number::read(a), Number::read(b));
    a.class.cmp(&b.class).then_with(|| {
        let by_size = a.whole.len().cmp(&b.whole.len()).then(a.whole.cmp(b.whole)).then(a.fraction.cmp(b.fraction));
        if a.class == Class::Negative { by_size.reverse() } else { by_size }
    })
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    MinusInfinity,
    Negative,
    Zero,
    Positive,
    Infinity,
    NaN,
}

/// A number without the zeros that do not matter.
struct Number<'t> {
    class: Class,
    whole: &'t str,
    fraction: &'t str,
}

impl<'t> Number<'t> {
    fn read(text: &'t str) -> Self {
        let special = |class| Self { class, whole: "", fraction: "" };
        match text {
            "NaN" => return special(Class::NaN),
            "Infinity" => return special(Class::Infinity),
            "-Infinity" => return special(Class::MinusInfinity),
            _ => {}
        }
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let class = match (whole.is_empty() && fraction.is_empty(), negative) {
            (true, _) => Class::Zero,
            (false, true) => Class::Negative,
            (false, false) => Class::Positive,
        };
        Self { class, whole, fraction }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value_whatever_their_zeros() {
        let ascending = [
            "-Infinity",
            "-10",
            "-9.75",
            "-9.5",
            "-0.01",
            "0",
            "0.009",
            "0.01",
            "0.1",
            "2",
            "10",
            "10.01",
            "Infinity",
            "NaN",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} and {b}");
            }
        }
        assert_eq!(compare("007.50", "7.5"), Ordering::Equal);
        assert_eq!(compare("-0.00", "0"), Ordering::Equal);
    }

    #[test]
    fn only_plain_digits_are_a_literal() {
        for good in ["0", "-1", "19.90", "00.5"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", "-", ".5", "5.", "1e3", "+1", "1_000", "1.2.3", "NaN", "--1", "١"] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
