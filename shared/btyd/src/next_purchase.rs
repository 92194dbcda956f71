//! The next purchase of a customer: whether it comes within a horizon, and when.
//!
//! ```text
//! P(Y(h) > 0 | x, t_x, T) = P(alive | x, t_x, T) P(Y(h) > 0 | x, T, alive at T)
//! ```
//!
//! grows with h to the chance ever to buy again: P(alive) under BG/NBD, MBG/NBD and MBG/CNBD-k, where a customer alive buys again for
//! certain, and less under Pareto/NBD, where the dropout may come first. `next_purchase_within` is its inverse: the time after which a share of all customers
//! with this history will have bought. With a share of 1/2 it is the median, which there is only where more than half ever buy again.
//! `next_purchase_within_if_alive` is the same of those of them who are alive.
//!
//! A customer just won has frequency, recency and age 0.

use crate::bg_nbd::BgNbd;
use crate::dropout::Dropout;
use crate::mbg_cnbd::MbgCnbd;
use crate::mbg_nbd::MbgNbd;
use crate::pareto::ParetoNbd;
use crate::transaction_model::TransactionModel;

impl TransactionModel {
    /// P(Y(h) > 0 | x, t_x, T), in [0, 1]: the chance of at least one purchase in the next `horizon` time units; for an infinite horizon
    /// that of ever buying again.
    ///
    /// Unlike P(alive), it tells customers without a repeat purchase apart under BG/NBD too.
    ///
    /// Sources: those of [`BgNbd::probability_of_purchase`], [`MbgNbd::probability_of_purchase`], [`ParetoNbd::probability_of_purchase`] and
    /// [`MbgCnbd::probability_of_purchase`].
    pub fn probability_of_purchase(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.probability_alive(frequency, recency, age) * self.purchase_while_alive(frequency, recency, age, horizon)
    }

    /// P(X(h) > 0), in [0, 1]: the chance that a customer just won buys again in the first `horizon` time units.
    ///
    /// Our own: the conditional chance at x = 0, t_x = T = 0, where a customer just won stands.
    pub fn probability_of_purchase_new(&self, horizon: f64) -> f64 {
        self.probability_of_purchase(0, 0.0, 0.0, horizon)
    }

    /// The time units within which the customer buys with `probability`: the median time until the next purchase for 1/2.
    ///
    /// `None` where the chance ever to buy again is no higher, or the time is beyond all doubles; 0 for a probability of 0 or less.
    ///
    /// Our own: the inverse of [`TransactionModel::probability_of_purchase`] in the horizon, as P(Y(h) > 0) = P(alive) P(Y(h) > 0 | alive).
    pub fn next_purchase_within(&self, frequency: u32, recency: f64, age: f64, probability: f64) -> Option<f64> {
        let alive = self.probability_alive(frequency, recency, age);
        if probability <= 0.0 {
            return Some(0.0);
        }
        // Rounding may leave a quotient of 1 for a chance that is just too small.
        if probability < alive {
            self.next_purchase_within_if_alive(frequency, recency, age, probability / alive)
        } else {
            None
        }
    }

    /// The time units within which the customer, who is alive, buys with `probability`.
    ///
    /// `recency` matters under MBG/CNBD-k only: who keeps a rhythm is the nearer to a purchase the longer the last one is past.
    ///
    /// `None` for a probability of 1 and more, under Pareto/NBD also where a purchase comes before the dropout less often than that, and
    /// where the time is beyond all doubles; 0 for a probability of 0 or less.
    ///
    /// Our own: under BG/NBD and MBG/NBD P(Y(h) > 0 | alive) = 1 - ((alpha+T)/(alpha+T+h))^(r+x), solved for h; under the others by Newton's
    /// method.
    pub fn next_purchase_within_if_alive(
        &self,
        frequency: u32,
        recency: f64,
        age: f64,
        probability: f64,
    ) -> Option<f64> {
        if probability <= 0.0 {
            return Some(0.0);
        }
        if probability.is_nan() || probability >= 1.0 {
            return None;
        }
        let of_dropout = |model: &Dropout| Some(model.next_purchase_while_alive(frequency, age, probability));
        let time = match self {
            Self::BgNbd(model) => of_dropout(&model.0),
            Self::MbgNbd(model) => of_dropout(&model.0),
            Self::ParetoNbd(model) => model.next_purchase(frequency, age).quantile(probability),
            Self::MbgCnbd(model) => model.0.next_purchase_while_alive(frequency, recency, age, probability),
        };
        time.filter(|time| time.is_finite())
    }

    /// P(Y(h) > 0 | x, t_x, T, alive at T).
    fn purchase_while_alive(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.0.purchase_while_alive(frequency, age, horizon),
            Self::MbgNbd(model) => model.0.purchase_while_alive(frequency, age, horizon),
            Self::ParetoNbd(model) => model.next_purchase(frequency, age).within(horizon),
            Self::MbgCnbd(model) => model.0.purchase_while_alive(frequency, recency, age, horizon),
        }
    }
}

impl BgNbd {
    /// P(Y(h) > 0 | x, t_x, T), in [0, 1]: the chance of at least one purchase in the next `horizon` time units; for an infinite horizon
    /// that of ever buying again.
    ///
    /// Unlike P(alive), it tells customers without a repeat purchase apart too.
    ///
    /// Our own derivation from the likelihood of Fader, Hardie, Lee 2005 (equation 6): by its term of the living their rate is
    /// Gamma(r+x, alpha+T), and nobody drops out but after a purchase, so that it is P(alive) [1 - ((alpha+T)/(alpha+T+h))^(r+x)].
    pub fn probability_of_purchase(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase(frequency, recency, age, horizon)
    }

