//! Dates as files write them: `1997-12-31`, `19971231`, `1997-12-31 23:59:59` and RFC 3339.
//!
//! What could be read in two ways is refused: a wrong month moves every recency.

use std::fmt;

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};

use super::error::Problem;

/// When something happened, as exactly as the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    day: Date,
    time: Option<Time>,
    offset: Option<Offset>,
}

impl Moment {
    /// The calendar day, as written: with an offset, the day at that offset.
    pub fn day(&self) -> Date {
        self.day
    }

    /// Whether the file says the time of day.
    pub fn has_time(&self) -> bool {
        self.time.is_some()
    }

    /// The instant. Without an offset the time counts as UTC, without a time as midnight.
    pub fn timestamp(&self) -> Timestamp {
        let zone = TimeZone::fixed(self.offset.unwrap_or(Offset::UTC));
        let time = self.day.to_datetime(self.time.unwrap_or(Time::midnight()));
        // A date of `parse`'s years is an instant at every offset: the fallback is never taken.
        time.to_zoned(zone).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
    }
}

impl Moment {
    /// Bytes that are equal exactly for equal moments, the same for ever: they go into ids.
    pub(super) fn write_key(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.day.year().to_be_bytes());
        bytes.extend_from_slice(&[self.day.month() as u8, self.day.day() as u8]);
        bytes.push(u8::from(self.time.is_some()) + u8::from(self.offset.is_some()));
        if let Some(time) = self.time {
            let second = (i32::from(time.hour()) * 60 + i32::from(time.minute())) * 60;
            bytes.extend_from_slice(&(second + i32::from(time.second())).to_be_bytes());
            bytes.extend_from_slice(&time.subsec_nanosecond().to_be_bytes());
        }
        if let Some(offset) = self.offset {
            bytes.extend_from_slice(&offset.seconds().to_be_bytes());
        }
    }
}

/// A day, or a time with or without its offset, in one form whatever the file wrote.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day)?;
        if let Some(time) = self.time {
            write!(f, "T{time}")?;
        }
        if let Some(offset) = self.offset {
            write!(f, "{offset}")?;
        }
        Ok(())
    }
}

impl From<Date> for Moment {
    fn from(day: Date) -> Self {
        Self { day, time: None, offset: None }
    }
}

/// Reads a date or time.
pub fn parse(text: &str) -> Result<Moment, Problem> {
    let bytes = text.as_bytes();
    let moment = match bytes {
        [] => return Err(Problem::Empty),
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] | [y1, y2, y3, y4, m1, m2, d1, d2] => {
            day([*y1, *y2, *y3, *y4], [*m1, *m2], [*d1, *d2]).map(Moment::from)
        }
        _ if has_either_order(bytes) => return Err(Problem::AmbiguousDate),
        _ => moment(text),
    };
    let moment = moment.ok_or(Problem::BadDate)?;
    if (1900..=2100).contains(&moment.day.year()) { Ok(moment) } else { Err(Problem::ImplausibleDate) }
}

fn day(year: [u8; 4], month: [u8; 2], day: [u8; 2]) -> Option<Date> {
    let year = number(&year)?;
    Date::new(year, number(&month)? as i8, number(&day)? as i8).ok()
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0')))
}

fn moment(text: &str) -> Option<Moment> {
    let pieces = Pieces::parse(text).ok()?;
    pieces.time()?;
    Some(Moment { day: pieces.date(), time: pieces.time(), offset: pieces.to_numeric_offset() })
}

/// `1/2/97`, `31.12.1997`, `01-02-1997`, with or without a time behind it.
fn has_either_order(bytes: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = digits(bytes);
    let Some(separator @ (b'/' | b'.' | b'-')) = bytes.get(first) else { return false };
    let second = digits(&bytes[first + 1..]);
    let third = first + 1 + second;
    (1..=2).contains(&first) && (1..=2).contains(&second) && bytes.get(third) == Some(separator)
}

/// The calendar day of a flag, in the forms that files may use.
pub fn parse_day(text: &str) -> Result<civil::Date, String> {
    match parse(text) {
        Ok(moment) => Ok(moment.day()),
        Err(problem) => Err(format!("{problem}; {}", problem.remedy())),
    }
}

/// A day as the contract writes it.
pub fn message(day: Date) -> clientele_proto::Date {
    clientele_proto::Date { year: day.year().into(), month: day.month().into(), day: day.day().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parse(text).map_or_else(|problem| problem.label().to_owned(), |moment| moment.to_string())
    }

    #[test]
    fn every_promised_form_is_read() {
        assert_eq!(shown("1997-12-31"), "1997-12-31");
        assert_eq!(shown("19971231"), "1997-12-31");
        assert_eq!(shown("1997-12-31 23:59:59"), "1997-12-31T23:59:59");
        assert_eq!(shown("1997-12-31T23:59:59Z"), "1997-12-31T23:59:59+00");
        assert_eq!(shown("1997-12-31T23:59:59.5-05:00"), "1997-12-31T23:59:59.5-05");
    }

    #[test]
    fn days_that_are_not_in_the_calendar_are_bad() {
        for text in ["1997-02-29", "1997-13-01", "1997-00-10", "19970230", "1997-1-1", "35431", "yesterday"] {
            assert_eq!(shown(text), "bad date", "{text}");
        }
    }

    #[test]
    fn dates_in_either_order_are_ambiguous() {
        for text in ["01/02/1997", "31/12/1997", "1.2.97", "01-02-1997", "1/2/1997 10:00"] {
            assert_eq!(shown(text), "ambiguous date", "{text}");
        }
    }

    #[test]
    fn a_slip_in_the_year_is_caught() {
        assert_eq!(shown("0197-01-01"), "date outside 1900 to 2100");
        assert_eq!(shown("9999-12-31"), "date outside 1900 to 2100");
    }

    #[test]
    fn a_time_with_an_offset_keeps_its_day_and_is_the_right_instant() {
        let late = parse("1997-12-31T23:30:00-05:00").unwrap();
        assert_eq!(late.day().to_string(), "1997-12-31");
        assert_eq!(late.timestamp().to_string(), "1998-01-01T04:30:00Z");
    }

    #[test]
    fn a_day_is_midnight_utc() {
        assert_eq!(parse("1997-12-31").unwrap().timestamp().to_string(), "1997-12-31T00:00:00Z");
    }
}
