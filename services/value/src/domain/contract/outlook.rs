//! What a contract is worth from a day on: what is contracted, and what is to be expected of its renewals.

use std::collections::HashMap;

use btyd::Sbg;
use jiff::civil::Date;

use super::Agreement;

/// A discount rate a year, above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscountRate(pub f64);

/// Days of a year on average.
const YEAR: f64 = 365.25;

impl DiscountRate {
    /// By default 10 %.
    pub const USUAL: Self = Self(0.1);

    /// The rate of a term: compounded over a year it is that of the year.
    fn per_term(self, term_months: i32) -> f64 {
        (f64::from(term_months) / 12.0 * self.0.ln_1p()).exp_m1()
    }

    /// What 1 so many days later is worth now.
    fn factor(self, days: i32) -> f64 {
        (-f64::from(days) / YEAR * self.0.ln_1p()).exp()
    }
}

/// What is contracted and still to come after a day, in minor units: of each term the share of its days that lie after it and before a
/// cancellation. `value_of` tells what a term costs.
pub fn contracted_minor(agreement: &Agreement, day: Date, value_of: impl Fn(i32) -> i64) -> i64 {
    if !matches!(agreement.state_on(day), super::State::Scheduled | super::State::Active) {
        return 0;
    }
    let terms = agreement.term_on(day).max(1)..=agreement.terms_on(day);
    terms.fold(0, |sum: i64, term| sum.saturating_add(left_minor(agreement, day, term, value_of(term))))
}

fn left_minor(agreement: &Agreement, day: Date, term: i32, value_minor: i64) -> i64 {
    let (first, last) = agreement.days_of(term);
    let whole = i128::from(days_between(first, agreement.after_terms(term)));
    let gone = first.yesterday().map_or(day, |before| before.max(day));
    let left = i128::from(days_between(gone, last).max(0));
    // Rounded half up; never more than the term costs.
    i64::try_from((2 * i128::from(value_minor) * left + whole) / (2 * whole)).unwrap_or(i64::MAX)
}

/// What is to be expected of the renewals of a contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// Probability of the next renewal.
    pub p_renewal: f64,
    /// Terms still to expect from it on, discounted to its day (DERL).
    pub terms: f64,
    /// What they are worth on the day asked for, in minor units.
    pub value_minor: f64,
}

/// What a model expects of contracts with terms of one length. It remembers what it worked out: many contracts have had as many renewals.
#[derive(Debug, Clone)]
pub struct Prospect {
    model: Sbg,
    rate: DiscountRate,
    per_term: f64,
    known: HashMap<u32, f64>,
}

impl Prospect {
    /// The expectations of a model.
    pub fn new(model: Sbg, term_months: i32, rate: DiscountRate) -> Self {
        Self { model, rate, per_term: rate.per_term(term_months), known: HashMap::new() }
    }

    /// Share of contracts that have had so many renewals.
    pub fn survival(&self, renewals: u32) -> f64 {
        self.model.survival(renewals)
    }

    /// Terms still to expect of a contract that has had so many renewals, from the day of the next one on: DERL.
    pub fn terms(&mut self, renewals: u32) -> f64 {
        let (model, per_term) = (&self.model, self.per_term);
        *self.known.entry(renewals).or_insert_with(|| model.discounted_residual_lifetime(renewals, per_term))
    }

