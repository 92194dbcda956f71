//! Days of validity as instants: the first day begins, and the last one ends, in the time zone of the letter.

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

/// Days of validity, which have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// First day.
    pub from: Date,
    /// Last day, which counts in full; `None` for no end.
    pub until: Option<Date>,
    /// Name of the IANA time zone.
    pub time_zone: String,
    /// When the first day begins.
    pub start_time: Timestamp,
    /// When the last day ends: when the next one begins.
    pub expire_time: Option<Timestamp>,
}

/// What is wrong with the days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValidityError {
    /// No such zone.
    #[error("must be a time zone of the IANA database, such as Asia/Shanghai")]
    TimeZone,
    /// The last day is before the first.
    #[error("must not be before valid_from_date")]
    UntilBeforeFrom,
}

impl ValidityError {
    /// The field of the authorisation that it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::TimeZone => "time_zone",
            Self::UntilBeforeFrom => "valid_until_date",
        }
    }
}

/// The zone of that name.
pub fn zone(name: &str) -> Result<TimeZone, ValidityError> {
    TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some()).ok_or(ValidityError::TimeZone)
}

impl Validity {
    /// Days counted in the zone of that name.
    pub fn new(from: Date, until: Option<Date>, time_zone: &str) -> Result<Self, ValidityError> {
        let zone = zone(time_zone)?;
        if until.is_some_and(|until| until < from) {
            return Err(ValidityError::UntilBeforeFrom);
        }
        let start_time = begins(from, &zone)?;
        let expire_time = until.map(|until| begins(until.saturating_add(1.day()), &zone)).transpose()?;
        Ok(Self { from, until, time_zone: time_zone.to_owned(), start_time, expire_time })
    }
}

/// The first instant of a day in a zone: midnight, or where the clocks skip it, the first moment after it; where it comes twice, the earlier one.
fn begins(day: Date, zone: &TimeZone) -> Result<Timestamp, ValidityError> {
    // The years are within those of the calendar by far, so that this holds for every zone.
    day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| ValidityError::TimeZone)
}

/// The reminder that is due next after `now`, and when: so many days of the calendar before the end. `leads` are all of those days, the longest first.
pub fn next_reminder(
    expire_time: Timestamp,
    time_zone: &str,
    now: Timestamp,
    leads: &[i32],
) -> Option<(i32, Timestamp)> {
    leads.iter().map(|&lead| (lead, reminder_time(expire_time, time_zone, lead))).find(|(_, instant)| *instant > now)
}

/// The reminder to tell of at `now`: the shortest lead that is reached, where none as short was told of (`told`; 0 for none).
pub fn reached_reminder(
    expire_time: Timestamp,
    time_zone: &str,
    (told, now): (i32, Timestamp),
    leads: &[i32],
) -> Option<i32> {
    let shortest = leads.iter().copied().rev().find(|&lead| reminder_time(expire_time, time_zone, lead) <= now);
    shortest.filter(|&lead| told == 0 || lead < told)
}

