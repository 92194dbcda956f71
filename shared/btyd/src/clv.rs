//! Discounted customer lifetime value over a stated horizon, for one customer or a million with the same bits.
//!
//! ```text
//! CLV = E(spend) margin P(alive) sum_k [N(t_k) - N(t_(k-1))] / (1+d)^(t_k / 365.25 days),   t_k = k periods
//! ```
//!
//! N is the expected number of purchases of a customer alive now, d the **annual** discount rate: money of a period is taken to come at
//! its end. Nothing already spent counts, and nothing beyond the horizon. (Fader, Hardie, Lee 2005, "RFM and CLV", Journal of
//! Marketing Research 42, discount a Pareto/NBD without end; the sum over periods is the field's usual finite form.)
//!
//! N depends on (x, T) but not on t_x, so [`Scorer::score`] computes it once for each distinct pair. P(alive) under Pareto/NBD is put
//! together from a costly part at (x, t_x) and one at (x, T), each computed once for each distinct pair too. Under MBG/CNBD-k N depends on
//! the phase the customer is in as well, and the mean over phases is taken for each customer.

use crate::gamma_gamma::GammaGamma;
use crate::pareto::Moment;
use crate::purchase_log::Summary;
use crate::transaction_model::{TransactionModel, WhileAlive};
use rayon::prelude::*;

/// Days in a year, leap days spread.
pub const DAYS_PER_YEAR: f64 = 365.25;

/// Over what and how CLV is added up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClvTerms {
    /// Number of periods.
    pub periods: u32,
    /// Length of a period in days.
    pub days_per_period: f64,
    /// The annual discount rate: 0.1 for ten per cent.
    pub annual_discount_rate: f64,
    /// Share of the money that is profit; 1 for revenue.
    pub margin: f64,
}

impl ClvTerms {
    /// The next twelve months, of 365.25/12 days each.
    pub fn twelve_months(annual_discount_rate: f64, margin: f64) -> Self {
        Self { periods: 12, days_per_period: DAYS_PER_YEAR / 12.0, annual_discount_rate, margin }
    }
}

/// What is known of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// Repeat purchases, x.
    pub frequency: u32,
    /// Days from the first to the last purchase, t_x.
    pub recency_days: u32,
    /// Days from the first purchase to now, T.
    pub age_days: u32,
    /// Mean value of a repeat purchase, z, in the spend model's money unit; any value at `frequency` 0.
    pub mean_spend: f64,
}

impl Customer {
    /// A summary's customer, with money in units of `minor_per_unit` minor units.
    pub fn of(summary: &Summary, minor_per_unit: f64) -> Self {
        Self {
            frequency: summary.frequency,
            recency_days: summary.recency_days,
            age_days: summary.age_days,
            mean_spend: summary.monetary_value_minor() / minor_per_unit,
        }
    }
}

/// What the models expect of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score<const HORIZONS: usize> {
    /// In [0, 1]; 1 for everyone without a repeat purchase under BG/NBD.
    pub probability_alive: f64,
    /// Purchases expected within each horizon.
    pub expected_purchases: [f64; HORIZONS],
    /// Mean value of purchases to come, in money units; `None` without a spend model or where it has no finite mean.
    pub expected_spend: Option<f64>,
    /// Discounted value over the CLV horizon, in money units; `None` when `expected_spend` is.
    pub clv: Option<f64>,
}

/// Terms that give no finite value.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{name} is {value}: {needed}")]
pub struct TermsError {
    /// Which of the terms.
    pub name: &'static str,
    /// What was given.
    pub value: f64,
    /// What it must be.
    pub needed: &'static str,
}

/// Fitted models with the horizons asked for.
///
/// `HORIZONS` is the number of spans for which expected purchases are wanted, beside the CLV horizon.
#[derive(Debug, Clone)]
pub struct Scorer<const HORIZONS: usize> {
    model: TransactionModel,
    days_per_unit: f64,
    spend: Option<GammaGamma>,
    horizons: [f64; HORIZONS],
    /// End of each period in time units, and the discount factor at that end.
    periods: Vec<(f64, f64)>,
    margin: f64,
}

