//! What a customer, or one who is won now, does and is worth within any number of days and in all time to come, by the models of a run.

use btyd::{ClvTerms, Confidence, Customer, Estimate, ScoreIntervals, Scorer, TermsError, clv::DAYS_PER_YEAR};

use super::{
    fitted::Fitted,
    forecasting::{NEXT_PURCHASE, whole_days},
};

/// A customer won just now: the first purchase is of today, and nothing else is known.
pub const NEW_CUSTOMER: Customer = Customer { frequency: 0, recency_days: 0, age_days: 0, mean_spend: 0.0 };

const DAYS_PER_MONTH: f64 = DAYS_PER_YEAR / 12.0;

/// On what terms to foretell.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Days ahead, each above 0.
    pub horizon_days: Vec<i32>,
    /// The discount rate of a year, above -1.
    pub annual_discount_rate: f64,
    /// Share of the money that is profit.
    pub margin: f64,
    /// Days of the models' time unit.
    pub days_per_unit: f64,
    /// Of the intervals.
    pub confidence: Confidence,
}

/// What is foretold; money in units of the currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Foretold {
    /// P(alive).
    pub probability_alive: f64,
    /// Whether the data determine the model of buying and staying.
    pub has_intervals: bool,
    /// Of a purchase day; `None` without a spend model or where it has no finite mean.
    pub expected_spend: Option<f64>,
    /// Its interval.
    pub spend_interval: Option<Estimate>,
    /// Within each horizon.
    pub horizons: Vec<Within>,
    /// All purchases to come, each at its present value; infinite where it is.
    pub discounted_transactions: f64,
    /// That the customer ever buys again.
    pub ever_purchase_probability: f64,
    /// Days until the next purchase with the probabilities of [`NEXT_PURCHASE`].
    pub next_purchase_days: [Option<i32>; NEXT_PURCHASE.len()],
}

/// What is foretold within a number of days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Within {
    /// So many.
    pub days: i32,
    /// Purchase days.
    pub expected_purchases: f64,
    /// Their interval.
    pub purchases_interval: Option<Estimate>,
    /// Of at least one.
    pub purchase_probability: f64,
    /// Discounted value; `None` where the spend is.
    pub clv: Option<f64>,
    /// Its interval.
    pub clv_interval: Option<Estimate>,
}

/// Foretells a customer by fitted models.
///
/// # Errors
///
/// [`TermsError`] for terms that give no finite value.
pub fn foretell(fitted: &Fitted, customer: &Customer, terms: &Terms) -> Result<Foretold, TermsError> {
    let Fitted { model, covariance, spend, spend_covariance } = fitted;
    let units = |days: f64| days / terms.days_per_unit;
    let (x, recency, age) = (customer.frequency, units(customer.recency_days.into()), units(customer.age_days.into()));
    let mut foretold = Foretold {
        probability_alive: model.probability_alive(x, recency, age),
        has_intervals: covariance.is_some(),
        expected_spend: spend.and_then(|spend| spend.expected_spend(x, customer.mean_spend)),
        spend_interval: None,
        horizons: Vec::with_capacity(terms.horizon_days.len()),
        discounted_transactions: model.discounted_expected_residual_transactions(x, recency, age, continuous(terms)),
        ever_purchase_probability: model.probability_of_purchase(x, recency, age, f64::INFINITY),
        next_purchase_days: NEXT_PURCHASE.map(|probability| {
            let within = model.next_purchase_within(x, recency, age, probability);
            within.and_then(|units| whole_days(units * terms.days_per_unit))
        }),
    };
    for days in &terms.horizon_days {
        let horizon = f64::from(*days);
        // Equal periods of a month at most.
        let periods = (horizon / DAYS_PER_MONTH).ceil();
        let clv_terms = ClvTerms {
            periods: periods as u32,
            days_per_period: horizon / periods,
            annual_discount_rate: terms.annual_discount_rate,
            margin: terms.margin,
        };
        let scorer = Scorer::new(*model, terms.days_per_unit, *spend, [horizon], clv_terms)?;
        let score = scorer.score_one(customer);
        let with_intervals = covariance.as_ref().map(|covariance| {
            scorer.with_intervals(covariance, *spend_covariance, terms.confidence).score_one(customer)
        });
        let intervals: Option<&ScoreIntervals<1>> = with_intervals.as_ref();
        foretold.spend_interval = intervals.and_then(|of| of.expected_spend);
        foretold.horizons.push(Within {
            days: *days,
            expected_purchases: score.expected_purchases[0],
            purchases_interval: intervals.map(|of| of.expected_purchases[0]),
            purchase_probability: model.probability_of_purchase(x, recency, age, units(horizon)),
            clv: score.clv,
            clv_interval: intervals.and_then(|of| of.clv),
        });
    }
    Ok(foretold)
}

