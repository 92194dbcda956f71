//! The period of a sales report and the one it is compared with.

use jiff::{ToSpan as _, civil::Date};

/// Days from the first to the last; both belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub first: Date,
    /// The last day, not before the first.
    pub last: Date,
}

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// As many days directly before it.
    PreviousPeriod,
    /// The same days a year earlier.
    SamePeriodLastYear,
}

/// A period that ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must not be before the first day")]
pub struct PeriodError;

impl Period {
    /// From the first to the last day.
    pub fn new(first: Date, last: Date) -> Result<Self, PeriodError> {
        if last < first { Err(PeriodError) } else { Ok(Self { first, last }) }
    }

    /// The period it is compared with; at the beginning of time it is cut off.
    #[must_use]
    pub fn compared(self, comparison: Comparison) -> Self {
        match comparison {
            Comparison::PreviousPeriod => {
                let days = (self.last - self.first).get_days() + 1;
                Self { first: self.first.saturating_sub(days.days()), last: self.first.saturating_sub(1.day()) }
            }
            Comparison::SamePeriodLastYear => {
                let last = self.last.saturating_sub(1.year());
                // The last of a month stays the last of a month: after 28 February 2025 comes 29 February 2024.
                let is_last = self.last == self.last.last_of_month();
                Self {
                    first: self.first.saturating_sub(1.year()),
                    last: if is_last { last.last_of_month() } else { last },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn compared(first: Date, last: Date, comparison: Comparison) -> (Date, Date) {
        let Period { first, last } = Period::new(first, last).unwrap().compared(comparison);
        (first, last)
    }

    #[test]
    fn the_previous_period_is_as_long_and_ends_the_day_before() {
        let previous = |first, last| compared(first, last, Comparison::PreviousPeriod);
        assert_eq!(previous(date(2024, 3, 1), date(2024, 3, 31)), (date(2024, 1, 30), date(2024, 2, 29)));
        assert_eq!(previous(date(2025, 1, 1), date(2025, 1, 1)), (date(2024, 12, 31), date(2024, 12, 31)));
        assert_eq!(previous(date(2024, 1, 1), date(2024, 12, 31)), (date(2022, 12, 31), date(2023, 12, 31)));
    }

    #[test]
    fn last_year_has_the_same_days_and_ends_of_months_stay_such() {
        let last_year = |first, last| compared(first, last, Comparison::SamePeriodLastYear);
        assert_eq!(last_year(date(2025, 2, 1), date(2025, 2, 28)), (date(2024, 2, 1), date(2024, 2, 29)));
        assert_eq!(last_year(date(2024, 2, 1), date(2024, 2, 29)), (date(2023, 2, 1), date(2023, 2, 28)));
        assert_eq!(last_year(date(2024, 2, 29), date(2024, 3, 10)), (date(2023, 2, 28), date(2023, 3, 10)));
        assert_eq!(last_year(date(2025, 2, 3), date(2025, 2, 27)), (date(2024, 2, 3), date(2024, 2, 27)));
    }

    #[test]
    fn a_period_does_not_end_before_it_begins() {
        assert_eq!(Period::new(date(2024, 1, 2), date(2024, 1, 1)), Err(PeriodError));
    }

    proptest! {
        #[test]
        fn previous_periods_of_any_length_join_without_a_gap(start in 0..100_000_i32, days in 0..20_000_i32) {
            let first = date(1900, 1, 1).saturating_add(start.days());
            let period = Period::new(first, first.saturating_add(days.days())).unwrap();
            let before = period.compared(Comparison::PreviousPeriod);
            prop_assert_eq!(before.last.tomorrow().unwrap(), period.first);
            prop_assert_eq!((before.last - before.first).get_days(), (period.last - period.first).get_days());
        }
    }
}
