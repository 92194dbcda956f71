//! Days and instants on which something can have happened.

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

/// Years that are believed.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

/// What is wrong with a day or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// The year is not within 1 to 9999.
    #[error("must be a year from 1 to 9999")]
    Year,
    /// The month is not within 1 to 12.
    #[error("must be a month from 1 to 12")]
    Month,
    /// The day is not within 1 to 31.
    #[error("must be a day from 1 to 31")]
    DayOfMonth,
    /// Such as 31 April.
    #[error("must be a day that exists")]
    NoSuchDay,
    /// Too long ago or too far ahead to be meant.
    #[error("must be in a year from {} to {}", YEARS.start(), YEARS.end())]
    Unbelievable,
    /// Later than tomorrow.
    #[error("must not be later than tomorrow, {0} (UTC)")]
    Future(Date),
    /// Seconds or fractions out of range.
    #[error("must be an instant that exists")]
    NoSuchInstant,
}

impl DayError {
    /// The field of a `Date` message the error is about; `None` where it is the whole.
    pub const fn field(self) -> Option<&'static str> {
        match self {
            Self::Year => Some("year"),
            Self::Month => Some("month"),
            Self::DayOfMonth => Some("day"),
            _ => None,
        }
    }
}

/// The last day that may be recorded now: tomorrow in UTC, so that it is already today somewhere.
pub fn latest(now: Timestamp) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    today.saturating_add(1.day())
}

/// A day by its numbers, not after `latest`; every error at once.
pub fn day(year: i32, month: i32, day: i32, latest: Date) -> Result<Date, Vec<DayError>> {
    let checks = [
        ((1..=9999).contains(&year), DayError::Year),
        ((1..=12).contains(&month), DayError::Month),
        ((1..=31).contains(&day), DayError::DayOfMonth),
        (day <= last_day(year, month), DayError::NoSuchDay),
    ];
    let errors: Vec<_> = checks.into_iter().filter_map(|(holds, error)| (!holds).then_some(error)).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let date = Date::new(year as i16, month as i8, day as i8).map_err(|_| vec![DayError::NoSuchDay])?;
    believable(date, latest).map_err(|error| vec![error])
}

/// The last day of a month, as the rule of the contract counts it for any numbers.
const fn last_day(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// An instant whose day is not after `latest`, in whole microseconds: what Postgres can hold.
pub fn instant(seconds: i64, nanos: i32, latest: Date) -> Result<Timestamp, DayError> {
    if !(0..1_000_000_000).contains(&nanos) {
        return Err(DayError::NoSuchInstant);
    }
    let instant = Timestamp::new(seconds, nanos / 1000 * 1000).map_err(|_| DayError::NoSuchInstant)?;
    believable(day_of(instant), latest)?;
    Ok(instant)
}

/// The day of an instant in UTC.
pub fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

fn believable(date: Date, latest: Date) -> Result<Date, DayError> {
    if !YEARS.contains(&date.year()) {
        return Err(DayError::Unbelievable);
    }
    if date > latest {
        return Err(DayError::Future(latest));
    }
    Ok(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const LATEST: Date = date(2026, 11, 24);

    #[test]
    fn a_day_is_refused_part_by_part_then_as_a_whole() {
        assert_eq!(day(1997, 1, 1, LATEST), Ok(date(1997, 1, 1)));
        assert_eq!(
            day(0, 13, 32, LATEST),
            Err(vec![DayError::Year, DayError::Month, DayError::DayOfMonth, DayError::NoSuchDay])
        );
        assert_eq!(day(1997, 4, 31, LATEST), Err(vec![DayError::NoSuchDay]));
        assert_eq!(day(1900, 2, 29, LATEST), Err(vec![DayError::NoSuchDay]));
        assert_eq!(day(2000, 2, 29, LATEST), Ok(date(2000, 2, 29)));
        assert_eq!(day(1899, 12, 31, LATEST), Err(vec![DayError::Unbelievable]));
        assert_eq!(day(2201, 1, 1, LATEST), Err(vec![DayError::Unbelievable]));
    }

    #[test]
    fn tomorrow_is_the_last_day_because_it_is_already_today_somewhere() {
        let now: Timestamp = "2026-11-23T23:59:59Z".parse().unwrap();
        assert_eq!(latest(now), LATEST);
        assert_eq!(day(2026, 11, 24, LATEST), Ok(LATEST));
        assert_eq!(day(2026, 11, 25, LATEST), Err(vec![DayError::Future(LATEST)]));
    }

    #[test]
    fn an_instant_is_kept_in_microseconds_and_lies_on_its_day_in_utc() {
        let instant = instant(852_076_799, 999_999_999, LATEST).unwrap();
        assert_eq!(instant.to_string(), "1996-12-31T23:59:59.999999Z");
        assert_eq!(day_of(instant), date(1996, 12, 31));
    }

    #[test]
    fn an_instant_that_cannot_be_is_refused() {
        for (seconds, nanos) in [(i64::MAX, 0), (i64::MIN, 0), (0, -1), (0, 1_000_000_000)] {
            assert_eq!(instant(seconds, nanos, LATEST), Err(DayError::NoSuchInstant));
        }
        assert_eq!(instant(1_900_000_000, 0, LATEST), Err(DayError::Future(LATEST)));
        assert_eq!(instant(-2_300_000_000, 0, LATEST), Err(DayError::Unbelievable));
    }
}
