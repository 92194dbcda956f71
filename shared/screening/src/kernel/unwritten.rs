//! Words of a script that leaves out short vowels against a Latin spelling that has them.
//!
//! The Arabic or Hebrew word comes as letters of `romanise::arabic`: consonants in lower case, and in capitals those that may be
//! a vowel: `A` (alif), `U` (waw), `I` (ya), `E` (ayn and hamza, often unwritten in Latin), `H` (ta marbuta: a, ah, at).

/// 0 to 1: how well a Latin fold can be the reading of an unvowelled word.
pub(crate) fn similarity(bare: &[u8], latin: &[u8]) -> f32 {
    const WIDTH: usize = 33;
    let (bare, latin) = (&bare[..bare.len().min(WIDTH - 1)], &latin[..latin.len().min(WIDTH - 1)]);
    let mut before = [0.0_f32; WIDTH];
    for (j, byte) in latin.iter().enumerate() {
        before[j + 1] = before[j] + inserted(*byte, j == 0);
    }
    for (i, letter) in bare.iter().enumerate() {
        let mut row = [0.0_f32; WIDTH];
        row[0] = before[0] + left_out(*letter);
        for (j, byte) in latin.iter().enumerate() {
            row[j + 1] = (before[j] + read_as(*letter, *byte, i == 0 && j == 0))
                .min(before[j + 1] + left_out(*letter))
                .min(row[j] + inserted(*byte, j == 0 && i == 0));
        }
        before = row;
    }
    let solid = |word: &[u8]| word.iter().filter(|byte| !b"aiueoAUIEH".contains(byte)).count();
    let weak = bare.iter().filter(|byte| b"AUI".contains(byte)).count() as f32 * 0.4;
    let size = (solid(bare) as f32 + weak).max(solid(latin) as f32).max(2.0);
    (1.0 - 1.15 * before[latin.len()] / size).max(0.0)
}

fn inserted(byte: u8, first: bool) -> f32 {
    match byte {
        b'a' | b'i' | b'u' | b'e' | b'o' if first => 0.15,
        b'a' | b'i' | b'u' | b'e' | b'o' => 0.04,
        b'h' => 0.5,
        _ => 1.0,
    }
}

fn left_out(letter: u8) -> f32 {
    match letter {
        b'E' => 0.05,
        b'H' => 0.1,
        b'A' => 0.3,
        b'U' | b'I' => 0.5,
        b'h' => 0.6,
        _ => 1.0,
    }
}

#[expect(clippy::match_same_arms, reason = "a table, in the order of the sounds")]
#[expect(clippy::unnested_or_patterns, reason = "pairs of letters read as pairs")]
fn read_as(letter: u8, byte: u8, first: bool) -> f32 {
    match (letter, byte) {
        _ if letter == byte => 0.0,
        (b'A' | b'H' | b'E', b'a') | (b'U', b'u' | b'o' | b'v') | (b'I', b'i' | b'e') => 0.0,
        (b'A', b'i' | b'u') if first => 0.0,
        (b'E', b'i' | b'u') => 0.0,
        (b'H', b't' | b'h') => 0.1,
        (b'A', b'i' | b'u') => 0.25,
        (b'I', b'a') => 0.4,
        (b'z', b'd')
        | (b'd', b'z')
        | (b't' | b'z', b's')
        | (b's', b't')
        | (b'k', b'g' | b'h')
        | (b'g', b'k' | b'j' | b'h') => 0.3,
        (b'h', b'k')
        | (b'j', b'g')
        | (b'v', b'u' | b'b')
        | (b'p', b'b')
        | (b'b', b'p' | b'v')
        | (b'f', b'v' | b'p') => 0.3,
        (b'I', b'j') | (b's', b'z') | (b'S', b'C' | b's') | (b'C', b'S' | b'j') | (b'j', b'C' | b'z') => 0.3,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::similarity;

    #[test]
    fn short_vowels_are_free_and_long_ones_are_not() {
        // محمد, محمود, حسن, حسين as consonants and long vowels
        assert!(similarity(b"mhmd", b"muhamad") > 0.9);
        assert!(similarity(b"mhmUd", b"mahmud") > 0.9);
        assert!(similarity(b"hsn", b"hasan") > similarity(b"hsIn", b"hasan") + 0.1);
        assert!(similarity(b"hsIn", b"husain") > 0.8);
        assert!(similarity(b"mhmd", b"ibrahim") < 0.3);
    }
}
