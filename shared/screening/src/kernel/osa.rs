//! Edit distance with transpositions of neighbours (optimal string alignment), bit-parallel: a column of the table in one word.
//!
//! Source: Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic Journal of
//! Computing 10.

/// The longest word compared; readings are cut to it.
pub(crate) const MAX_WORD: usize = 64;

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. Both at most [`MAX_WORD`] ASCII bytes.
pub(crate) fn distance(a: &[u8], b: &[u8]) -> u32 {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let (pattern, text) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if text.is_empty() || pattern.len() > MAX_WORD {
        return pattern.len() as u32;
    }
    let mut places = [0_u64; 128];
    for (at, byte) in pattern.iter().enumerate() {
        places[usize::from(byte & 127)] |= 1 << at;
    }
    let last = pattern.len() - 1;
    let (mut up, mut down, mut diagonal, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
    let mut distance = pattern.len() as u32;
    for byte in text {
        let here = places[usize::from(byte & 127)];
        let swapped = ((!diagonal & here) << 1) & before;
        diagonal = ((here & up).wrapping_add(up) ^ up) | here | down | swapped;
        let right = down | !(diagonal | up);
        let left = diagonal & up;
        distance += (right >> last & 1) as u32;
        distance -= (left >> last & 1) as u32;
        let right = right << 1 | 1;
        up = left << 1 | !(diagonal | right);
        down = diagonal & right;
        before = here;
    }
    distance
}

/// The letters and digits of a word as bits: words whose letters differ much cannot be near.
pub(crate) fn letters(word: &[u8]) -> u64 {
    word.iter().fold(0, |bits, byte| bits | 1 << (byte & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The textbook table.
    fn plainly(a: &[u8], b: &[u8]) -> u32 {
        let mut table = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
        for (i, row) in table.iter_mut().enumerate() {
            row[0] = i as u32;
        }
        for (j, cell) in table[0].iter_mut().enumerate() {
            *cell = j as u32;
        }
        for i in 1..=a.len() {
            for j in 1..=b.len() {
                let other = u32::from(a[i - 1] != b[j - 1]);
                let mut best = (table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(table[i - 1][j - 1] + other);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(table[i - 2][j - 2] + 1);
                }
                table[i][j] = best;
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn bits_count_what_the_table_counts(a in "[abc]{0,64}", b in "[abc]{0,64}") {
            prop_assert_eq!(distance(a.as_bytes(), b.as_bytes()), plainly(a.as_bytes(), b.as_bytes()));
        }
    }

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(distance(b"donlad", b"donald"), 1);
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"kitten", b"sitting"), 3);
    }
}