/// When it is told that the end is `lead` days ahead.
pub fn reminder_time(expire_time: Timestamp, time_zone: &str, lead: i32) -> Timestamp {
    let zone = zone(time_zone).unwrap_or(TimeZone::UTC);
    expire_time.to_zoned(zone).saturating_sub(i64::from(lead).days()).timestamp()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn of(from: Date, until: Date, zone: &str) -> (String, String) {
        let validity = Validity::new(from, Some(until), zone).unwrap();
        (validity.start_time.to_string(), validity.expire_time.unwrap().to_string())
    }

    /// Offsets: IANA time zone database. China is 8 hours ahead all year; Samoa 13, since it lost 30 December 2011 to cross the date line.
    #[test]
    fn the_last_day_counts_in_full_where_the_letter_counts_it() {
        let (start, end) = of(date(2026, 3, 1), date(2026, 12, 31), "Asia/Shanghai");
        assert_eq!((start.as_str(), end.as_str()), ("2026-02-28T16:00:00Z", "2026-12-31T16:00:00Z"));
        let (start, end) = of(date(2026, 3, 1), date(2026, 3, 1), "Pacific/Apia");
        assert_eq!((start.as_str(), end.as_str()), ("2026-02-28T11:00:00Z", "2026-03-01T11:00:00Z"));
        let (_, end) = of(date(2026, 1, 1), date(2026, 6, 30), "America/New_York");
        assert_eq!(end, "2026-07-01T04:00:00Z");
    }

    #[test]
    fn a_leap_day_is_a_day_like_any_other() {
        let (start, end) = of(date(2028, 2, 29), date(2028, 2, 29), "UTC");
        assert_eq!((start.as_str(), end.as_str()), ("2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"));
        let (_, end) = of(date(2026, 1, 1), date(2027, 2, 28), "UTC");
        assert_eq!(end, "2027-03-01T00:00:00Z");
    }

    /// Germany went to summer time on 29 March 2026 (23 hours) and leaves it on 25 October (25 hours).
    #[test]
    fn days_have_23_or_25_hours_where_clocks_change() {
        let (start, end) = of(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin");
        assert_eq!((start.as_str(), end.as_str()), ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
        let (start, end) = of(date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin");
        assert_eq!((start.as_str(), end.as_str()), ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));
    }

    /// In Santiago de Chile clocks go from 24:00 to 1:00: 8 September 2024 begins at 1:00, three hours behind UTC. In Havana they go back from 1:00 to
    /// 0:00: 3 November 2024 has two midnights, and the first, four hours behind, begins it.
    #[test]
    fn a_day_without_midnight_begins_with_its_first_moment_and_one_with_two_with_the_first() {
        let (start, _) = of(date(2024, 9, 8), date(2024, 9, 8), "America/Santiago");
        assert_eq!(start, "2024-09-08T04:00:00Z");
        let (_, end) = of(date(2024, 9, 1), date(2024, 9, 7), "America/Santiago");
        assert_eq!(end, "2024-09-08T04:00:00Z");
        let (start, end) = of(date(2024, 11, 3), date(2024, 11, 3), "America/Havana");
        assert_eq!((start.as_str(), end.as_str()), ("2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"));
    }

    /// Samoa had no 30 December 2011: what ended with the 29th ended when the 31st began.
    #[test]
    fn a_day_that_a_zone_left_out_is_no_day() {
        let (_, end) = of(date(2011, 12, 1), date(2011, 12, 29), "Pacific/Apia");
        assert_eq!(end, "2011-12-30T10:00:00Z");
    }

    #[test]
    fn reminders_are_days_of_the_calendar_and_only_those_to_come() {
        // The end is the midnight after 31 March 2026 in Berlin, in summer time; 7 days before it was winter.
        let end =
            Validity::new(date(2026, 1, 1), Some(date(2026, 3, 31)), "Europe/Berlin").unwrap().expire_time.unwrap();
        assert_eq!(end.to_string(), "2026-03-31T22:00:00Z");
        assert_eq!(reminder_time(end, "Europe/Berlin", 7).to_string(), "2026-03-24T23:00:00Z");
        assert_eq!(reminder_time(end, "Europe/Berlin", 30).to_string(), "2026-03-01T23:00:00Z");
        let lead =
            |now: &str| next_reminder(end, "Europe/Berlin", now.parse().unwrap(), &[60, 30, 7]).map(|(lead, _)| lead);
        assert_eq!(lead("2025-12-01T00:00:00Z"), Some(60));
        assert_eq!(lead("2026-03-01T22:59:59Z"), Some(30));
        assert_eq!(lead("2026-03-01T23:00:00Z"), Some(7));
        assert_eq!(lead("2026-03-24T23:00:00Z"), None);
    }

    #[test]
    fn of_the_leads_that_are_reached_the_shortest_is_told_where_none_as_short_was() {
        let end: Timestamp = "2026-03-31T22:00:00Z".parse().unwrap();
        let reached = |told, now: &str, leads: &[i32]| {
            reached_reminder(end, "Europe/Berlin", (told, now.parse().unwrap()), leads)
        };
        assert_eq!(reached(0, "2026-03-01T22:59:59Z", &[30, 7]), None);
        assert_eq!(reached(0, "2026-03-01T23:00:00Z", &[30, 7]), Some(30));
        assert_eq!(reached(0, "2026-03-25T00:00:00Z", &[60, 30, 7]), Some(7));
        assert_eq!(reached(60, "2026-03-05T00:00:00Z", &[90, 60, 45, 30]), Some(30));
        assert_eq!(reached(60, "2026-02-01T00:00:00Z", &[90]), None, "told of already, at a shorter lead");
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_field() {
        let refused = |until, zone| Validity::new(date(2026, 1, 2), Some(until), zone).unwrap_err().field();
        for zone in ["", "Mars/Olympus", "+08:00", "Asia/Shanghai\0", "../etc/passwd"] {
            assert_eq!(refused(date(2026, 1, 2), zone), "time_zone", "{zone:?}");
        }
        assert_eq!(refused(date(2026, 1, 1), "UTC"), "valid_until_date");
        assert_eq!(Validity::new(date(2026, 1, 2), None, "UTC").unwrap().expire_time, None);
    }
}
