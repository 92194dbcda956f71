//! Resident identity number, GB 11643-1999: region of first registration, date of birth, sequence (odd for men), check character of
//! ISO 7064 MOD 11-2.
//!
//! There is no clock here, so a birth in the future is refused only after 2099.

use crate::{
    Date, Decoded, Kind, Reason, Refusal, Sex, checksum,
    cn::region,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Resident identity number",
    local_name: Some("公民身份号码"),
    country: Some("CN"),
    kind: Kind::Person,
    lengths: &[18],
    separators: Separators::DASH,
    check,
    one_in: 5_000,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 0..17)?;
    shape::digit_or_x(number, 17)?;
    region::of_resident(number)?;
    if birth(number).is_none_or(|it| !(1850..2100).contains(&it.year())) {
        return Err(Refusal::at(Reason::ImpossibleDate, 6));
    }
    if checksum::mod_11_2(number) { Ok(()) } else { Err(Refusal::check_digit(17)) }
}

fn birth(number: &[u8]) -> Option<Date> {
    let part = |from, to| shape::value(&number[from..to]);
    Date::new(part(6, 10) as u16, part(10, 12) as u8, part(12, 14) as u8)
}

fn decode(number: &str) -> Decoded {
    let bytes = number.as_bytes();
    let sex = if (bytes[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female };
    Decoded { region: Some(region::term(&number[..6])), date: birth(bytes), sex: Some(sex), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Sex, check};

    /// The two examples of GB 11643-1999, section 5.
    #[test]
    fn the_standards_examples() {
        let verdict = check(Scheme::CnRic, "11010519491231002X", Presentation::Strict);
        let decoded = verdict.decoded().unwrap();
        assert_eq!(decoded.date.unwrap().to_string(), "1949-12-31");
        assert_eq!(decoded.sex, Some(Sex::Female));
        assert_eq!(decoded.region.as_ref().unwrap().name, Some("Beijing"));

        let verdict = check(Scheme::CnRic, "440524188001010014", Presentation::Strict);
        assert_eq!(verdict.decoded().unwrap().sex, Some(Sex::Male));
    }

    #[test]
    fn reasons_name_region_date_and_check_character() {
        for (number, reason, position) in [
            ("99010519491231002X", Reason::UnknownRegion, 1),
            ("11010519491331002X", Reason::ImpossibleDate, 7),
            ("110105194912310021", Reason::BadCheckDigit, 18),
            ("1101051949123100XX", Reason::IllegalCharacter, 17),
        ] {
            let verdict = check(Scheme::CnRic, number, Presentation::Strict);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
