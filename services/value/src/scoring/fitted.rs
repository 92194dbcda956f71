//! The fitted models of a run, out of and into its summary: for scoring again, for intervals, for comparing runs.

use btyd::{
    BgNbd, ClvTerms, Covariance, DropoutParameters, GammaGamma, MbgCnbd, MbgNbd, ParetoNbd, ParetoParameters, Scorer,
    SpendParameters, TermsError, TransactionKind, TransactionModel, clv::DAYS_PER_YEAR,
};
use clientele_proto::value::v1::{ModelFit, ParameterCovariance, ScoreRunSummary};

use crate::domain::score_settings::ScoreSettings;

/// The models of a run and what the data left open about them.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The model of buying and staying.
    pub model: TransactionModel,
    /// Of its parameters; `None` where the data do not determine them, and in runs of before it was kept.
    pub covariance: Option<Covariance<4>>,
    /// The model of spend, where it could be fitted.
    pub spend: Option<GammaGamma>,
    /// Of its parameters; `None` as above.
    pub spend_covariance: Option<Covariance<3>>,
}

impl Fitted {
    /// The models that a summary tells; `None` where their parameters cannot be read.
    pub fn of_summary(summary: &ScoreRunSummary, kind: TransactionKind) -> Option<Self> {
        let fit = summary.model_fits.first()?;
        let model = model(kind, fit)?;
        let spend_fit = summary.model_fits.iter().find(|fit| fit.model == "gamma-gamma");
        let spend = spend_fit.and_then(spend);
        let spend_covariance = spend.zip(spend_fit).and_then(|(spend, fit)| {
            let SpendParameters { p, q, v } = spend.parameters();
            covariance([("p", p), ("q", q), ("v", v)], fit)
        });
        Some(Self { model, covariance: covariance(model.named_parameters(), fit), spend, spend_covariance })
    }

    /// Scores customers by these models, over the horizon and on the terms of `settings`.
    pub fn scorer(&self, settings: &ScoreSettings) -> Result<Scorer<1>, TermsError> {
        scorer(self.model, settings.time_unit.days(), self.spend, settings)
    }
}

/// Scores customers over the horizon and on the terms of `settings`.
pub fn scorer(
    model: TransactionModel,
    days_per_unit: f64,
    spend: Option<GammaGamma>,
    settings: &ScoreSettings,
) -> Result<Scorer<1>, TermsError> {
    let terms = ClvTerms {
        periods: settings.horizon_months,
        days_per_period: DAYS_PER_YEAR / 12.0,
        annual_discount_rate: settings.annual_discount_rate,
        margin: settings.margin,
    };
    Scorer::new(model, days_per_unit, spend, [horizon_days(settings)], terms)
}

/// The length of the horizon.
pub fn horizon_days(settings: &ScoreSettings) -> f64 {
    f64::from(settings.horizon_months) * (DAYS_PER_YEAR / 12.0)
}

/// A model's name in the contract.
pub fn model_name(kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::BgNbd => "bg-nbd",
        TransactionKind::MbgNbd => "mbg-nbd",
        TransactionKind::ParetoNbd => "pareto-nbd",
        TransactionKind::MbgCnbd => "mbg-cnbd",
    }
}

/// The model of that name.
pub fn kind_of_name(name: &str) -> Option<TransactionKind> {
    use TransactionKind::{BgNbd, MbgCnbd, MbgNbd, ParetoNbd};
    [BgNbd, MbgNbd, ParetoNbd, MbgCnbd].into_iter().find(|kind| model_name(*kind) == name)
}

