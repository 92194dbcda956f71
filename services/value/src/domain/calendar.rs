//! Periods of the calendar: months, quarters, years.

use jiff::civil::Date;

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarUnit {
    /// A month.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

impl CalendarUnit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// How many periods a report follows at most: five years of months, ten of quarters.
    pub const fn followed(self) -> usize {
        match self {
            Self::Month => 60,
            Self::Quarter => 40,
            Self::Year => 30,
        }
    }

    /// The first day of the period that a day lies in.
    pub fn start_of(self, day: Date) -> Date {
        let first = day.first_of_month();
        match self {
            Self::Month => first,
            Self::Quarter => first.with().month((day.month() - 1) / 3 * 3 + 1).build().unwrap_or(first),
            Self::Year => day.first_of_year(),
        }
    }

    /// First days of the periods from that of `first` to that of `last`, ascending; of more than are followed the last ones.
    pub fn starts(self, first: Date, last: Date) -> Vec<Date> {
        let earliest = self.start_of(first);
        let before = |start: &Date| start.yesterday().ok().map(|day| self.start_of(day));
        let mut starts: Vec<Date> = std::iter::successors(Some(self.start_of(last)), before)
            .take(self.followed())
            .take_while(|start| *start >= earliest)
            .collect();
        starts.reverse();
        starts
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_begins_on_its_first_day() {
        let day = date(2024, 2, 29);
        let starts = CalendarUnit::ALL.map(|unit| unit.start_of(day));
        assert_eq!(starts, [date(2024, 2, 1), date(2024, 1, 1), date(2024, 1, 1)]);
        assert_eq!(CalendarUnit::Quarter.start_of(date(1997, 12, 31)), date(1997, 10, 1));
    }

    #[test]
    fn periods_run_from_that_of_the_first_day_to_that_of_the_last() {
        let quarters = CalendarUnit::Quarter.starts(date(1996, 11, 30), date(1997, 4, 1));
        assert_eq!(quarters, [date(1996, 10, 1), date(1997, 1, 1), date(1997, 4, 1)]);
        assert_eq!(CalendarUnit::Year.starts(date(1997, 5, 5), date(1997, 5, 5)), [date(1997, 1, 1)]);
    }

    #[test]
    fn of_many_periods_the_last_are_followed() {
        let months = CalendarUnit::Month.starts(date(1900, 1, 1), date(2026, 10, 31));
        assert_eq!((months.len(), months[0], months[59]), (60, date(2021, 11, 1), date(2026, 10, 1)));
    }
}
