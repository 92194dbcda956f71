//! Weighted sums, to be reduced by whatever modulus a scheme uses.

/// The value of a digit or letter: 0 to 9, then A = 10 to Z = 35.
#[inline]
pub(crate) fn value36(byte: u8) -> u32 {
    u32::from(if byte <= b'9' { byte.wrapping_sub(b'0') } else { byte.wrapping_sub(b'A').wrapping_add(10) })
}

/// The values of `digits` times `weights`, summed over the shorter of the two. Letters count as [`value36`] has it.
#[inline]
pub(crate) fn sum(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| value36(*digit) * weight).sum()
}
