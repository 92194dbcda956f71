//! Taiwan: Unified Business Number, eight digits.
//!
//! Ministry of Finance: weights 1 2 1 2 1 2 4 1, the digits of the products summed. The sum is a multiple of 5, or one less where the seventh digit
//! is 7 (its product 28 may count 10 or 1 in all). Until April 2023 it had to be a multiple of 10.

use crate::{
    Kind, Reason, Refusal,
    rules::{Format, Rules},
    shape,
};

pub(crate) static UBN: Rules = Rules {
    name: "Unified Business Number",
    local_name: Some("統一編號"),
    country: Some("TW"),
    kind: Kind::Company,
    lengths: &[8],
    check,
    one_in: 5,
    format: Format::Plain,
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if number == b"00000000" {
        return Err(Refusal::of(Reason::Reserved));
    }
    let sum: u32 = number
        .iter()
        .zip([1, 2, 1, 2, 1, 2, 4, 1])
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    let fits = sum.is_multiple_of(5) || number[6] == b'7' && (sum + 1).is_multiple_of(5);
    if fits { Ok(()) } else { Err(Refusal::check_digit(7)) }
}

#[cfg(test)]
mod tests {
    use crate::{Scheme, is_valid};

    /// The worked examples of the Ministry of Finance's note on the check rule, old and new; TSMC's number.
    #[test]
    fn published_numbers() {
        for number in ["04595257", "10458575", "22099131"] {
            assert!(is_valid(Scheme::TwUbn, number), "{number}");
        }
        assert!(!is_valid(Scheme::TwUbn, "22099132"));
    }
}
