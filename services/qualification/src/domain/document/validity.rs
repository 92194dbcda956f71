//! When a document ends: with its last day, in its own time zone.

use jiff::{
    Timestamp, ToSpan as _,
    civil::Date,
    tz::{AmbiguousOffset, TimeZone},
};

/// The time zone by its IANA name; `None` where there is none of the name.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The instant at which `last_day` ends in `zone`: the first one of a later day there. `None` where the calendar ends first.
///
/// Where clocks skip midnight, that is the instant at which they do; where they skip the whole next day (as Samoa did on 30 December 2011), the
/// first instant of the day after it, which is the same instant. Where midnight comes twice, it is the first.
pub fn end_of_day(last_day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let next = last_day.checked_add(1.day()).ok()?;
    // In a gap this is the later reading of "compatible": midnight moved on by the gap. That is past the instant of the jump by nothing for a
    // gap at midnight, but not for one that began before midnight, nor for a skipped day; so look for the jump itself.
    let midnight = next.at(0, 0, 0, 0);
    let ambiguous = zone.to_ambiguous_zoned(midnight);
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        let after = ambiguous.later().ok()?.timestamp();
        // The jump lies at or before what `later` reads; before it local time is of the last day, after it of a later one.
        let jump = zone.preceding(after.checked_add(1.nanosecond()).ok()?).next()?;
        return Some(jump.timestamp());
    }
    Some(ambiguous.earlier().ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn end(day: Date, zone: &str) -> String {
        end_of_day(day, &time_zone(zone).unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_day_ends_at_midnight_of_its_own_zone() {
        assert_eq!(end(date(2027, 1, 31), "Asia/Shanghai"), "2027-01-31T16:00:00Z");
        assert_eq!(end(date(2027, 1, 31), "Pacific/Kiritimati"), "2027-01-31T10:00:00Z");
        assert_eq!(end(date(2027, 1, 31), "America/New_York"), "2027-02-01T05:00:00Z");
        assert_eq!(end(date(2028, 2, 28), "UTC"), "2028-02-29T00:00:00Z");
        assert_eq!(end(date(2028, 2, 29), "UTC"), "2028-03-01T00:00:00Z");
        assert_eq!(end(date(2027, 2, 28), "UTC"), "2027-03-01T00:00:00Z");
    }

    #[test]
    fn the_days_on_which_clocks_change_end_when_the_next_begins() {
        // Brazil's summer time of 2018 began at midnight of 4 November (UTC-3 to UTC-2): that day began at 01:00, which is 03:00 UTC.
        assert_eq!(end(date(2018, 11, 3), "America/Sao_Paulo"), "2018-11-04T03:00:00Z");
        // And ended at midnight of 17 February 2019, when clocks went back to 23:00 of the 16th: midnight came after that, UTC-3.
        assert_eq!(end(date(2019, 2, 16), "America/Sao_Paulo"), "2019-02-17T03:00:00Z");
        // Germany: changes at 2 and 3 in the morning do not matter but for the offset.
        assert_eq!(end(date(2027, 3, 27), "Europe/Berlin"), "2027-03-27T23:00:00Z");
        assert_eq!(end(date(2027, 3, 28), "Europe/Berlin"), "2027-03-28T22:00:00Z");
    }

    #[test]
    fn a_day_that_a_zone_skipped_is_over_before_it_began() {
        // Samoa went from 29 to 31 December 2011 at midnight, 10:00 UTC on the 30th.
        assert_eq!(end(date(2011, 12, 29), "Pacific/Apia"), "2011-12-30T10:00:00Z");
        assert_eq!(end(date(2011, 12, 30), "Pacific/Apia"), "2011-12-30T10:00:00Z");
        assert_eq!(end(date(2011, 12, 31), "Pacific/Apia"), "2011-12-31T10:00:00Z");
    }

    #[test]
    fn the_last_day_of_the_calendar_has_no_end() {
        assert_eq!(end_of_day(Date::MAX, &TimeZone::UTC), None);
    }

    proptest! {
        #[test]
        fn just_before_the_end_it_is_still_the_last_day_and_then_it_is_not(days in 0i32..29_000, place in 0usize..8) {
            let names = ["Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin", "Pacific/Apia", "America/Havana", "Africa/Cairo", "Asia/Beirut", "UTC"];
            let zone = time_zone(names[place]).unwrap();
            let day = date(1980, 1, 1).checked_add(days.days()).unwrap();
            // The day that Samoa skipped never was.
            prop_assume!(!(names[place] == "Pacific/Apia" && day == date(2011, 12, 30)));
            let end = end_of_day(day, &zone).unwrap();
            let before = end.checked_sub(1.nanosecond()).unwrap().to_zoned(zone.clone());
            prop_assert_eq!(before.date(), day);
            prop_assert!(end.to_zoned(zone).date() > day);
        }
    }
}