/// A model by the parameters that its fit tells.
pub fn model(kind: TransactionKind, fit: &ModelFit) -> Option<TransactionModel> {
    let of = |name: &str| fit.parameters.get(name).copied();
    let dropout = || Some(DropoutParameters { r: of("r")?, alpha: of("alpha")?, a: of("a")?, b: of("b")? });
    Some(match kind {
        TransactionKind::BgNbd => BgNbd::new(dropout()?).ok()?.into(),
        TransactionKind::MbgNbd => MbgNbd::new(dropout()?).ok()?.into(),
        TransactionKind::MbgCnbd => MbgCnbd::new(of("k")? as u32, dropout()?).ok()?.into(),
        TransactionKind::ParetoNbd => {
            let parameters = ParetoParameters { r: of("r")?, alpha: of("alpha")?, s: of("s")?, beta: of("beta")? };
            ParetoNbd::new(parameters).ok()?.into()
        }
    })
}

fn spend(fit: &ModelFit) -> Option<GammaGamma> {
    let [p, q, v] = ["p", "q", "v"].map(|name| fit.parameters.get(name).copied());
    GammaGamma::new(SpendParameters { p: p?, q: q?, v: v? }).ok()
}

/// The covariances of a fit, each pair once.
pub fn log_covariances<const N: usize>(covariance: &Covariance<N>) -> Vec<ParameterCovariance> {
    let (parameters, of_logs) = (covariance.parameters(), covariance.of_logs());
    let pairs = (0..N).flat_map(|i| (0..=i).map(move |j| (i, j)));
    pairs
        .map(|(i, j)| ParameterCovariance {
            parameter: parameters[i].0.to_owned(),
            other_parameter: parameters[j].0.to_owned(),
            covariance: of_logs[i][j],
        })
        .collect()
}

/// The covariance out of a fit; `None` where a pair is missing.
fn covariance<const N: usize>(parameters: [(&'static str, f64); N], fit: &ModelFit) -> Option<Covariance<N>> {
    let place = |name: &str| parameters.iter().position(|(known, _)| *known == name);
    let mut of_logs = [[f64::NAN; N]; N];
    for pair in &fit.log_covariances {
        let (i, j) = place(&pair.parameter).zip(place(&pair.other_parameter))?;
        of_logs[i][j] = pair.covariance;
        of_logs[j][i] = pair.covariance;
    }
    // NaN, where a pair is missing, is no covariance.
    Covariance::new(parameters, of_logs).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(log_covariances: Vec<ParameterCovariance>) -> ScoreRunSummary {
        let parameters = [("r", 0.2426), ("alpha", 4.4136), ("a", 0.7929), ("b", 2.4259)];
        let fit = ModelFit {
            model: "bg-nbd".into(),
            parameters: parameters.map(|(name, value)| (name.to_owned(), value)).into(),
            log_covariances,
            ..ModelFit::default()
        };
        ScoreRunSummary { model_fits: vec![fit], ..ScoreRunSummary::default() }
    }

    fn diagonal(name: &str) -> ParameterCovariance {
        ParameterCovariance { parameter: name.into(), other_parameter: name.into(), covariance: 0.01 }
    }

    #[test]
    fn a_covariance_survives_being_told_and_read_again() {
        let parameters = [("r", 0.2426), ("alpha", 4.4136), ("a", 0.7929), ("b", 2.4259)];
        let of_logs = std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 0.04 } else { 0.01 }));
        let covariance = Covariance::new(parameters, of_logs).unwrap();
        let fitted = Fitted::of_summary(&summary(log_covariances(&covariance)), TransactionKind::BgNbd).unwrap();
        assert_eq!(fitted.covariance, Some(covariance));
        assert_eq!((fitted.spend, fitted.spend_covariance), (None, None));
    }

    #[test]
    fn a_covariance_with_a_pair_missing_is_none() {
        let of = |told| Fitted::of_summary(&summary(told), TransactionKind::BgNbd).unwrap().covariance;
        assert_eq!(of(Vec::new()), None);
        assert_eq!(of(["r", "alpha", "a", "b"].map(diagonal).to_vec()), None);
        assert_eq!(of(vec![diagonal("s")]), None);
    }

    #[test]
    fn every_model_is_known_by_its_name() {
        for name in ["bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd"] {
            assert_eq!(kind_of_name(name).map(model_name), Some(name));
        }
        assert_eq!(kind_of_name("gamma-gamma"), None);
    }
}
