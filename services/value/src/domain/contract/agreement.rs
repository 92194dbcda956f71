//! The calendar of a contract: its terms, where it stands on a day, and the days on which something happens by itself.

use jiff::{Span, civil::Date};

/// When a contract runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// The first day.
    pub start_date: Date,
    /// Length of a term.
    pub term_months: i32,
    /// Terms contracted; 1 at least.
    pub terms: i32,
    /// Whether it goes on for another term unless it is cancelled.
    pub auto_renew: bool,
    /// Days before the end of a term by which notice has to be given.
    pub notice_days: i32,
    /// The first day on which it no longer runs, where it is cancelled; not before the first.
    pub cancel_date: Option<Date>,
}

/// Where a contract stands; the numbers are those of the contract's `Contract.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has not begun.
    Scheduled = 1,
    /// It runs.
    Active = 2,
    /// It ran out.
    Ended = 3,
    /// The day for which it was cancelled has come.
    Cancelled = 4,
}

/// What happens to a contract by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// It begins.
    Started,
    /// It goes on for another term.
    Renewed,
    /// It runs out.
    Ended,
    /// The day for which it was cancelled has come.
    Cancelled,
}

impl Agreement {
    /// The first day of the term after so many: whole months from the first day on, and the last day of a month that is too short.
    pub fn after_terms(&self, terms: i32) -> Date {
        let months = i64::from(terms) * i64::from(self.term_months);
        Span::new().try_months(months).map_or(Date::MAX, |span| self.start_date.saturating_add(span))
    }

    /// Terms that would have begun on a day if it went on for ever.
    pub fn terms_begun(&self, day: Date) -> i32 {
        if day < self.start_date {
            return 0;
        }
        let year_months = (i32::from(day.year()) - i32::from(self.start_date.year())) * 12;
        let months = year_months + i32::from(day.month()) - i32::from(self.start_date.month());
        let is_too_early = day.day() < self.start_date.day() && day.day() < day.days_in_month();
        (months - i32::from(is_too_early)) / self.term_months + 1
    }

    /// The day after what is contracted, whether or not it is cancelled before.
    pub fn contracted_until(&self) -> Date {
        self.after_terms(self.terms)
    }

    /// Terms contracted on a day, with those by which it has renewed itself: the ones that began before it was cancelled.
    pub fn terms_on(&self, day: Date) -> i32 {
        if !self.auto_renew {
            return self.terms;
        }
        let last = self.cancel_date.filter(|cancel_date| *cancel_date <= day).map_or(day, before);
        self.terms.max(self.terms_begun(last))
    }

    /// Where it stands on a day.
    pub fn state_on(&self, day: Date) -> State {
        if self.cancel_date.is_some_and(|cancel_date| cancel_date <= day) {
            State::Cancelled
        } else if day < self.start_date {
            State::Scheduled
        } else if self.auto_renew || day < self.contracted_until() {
            State::Active
        } else {
            State::Ended
        }
    }

    /// The term that runs on a day, or the last that ran by then; before the first day the first; 0 where none ever runs.
    pub fn term_on(&self, day: Date) -> i32 {
        match self.state_on(day) {
            State::Cancelled => self.terms_before_cancellation(),
            State::Scheduled => 1,
            State::Active => self.terms_begun(day),
            State::Ended => self.terms,
        }
    }

    /// First and last day of a term, as far as it is not cut off by a cancellation. Nothing is left of one that begins after it.
    pub fn days_of(&self, term: i32) -> (Date, Date) {
        let end = self.after_terms(term);
        (self.after_terms(term - 1), before(self.cancel_date.map_or(end, |cancel_date| end.min(cancel_date))))
    }

    /// The day on which the next renewal is to be decided, as seen from a day on which it runs or is to begin.
    pub fn renewal_date_on(&self, day: Date) -> Option<Date> {
        let to_come = matches!(self.state_on(day), State::Scheduled | State::Active) && self.cancel_date.is_none();
        to_come.then(|| self.after_terms(self.terms_on(day)))
    }

