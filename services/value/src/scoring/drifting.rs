//! Whether customers have changed since the last fit of the same model.

use btyd::{Covariance, Drift, Fit, Histories, TransactionKind, TransactionModel};
use clientele_proto::value::v1::{ModelDrift, ParameterChange, ScoreRunSettings, ScoreRunSummary};
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{error::RunError, fitted, fitted::Fitted, settings_message};
use crate::{
    domain::score_settings::ScoreSettings,
    store::earlier_fit::{FittedRun, fitted_runs_until},
};

/// Runs that are looked through for a last fit of each model.
const RUNS: i64 = 100;

/// The last fit of a model, by a run of the same currency and time unit.
#[derive(Debug)]
pub struct EarlierFit {
    score_run_id: Uuid,
    kind: TransactionKind,
    fitted: Fitted,
    customers: u64,
}

/// How a fit differs from the last one of its model.
#[derive(Debug)]
pub struct Drifted {
    /// The run of the last one.
    pub score_run_id: Uuid,
    /// What today's customers make of it.
    pub drift: Drift,
    /// The parameters, those that changed most first.
    pub changes: Vec<Change>,
}

/// How a parameter changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Its name.
    pub parameter: &'static str,
    /// By the last fit.
    pub before: f64,
    /// By this one.
    pub now: f64,
    /// The change of its logarithm, in standard errors of both fits together.
    pub standard_errors: Option<f64>,
}

/// The last fit of each model before a run with `settings`.
pub async fn earlier_fits(
    connection: &mut PgConnection,
    tenant: &str,
    settings: &ScoreSettings,
) -> Result<Vec<EarlierFit>, RunError> {
    let mut found: Vec<EarlierFit> = Vec::new();
    for run in fitted_runs_until(connection, tenant, settings.as_of_date, RUNS).await? {
        let Some(fit) = earlier_fit(&run, settings) else { continue };
        if found.iter().all(|known| known.kind != fit.kind) {
            found.push(fit);
        }
    }
    Ok(found)
}

/// The fit of a run; `None` for another currency or time unit, and where it cannot be read.
fn earlier_fit(run: &FittedRun, settings: &ScoreSettings) -> Option<EarlierFit> {
    let theirs = ScoreRunSettings::decode(run.settings.as_slice()).ok()?;
    let ours = settings_message::message(settings);
    if (&theirs.currency_code, theirs.time_unit) != (&ours.currency_code, ours.time_unit) {
        return None;
    }
    let summary = ScoreRunSummary::decode(run.summary.as_slice()).ok()?;
    let fit = summary.model_fits.first()?;
    let kind = fitted::kind_of_name(&fit.model)?;
    let customers = fit.customers.unsigned_abs();
    Some(EarlierFit { score_run_id: run.score_run_id, kind, fitted: Fitted::of_summary(&summary, kind)?, customers })
}

/// Holds a fit to `histories` against the last one of its model.
pub fn drifted(
    earlier: &[EarlierFit],
    now: &Fit<TransactionModel>,
    covariance: Option<&Covariance<4>>,
    histories: &Histories,
) -> Option<Drifted> {
    let before = earlier.iter().find(|before| before.kind == now.model.kind())?;
    // Of the older fit only its model and the number of its customers count.
    let older = Fit {
        model: before.fitted.model,
        customers: before.customers,
        log_likelihood: 0.0,
        per_unit: now.per_unit,
        converged: true,
        iterations: 0,
        evaluations: 0,
        warnings: Vec::new(),
    };
    let drift = Drift::between(&older, now, histories).ok()?;
    let errors = before.fitted.covariance.as_ref().zip(covariance);
    let errors = errors.map(|(before, now)| (before.standard_errors_of_logs(), now.standard_errors_of_logs()));
    let pairs = before.fitted.model.named_parameters().into_iter().zip(now.model.named_parameters());
    let mut changes: Vec<Change> = pairs
        .enumerate()
        .map(|(at, ((parameter, before), (_, now)))| Change {
            parameter,
            before,
            now,
            standard_errors: errors.map(|(of_before, of_now)| (now / before).ln() / of_before[at].hypot(of_now[at])),
        })
        .collect();
    // How much it is of what is known of the parameter, otherwise how much it is at all.
    let size = |change: &Change| change.standard_errors.unwrap_or((change.now / change.before).ln()).abs();
    changes.sort_by(|left, right| size(right).total_cmp(&size(left)));
    Some(Drifted { score_run_id: before.score_run_id, drift, changes })
}

