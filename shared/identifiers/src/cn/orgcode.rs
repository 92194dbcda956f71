//! Organisation code, GB 11714: eight digits or letters and a check character. Since 2015 it is part of the Unified Social Credit Code.

use crate::{
    Kind, Refusal, Warning, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Organisation code",
    local_name: Some("组织机构代码"),
    country: Some("CN"),
    kind: Kind::Company,
    lengths: &[9],
    check,
    one_in: 11,
    warn: |_| vec![Warning::Superseded],
    format: Format::Pattern("########-#"),
    ..Rules::DEFAULT
};

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Nine characters: whether they are an organisation code. The check character: 10 is X, 11 is 0.
pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digit_or_x(number, 8)?;
    let expected = match 11 - checksum::sum(&number[..8], &WEIGHTS) % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    };
    if number[8] == expected { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// The example of GB 11714-1997 (annex: "D2143569-X").
    #[test]
    fn the_standards_example() {
        assert!(is_valid(Scheme::CnOrgcode, "D2143569-X"));
        let verdict = check(Scheme::CnOrgcode, "D2143569-1", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(10)));
    }
}
