//! Türkiye: tax number (vergi kimlik numarası), nine digits and a check digit.

use crate::{
    Kind, Refusal,
    rules::{Format, Rules},
    shape,
};

pub(crate) static VKN: Rules = Rules {
    name: "Tax number",
    local_name: Some("Vergi kimlik numarası"),
    country: Some("TR"),
    kind: Kind::Tax,
    lengths: &[10],
    check,
    one_in: 10,
    format: Format::Pattern("### ### ####"),
    ..Rules::DEFAULT
};

/// Revenue Administration: each digit plus its distance from the end, modulo 10, times the same power of two, modulo 9 (9 for a multiple that is not
/// zero); the check digit fills the sum up to a multiple of ten.
fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let sum: u32 = number[..9]
        .iter()
        .zip((1..=9_u32).rev())
        .map(|(digit, distance)| {
            let shifted = (u32::from(digit - b'0') + distance) % 10;
            match (shifted << distance) % 9 {
                0 if shifted != 0 => 9,
                rest => rest,
            }
        })
        .sum();
    let fits = (sum + u32::from(number[9] - b'0')).is_multiple_of(10);
    if fits { Ok(()) } else { Err(Refusal::check_digit(9)) }
}

#[cfg(test)]
mod tests {
    use crate::{Scheme, is_valid};

    /// Numbers that Turkish Airlines and Arçelik print on their invoices.
    #[test]
    fn published_numbers() {
        assert!(is_valid(Scheme::TrVkn, "8760047464"));
        assert!(is_valid(Scheme::TrVkn, "0730018000"));
        assert!(!is_valid(Scheme::TrVkn, "8760047465"));
    }
}
