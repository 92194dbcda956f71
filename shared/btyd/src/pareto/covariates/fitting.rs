//! Maximum likelihood for Pareto/NBD with covariates: from the fit without them, with covariates of mean 0 and variance 1.

use super::super::{fitting as plain, likelihood};
use super::customers::{CovariateHistories, Group};
use super::scales::Scales;
use super::{CovariateError, CovariateParetoNbd, MAX_COVARIATES, ParetoNbd};
use crate::error::FitError;
use crate::fit::{Fit, Warning};
use crate::maximise::Observed;
use crate::minimise::{Search, minimise};
use crate::parameters::ParetoParameters;
use rayon::prelude::*;

/// Coordinates of the search: four parameters, and covariates of which as many as are not there stay at 0.
const SIZE: usize = 4 + MAX_COVARIATES;
/// On the gradient of the mean log-likelihood.
const TOLERANCE: f64 = 1e-9;
/// A covariate of one standard deviation that makes rates e^10 times as large has left the data behind.
const LARGEST_EFFECT: f64 = 10.0;
/// From this many distinct histories on tables over days and frequencies are cheaper than the histories one by one.
const TABLE_FROM: usize = 256;
/// Groups a task: chunks and the order of their sums are fixed, so results do not depend on the number of threads.
const CHUNK: usize = 512;

/// Customers made ready for repeated evaluation.
pub(super) struct Likelihood<'a> {
    groups: Vec<(&'a Group, Option<likelihood::Likelihood<'a>>)>,
    effects: usize,
}

impl<'a> Likelihood<'a> {
    pub fn new(customers: &'a CovariateHistories) -> Self {
        let prepare = |group: &'a Group| {
            let tabled = group.histories.rows().len() >= TABLE_FROM;
            (group, tabled.then(|| likelihood::Likelihood::new(&group.histories)))
        };
        let (purchase, dropout) = customers.covariates();
        Self { groups: customers.groups().iter().map(prepare).collect(), effects: purchase + dropout }
    }

    /// The log-likelihood and its derivatives by r, alpha_0, s, beta_0, γ1 and γ2.
    pub fn evaluate(&self, model: &CovariateParetoNbd) -> (f64, Vec<f64>) {
        let zero = || (0.0, vec![0.0; 4 + self.effects]);
        let of_chunk = |groups: &[(&Group, Option<likelihood::Likelihood>)]| {
            groups.iter().fold(zero(), |mut sum, (group, tabled)| {
                add(&mut sum, model, group, tabled.as_ref());
                sum
            })
        };
        let parts: Vec<(f64, Vec<f64>)> = self.groups.par_chunks(CHUNK).map(of_chunk).collect();
        parts.into_iter().fold(zero(), |mut sum, part| {
            sum.0 += part.0;
            sum.1.iter_mut().zip(part.1).for_each(|(sum, part)| *sum += part);
            sum
        })
    }
}

/// Adds a group: alpha_i and beta_i are proportional to alpha_0 and beta_0, and fall by themselves times z with γ.
fn add(sum: &mut (f64, Vec<f64>), model: &CovariateParetoNbd, group: &Group, tabled: Option<&likelihood::Likelihood>) {
    let base = model.base.parameters();
    let own = model.parameters_of(&group.purchase, &group.dropout);
    let histories = &group.histories;
    let (value, [d_r, d_alpha, d_s, d_beta]) = tabled.map_or_else(
        || likelihood::one_by_one(&own, histories.rows(), histories.days_per_unit()),
        |tabled| tabled.evaluate(&own),
    );
    sum.0 += value;
    let by_log = (d_alpha * own.alpha, d_beta * own.beta);
    let purchase = group.purchase.iter().map(|z| -by_log.0 * z);
    let dropout = group.dropout.iter().map(|z| -by_log.1 * z);
    let parameters = [d_r, by_log.0 / base.alpha, d_s, by_log.1 / base.beta];
    let gradient = parameters.into_iter().chain(purchase).chain(dropout);
    sum.1.iter_mut().zip(gradient).for_each(|(sum, part)| *sum += part);
}

pub(super) fn fit(customers: &CovariateHistories) -> Result<Fit<CovariateParetoNbd>, CovariateError> {
    let histories = customers.histories();
    let without = ParetoNbd::fit(histories)?;
    let (purchase, dropout) = customers.covariates();
    let (effects, of_purchases) = (purchase + dropout, purchase);
    let scales = Scales::of(customers)?;
    let scaled = scales.scaled(customers)?;
    let likelihood = Likelihood::new(&scaled);

    let bounds = plain::bounds(Observed::of(histories)?);
    let ParetoParameters { r, alpha, s, beta } = without.model.parameters();
    let start = [r, alpha, s, beta];
    // Coordinates of covariates that are not there are held at 0.
    let effect = |i: usize| if i - 4 < effects { LARGEST_EFFECT } else { 0.0 };
    let search = Search {
        start: std::array::from_fn(|i| if i < 4 { start[i].ln() } else { 0.0 }),
        lower: std::array::from_fn(|i| if i < 4 { bounds.lower[i].ln() } else { -effect(i) }),
        upper: std::array::from_fn(|i| if i < 4 { bounds.upper[i].ln() } else { effect(i) }),
        tolerance: TOLERANCE,
    };
    let model = |at: &[f64; SIZE]| {
        let [r, alpha, s, beta] = std::array::from_fn(|i| at[i].exp());
        let base = ParetoNbd { parameters: ParetoParameters { r, alpha, s, beta } };
        let (purchase, dropout) = at[4..4 + effects].split_at(of_purchases);
        CovariateParetoNbd::new(base, purchase.to_vec(), dropout.to_vec())
    };
    let number = histories.customers() as f64;
    let found = minimise(&search, |at| {
        let (value, gradient) = likelihood.evaluate(&model(at));
        // By the logarithm of a parameter, but by the effects themselves.
        let scale = |i: usize| if i < 4 { at[i].exp() } else { 1.0 };
        let by = std::array::from_fn(|i| gradient.get(i).map_or(0.0, |slope| -slope * scale(i) / number));
        (-value / number, by)
    })
    .ok_or(FitError::NotFinite)?;

    let scaled_model = model(&found.at);
    let mut warnings = plain::warnings_of(&scaled_model.base.parameters(), found.converged, histories)?;
    for (name, effects) in
        [("purchase covariate", &scaled_model.purchase), ("dropout covariate", &scaled_model.dropout)]
    {
        let runaway = effects.iter().filter(|effect| effect.abs() > 0.9 * LARGEST_EFFECT);
        warnings.extend(runaway.map(|&value| Warning::ParameterAtBound { name, value }));
    }
    Ok(Fit {
        model: scales.unscaled(&scaled_model),
        log_likelihood: -found.value * number,
        per_unit: histories.days_per_unit(),
        customers: histories.customers(),
        converged: found.converged,
        iterations: without.iterations + found.iterations,
        evaluations: without.evaluations + found.evaluations,
        warnings,
    })
}
