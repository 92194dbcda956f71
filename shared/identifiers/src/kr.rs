//! South Korea: business registration number, three digits of the tax office, two of the kind of business, four in order, a check digit.
//!
//! Genuine numbers exist whose check digit does not fit (3 of 237 public ones), so that is a doubt and no refusal.

use crate::{
    Decoded, Kind, Reason, Refusal, Term, Warning, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static BRN: Rules = Rules {
    name: "Business registration number",
    local_name: Some("사업자등록번호"),
    country: Some("KR"),
    kind: Kind::Tax,
    lengths: &[10],
    check,
    one_in: 12,
    warn,
    decode,
    format: Format::Pattern("###-##-#####"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if &number[..3] < b"101".as_slice() {
        return Err(Refusal::at(Reason::UnknownAuthority, 0));
    }
    if &number[3..5] == b"00" {
        return Err(Refusal::at(Reason::UnknownEntityType, 3));
    }
    if &number[5..9] == b"0000" { Err(Refusal::at(Reason::Reserved, 5)) } else { Ok(()) }
}

/// Weights 1 3 7 1 3 7 1 3 5, and the tens of five times the ninth digit.
fn warn(number: &str) -> Vec<Warning> {
    let digits = number.as_bytes();
    let sum = checksum::sum(&digits[..9], &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + u32::from(digits[8] - b'0') * 5 / 10;
    let fits = (10 - sum % 10) % 10 == u32::from(digits[9] - b'0');
    if fits { Vec::new() } else { vec![Warning::CheckDigitMismatch] }
}

/// The National Tax Service's ranges of the two middle digits.
fn decode(number: &str) -> Decoded {
    let code = &number[3..5];
    let entity_type = match shape::value(code.as_bytes()) {
        1..=79 => Term::known(code, "Individual, taxable", "개인과세사업자"),
        80 => Term::known(code, "Unincorporated body or home seller", "법인이 아닌 단체"),
        81 | 86..=88 => Term::known(code, "Company, head office", "영리법인의 본점"),
        82 => Term::known(code, "Non-profit corporation", "비영리법인"),
        83 => Term::known(code, "State or local government", "국가·지방자치단체"),
        84 => Term::known(code, "Foreign corporation, branch or office", "외국법인"),
        85 => Term::known(code, "Company, branch", "영리법인의 지점"),
        89 => Term::known(code, "Religious body, unincorporated", "종교단체"),
        _ => Term::known(code, "Individual, exempt from VAT", "개인면세사업자"),
    };
    Decoded { authority: Some(Term::unknown(&number[..3])), entity_type: Some(entity_type), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Warning, check};

    /// Samsung Electronics' number, as it prints it on its site.
    #[test]
    fn a_head_office() {
        let verdict = check(Scheme::KrBrn, "124-81-00998", Presentation::Lenient);
        assert_eq!(verdict.warnings(), []);
        assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().name, Some("Company, head office"));
    }

    #[test]
    fn a_misfit_is_a_doubt_and_office_100_a_refusal() {
        assert_eq!(check(Scheme::KrBrn, "1248100999", Presentation::Strict).warnings(), [Warning::CheckDigitMismatch]);
        assert_eq!(check(Scheme::KrBrn, "1008100998", Presentation::Strict).reason(), Some(Reason::UnknownAuthority));
    }
}
