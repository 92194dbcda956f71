//! ISO/IEC 7064: check character systems.

/// The value of every character, and 10 or 100: by how much the places of the digits before it move.
const PLACES: [(u64, u64); 256] = {
    let mut places = [(0, 10); 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        if character.is_ascii_digit() {
            places[byte] = ((character - b'0') as u64, 10);
        } else if character.is_ascii_uppercase() {
            places[byte] = ((character - b'A' + 10) as u64, 100);
        }
        byte += 1;
    }
    places
};

/// MOD 97-10 over letters and digits (A = 10, two decimal places): the remainder, 1 for a number that fits.
#[inline]
pub(crate) fn mod_97(characters: &[u8]) -> u32 {
    mod_97_on(0, characters)
}

/// The same, where what goes before left the remainder `rest`.
#[inline]
pub(crate) fn mod_97_on(rest: u32, characters: &[u8]) -> u32 {
    let mut rest = u64::from(rest);
    // Eight characters after a remainder stay below 10^18: division is what costs, so it is done once for eight.
    for eight in characters.chunks(8) {
        for character in eight {
            let (value, places) = PLACES[usize::from(*character)];
            rest = rest * places + value;
        }
        rest %= 97;
    }
    rest as u32
}

/// MOD 11-2 over digits, the last of which may be X = 10: whether it fits.
#[inline]
pub(crate) fn mod_11_2(characters: &[u8]) -> bool {
    let mut rest: u32 = 0;
    // Twenty characters after a remainder stay below 2^30, so one division does for them.
    for twenty in characters.chunks(20) {
        for character in twenty {
            let value = if *character == b'X' { 10 } else { u32::from(character.wrapping_sub(b'0')) };
            rest = rest * 2 + value;
        }
        rest %= 11;
    }
    rest == 1
}

/// MOD 11,10 over digits, the check digit last: whether it fits.
#[inline]
pub(crate) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((last, head)) = digits.split_last() else { return false };
    let mut product = 10;
    for digit in head {
        let sum = (product + u32::from(digit.wrapping_sub(b'0'))) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    (product + u32::from(last.wrapping_sub(b'0'))) % 10 == 1
}

#[cfg(test)]
mod tests {
    use super::{mod_11_2, mod_11_10, mod_97};

    /// ISO 7064:2003, the examples of its clauses: "0794" takes 0 (MOD 11-2) and 5 (MOD 11,10), "794" takes 44 (MOD 97-10).
    #[test]
    fn the_standards_examples_fit() {
        assert!(mod_11_2(b"07940"));
        assert!(mod_11_2(b"079X"));
        assert!(mod_11_10(b"07945"));
        assert_eq!(mod_97(b"79444"), 1);
    }

    #[test]
    fn long_numbers_do_not_overflow() {
        let mut digits = vec![b'0'; 400];
        digits.push(b'1');
        assert_eq!(mod_97(&digits), 1);
        assert_eq!(mod_97(&[b'Z'; 96 * 2]), naive(&[b'Z'; 96 * 2]));
    }

    fn naive(characters: &[u8]) -> u32 {
        characters.iter().fold(0, |rest, it| (rest * 100 + u32::from(it - b'A') + 10) % 97)
    }
}