    /// The last day to give notice before a renewal.
    pub fn notice_date(&self, renewal_date: Date) -> Date {
        renewal_date.saturating_sub(Span::new().days(self.notice_days.max(1)))
    }

    /// Terms that begin before a cancellation; those contracted where there is none.
    pub fn terms_before_cancellation(&self) -> i32 {
        self.cancel_date.map_or(self.terms, |cancel_date| self.terms.min(self.terms_begun(before(cancel_date))))
    }

    /// The next day after `day` on which something happens by itself.
    pub fn due_after(&self, day: Date) -> Option<Date> {
        if matches!(self.state_on(day), State::Ended | State::Cancelled) {
            return None;
        }
        let days = [Some(self.start_date), self.cancel_date, Some(self.contracted_until())];
        days.into_iter().flatten().filter(|due| *due > day).min()
    }

    /// What happens on a day that [`Self::due_after`] told.
    pub(super) fn happening(&self, day: Date) -> Happening {
        match self.state_on(day) {
            State::Cancelled => Happening::Cancelled,
            State::Ended => Happening::Ended,
            _ if day < self.contracted_until() => Happening::Started,
            _ => Happening::Renewed,
        }
    }
}

fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn monthly(start_date: Date) -> Agreement {
        Agreement { start_date, term_months: 1, terms: 1, auto_renew: true, notice_days: 0, cancel_date: None }
    }

    #[test]
    fn terms_begin_on_the_day_of_the_first_or_on_the_last_of_a_short_month() {
        let starts = |first, terms: [i32; 4]| terms.map(|term| monthly(first).after_terms(term));
        let leap = [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)];
        assert_eq!(starts(date(2024, 1, 31), [0, 1, 2, 3]), leap);
        let common = [date(2025, 2, 28), date(2025, 3, 29), date(2026, 1, 29), date(2026, 2, 28)];
        assert_eq!(starts(date(2025, 1, 29), [1, 2, 12, 13]), common);
        let yearly = Agreement { term_months: 12, ..monthly(date(2024, 2, 29)) };
        assert_eq!([1, 4].map(|term| yearly.after_terms(term)), [date(2025, 2, 28), date(2028, 2, 29)]);
    }

    #[test]
    fn a_contract_that_does_not_renew_itself_runs_from_its_first_day_to_its_last() {
        let once = Agreement { term_months: 12, auto_renew: false, ..monthly(date(2025, 3, 1)) };
        let state = |year, month, day| once.state_on(date(year, month, day));
        assert_eq!(state(2025, 2, 28), State::Scheduled);
        assert_eq!((state(2025, 3, 1), state(2026, 2, 28)), (State::Active, State::Active));
        assert_eq!(state(2026, 3, 1), State::Ended);
        assert_eq!(once.days_of(1), (date(2025, 3, 1), date(2026, 2, 28)));
        assert_eq!(once.renewal_date_on(date(2025, 6, 1)), Some(date(2026, 3, 1)));
        assert_eq!(once.renewal_date_on(date(2026, 3, 1)), None);
    }

    #[test]
    fn one_that_renews_itself_has_done_so_by_every_later_day() {
        let monthly = monthly(date(2025, 1, 31));
        assert_eq!(monthly.terms_on(date(2025, 2, 27)), 1);
        assert_eq!(monthly.terms_on(date(2025, 2, 28)), 2);
        assert_eq!(monthly.terms_on(date(2025, 3, 30)), 2);
        assert_eq!(monthly.term_on(date(2026, 1, 31)), 13);
        assert_eq!(monthly.renewal_date_on(date(2026, 1, 31)), Some(date(2026, 2, 28)));
    }

    #[test]
    fn notice_is_due_so_many_days_before_and_on_the_last_day_at_the_latest() {
        let thirty = Agreement { notice_days: 30, ..monthly(date(2025, 1, 1)) };
        assert_eq!(thirty.notice_date(date(2026, 1, 1)), date(2025, 12, 2));
        assert_eq!(monthly(date(2025, 1, 1)).notice_date(date(2026, 1, 1)), date(2025, 12, 31));
    }

    #[test]
    fn a_cancelled_contract_runs_until_the_day_before_and_has_no_terms_after() {
        let cancelled = Agreement { cancel_date: Some(date(2025, 3, 15)), ..monthly(date(2025, 1, 1)) };
        assert_eq!(cancelled.state_on(date(2025, 3, 14)), State::Active);
        assert_eq!(cancelled.state_on(date(2025, 3, 15)), State::Cancelled);
        assert_eq!(cancelled.terms_on(date(2027, 1, 1)), 3);
        assert_eq!(cancelled.renewal_date_on(date(2025, 2, 1)), None);
        let renewed = Agreement { terms: 3, ..cancelled };
        assert_eq!(renewed.term_on(date(2027, 1, 1)), 3);
        assert_eq!(renewed.days_of(3), (date(2025, 3, 1), date(2025, 3, 14)));
        let never = Agreement { cancel_date: Some(date(2025, 1, 1)), ..renewed };
        assert_eq!((never.term_on(date(2025, 1, 1)), never.state_on(date(2024, 12, 31))), (0, State::Scheduled));
    }

    #[test]
    fn what_is_due_next_is_the_start_then_a_renewal_then_the_end() {
        let mut agreement = Agreement { term_months: 12, ..monthly(date(2025, 3, 1)) };
        assert_eq!(agreement.due_after(date(2025, 1, 1)), Some(date(2025, 3, 1)));
        assert_eq!(agreement.happening(date(2025, 3, 1)), Happening::Started);
        assert_eq!(agreement.due_after(date(2025, 3, 1)), Some(date(2026, 3, 1)));
        assert_eq!(agreement.happening(date(2026, 3, 1)), Happening::Renewed);
        agreement.auto_renew = false;
        assert_eq!(agreement.happening(date(2026, 3, 1)), Happening::Ended);
        assert_eq!(agreement.due_after(date(2026, 3, 1)), None);
        agreement.cancel_date = Some(date(2025, 6, 1));
        assert_eq!(agreement.due_after(date(2025, 3, 1)), Some(date(2025, 6, 1)));
        assert_eq!(agreement.happening(date(2025, 6, 1)), Happening::Cancelled);
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (1900_i16..2200, 1_i8..=12, 1_i8..=31)
            .prop_filter_map("a day that exists", |(year, month, day)| Date::new(year, month, day).ok())
    }

    proptest! {
        /// The two ways round are one calendar: a day lies in the term that has begun by then and whose successor has not.
        #[test]
        fn every_day_lies_in_one_term(start_date in any_date(), day in any_date(), term_months in 1..=120) {
            let agreement = Agreement { term_months, ..monthly(start_date) };
            let begun = agreement.terms_begun(day);
            prop_assert!(begun == 0 || agreement.after_terms(begun - 1) <= day);
            prop_assert!(day < agreement.after_terms(begun));
        }

        /// Whoever lets happen what is due, day by day, finds on every day what is said of it without that.
        #[test]
        fn what_happens_day_by_day_is_what_stands_on_the_day(
            start in any_date(), span in 0_i64..2_000, term_months in 1..=24, terms in 1..4, auto_renew: bool, cancel in prop::option::of(0_i64..1_500),
        ) {
            let later = |days: i64| start.saturating_add(Span::new().days(days));
            let mut agreement =
                Agreement { term_months, terms, auto_renew, cancel_date: cancel.map(later), ..monthly(start) };
            if !auto_renew {
                agreement.cancel_date = agreement.cancel_date.map(|day| day.min(agreement.contracted_until()));
            }
            agreement.terms = agreement.terms_before_cancellation().max(1);
            let (agreed, day) = (agreement, later(span));
            let mut due = agreement.due_after(start.yesterday().unwrap());
            while let Some(now) = due.filter(|due| *due <= day) {
                if agreement.happening(now) == Happening::Renewed {
                    agreement.terms += 1;
                }
                due = agreement.due_after(now);
            }
            prop_assert_eq!(agreement.terms, agreed.terms_on(day));
            prop_assert_eq!(agreement.state_on(day), agreed.state_on(day));
            prop_assert_eq!(agreement.renewal_date_on(day), agreed.renewal_date_on(day));
        }
    }
}
