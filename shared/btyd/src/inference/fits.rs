//! The covariance of each model's parameters, from its fit and the data it was fitted to; with covariates it is theirs
//! ([`crate::CovariateCovariance`]).

use super::covariance::Covariance;
use super::information::covariance;
use super::undetermined::Undetermined;
use crate::bg_bb::{BgBb, BgBbParameters, Cells};
use crate::bg_nbd::BgNbd;
use crate::fit::{Fit, Warning};
use crate::gamma_gamma::GammaGamma;
use crate::histories::Histories;
use crate::maximise::LogLikelihood;
use crate::mbg_cnbd::MbgCnbd;
use crate::mbg_nbd::MbgNbd;
use crate::parameters::SpendParameters;
use crate::pareto::ParetoNbd;
use crate::sbg::{Sbg, SbgParameters, Survivors};
use crate::spends::Spends;
use crate::transaction_model::TransactionModel;
use crate::{bg_bb, dropout, erlang, gamma_gamma, pareto, sbg};

impl<M> Fit<M> {
    /// Whether the search ended at a maximum within the range that data can tell.
    pub(crate) fn check_determined(&self) -> Result<(), Undetermined> {
        for warning in &self.warnings {
            match *warning {
                // k is taken as known.
                Warning::ParameterAtBound { name: "k", .. }
                | Warning::NotConverged
                | Warning::FewRepeaters { .. }
                | Warning::SpendFollowsFrequency { .. }
                | Warning::FewPeriods { .. }
                | Warning::NoPopulationMean { .. } => {}
                Warning::ParameterAtBound { name, value } => return Err(Undetermined::AtBound { name, value }),
                Warning::ChurnAlike { sum } | Warning::ChurnPolarised { sum } => {
                    return Err(Undetermined::AtBound { name: "alpha + beta", value: sum });
                }
            }
        }
        if self.converged { Ok(()) } else { Err(Undetermined::NotConverged) }
    }
}

impl Fit<TransactionModel> {
    /// The covariance of the four parameters, from the `histories` that were fitted; eight evaluations of the gradient.
    ///
    /// Under MBG/CNBD-k that is with k taken as known: whole, it has no derivative, and what the data leave open about it is not counted.
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, histories: &Histories) -> Result<Covariance<4>, Undetermined> {
        self.check_determined()?;
        let likelihood: LogLikelihood<'_> = match &self.model {
            TransactionModel::BgNbd(model) => dropout::fitting::likelihood(histories, model.0.first),
            TransactionModel::MbgNbd(model) => dropout::fitting::likelihood(histories, model.0.first),
            TransactionModel::ParetoNbd(_) => pareto::fitting::likelihood(histories),
            TransactionModel::MbgCnbd(model) => erlang::fitting::likelihood(histories, model.k(), model.0.first),
        };
        covariance(self.model.named_parameters(), |at| likelihood(at).1)
    }
}

impl Fit<BgNbd> {
    /// As [`Fit::<TransactionModel>::covariance`].
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, histories: &Histories) -> Result<Covariance<4>, Undetermined> {
        self.clone().map(TransactionModel::BgNbd).covariance(histories)
    }
}

impl Fit<MbgNbd> {
    /// As [`Fit::<TransactionModel>::covariance`].
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, histories: &Histories) -> Result<Covariance<4>, Undetermined> {
        self.clone().map(TransactionModel::MbgNbd).covariance(histories)
    }
}

impl Fit<MbgCnbd> {
    /// As [`Fit::<TransactionModel>::covariance`], at the k of the model.
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, histories: &Histories) -> Result<Covariance<4>, Undetermined> {
        self.clone().map(TransactionModel::MbgCnbd).covariance(histories)
    }
}

impl Fit<ParetoNbd> {
    /// As [`Fit::<TransactionModel>::covariance`].
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, histories: &Histories) -> Result<Covariance<4>, Undetermined> {
        self.clone().map(TransactionModel::ParetoNbd).covariance(histories)
    }
}

impl Fit<GammaGamma> {
    /// The covariance of p, q and v, from the `spends` that were fitted.
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, spends: &Spends) -> Result<Covariance<3>, Undetermined> {
        self.check_determined()?;
        let SpendParameters { p, q, v } = self.model.parameters();
        covariance([("p", p), ("q", q), ("v", v)], |[p, q, v]| {
            gamma_gamma::evaluate(SpendParameters { p, q, v }, spends).1
        })
    }
}

impl Fit<Sbg> {
    /// The covariance of alpha and beta, from the `survivors` that were fitted; of curves in per cent it is that of 100 customers.
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, survivors: &Survivors) -> Result<Covariance<2>, Undetermined> {
        self.check_determined()?;
        let SbgParameters { alpha, beta } = self.model.parameters();
        covariance([("alpha", alpha), ("beta", beta)], |[alpha, beta]| {
            sbg::fitting::evaluate(SbgParameters { alpha, beta }, survivors).1
        })
    }
}

impl Fit<BgBb> {
    /// The covariance of alpha, beta, gamma and delta, from the `cells` that were fitted.
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter open.
    pub fn covariance(&self, cells: &Cells) -> Result<Covariance<4>, Undetermined> {
        self.check_determined()?;
        let BgBbParameters { alpha, beta, gamma, delta } = self.model.parameters();
        let named = [("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)];
        covariance(named, |[alpha, beta, gamma, delta]| {
            bg_bb::likelihood::evaluate(BgBbParameters { alpha, beta, gamma, delta }, cells).1
        })
    }
}
