//! ISO/IEC 7064: check character systems.

use super::value36;

/// MOD 97-10 over letters and digits (A = 10, two decimal places): the remainder, 1 for a number that fits.
#[inline]
pub(crate) fn mod_97<'a>(characters: impl IntoIterator<Item = &'a u8>) -> u32 {
    let mut rest: u64 = 0;
    for character in characters {
        let value = u64::from(value36(*character));
        rest = if value < 10 { rest * 10 + value } else { rest * 100 + value };
        // Reduced only when the next step could overflow: division is what costs.
        if rest > u64::MAX / 1_000 {
            rest %= 97;
        }
    }
    (rest % 97) as u32
}

/// MOD 11-2 over digits, the last of which may be X = 10: whether it fits.
#[inline]
pub(crate) fn mod_11_2(characters: &[u8]) -> bool {
    let mut sum: u32 = 0;
    for character in characters {
        let value = if *character == b'X' { 10 } else { u32::from(character.wrapping_sub(b'0')) };
        sum = (sum * 2 + value) % 11;
    }
    sum == 1
}

/// MOD 11,10 over digits, the check digit last: whether it fits.
#[inline]
pub(crate) fn mod_11_10(digits: &[u8]) -> bool {
    hybrid(digits, 10)
}

/// MOD 37,36 over digits and letters, the check character last: whether it fits.
#[inline]
pub(crate) fn mod_37_36(characters: &[u8]) -> bool {
    hybrid(characters, 36)
}

/// The hybrid systems: modulus M and M + 1.
#[inline]
fn hybrid(characters: &[u8], modulus: u32) -> bool {
    let Some((last, head)) = characters.split_last() else { return false };
    let mut product = modulus;
    for character in head {
        let sum = (product + value36(*character)) % modulus;
        product = if sum == 0 { modulus } else { sum } * 2 % (modulus + 1);
    }
    (product + value36(*last)) % modulus == 1
}

#[cfg(test)]
mod tests {
    use super::{mod_11_2, mod_11_10, mod_37_36, mod_97};

    /// ISO 7064:2003, the examples of its clauses: "0794" takes 0 (MOD 11-2) and 5 (MOD 11,10), "794" takes 44 (MOD 97-10).
    #[test]
    fn the_standards_examples_fit() {
        assert!(mod_11_2(b"07940"));
        assert!(mod_11_2(b"079X"));
        assert!(mod_11_10(b"07945"));
        assert_eq!(mod_97(b"79444"), 1);
    }

    /// The example of the GRid standard and of ISO 7064 for MOD 37,36.
    #[test]
    fn thirty_six_characters() {
        assert!(mod_37_36(b"A12425GABC1234002M"));
        assert!(!mod_37_36(b"A12425GABC1234002N"));
    }

    #[test]
    fn long_numbers_do_not_overflow() {
        let mut digits = vec![b'0'; 400];
        digits.push(b'1');
        assert_eq!(mod_97(&digits), 1);
        assert_eq!(mod_97([b'Z'; 96 * 2].iter()), naive(&[b'Z'; 96 * 2]));
    }

    fn naive(characters: &[u8]) -> u32 {
        characters.iter().fold(0, |rest, it| (rest * 100 + u32::from(it - b'A') + 10) % 97)
    }
}