/// The continuous discount rate of a time unit that discounts as much in a year.
fn continuous(terms: &Terms) -> f64 {
    terms.annual_discount_rate.ln_1p() * terms.days_per_unit / DAYS_PER_YEAR
}

#[cfg(test)]
mod tests {
    //! Against tables of high precision that were made without this code: `shared/btyd/tests/fixtures/README.md` says how.

    use btyd::{BgNbd, DropoutParameters, GammaGamma, MbgNbd, SpendParameters, TransactionModel};
    use proptest::prelude::*;

    use super::*;

    /// Fader, Hardie, Lee 2005, table 2: the CDNOW sample in weeks.
    const CDNOW: [f64; 4] = [0.2426, 4.4136, 0.7929, 2.4259];

    fn model(name: &str, [r, alpha, a, b]: [f64; 4]) -> TransactionModel {
        let parameters = DropoutParameters { r, alpha, a, b };
        match name {
            "bg" => BgNbd::new(parameters).unwrap().into(),
            "mbg" => MbgNbd::new(parameters).unwrap().into(),
            other => panic!("{other}"),
        }
    }

    fn fitted(model: TransactionModel) -> Fitted {
        // Fader and Hardie 2013, note 025: the CDNOW sample in dollars.
        let spend = GammaGamma::new(SpendParameters { p: 6.25, q: 3.744, v: 15.44 }).unwrap();
        Fitted { model, covariance: None, spend: Some(spend), spend_covariance: None }
    }

    fn terms(horizon_days: &[i32], annual_discount_rate: f64) -> Terms {
        let confidence = Confidence::USUAL;
        Terms { horizon_days: horizon_days.to_vec(), annual_discount_rate, margin: 1.0, days_per_unit: 7.0, confidence }
    }

