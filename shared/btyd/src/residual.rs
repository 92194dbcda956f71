//! Discounted purchases to come: all of them, for ever, each discounted by exp(-`rate` t) (DERT; of a customer just won DET).
//!
//! Defined for Pareto/NBD by Fader, Hardie, Lee 2005, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of
//! Marketing Research 42; the same of all others is the integral of rate e^(-rate t) E[Y(t) | x, t_x, T] dt. No closed form of it is
//! published for them that we know of: those of [`crate::dropout::discounted`] and [`crate::erlang`] are our own.

use crate::bg_cnbd::BgCnbd;
use crate::bg_nbd::BgNbd;
use crate::dropout::Dropout;
use crate::mbg_cnbd::MbgCnbd;
use crate::mbg_nbd::MbgNbd;
use crate::pareto::ParetoNbd;
use crate::transaction_model::TransactionModel;

impl BgNbd {
    /// As [`TransactionModel::discounted_expected_residual_transactions`].
    pub fn discounted_expected_residual_transactions(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        self.0.discounted(frequency, recency, age, rate)
    }

    /// As [`TransactionModel::discounted_expected_transactions_new`].
    pub fn discounted_expected_transactions_new(&self, rate: f64) -> f64 {
        self.discounted_expected_residual_transactions(0, 0.0, 0.0, rate)
    }
}

impl MbgNbd {
    /// As [`TransactionModel::discounted_expected_residual_transactions`].
    pub fn discounted_expected_residual_transactions(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        self.0.discounted(frequency, recency, age, rate)
    }

    /// As [`TransactionModel::discounted_expected_transactions_new`].
    pub fn discounted_expected_transactions_new(&self, rate: f64) -> f64 {
        self.discounted_expected_residual_transactions(0, 0.0, 0.0, rate)
    }
}

impl MbgCnbd {
    /// As [`TransactionModel::discounted_expected_residual_transactions`].
    pub fn discounted_expected_residual_transactions(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        self.0.discounted(frequency, recency, age, rate)
    }

    /// As [`TransactionModel::discounted_expected_transactions_new`].
    pub fn discounted_expected_transactions_new(&self, rate: f64) -> f64 {
        self.discounted_expected_residual_transactions(0, 0.0, 0.0, rate)
    }
}

impl BgCnbd {
    /// As [`TransactionModel::discounted_expected_residual_transactions`].
    pub fn discounted_expected_residual_transactions(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        self.0.discounted(frequency, recency, age, rate)
    }

    /// As [`TransactionModel::discounted_expected_transactions_new`].
    pub fn discounted_expected_transactions_new(&self, rate: f64) -> f64 {
        self.discounted_expected_residual_transactions(0, 0.0, 0.0, rate)
    }
}

impl ParetoNbd {
    /// As [`TransactionModel::discounted_expected_transactions_new`].
    pub fn discounted_expected_transactions_new(&self, rate: f64) -> f64 {
        self.discounted_expected_residual_transactions(0, 0.0, 0.0, rate)
    }
}

impl TransactionModel {
    /// DERT: all purchases still to come of the customer, each discounted by exp(-`rate` t).
    ///
    /// `rate` is the continuous discount rate of a time unit: ln(1.15)/52 for 15 % a year on a model in weeks. At 0 nothing is discounted,
    /// which is infinite where dropouts are so rare among some customers that the mean number of purchases is: for a <= 1, under Pareto/NBD
    /// s <= 1. Below 0 the result is NaN.
    ///
    /// Under Pareto/NBD Fader, Hardie, Lee 2005, "RFM and CLV". Under the others our own derivation from the posterior of a living customer in
    /// Fader, Hardie, Lee 2005 (equation 6), Batislam, Denizel, Filiztekin 2007 and Reutterer, Platzer, Schröder 2021: P(alive) times the mean
    /// of lambda/(rate + lambda p) over lambda ~ Gamma(r+x, alpha+T) and p ~ Beta(a, b+x) (b+x+1 under MBG/NBD), at a rhythm that of a
    /// geometric series of discounted Erlang-k times.
    pub fn discounted_expected_residual_transactions(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.discounted_expected_residual_transactions(frequency, recency, age, rate),
            Self::MbgNbd(model) => model.discounted_expected_residual_transactions(frequency, recency, age, rate),
            Self::ParetoNbd(model) => model.discounted_expected_residual_transactions(frequency, recency, age, rate),
            Self::MbgCnbd(model) => model.discounted_expected_residual_transactions(frequency, recency, age, rate),
        }
    }

    /// DET: all repeat purchases to come of a customer just won, each discounted by exp(-`rate` t).
    ///
    /// Our own: DERT at x = 0, t_x = T = 0.
    pub fn discounted_expected_transactions_new(&self, rate: f64) -> f64 {
        self.discounted_expected_residual_transactions(0, 0.0, 0.0, rate)
    }
}

impl Dropout {
    fn discounted(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        let while_alive = self.discounted_while_alive(frequency, age, rate);
        // An infinite number stays so where the chance to be alive is too small for a double.
        if while_alive.is_infinite() {
            while_alive
        } else {
            self.probability_alive(frequency, recency, age) * while_alive
        }
    }
}
