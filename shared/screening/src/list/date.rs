//! Dates of which not all may be known.

use std::fmt;

use serde::Serialize;

/// A date of birth as lists give it: a day, a month, a year, or some years; perhaps about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PartialDate {
    /// The year, or the first of some.
    pub year: i16,
    /// The last year, where there are several.
    pub last_year: Option<i16>,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31.
    pub day: Option<u8>,
    /// Said to be about then.
    pub circa: bool,
}

/// Not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date: expected 1962-09-03, 03 Sep 1962, Sep 1962, 1962, circa 1962 or 1960 to 1963")]
pub struct DateError(pub String);

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl PartialDate {
    /// A whole day.
    pub fn day(year: i16, month: u8, day: u8) -> Self {
        Self { year, last_year: None, month: Some(month), day: Some(day), circa: false }
    }

    /// A year.
    pub fn year(year: i16) -> Self {
        Self { year, last_year: None, month: None, day: None, circa: false }
    }

    /// Reads what OFAC, the UN and ISO 8601 write.
    ///
    /// ```
    /// use screening::PartialDate;
    /// assert_eq!("03 Sep 1962".parse::<PartialDate>(), Ok(PartialDate::day(1962, 9, 3)));
    /// assert!("1962-02-30".parse::<PartialDate>().is_err());
    /// ```
    fn read(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let (circa, rest) = ["circa", "approximately", "about", "c."]
            .iter()
            .find_map(|word| lower.strip_prefix(word))
            .map_or((false, lower.as_str()), |rest| (true, rest.trim()));
        // A time of day may follow an ISO date.
        let rest = rest.split_once('t').filter(|(date, _)| date.len() == 10).map_or(rest, |(date, _)| date);
        if let Some((first, last)) =
            rest.split_once(" to ").or_else(|| rest.split_once('-').filter(|it| it.0.len() == 4 && it.1.len() == 4))
        {
            let (first, last) = (Self::read(first)?, Self::read(last)?);
            return (first.year <= last.year).then_some(Self {
                last_year: Some(last.year),
                month: None,
                day: None,
                circa,
                ..first
            });
        }
        let parts: Vec<&str> = rest.split([' ', '-', '/', '.']).filter(|it| !it.is_empty()).collect();
        let date = match parts[..] {
            [year] => Self::year(read_year(year)?),
            [month, year] if read_year(year).is_some() => {
                Self { month: Some(read_month(month)?), ..Self::year(read_year(year)?) }
            }
            [year, month] => Self { month: Some(read_month(month)?), ..Self::year(read_year(year)?) },
            [day, month, year] if read_year(year).is_some() => {
                Self::day(read_year(year)?, read_month(month)?, day.parse().ok()?)
            }
            [year, month, day] => Self::day(read_year(year)?, read_month(month)?, day.parse().ok()?),
            _ => return None,
        };
        date.exists().then_some(Self { circa, ..date })
    }

    fn exists(self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            Some(2) => 28 + u8::from(leap),
            Some(4 | 6 | 9 | 11) => 30,
            _ => 31,
        };
        self.day.is_none_or(|day| (1..=days).contains(&day))
    }

    /// Whether both can be the same day.
    pub fn agrees(self, other: Self) -> bool {
        let slack = i16::from(self.circa || other.circa);
        let years = |it: Self| (it.year - slack, it.last_year.unwrap_or(it.year) + slack);
        let ((first, last), (other_first, other_last)) = (years(self), years(other));
        let near = first <= other_last && other_first <= last;
        let same = |a: Option<u8>, b: Option<u8>| a.is_none() || b.is_none() || a == b;
        let fuzzy = slack == 1 || self.last_year.is_some() || other.last_year.is_some();
        near && (fuzzy || (same(self.month, other.month) && same(self.day, other.day)))
    }

    /// Whether both are the same whole day.
    pub fn is_same_day(self, other: Self) -> bool {
        self.day.is_some() && self == other && !self.circa
    }
}

fn read_year(text: &str) -> Option<i16> {
    (text.len() == 4).then(|| text.parse().ok()).flatten().filter(|year| (1800..=2100).contains(year))
}

fn read_month(text: &str) -> Option<u8> {
    let by_name = MONTHS.iter().position(|month| text.len() >= 3 && text.starts_with(month));
    by_name.map(|at| at as u8 + 1).or_else(|| text.parse().ok()).filter(|month| (1..=12).contains(month))
}

impl std::str::FromStr for PartialDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::read(text).ok_or_else(|| DateError(text.trim().to_owned()))
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.circa {
            f.write_str("circa ")?;
        }
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        if let Some(last) = self.last_year {
            write!(f, " to {last:04}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_the_lists_write() {
        assert_eq!(date("1971-05-23"), PartialDate::day(1971, 5, 23));
        assert_eq!(date("circa 1950"), PartialDate { circa: true, ..PartialDate::year(1950) });
        assert_eq!(date("Sep 1962").month, Some(9));
        assert_eq!(date("1958 to 1960").last_year, Some(1960));
        assert_eq!(date("circa 1961-1962").last_year, Some(1962));
        for bad in ["", "yesterday", "1962-13-01", "29 Feb 1961", "12"] {
            assert!(bad.parse::<PartialDate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_agree_as_far_as_they_are_known() {
        assert!(date("1962").agrees(date("03 Sep 1962")));
        assert!(date("circa 1961").agrees(date("1962-01-02")));
        assert!(!date("1961").agrees(date("1962")));
        assert!(!date("1962-09-03").agrees(date("1962-09-04")));
        assert!(date("1958 to 1960").agrees(date("1959-02-03")));
    }
}