impl Drifted {
    /// As the contract tells it.
    pub fn message(&self) -> ModelDrift {
        let drift = &self.drift;
        ModelDrift {
            earlier_score_run_id: self.score_run_id.to_string(),
            statistic: drift.lost,
            threshold: drift.lost_by_chance,
            first_year_purchases_before: drift.first_year_before,
            first_year_purchases_now: drift.first_year_now,
            is_much: drift.is_much(),
            parameter_changes: self
                .changes
                .iter()
                .map(|change| ParameterChange {
                    parameter: change.parameter.to_owned(),
                    before: change.before,
                    now: change.now,
                    standard_errors_apart: change.standard_errors,
                })
                .collect(),
        }
    }

    /// The warning of a fit that should take the place of the last one; `None` for one that differs little.
    pub fn warning(&self) -> Option<String> {
        self.drift.is_much().then(|| format!("against the fit of score run {}: {}", self.score_run_id, self.drift))
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use btyd::{BgNbd, DropoutParameters, History};

    use super::*;

    fn fit(r: f64) -> Fit<TransactionModel> {
        let model = BgNbd::new(DropoutParameters { r, alpha: 4.4136, a: 0.7929, b: 2.4259 }).unwrap();
        Fit {
            model: model.into(),
            log_likelihood: 0.0,
            per_unit: 7.0,
            customers: 1000,
            converged: true,
            iterations: 1,
            evaluations: 1,
            warnings: Vec::new(),
        }
    }

    fn covariance(model: &TransactionModel) -> Covariance<4> {
        let of_logs = std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 0.02 } else { 0.0 }));
        Covariance::new(model.named_parameters(), of_logs).unwrap()
    }

    fn histories() -> Histories {
        let row = |frequency, recency_days, customers| History { frequency, recency_days, age_days: 270, customers };
        Histories::new([row(0, 0, 600), row(1, 90, 250), row(4, 200, 150)], 7.0).unwrap()
    }

    fn earlier(r: f64) -> EarlierFit {
        let model = fit(r).model;
        let covariance = Some(covariance(&model));
        let fitted = Fitted { model, covariance, spend: None, spend_covariance: None };
        EarlierFit { score_run_id: Uuid::nil(), kind: TransactionKind::BgNbd, fitted, customers: 1000 }
    }

    #[test]
    fn the_same_parameters_have_not_drifted() {
        let found = drifted(&[earlier(0.2426)], &fit(0.2426), None, &histories()).unwrap();
        assert_eq!(found.drift.lost, 0.0);
        assert!(found.changes.iter().all(|change| change.standard_errors.is_none() && change.before == change.now));
        assert_eq!(found.warning(), None);
    }

    /// ln 2 over the root of 0.02 + 0.02 is 3.4657: r is the parameter that changed.
    #[test]
    fn the_parameter_that_changed_most_comes_first_in_standard_errors() {
        let now = fit(0.4852);
        let found = drifted(&[earlier(0.2426)], &now, Some(&covariance(&now.model)), &histories()).unwrap();
        let first = found.changes[0];
        assert_eq!((first.parameter, first.before, first.now), ("r", 0.2426, 0.4852));
        assert!((first.standard_errors.unwrap() - 3.465_735_9).abs() < 1e-6, "{first:?}");
        // Twice as many customers' worth of doubt: both fits are to 1,000.
        assert!((found.drift.lost_by_chance - 2.0 * 13.2767).abs() < 1e-9);
    }

    #[test]
    fn fits_of_other_models_are_not_compared() {
        let other = EarlierFit { kind: TransactionKind::ParetoNbd, ..earlier(0.2426) };
        assert!(drifted(&[other], &fit(0.3), None, &histories()).is_none());
    }
}