/// What customers of one (x, T) have in common: expectations were they alive, and what Pareto/NBD needs to tell whether they are.
#[derive(Debug, Clone, Copy)]
struct Outlook<const HORIZONS: usize> {
    purchases: [f64; HORIZONS],
    discounted: f64,
    now: Option<Moment>,
}

impl<const HORIZONS: usize> Scorer<HORIZONS> {
    /// A scorer for a model whose time unit is `days_per_unit` days ([`crate::Fit::per_unit`]), horizons in days.
    ///
    /// # Errors
    ///
    /// [`TermsError`] for lengths that are not positive, a discount rate of -1 or less, or anything not finite.
    pub fn new(
        model: TransactionModel,
        days_per_unit: f64,
        spend: Option<GammaGamma>,
        horizons_days: [f64; HORIZONS],
        terms: ClvTerms,
    ) -> Result<Self, TermsError> {
        let positive = "it must be positive and finite";
        let rate = terms.annual_discount_rate;
        for &horizon in &horizons_days {
            check("horizon in days", horizon, horizon > 0.0, positive)?;
        }
        let period = terms.days_per_period;
        check("days per unit", days_per_unit, days_per_unit > 0.0, positive)?;
        check("days per period", period, period > 0.0, positive)?;
        check("discount rate", rate, rate > -1.0, "it must be above -1")?;
        check("margin", terms.margin, true, "it must be finite")?;
        let period_end = |k: u32| {
            let days = f64::from(k) * period;
            (days / days_per_unit, (1.0 + rate).powf(-days / DAYS_PER_YEAR))
        };
        Ok(Self {
            model,
            days_per_unit,
            spend,
            horizons: horizons_days.map(|days| days / days_per_unit),
            periods: (1..=terms.periods).map(period_end).collect(),
            margin: terms.margin,
        })
    }

    /// The same scorer with another model and all of the money counted, for comparing models close to each other.
    pub(crate) fn beside(&self, model: TransactionModel) -> Self {
        Self { model, margin: 1.0, ..self.clone() }
    }

    pub(crate) fn model(&self) -> &TransactionModel {
        &self.model
    }

    pub(crate) fn spend(&self) -> Option<&GammaGamma> {
        self.spend.as_ref()
    }

    /// The score of one customer, by the formula at the head of this module: our own sum over periods of the models' expectations.
    pub fn score_one(&self, customer: &Customer) -> Score<HORIZONS> {
        let mut while_alive = self.model.while_alive(customer.frequency);
        let in_phase = |phase| self.outlook(&mut while_alive, phase, pair(customer));
        let outlooks: Vec<_> = (0..self.model.phases()).map(in_phase).collect();
        self.score_with(customer, self.moment(last_purchase(customer)), &outlooks)
    }

    /// The scores of many customers, in their order; each the same bits as [`Scorer::score_one`] gives.
    pub fn score(&self, customers: &[Customer]) -> Vec<Score<HORIZONS>> {
        let pairs = distinct(customers, pair);
        let phases = self.model.phases();
        let outlooks: Vec<Outlook<HORIZONS>> = pairs
            .par_chunk_by(|left, right| left.0 == right.0)
            .flat_map_iter(|of_frequency| {
                let mut while_alive = self.model.while_alive(of_frequency[0].0);
                let in_phases = move |&pair: &(u32, u32)| (0..phases).map(move |phase| (phase, pair));
                let in_phases = of_frequency.iter().flat_map(in_phases);
                in_phases.map(move |(phase, pair)| self.outlook(&mut while_alive, phase, pair))
            })
            .collect();
        let purchases = match self.model {
            TransactionModel::ParetoNbd(_) => distinct(customers, last_purchase),
            TransactionModel::BgNbd(_) | TransactionModel::MbgNbd(_) | TransactionModel::MbgCnbd(_) => Vec::new(),
        };
        let moments: Vec<Option<Moment>> = purchases.par_iter().map(|&purchase| self.moment(purchase)).collect();
        customers
            .par_iter()
            .map(|customer| {
                let at = pairs.partition_point(|it| *it < pair(customer));
                let last = purchases.partition_point(|it| *it < last_purchase(customer));
                let of_pair = &outlooks[at * phases as usize..][..phases as usize];
                self.score_with(customer, moments.get(last).copied().flatten(), of_pair)
            })
            .collect()
    }

