//! Australian Business Number: two check digits before nine; for a company the nine are its Australian Company Number.
//!
//! Australian Business Register, "Format of the ABN": 1 less in the first digit, weights 10 1 3 to 19, a multiple of 89.

use crate::{
    Decoded, Embedded, Kind, Refusal, Scheme,
    au::acn,
    checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Australian Business Number",
    local_name: Some("ABN"),
    country: Some("AU"),
    kind: Kind::Company,
    lengths: &[11],
    prefixes: &["ABN"],
    check,
    one_in: 89,
    decode,
    format: Format::Pattern("## ### ### ###"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"123456789")?;
    // The check digits are 11 to 99; 10 would be the same as 99.
    if number.starts_with(b"10") {
        return Err(Refusal::check_digit(0));
    }
    // 10 off: the first weight times the 1 taken from the first digit.
    let sum = checksum::sum(number, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10;
    if sum.is_multiple_of(89) { Ok(()) } else { Err(Refusal::check_digit(0)) }
}

fn decode(number: &str) -> Decoded {
    let rest = &number[2..];
    let company = acn::check(rest.as_bytes()).is_ok();
    let embedded = if company { vec![Embedded { scheme: Scheme::AuAcn, value: rest.to_owned() }] } else { Vec::new() };
    Decoded { embedded, ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Scheme, check, is_valid};

    /// The worked example of the Australian Business Register.
    #[test]
    fn the_registers_example() {
        assert!(is_valid(Scheme::AuAbn, "51 824 753 556"));
        assert!(!is_valid(Scheme::AuAbn, "51 824 753 565"));
    }

    /// Telstra's ABN has its ACN inside.
    #[test]
    fn a_companys_number_is_inside() {
        let verdict = check(Scheme::AuAbn, "33 051 775 556", Presentation::Lenient);
        assert_eq!(verdict.decoded().unwrap().embedded[0].value, "051775556");
    }
}
