//! What the models of a past run foretold, held against what happened since. Pure; the same input gives the same bits.

use btyd::{ClvTerms, Customer, PurchaseLog, Scorer, Summary, TermsError};
use rayon::prelude::*;

use super::fitted::Fitted;

/// Purchase days after the first from which on customers share a row, as in the literature.
const LAST_FREQUENCY: usize = 7;
const TENTHS: usize = 10;

/// How good the forecasts of a run were.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality {
    /// All customers.
    pub total: Row,
    /// By purchase days after the first: 0 to 6, and 7 or more.
    pub by_frequency: [Row; LAST_FREQUENCY + 1],
    /// By rank of the forecast, highest first.
    pub by_decile: [Row; TENTHS],
    /// By P(alive), ascending.
    pub by_alive: [AliveBin; TENTHS],
    /// Errors of the purchases of a customer.
    pub purchases: Errors,
    /// Errors of the value of a customer in minor units; `None` without a spend model.
    pub value: Option<Errors>,
}

/// Sums over some customers; money in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Row {
    /// How many.
    pub customers: i64,
    /// Purchase days foretold.
    pub predicted_purchases: f64,
    /// Purchase days.
    pub actual_purchases: i64,
    /// Net revenue foretold, of those with an expected spend.
    pub predicted_value: f64,
    /// Net revenue.
    pub actual_value: i64,
}

/// Customers of about the same P(alive).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AliveBin {
    /// How many.
    pub customers: i64,
    /// The sum of their P(alive).
    pub alive: f64,
    /// The sum of their probabilities of a purchase.
    pub buying_predicted: f64,
    /// How many bought.
    pub buying: i64,
}

/// How far forecasts were off.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Errors {
    /// Mean of the sizes of the errors.
    pub mean_absolute: f64,
    /// Root of the mean of their squares.
    pub root_mean_squared: f64,
}

/// A customer, foretold and real.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    frequency: u32,
    alive: f64,
    buying: f64,
    predicted: f64,
    actual: u32,
    /// Without a spend model, and for those without an expected spend, `None`.
    predicted_value: Option<f64>,
    actual_value: i64,
}

/// Holds `fitted`, which knew everything up to the end of `as_of_day`, against what happened up to the end of `end_day`.
pub fn quality(
    log: PurchaseLog,
    fitted: &Fitted,
    days_per_unit: f64,
    per_unit: f64,
    (as_of_day, end_day): (i32, i32),
) -> Result<Quality, TermsError> {
    let calibration = log.clone().calibrate(as_of_day, end_day);
    let later = log.summarise(end_day).customers;
    let customers = &calibration.summaries.customers;
    let days = f64::from(end_day - as_of_day);
    let no_clv = ClvTerms { periods: 0, ..ClvTerms::twelve_months(0.0, 1.0) };
    let scorer = Scorer::new(fitted.model, days_per_unit, fitted.spend, [days], no_clv)?;
    let known: Vec<Customer> = customers.iter().map(|summary| Customer::of(summary, per_unit)).collect();
    let scores = scorer.score(&known);
    let horizon = days / days_per_unit;
    let outcome = |at: usize| {
        let (customer, score) = (&known[at], &scores[at]);
        let [recency, age] = [customer.recency_days, customer.age_days].map(|days| f64::from(days) / days_per_unit);
        Outcome {
            frequency: customer.frequency,
            alive: score.probability_alive,
            buying: fitted.model.probability_of_purchase(customer.frequency, recency, age, horizon),
            predicted: score.expected_purchases[0],
            actual: calibration.holdout_purchases[at],
            predicted_value: score.expected_spend.map(|spend| score.expected_purchases[0] * spend * per_unit),
            actual_value: earned_since(&customers[at], &later),
        }
    };
    let mut outcomes: Vec<Outcome> = (0..customers.len()).into_par_iter().map(outcome).collect();
    // Equals stay in the order of the customers.
    outcomes.par_sort_by(|left, right| right.predicted.total_cmp(&left.predicted));
    Ok(summed_up(&outcomes))
}

/// What a customer brought after the day of `before`, less refunds by then of what it bought earlier.
fn earned_since(before: &Summary, later: &[Summary]) -> i64 {
    let now = later.binary_search_by_key(&before.customer, |summary| summary.customer);
    now.map_or(0, |at| later[at].total_minor).saturating_sub(before.total_minor)
}

