//! What a score leaves open, and when the next purchase comes: from the models of a run and the row of one customer, when it is read.

use btyd::{Confidence, Customer, IntervalScorer, ScoreIntervals, Scorer, TermsError};

use super::fitted::{Fitted, horizon_days};
use crate::domain::score_settings::ScoreSettings;

/// Days ahead beyond which nothing is told: a hundred years.
const FARTHEST_DAYS: f64 = 36_525.0;

/// Probabilities with which the next purchase is told.
pub const NEXT_PURCHASE: [f64; 3] = [0.5, 0.8, 0.95];

/// Numbers of purchases whose probability is told.
pub const PURCHASE_COUNTS: [u32; 3] = [1, 2, 3];

/// The models of a run, ready to foretell one customer.
#[derive(Debug)]
pub struct Forecaster {
    fitted: Fitted,
    days_per_unit: f64,
    /// In time units.
    horizon: f64,
    scorer: Scorer<1>,
    /// With intervals of the usual confidence.
    usual: Option<IntervalScorer<1>>,
}

/// What is foretold of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The scores with their intervals, money in units; `None` where the data do not determine the parameters.
    pub intervals: Option<ScoreIntervals<1>>,
    /// Of a purchase within the horizon.
    pub purchase_probability: f64,
    /// Of a purchase ever.
    pub ever_purchase_probability: f64,
    /// Of as many purchases within the horizon as [`PURCHASE_COUNTS`], or more.
    pub count_probabilities: [f64; PURCHASE_COUNTS.len()],
    /// Days until half of such customers buy, were they all alive.
    pub median_wait_days: Option<i32>,
    /// Days until the next purchase with the probabilities of [`NEXT_PURCHASE`].
    pub next_purchase_days: [Option<i32>; NEXT_PURCHASE.len()],
}

impl Forecaster {
    /// By the models of a run with `settings`.
    pub fn new(fitted: Fitted, settings: &ScoreSettings) -> Result<Self, TermsError> {
        let scorer = fitted.scorer(settings)?;
        let days_per_unit = settings.time_unit.days();
        let horizon = horizon_days(settings) / days_per_unit;
        let mut forecaster = Self { fitted, days_per_unit, horizon, scorer, usual: None };
        forecaster.usual = forecaster.with_intervals(Confidence::USUAL);
        Ok(forecaster)
    }

    /// The run's models.
    pub fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    fn with_intervals(&self, confidence: Confidence) -> Option<IntervalScorer<1>> {
        let covariance = self.fitted.covariance.as_ref()?;
        Some(self.scorer.clone().with_intervals(covariance, self.fitted.spend_covariance, confidence))
    }

    /// Foretells a customer, with intervals of a confidence.
    pub fn forecast(&self, customer: &Customer, confidence: Confidence) -> Forecast {
        let intervals = if confidence == Confidence::USUAL {
            self.usual.as_ref().map(|scorer| scorer.score_one(customer))
        } else {
            self.with_intervals(confidence).map(|scorer| scorer.score_one(customer))
        };
        let model = &self.fitted.model;
        let x = customer.frequency;
        let [recency, age] =
            [customer.recency_days, customer.age_days].map(|days| f64::from(days) / self.days_per_unit);
        let days = |units: Option<f64>| units.and_then(|units| whole_days(units * self.days_per_unit));
        let purchase_probability = model.probability_of_purchase(x, recency, age, self.horizon);
        Forecast {
            intervals,
            purchase_probability,
            ever_purchase_probability: model.probability_of_purchase(x, recency, age, f64::INFINITY),
            // The first has a closed form; the others are integrals.
            count_probabilities: PURCHASE_COUNTS.map(|count| match count {
                1 => purchase_probability,
                _ => model.probability_of_at_least(x, recency, age, self.horizon, count),
            }),
            median_wait_days: days(model.next_purchase_within_if_alive(x, recency, age, 0.5)),
            next_purchase_days: NEXT_PURCHASE
                .map(|probability| days(model.next_purchase_within(x, recency, age, probability))),
        }
    }
}

/// Days rounded up to whole ones; `None` beyond what is told.
pub fn whole_days(days: f64) -> Option<i32> {
    (0.0..=FARTHEST_DAYS).contains(&days).then(|| days.ceil() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_rounded_up_and_centuries_are_not_told() {
        assert_eq!([0.0, 0.1, 7.0, 36_525.0].map(whole_days), [Some(0), Some(1), Some(7), Some(36_525)]);
        assert_eq!([36_525.1, f64::NAN, f64::INFINITY].map(whole_days), [None; 3]);
    }
}
