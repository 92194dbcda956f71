//! EGN, the number of Bulgarian citizens: date of birth (month + 20 before 1900, + 40 since 2000), sequence (even for men), check digit.

use crate::{Date, Sex, checksum, shape};

/// Ten digits come in: the date of birth and the sex, if they are an EGN.
pub(super) fn birth(number: &[u8]) -> Option<(Date, Sex)> {
    let part = |from: usize| shape::value(&number[from..from + 2]) as u8;
    let (century, month) = match part(2) {
        month @ 41.. => (2000, month - 40),
        month @ 21.. => (1800, month - 20),
        month => (1900, month),
    };
    let date = Date::new(century + u16::from(part(0)), month, part(4))?;
    let expected = checksum::sum(&number[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let sex = if number[8].is_multiple_of(2) { Sex::Male } else { Sex::Female };
    (checksum::value36(number[9]) == expected).then_some((date, sex))
}

#[cfg(test)]
mod tests {
    use super::birth;

    /// python-stdnum's examples and a man's of 1961; then the check digit and the month changed.
    #[test]
    fn dates_of_the_centuries() {
        let date = |number: &[u8]| birth(number).map(|(date, _)| date.to_string());
        assert_eq!(date(b"7523169263").as_deref(), Some("1875-03-16"));
        assert_eq!(date(b"8032056031").as_deref(), Some("1880-12-05"));
        assert_eq!(date(b"6101057509").as_deref(), Some("1961-01-05"));
        assert_eq!(date(b"8032056030"), None);
        assert_eq!(date(b"8013056031"), None);
    }
}