    /// P(X(h) > 0), in [0, 1]: the chance that a customer just won buys again in the first `horizon` time units.
    ///
    /// 1 - (alpha/(alpha+h))^r, one less P(X(h) = 0) of Fader, Hardie, Lee 2005.
    pub fn probability_of_purchase_new(&self, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase_new(horizon)
    }

    /// As [`TransactionModel::next_purchase_within`].
    pub fn next_purchase_within(&self, frequency: u32, recency: f64, age: f64, probability: f64) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within(frequency, recency, age, probability)
    }

    /// As [`TransactionModel::next_purchase_within_if_alive`].
    pub fn next_purchase_within_if_alive(
        &self,
        frequency: u32,
        recency: f64,
        age: f64,
        probability: f64,
    ) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within_if_alive(frequency, recency, age, probability)
    }
}

impl MbgNbd {
    /// P(Y(h) > 0 | x, t_x, T), in [0, 1]: the chance of at least one purchase in the next `horizon` time units; for an infinite horizon
    /// that of ever buying again.
    ///
    /// Our own derivation from the likelihood of Batislam, Denizel, Filiztekin 2007, as [`BgNbd::probability_of_purchase`]: only P(alive)
    /// differs.
    pub fn probability_of_purchase(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase(frequency, recency, age, horizon)
    }

    /// P(X(h) > 0), in [0, 1]: the chance that a customer just won buys again in the first `horizon` time units.
    ///
    /// Our own, the same at x = 0 and T = 0: b/(a+b) [1 - (alpha/(alpha+h))^r], as a customer may drop out at the first purchase already.
    pub fn probability_of_purchase_new(&self, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase_new(horizon)
    }

    /// As [`TransactionModel::next_purchase_within`].
    pub fn next_purchase_within(&self, frequency: u32, recency: f64, age: f64, probability: f64) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within(frequency, recency, age, probability)
    }

    /// As [`TransactionModel::next_purchase_within_if_alive`].
    pub fn next_purchase_within_if_alive(
        &self,
        frequency: u32,
        recency: f64,
        age: f64,
        probability: f64,
    ) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within_if_alive(frequency, recency, age, probability)
    }
}

impl ParetoNbd {
    /// P(Y(h) > 0 | x, t_x, T), in [0, 1]: the chance of at least one purchase in the next `horizon` time units; for an infinite horizon
    /// that of ever buying again.
    ///
    /// Our own form, P(alive) times the chance that the next purchase comes before the dropout and within h, of two exponential times with
    /// gamma-distributed rates (Schmittlein, Morrison, Colombo 1987). It is one less the conditional probability of no purchase of Fader and
    /// Hardie 2014, "Deriving the Conditional PMF of the Pareto/NBD Model" (brucehardie.com note 028), without its difference of
    /// hypergeometric functions.
    pub fn probability_of_purchase(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase(frequency, recency, age, horizon)
    }

    /// P(X(h) > 0), in [0, 1]: the chance that a customer just won buys again in the first `horizon` time units.
    ///
    /// One less P(X(h) = 0) of Schmittlein, Morrison, Colombo 1987, computed as the conditional chance at x = 0, t_x = T = 0.
    pub fn probability_of_purchase_new(&self, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase_new(horizon)
    }

    /// As [`TransactionModel::next_purchase_within`].
    pub fn next_purchase_within(&self, frequency: u32, recency: f64, age: f64, probability: f64) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within(frequency, recency, age, probability)
    }

    /// As [`TransactionModel::next_purchase_within_if_alive`].
    pub fn next_purchase_within_if_alive(
        &self,
        frequency: u32,
        recency: f64,
        age: f64,
        probability: f64,
    ) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within_if_alive(frequency, recency, age, probability)
    }
}

impl MbgCnbd {
    /// P(Y(h) > 0 | x, t_x, T), in [0, 1]: the chance of at least one purchase in the next `horizon` time units, that the phases left until
    /// it pass in time; for an infinite horizon that of ever buying again, P(alive).
    ///
    /// Our own derivation from the likelihood of Reutterer, Platzer, Schröder 2021: by its terms a living customer has passed j phases since the
    /// last purchase with a known probability, at a rate that is then Gamma(r+kx+j, alpha+T); the phases within h are negative binomial, and
    /// k-j of them bring the purchase. The mean over j, times P(alive).
    pub fn probability_of_purchase(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase(frequency, recency, age, horizon)
    }

    /// P(X(h) > 0), in [0, 1]: the chance that a customer just won buys again in the first `horizon` time units.
    ///
    /// Our own, the same at x = 0 and T = 0.
    pub fn probability_of_purchase_new(&self, horizon: f64) -> f64 {
        TransactionModel::from(*self).probability_of_purchase_new(horizon)
    }

    /// As [`TransactionModel::next_purchase_within`].
    pub fn next_purchase_within(&self, frequency: u32, recency: f64, age: f64, probability: f64) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within(frequency, recency, age, probability)
    }

    /// As [`TransactionModel::next_purchase_within_if_alive`].
    pub fn next_purchase_within_if_alive(
        &self,
        frequency: u32,
        recency: f64,
        age: f64,
        probability: f64,
    ) -> Option<f64> {
        TransactionModel::from(*self).next_purchase_within_if_alive(frequency, recency, age, probability)
    }
}