    /// What to expect on a day of a contract whose next term costs so much; `None` where no renewal is to come.
    pub fn residual(&mut self, agreement: &Agreement, day: Date, next_value_minor: i64) -> Option<Residual> {
        let renewal_date = agreement.renewal_date_on(day)?;
        let renewals = u32::try_from(agreement.terms_on(day) - 1).unwrap_or_default();
        let terms = self.terms(renewals);
        let value_minor = next_value_minor as f64 * terms * self.rate.factor(days_between(day, renewal_date));
        Some(Residual { p_renewal: self.model.retention_rate(renewals + 1), terms, value_minor })
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

#[cfg(test)]
mod tests {
    use btyd::SbgParameters;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn yearly(start_date: Date, auto_renew: bool) -> Agreement {
        Agreement { start_date, term_months: 12, terms: 1, auto_renew, notice_days: 0, cancel_date: None }
    }

    /// Fader and Hardie 2007, high end.
    fn high_end() -> Sbg {
        Sbg::new(SbgParameters { alpha: 0.668, beta: 3.806 }).unwrap()
    }

    /// Of 2025 (365 days) 184 lie after 30 June.
    #[test]
    fn the_rest_of_a_term_is_counted_by_days_and_terms_ahead_whole() {
        let mut agreement = yearly(date(2025, 1, 1), false);
        let worth = |agreement: &Agreement, day| {
            contracted_minor(agreement, day, |term| if term == 1 { 36_500 } else { 40_000 })
        };
        assert_eq!(worth(&agreement, date(2024, 12, 1)), 36_500);
        assert_eq!(worth(&agreement, date(2025, 6, 30)), 18_400);
        assert_eq!(worth(&agreement, date(2025, 12, 31)), 0);
        assert_eq!(worth(&agreement, date(2026, 1, 1)), 0);
        agreement.terms = 2;
        assert_eq!(worth(&agreement, date(2025, 6, 30)), 58_400);
        agreement.cancel_date = Some(date(2025, 7, 11));
        agreement.terms = 1;
        assert_eq!(worth(&agreement, date(2025, 6, 30)), 1_000);
        let by_itself = yearly(date(2024, 1, 1), true);
        assert_eq!(worth(&by_itself, date(2025, 6, 30)), 20_164, "184 of 365 days of the second term");
    }

    /// DERL at 10 % after year 7 of the high-end segment is 7.530 (see `btyd`'s tests): with seven renewals had the eighth is to be decided.
    #[test]
    fn what_is_to_be_expected_is_derl_at_the_price_of_the_next_term() {
        let mut agreement = yearly(date(2018, 1, 1), true);
        agreement.terms = 8;
        let day = date(2025, 12, 31);
        let residual = Prospect::new(high_end(), 12, DiscountRate(0.1)).residual(&agreement, day, 10_000).unwrap();
        assert!((residual.terms - 7.530).abs() < 5e-4, "{residual:?}");
        // r(8) = (beta + 7) / (alpha + beta + 7).
        assert!((residual.p_renewal - 10.806 / 11.474).abs() < 1e-12);
        // A day before it, at 1.1 a year.
        let expected = 10_000.0 * residual.terms * 1.1_f64.powf(-1.0 / 365.25);
        assert!((residual.value_minor - expected).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_expected_of_what_is_cancelled_or_over() {
        let mut agreement = yearly(date(2025, 1, 1), true);
        agreement.cancel_date = Some(date(2025, 9, 1));
        let expected = |agreement: &Agreement, day| {
            Prospect::new(high_end(), 12, DiscountRate::USUAL).residual(agreement, day, 100)
        };
        assert_eq!(expected(&agreement, date(2025, 3, 1)), None);
        assert_eq!(expected(&yearly(date(2020, 1, 1), false), date(2025, 3, 1)), None);
    }

    /// 10 % a year is 0.797 % a month: twelve times in a row it is 10 % again.
    #[test]
    fn a_rate_of_a_term_compounds_to_that_of_the_year() {
        assert!((DiscountRate(0.1).per_term(12) - 0.1).abs() < 1e-15);
        assert!((DiscountRate(0.1).per_term(1) - 0.007_974_140_428_9).abs() < 1e-12);
        assert!((DiscountRate(0.1).per_term(24) - 0.21).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn what_is_left_of_a_contract_falls_from_its_value_to_nothing(
            value in 0_i64..1_000_000_000, term_months in 1..=36, terms in 1..5, day in 0_i64..1_500,
        ) {
            let agreement = Agreement { term_months, terms, ..yearly(date(2024, 1, 31), false) };
            let left = |day| contracted_minor(&agreement, date(2024, 1, 30).saturating_add(jiff::Span::new().days(day)), |_| value);
            prop_assert_eq!(left(0), value * i64::from(terms));
            prop_assert!(left(day + 1) <= left(day));
            prop_assert_eq!(left(6_000), 0);
        }
    }
}
