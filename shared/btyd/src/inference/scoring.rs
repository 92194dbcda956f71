//! Intervals of a customer's scores.
//!
//! A score is differentiated along the four directions in which the parameters vary by one standard deviation and independently of each
//! other, by central differences of two models a small step apart: the squares of the slopes add up to its variance. Scores are taken on
//! a scale without bounds, P(alive) as log-odds and amounts as logarithms. Spend is fitted to other figures than purchases, and the
//! likelihood of both is a product, so that the variances of their logarithms add up for CLV.

use super::confidence::{Confidence, Estimate};
use super::covariance::Covariance;
use crate::clv::{Customer, Score, Scorer};
use crate::gamma_gamma::GammaGamma;
use crate::parameters::SpendParameters;
use rayon::prelude::*;

/// The largest change of a parameter's logarithm in a difference. Relative errors: of the slope about its square over 6, of rounding about
/// 1e-12 over it.
const STEP: f64 = 1e-3;
/// Customers scored at a time in a batch, with all models.
const CHUNK: usize = 1 << 19;

/// What the models expect of a customer, with intervals; the fields are those of [`Score`], whose values they hold.
///
/// They tell how well the customers of a kind are known, not what one of them will do: for that a customer's own luck comes on top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreIntervals<const HORIZONS: usize> {
    /// Within [0, 1]; without width for everyone of frequency 0 under BG/NBD, and within 1e-9 of 1.
    pub probability_alive: Estimate,
    /// Purchases expected within each horizon, of all such customers on average.
    pub expected_purchases: [Estimate; HORIZONS],
    /// Mean value of purchases to come; `None` as in [`Score`], and without a covariance of the spend model.
    pub expected_spend: Option<Estimate>,
    /// Discounted value over the CLV horizon; `None` when `expected_spend` is.
    pub clv: Option<Estimate>,
}

/// A [`Scorer`] that tells how far its scores may be off.
///
/// One customer costs nine scores; making it costs little more than nine scorers.
#[derive(Debug, Clone)]
pub struct IntervalScorer<const HORIZONS: usize> {
    scorer: Scorer<HORIZONS>,
    sides: [Side<HORIZONS>; 4],
    spend: Option<Covariance<3>>,
    confidence: Confidence,
}

/// Models a step below and above the most likely one, in one of the directions.
#[derive(Debug, Clone)]
struct Side<const HORIZONS: usize> {
    below: Scorer<HORIZONS>,
    above: Scorer<HORIZONS>,
    /// How much of a standard deviation lies between the two.
    deviations: f64,
}

/// Sums over the directions of the squared slopes of log-scores.
#[derive(Debug, Clone, Copy)]
struct Variances<const HORIZONS: usize> {
    alive: f64,
    purchases: [f64; HORIZONS],
    clv: f64,
}

impl<const HORIZONS: usize> Scorer<HORIZONS> {
    /// This scorer with intervals: `transactions` is the covariance of its transaction model's parameters, `spend` that of its spend
    /// model's ([`crate::Fit::covariance`]).
    pub fn with_intervals(
        self,
        transactions: &Covariance<4>,
        spend: Option<Covariance<3>>,
        confidence: Confidence,
    ) -> IntervalScorer<HORIZONS> {
        let sides = transactions.directions().map(|direction| {
            let longest = direction.iter().fold(0.0_f64, |most, it| most.max(it.abs()));
            let share = STEP / longest;
            let beside = |share: f64| self.beside(self.model().moved(direction.map(|it| it * share)));
            Side { below: beside(-share), above: beside(share), deviations: 2.0 * share }
        });
        IntervalScorer { scorer: self, sides, spend, confidence }
    }
}

impl<const HORIZONS: usize> IntervalScorer<HORIZONS> {
    /// The scores of one customer.
    pub fn score_one(&self, customer: &Customer) -> ScoreIntervals<HORIZONS> {
        let mut variances = Variances::default();
        for side in &self.sides {
            variances.add(&side.below.score_one(customer), &side.above.score_one(customer), side.deviations);
        }
        self.intervals(customer, &self.scorer.score_one(customer), &variances)
    }

