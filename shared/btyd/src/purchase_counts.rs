//! How many purchases one customer makes within a horizon: not the mean of many such customers, but what may happen to this one.
//!
//! Of the living, the k-th purchase comes within h and before the dropout with a probability that [`crate::kth_purchase`] integrates. Under
//! BG/NBD and MBG/NBD a dropout comes after purchases only, so that k-1 of them must be survived: with p ~ Beta(a, B)
//!
//! ```text
//! P(Y(h) >= k | alive) = E[(1-p)^(k-1)] P(k purchases within h, were there no dropout)
//! ```
//!
//! and under MBG/CNBD-k the same with a mean over the phases that the customer may be in ([`crate::erlang`]).

use crate::beta_geometric::BetaGeometric;
use crate::dropout::Dropout;
use crate::inference::Confidence;
use crate::kth_purchase::Purchases;
use crate::parameters::DropoutParameters;
use crate::transaction_model::TransactionModel;
use std::ops::RangeInclusive;

impl TransactionModel {
    /// P(Y(h) >= k | x, t_x, T), in [0, 1]: the chance of `purchases` or more in the next `horizon` time units.
    ///
    /// Our own derivations, from the likelihoods of Fader, Hardie, Lee 2005 (equation 6), Batislam, Denizel, Filiztekin 2007 and Reutterer,
    /// Platzer, Schröder 2021: P(alive), times the chance that k-1 dropouts of probability p ~ Beta(a, B) are survived, B = b+x (b+x+1 under
    /// MBG/NBD), times that of k purchases within h were there no dropout. Under Pareto/NBD it is the sum from k on of the probabilities of
    /// Fader and Hardie 2014, "Deriving the Conditional PMF of the Pareto/NBD Model" (brucehardie.com note 028), as one integral of positive
    /// terms.
    pub fn probability_of_at_least(&self, frequency: u32, recency: f64, age: f64, horizon: f64, purchases: u32) -> f64 {
        if purchases == 0 {
            return 1.0;
        }
        let alive = self.probability_alive(frequency, recency, age);
        alive * self.at_least_while_alive(frequency, recency, age, horizon, purchases)
    }

    /// How many purchases the customer makes in the next `horizon` time units, with the confidence given: fewer than the range's first and
    /// more than its last each in at most (1 - level)/2 of all cases.
    ///
    /// The parameters are taken as known; what they leave open ([`crate::ScoreIntervals`]) hardly shows beside one customer's luck.
    /// The last is `u32::MAX` where that many are not enough.
    ///
    /// Our own: the quantiles of the distribution of [`TransactionModel::probability_of_at_least`].
    pub fn purchase_range(
        &self,
        frequency: u32,
        recency: f64,
        age: f64,
        horizon: f64,
        confidence: Confidence,
    ) -> RangeInclusive<u32> {
        let alive = self.probability_alive(frequency, recency, age);
        let beyond = |purchases: u32| {
            let one_more = purchases.saturating_add(1);
            alive * self.at_least_while_alive(frequency, recency, age, horizon, one_more)
        };
        let outside = 0.5 * (1.0 - confidence.level());
        least(|purchases| beyond(purchases) <= 1.0 - outside)..=least(|purchases| beyond(purchases) <= outside)
    }

    /// P(Y(h) >= k | x, t_x, T, alive at T), for k above 0.
    fn at_least_while_alive(&self, frequency: u32, recency: f64, age: f64, horizon: f64, purchases: u32) -> f64 {
        if horizon <= 0.0 {
            return 0.0;
        }
        match self {
            Self::BgNbd(model) => model.0.at_least_while_alive(frequency, age, horizon, purchases),
            Self::MbgNbd(model) => model.0.at_least_while_alive(frequency, age, horizon, purchases),
            Self::ParetoNbd(model) => {
                let left = model.remaining(frequency);
                let to_come =
                    Purchases { n: left.n, scale: left.alpha + age, s: left.s, dropout_scale: left.beta + age };
                to_come.come_within(f64::from(purchases), horizon)
            }
            Self::MbgCnbd(model) => model.0.at_least_while_alive(frequency, recency, age, horizon, purchases),
        }
    }
}

impl Dropout {
    fn at_least_while_alive(&self, frequency: u32, age: f64, horizon: f64, purchases: u32) -> f64 {
        let DropoutParameters { r, alpha, a, b } = self.parameters;
        let scale = alpha + age;
        let to_come = Purchases { n: r + f64::from(frequency), scale, s: 0.0, dropout_scale: scale };
        let survives = BetaGeometric { a, b: b + self.first.chances(frequency) };
        survives.survival(purchases - 1) * to_come.come_within(f64::from(purchases), horizon)
    }
}

/// The least number for which `holds`, which holds from there on: `u32::MAX` if for none before.
fn least(holds: impl Fn(u32) -> bool) -> u32 {
    let mut above: u32 = 1;
    while !holds(above - 1) {
        let Some(doubled) = above.checked_mul(2) else { return u32::MAX };
        above = doubled;
    }
    // It holds at above - 1, and not below half of above (unless above is 1).
    let (mut low, mut high) = (above / 2, above - 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::least;

    #[test]
    fn the_least_number_is_found_wherever_it_is() {
        for wanted in [0, 1, 2, 3, 4, 7, 8, 1_000, 1 << 30] {
            assert_eq!(least(|number| number >= wanted), wanted);
        }
        assert_eq!(least(|_| false), u32::MAX);
    }
}
