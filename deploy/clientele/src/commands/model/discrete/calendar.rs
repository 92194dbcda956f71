//! Days cut into calendar periods.

use jiff::civil::Date;

use crate::commands::model::args::TimeUnit;
use crate::commands::model::purchases::{calendar_day, epoch_day};

impl TimeUnit {
    /// The number of the period that a day (since 1970-01-01) lies in: one more for each later period.
    pub fn period_of(self, day: i32) -> i32 {
        let date = calendar_day(day);
        match self {
            Self::Day => day,
            // 1970-01-01 was a Thursday: its week begins three days before.
            Self::Week => (day + 3).div_euclid(7),
            Self::Month => i32::from(date.year()) * 12 + i32::from(date.month()),
            Self::Year => i32::from(date.year()),
        }
    }

    /// The last day of the last period that has ended by the end of `day`.
    pub fn last_whole(self, day: Date) -> Date {
        let next = calendar_day(epoch_day(day) + 1);
        let begins = match self {
            Self::Day => next,
            Self::Week => calendar_day(epoch_day(next) - i32::from(next.weekday().to_monday_zero_offset())),
            Self::Month => next.first_of_month(),
            Self::Year => next.first_of_year(),
        };
        calendar_day(epoch_day(begins) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};

    const UNITS: [TimeUnit; 4] = [TimeUnit::Day, TimeUnit::Week, TimeUnit::Month, TimeUnit::Year];

    #[test]
    fn a_period_ends_where_the_next_begins() {
        for unit in UNITS {
            for day in -1_000..1_000 {
                let step = unit.period_of(day + 1) - unit.period_of(day);
                let ends = unit.last_whole(calendar_day(day)) == calendar_day(day);
                assert_eq!(step, i32::from(ends), "{unit:?} {day}");
            }
        }
    }

    #[test]
    fn the_last_whole_period_is_the_calendars() {
        let whole = |unit: TimeUnit, year, month, day| unit.last_whole(date(year, month, day));
        assert_eq!(whole(TimeUnit::Month, 1997, 9, 30), date(1997, 9, 30));
        assert_eq!(whole(TimeUnit::Month, 1997, 9, 29), date(1997, 8, 31));
        assert_eq!(whole(TimeUnit::Month, 2000, 2, 28), date(2000, 1, 31));
        assert_eq!(whole(TimeUnit::Year, 2001, 12, 31), date(2001, 12, 31));
        assert_eq!(whole(TimeUnit::Year, 2001, 12, 30), date(2000, 12, 31));
        assert_eq!(whole(TimeUnit::Day, 2001, 12, 30), date(2001, 12, 30));
        assert_eq!(whole(TimeUnit::Week, 2026, 11, 24).weekday(), Weekday::Sunday);
        assert_eq!(whole(TimeUnit::Week, 2026, 11, 24), date(2026, 11, 22));
    }
}