    /// The scores of many customers, in their order; each the same bits as [`IntervalScorer::score_one`] gives.
    pub fn score(&self, customers: &[Customer]) -> Vec<ScoreIntervals<HORIZONS>> {
        let mut intervals = Vec::with_capacity(customers.len());
        for chunk in customers.chunks(CHUNK) {
            let mut variances = vec![Variances::default(); chunk.len()];
            for side in &self.sides {
                let (below, above) = (side.below.score(chunk), side.above.score(chunk));
                let scores = below.par_iter().zip(&above);
                variances
                    .par_iter_mut()
                    .zip(scores)
                    .for_each(|(it, (below, above))| it.add(below, above, side.deviations));
            }
            let scores = self.scorer.score(chunk);
            let of_chunk = chunk.par_iter().zip(&scores).zip(&variances);
            intervals.par_extend(of_chunk.map(|((customer, score), it)| self.intervals(customer, score, it)));
        }
        intervals
    }

    fn intervals(
        &self,
        customer: &Customer,
        score: &Score<HORIZONS>,
        variances: &Variances<HORIZONS>,
    ) -> ScoreIntervals<HORIZONS> {
        let positive = |value: f64, variance: f64| Estimate::positive(value, variance.sqrt(), self.confidence);
        let spend_error = self.scorer.spend().zip(self.spend).map(|(model, of_model)| {
            of_model.standard_error_of(spend_slopes(model, customer.frequency, customer.mean_spend))
        });
        let spend = score.expected_spend.zip(spend_error);
        ScoreIntervals {
            probability_alive: Estimate::probability(score.probability_alive, variances.alive.sqrt(), self.confidence),
            expected_purchases: std::array::from_fn(|i| positive(score.expected_purchases[i], variances.purchases[i])),
            expected_spend: spend.map(|(value, error)| positive(value, error * error)),
            clv: score.clv.zip(spend_error).map(|(value, error)| {
                positive(value.abs(), variances.clv + error * error).times(1.0_f64.copysign(value))
            }),
        }
    }
}

impl<const HORIZONS: usize> Default for Variances<HORIZONS> {
    fn default() -> Self {
        Self { alive: 0.0, purchases: [0.0; HORIZONS], clv: 0.0 }
    }
}

impl<const HORIZONS: usize> Variances<HORIZONS> {
    /// Adds the direction between two scores that are so many standard deviations apart.
    fn add(&mut self, below: &Score<HORIZONS>, above: &Score<HORIZONS>, deviations: f64) {
        let slope = |below: f64, above: f64| (above / below).ln() / deviations;
        let alive = (below.probability_alive, above.probability_alive);
        let of_odds = slope(alive.0, alive.1) - slope(1.0 - alive.0, 1.0 - alive.1);
        self.alive += of_odds * of_odds;
        for (i, sum) in self.purchases.iter_mut().enumerate() {
            let of_purchases = slope(below.expected_purchases[i], above.expected_purchases[i]);
            *sum += of_purchases * of_purchases;
        }
        if let Some((below, above)) = below.clv.zip(above.clv) {
            let of_clv = slope(below, above);
            self.clv += of_clv * of_clv;
        }
    }
}

/// The derivatives of ln E(Z | x, z) = ln p + ln(v + x z) - ln(p x + q - 1) by the logarithms of p, q and v.
fn spend_slopes(model: &GammaGamma, frequency: u32, mean_spend: f64) -> [f64; 3] {
    let SpendParameters { p, q, v } = model.parameters();
    let x = f64::from(frequency);
    let seen = if frequency == 0 { 0.0 } else { x * mean_spend };
    let weight = p * x + q - 1.0;
    [(q - 1.0) / weight, -q / weight, v / (v + seen)]
}