    /// What Pareto/NBD needs of a day of a customer; the other models tell P(alive) at once.
    fn moment(&self, (frequency, day): (u32, u32)) -> Option<Moment> {
        match &self.model {
            TransactionModel::ParetoNbd(model) => Some(model.moment(frequency, f64::from(day) / self.days_per_unit)),
            TransactionModel::BgNbd(_) | TransactionModel::MbgNbd(_) | TransactionModel::MbgCnbd(_) => None,
        }
    }

    fn outlook(
        &self,
        while_alive: &mut WhileAlive,
        phase: u32,
        (frequency, age_days): (u32, u32),
    ) -> Outlook<HORIZONS> {
        let age = f64::from(age_days) / self.days_per_unit;
        let mut discounted = 0.0;
        let mut before = 0.0;
        for &(end, discount) in &self.periods {
            let by_end = while_alive.expected_purchases(phase, age, end);
            discounted += (by_end - before) * discount;
            before = by_end;
        }
        Outlook {
            purchases: self.horizons.map(|horizon| while_alive.expected_purchases(phase, age, horizon)),
            discounted,
            now: self.moment((frequency, age_days)),
        }
    }

    /// The outlook of a customer: the mean of those from the phases they may be in.
    fn mean_outlook(&self, customer: &Customer, in_phases: &[Outlook<HORIZONS>]) -> Outlook<HORIZONS> {
        let [recency, age] = [customer.recency_days, customer.age_days].map(|it| f64::from(it) / self.days_per_unit);
        let Some(weights) = self.model.phase_weights(customer.frequency, recency, age) else {
            return in_phases[0];
        };
        let mean = |of: &dyn Fn(&Outlook<HORIZONS>) -> f64| {
            weights.mean(self.model.phases(), |phase| of(&in_phases[phase as usize]))
        };
        Outlook {
            purchases: std::array::from_fn(|horizon| mean(&|it| it.purchases[horizon])),
            discounted: mean(&|it| it.discounted),
            now: None,
        }
    }

    fn score_with(
        &self,
        customer: &Customer,
        last: Option<Moment>,
        in_phases: &[Outlook<HORIZONS>],
    ) -> Score<HORIZONS> {
        let outlook = self.mean_outlook(customer, in_phases);
        let alive = match (&self.model, last, &outlook.now) {
            (TransactionModel::ParetoNbd(model), Some(last), Some(now)) => model.probability_alive_between(&last, now),
            (model, ..) => {
                let recency = f64::from(customer.recency_days) / self.days_per_unit;
                let age = f64::from(customer.age_days) / self.days_per_unit;
                model.probability_alive(customer.frequency, recency, age)
            }
        };
        let expected_spend = self.spend.and_then(|spend| spend.expected_spend(customer.frequency, customer.mean_spend));
        Score {
            probability_alive: alive,
            expected_purchases: outlook.purchases.map(|purchases| purchases * alive),
            expected_spend,
            clv: expected_spend.map(|spend| spend * self.margin * alive * outlook.discounted),
        }
    }
}

fn pair(customer: &Customer) -> (u32, u32) {
    (customer.frequency, customer.age_days)
}

fn last_purchase(customer: &Customer) -> (u32, u32) {
    (customer.frequency, customer.recency_days)
}

fn distinct(customers: &[Customer], key: impl Fn(&Customer) -> (u32, u32) + Sync + Send) -> Vec<(u32, u32)> {
    let mut keys: Vec<(u32, u32)> = customers.par_iter().map(key).collect();
    keys.par_sort_unstable();
    keys.dedup();
    keys
}

fn check(name: &'static str, value: f64, holds: bool, needed: &'static str) -> Result<(), TermsError> {
    if value.is_finite() && holds {
        return Ok(());
    }
    Err(TermsError { name, value, needed })
}
