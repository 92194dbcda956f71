//! Luhn's sum (ISO/IEC 7812-1, annex B), over digits and over 36 characters.

use super::value36;

/// The sum of a number of digits in which every second digit, from the last but one leftwards, counts double, less 9 if above 9.
#[inline]
fn luhn_sum(digits: &[u8]) -> u32 {
    digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            let value = if place % 2 == 1 { value * 2 } else { value };
            if value > 9 { value - 9 } else { value }
        })
        .sum()
}

/// Whether a number of digits, the check digit last, fits.
#[inline]
pub(crate) fn luhn(digits: &[u8]) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

/// Whether a number of digits and letters, the check character last, fits: Luhn's rule with 36 for 10.
#[inline]
pub(crate) fn luhn_36(characters: &[u8]) -> bool {
    let sum: u32 = characters
        .iter()
        .rev()
        .enumerate()
        .map(|(place, character)| {
            let value = value36(*character);
            let value = if place % 2 == 1 { value * 2 } else { value };
            value / 36 + value % 36
        })
        .sum();
    sum.is_multiple_of(36)
}

#[cfg(test)]
mod tests {
    use super::{luhn, luhn_sum};

    /// ISO/IEC 7812-1 and Luhn's patent US 2950048 use this number.
    #[test]
    fn the_textbook_number_sums_to_seventy() {
        assert_eq!(luhn_sum(b"79927398713"), 70);
        assert!(luhn(b"79927398713"));
    }

    #[test]
    fn any_other_last_digit_is_refused() {
        for last in b"012456789" {
            let mut number = *b"79927398713";
            number[10] = *last;
            assert!(!luhn(&number));
        }
    }
}
