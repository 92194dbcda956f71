//! Birth number (rodné číslo) of Czechia and Slovakia: year, month, day, a sequence, and since 1954 a tenth digit that makes it divisible by 11.
//!
//! Months of women are higher by 50. Czechia adds another 20, for births since 2004, on days when the sequence runs out (Act 133/2000, section 13).
//! Until 1985 numbers were given whose first nine digits leave 10, with 0 for the tenth.

use crate::{Date, Reason, Refusal, Sex, shape};

/// Whether months may be higher by 20.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    /// Czechia.
    Allowed,
    /// Slovakia.
    Never,
}

/// Digits of nine or ten places come in.
pub(super) fn check(number: &[u8], overflow: Overflow) -> Result<(), Refusal> {
    if birth(number, overflow).is_none() {
        return Err(Refusal::at(Reason::ImpossibleDate, 0));
    }
    if number.len() == 9 || shape::value(&number[..9]) % 11 % 10 == shape::value(&number[9..]) {
        Ok(())
    } else {
        Err(Refusal::check_digit(9))
    }
}

/// The date of birth and the sex.
pub(super) fn birth(number: &[u8], overflow: Overflow) -> Option<(Date, Sex)> {
    let part = |from: usize| shape::value(&number[from..from + 2]) as u8;
    let year = match (number.len(), u16::from(part(0))) {
        // Nine digits were given until 1953, to those born since about 1880.
        (9, year @ 0..=53) | (10, year @ 54..=99) => 1900 + year,
        (9, year @ 80..=99) => 1800 + year,
        (10, year @ 0..=53) => 2000 + year,
        _ => return None,
    };
    let (sex, month) = if part(2) > 50 { (Sex::Female, part(2) - 50) } else { (Sex::Male, part(2)) };
    let month = if month > 20 && overflow == Overflow::Allowed && year >= 2004 { month - 20 } else { month };
    Some((Date::new(year, month, part(4))?, sex))
}

#[cfg(test)]
mod tests {
    use super::{Overflow, birth};
    use crate::Sex;

    #[test]
    fn centuries_sexes_and_overflow() {
        let of = |number: &str, overflow| birth(number.as_bytes(), overflow).map(|(date, sex)| (date.to_string(), sex));
        let some = |date: &str, sex| Some((date.to_owned(), sex));
        assert_eq!(of("7103192745", Overflow::Allowed), some("1971-03-19", Sex::Male));
        assert_eq!(of("5356010000", Overflow::Allowed), some("2053-06-01", Sex::Female));
        assert_eq!(of("530601000", Overflow::Allowed), some("1953-06-01", Sex::Male));
        assert_eq!(of("806101000", Overflow::Allowed), some("1880-11-01", Sex::Female));
        assert_eq!(of("540601000", Overflow::Allowed), None);
        assert_eq!(of("0432010000", Overflow::Allowed), some("2004-12-01", Sex::Male));
        assert_eq!(of("0482010000", Overflow::Allowed), some("2004-12-01", Sex::Female));
        assert_eq!(of("0432010000", Overflow::Never), None);
        assert_eq!(of("0332010000", Overflow::Allowed), None);
        assert_eq!(of("0441010000", Overflow::Allowed), None);
    }
}