    /// The rows of a table that are about whole days.
    fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, Vec<f64>)> {
        table.lines().skip(1).map(|line| {
            let (name, numbers) = line.split_once(',').unwrap();
            (name, numbers.split(',').map(|number| number.parse().unwrap()).collect())
        })
    }

    fn customer(row: &[f64]) -> Option<Customer> {
        let [x, recency, age] = row[4..7] else { panic!("{row:?}") };
        let days = |weeks: f64| Some((weeks * 7.0).round()).filter(|days| (days - weeks * 7.0).abs() < 1e-9);
        Some(Customer {
            frequency: x as u32,
            recency_days: days(recency)? as u32,
            age_days: days(age)? as u32,
            mean_spend: 30.0,
        })
    }

    fn assert_near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within * expected.abs().max(1e-290), "{found} is not {expected}");
    }

    #[test]
    fn discounted_transactions_are_those_of_the_table() {
        let mut checked = 0;
        for (name, row) in rows(include_str!("../../../../shared/btyd/tests/fixtures/residual.csv")) {
            let (Some(customer), true) = (customer(&row), (1e-6..0.02).contains(&row[7])) else { continue };
            let fitted = fitted(model(name, row[..4].try_into().unwrap()));
            // A continuous rate of a week, as one of a year.
            let terms = terms(&[], (row[7] * DAYS_PER_YEAR / 7.0).exp_m1());
            for (customer, expected) in [(customer, row[8]), (NEW_CUSTOMER, row[9])] {
                let foretold = foretell(&fitted, &customer, &terms).unwrap();
                assert_near(foretold.discounted_transactions, expected, 1e-9);
            }
            checked += 1;
        }
        assert!(checked > 20, "{checked}");
    }

    #[test]
    fn purchases_within_a_horizon_are_those_of_the_table_for_customers_and_new_ones() {
        let mut checked = 0;
        for (name, row) in rows(include_str!("../../../../shared/btyd/tests/fixtures/dropout.csv")) {
            let horizon = (row[7] * 7.0).round();
            let is_whole = (horizon - row[7] * 7.0).abs() < 1e-9 && (1.0..=36_500.0).contains(&horizon);
            let (Some(customer), true) = (customer(&row), is_whole) else { continue };
            let fitted = fitted(model(name, row[..4].try_into().unwrap()));
            let terms = terms(&[horizon as i32], 0.0);
            for (customer, expected) in [(customer, row[10]), (NEW_CUSTOMER, row[11])] {
                let within = foretell(&fitted, &customer, &terms).unwrap().horizons[0];
                assert_near(within.expected_purchases, expected, 1e-9);
                // Nothing is discounted: the value is that of the purchases.
                let spend = fitted.spend.unwrap().expected_spend(customer.frequency, customer.mean_spend).unwrap();
                assert_near(within.clv.unwrap(), expected * spend, 1e-9);
            }
            checked += 1;
        }
        assert!(checked > 20, "{checked}");
    }

    /// The worked example of Fader, Hardie, Lee 2005: x = 2, t_x = 30.43, T = 38.86 weeks expect 1.226 purchases in the next 39 weeks.
    #[test]
    fn the_example_of_the_paper_comes_out() {
        let customer = Customer { frequency: 2, recency_days: 213, age_days: 272, mean_spend: 22.35 };
        let foretold = foretell(&fitted(model("bg", CDNOW)), &customer, &terms(&[273], 0.1)).unwrap();
        assert!((foretold.horizons[0].expected_purchases - 1.226).abs() < 0.0005, "{foretold:?}");
        // Note 025: 22.35 dollars in two transactions expect 24.66.
        assert!((foretold.expected_spend.unwrap() - 24.66).abs() < 0.01, "{foretold:?}");
    }

    /// P(X(t) > 0) = 1 - (alpha / (alpha + t))^r of BG/NBD; the mean of Gamma-Gamma is v p / (q - 1).
    #[test]
    fn of_a_new_customer_the_population_is_told() {
        let foretold = foretell(&fitted(model("bg", CDNOW)), &NEW_CUSTOMER, &terms(&[7, 70], 0.1)).unwrap();
        for (within, weeks) in foretold.horizons.iter().zip([1.0_f64, 10.0]) {
            assert_near(within.purchase_probability, 1.0 - (4.4136 / (4.4136 + weeks)).powf(0.2426), 1e-12);
        }
        assert_near(foretold.expected_spend.unwrap(), 15.44 * 6.25 / 2.744, 1e-12);
        assert_near(foretold.probability_alive, 1.0, 1e-15);
    }

    /// Some customers hardly ever leave for a <= 1.
    #[test]
    fn without_a_discount_all_to_come_may_be_infinite() {
        let foretold = foretell(&fitted(model("bg", CDNOW)), &NEW_CUSTOMER, &terms(&[], 0.0)).unwrap();
        assert!(foretold.discounted_transactions.is_infinite());
    }

    proptest! {
        /// What comes within a horizon is more the longer it is, and the discounted value of all of it less than DERT is worth.
        #[test]
        fn longer_horizons_hold_more_and_less_than_all_to_come(
            frequency in 0_u32..40, recency in 1_u32..600, silence in 0_u32..600, days in prop::collection::btree_set(1_i32..3_660, 2..6), rate in 0.01..1.0_f64
        ) {
            let recency_days = if frequency == 0 { 0 } else { recency };
            let customer = Customer { frequency, recency_days, age_days: recency_days + silence, mean_spend: 30.0 };
            let horizon_days: Vec<i32> = days.into_iter().collect();
            for name in ["bg", "mbg"] {
                let foretold = foretell(&fitted(model(name, CDNOW)), &customer, &terms(&horizon_days, rate)).unwrap();
                for pair in foretold.horizons.windows(2) {
                    prop_assert!(pair[0].expected_purchases < pair[1].expected_purchases);
                    prop_assert!(pair[0].purchase_probability <= pair[1].purchase_probability);
                }
                for within in &foretold.horizons {
                    prop_assert!(within.purchase_probability <= foretold.ever_purchase_probability * (1.0 + 1e-12));
                    let most = foretold.discounted_transactions * foretold.expected_spend.unwrap();
                    prop_assert!(within.clv.unwrap() <= most * (1.0 + 1e-9));
                }
            }
        }
    }
}