/// Sums up customers, those of whom most was foretold first.
fn summed_up(outcomes: &[Outcome]) -> Quality {
    let mut quality = Quality::default();
    for (rank, outcome) in outcomes.iter().enumerate() {
        quality.total.add(outcome);
        quality.by_frequency[LAST_FREQUENCY.min(outcome.frequency as usize)].add(outcome);
        quality.by_decile[rank * TENTHS / outcomes.len()].add(outcome);
        let bin = ((outcome.alive * TENTHS as f64) as usize).min(TENTHS - 1);
        quality.by_alive[bin].add(outcome);
    }
    let errors = outcomes.iter().map(|outcome| outcome.predicted - f64::from(outcome.actual));
    quality.purchases = Errors::of(errors).unwrap_or_default();
    let errors = outcomes.iter().filter_map(|of| Some(of.predicted_value? - of.actual_value as f64));
    quality.value = Errors::of(errors);
    quality
}

impl Row {
    fn add(&mut self, outcome: &Outcome) {
        self.customers += 1;
        self.predicted_purchases += outcome.predicted;
        self.actual_purchases += i64::from(outcome.actual);
        self.predicted_value += outcome.predicted_value.unwrap_or_default();
        self.actual_value = self.actual_value.saturating_add(outcome.actual_value);
    }
}

impl AliveBin {
    fn add(&mut self, outcome: &Outcome) {
        self.customers += 1;
        self.alive += outcome.alive;
        self.buying_predicted += outcome.buying;
        self.buying += i64::from(outcome.actual > 0);
    }
}

impl Errors {
    /// `None` without any.
    fn of(errors: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut count, mut sizes, mut squares) = (0_u64, 0.0, 0.0);
        for error in errors {
            count += 1;
            sizes += error.abs();
            squares += error * error;
        }
        let of_all = count as f64;
        (count > 0).then(|| Self { mean_absolute: sizes / of_all, root_mean_squared: (squares / of_all).sqrt() })
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    fn outcome(frequency: u32, alive: f64, predicted: f64, actual: u32) -> Outcome {
        let predicted_value = Some(predicted * 10.0);
        let actual_value = i64::from(actual) * 12;
        Outcome { frequency, alive, buying: alive / 2.0, predicted, actual, predicted_value, actual_value }
    }

    #[test]
    fn customers_are_summed_up_by_frequency_and_by_p_alive() {
        let quality = summed_up(&[outcome(9, 1.0, 4.0, 2), outcome(7, 0.95, 2.0, 2), outcome(0, 0.05, 0.5, 0)]);
        assert_eq!((quality.total.customers, quality.total.predicted_purchases), (3, 6.5));
        assert_eq!((quality.total.actual_purchases, quality.total.actual_value), (4, 48));
        assert_eq!(quality.by_frequency[7].customers, 2);
        assert_eq!(quality.by_frequency[0].predicted_value, 5.0);
        let bins: Vec<_> = quality.by_alive.iter().map(|bin| (bin.customers, bin.buying)).collect();
        assert_eq!((bins[0], bins[9]), ((1, 0), (2, 2)));
        assert_eq!(quality.by_alive[9].buying_predicted, 0.975);
        // Off by 2, 0 and a half; by value by 16, 4 and 5.
        assert_eq!(quality.purchases.mean_absolute, 2.5 / 3.0);
        assert_eq!(quality.purchases.root_mean_squared, (4.25_f64 / 3.0).sqrt());
        assert_eq!(quality.value.unwrap().mean_absolute, 25.0 / 3.0);
    }

    #[test]
    fn the_first_tenth_is_that_of_the_highest_forecasts() {
        let outcomes: Vec<_> = (0..20).map(|at| outcome(1, 0.5, f64::from(20 - at), 1)).collect();
        let predicted: Vec<_> = summed_up(&outcomes).by_decile.iter().map(|row| row.predicted_purchases).collect();
        assert_eq!((predicted[0], predicted[9]), (39.0, 3.0));
    }

    #[test]
    fn without_a_spend_model_there_is_no_error_of_value() {
        let quality = summed_up(&[Outcome { predicted_value: None, ..outcome(1, 0.5, 1.0, 1) }]);
        assert_eq!((quality.value, quality.total.actual_value), (None, 12));
        assert_eq!(summed_up(&[]), Quality::default());
    }
}
