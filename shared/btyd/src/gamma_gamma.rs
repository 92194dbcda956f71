//! The Gamma-Gamma model of spend (Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary Value", brucehardie.com note 025).

use crate::error::FitError;
use crate::fit::{FEW_REPEATERS, Fit, MUCH_CORRELATION, Warning};
use crate::minimise::{Minimum, Search, minimise};
use crate::parameters::{ParameterError, SpendParameters, check_positive};
use crate::special::{digamma, ln_gamma_ratio};
use crate::spends::Spends;

/// On the gradient of the mean log-likelihood by the logarithms of the parameters.
const TOLERANCE: f64 = 1e-9;

/// Purchase values vary around a customer's mean, and means between customers, independently of how often they buy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    parameters: SpendParameters,
}

impl GammaGamma {
    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless all three are positive and finite.
    pub fn new(parameters: SpendParameters) -> Result<Self, ParameterError> {
        let SpendParameters { p, q, v } = parameters;
        check_positive(&[("p", p), ("q", q), ("v", v)])?;
        Ok(Self { parameters })
    }

    /// The maximum-likelihood model of `spends`, in their money unit; the same bits whatever the number of threads.
    ///
    /// # Errors
    ///
    /// [`FitError::NoSpend`] without a repeat customer of positive spend; [`FitError::NotFinite`] for absurd amounts.
    pub fn fit(spends: &Spends) -> Result<Fit<Self>, FitError> {
        if spends.customers() == 0 {
            return Err(FitError::NoSpend);
        }
        let found = maximise(spends).ok_or(FitError::NotFinite)?;
        let parameters = parameters_of(&found.at);
        Ok(Fit {
            model: Self { parameters },
            log_likelihood: -found.value * spends.customers() as f64,
            per_unit: spends.minor_per_unit(),
            customers: spends.customers(),
            converged: found.converged,
            iterations: found.iterations,
            evaluations: found.evaluations,
            warnings: warnings(parameters, found.converged, spends),
        })
    }

    /// p, q and v.
    pub fn parameters(&self) -> SpendParameters {
        self.parameters
    }

    /// The total log-likelihood of `spends` (equation 1a), a density in the money unit.
    pub fn log_likelihood(&self, spends: &Spends) -> f64 {
        evaluate(self.parameters, spends).0
    }

    /// The derivatives of the total log-likelihood (equation 1a) by p, q and v.
    pub fn gradient(&self, spends: &Spends) -> [f64; 3] {
        evaluate(self.parameters, spends).1
    }

    /// E(Z) = p v/(q-1), the mean spend over all customers (Fader and Hardie 2013); `None` for q <= 1, where that mean is infinite.
    pub fn population_mean(&self) -> Option<f64> {
        let SpendParameters { p, q, v } = self.parameters;
        (q > 1.0).then(|| p * v / (q - 1.0))
    }

    /// E(Z | x, z) = p (v + x z)/(p x + q - 1): the mean value of the customer's purchases to come (equation 5).
    ///
    /// `mean_spend` is the mean of the `frequency` repeat purchases, 0 or more, in money units; it does not matter at `frequency` 0,
    /// where this is the population's mean. `None` where the mean is infinite: p x + q <= 1, hence never at x >= 1 and q > 1.
    pub fn expected_spend(&self, frequency: u32, mean_spend: f64) -> Option<f64> {
        if frequency == 0 {
            return self.population_mean();
        }
        let SpendParameters { p, q, v } = self.parameters;
        let x = f64::from(frequency);
        let weight = p * x + q - 1.0;
        (weight > 0.0).then(|| p * (v + x * mean_spend) / weight)
    }
}

/// ln L and its gradient. With t = x z a customer adds
///
/// ```text
/// ln Gamma(px+q) - ln Gamma(px) - ln Gamma(q) + q ln v + (px-1) ln t + ln x - (px+q) ln(t+v)
/// ```
pub(crate) fn evaluate(parameters: SpendParameters, spends: &Spends) -> (f64, [f64; 3]) {
    let SpendParameters { p, q, v } = parameters;
    let log_v = v.ln();
    let digamma_q = digamma(q);
    let mut value = 0.0;
    let [mut d_p, mut d_q, mut d_v] = [0.0; 3];
    for (group, shifted) in spends.groups().iter().zip(spends.shifted_sums(v)) {
        let (x, customers) = (group.frequency, group.customers);
        let shape = p * x;
        let digamma_sum = digamma(shape + q);
        value += customers * (q * log_v + x.ln() - ln_beta(shape, q));
        value += (shape - 1.0) * group.log_totals - (shape + q) * shifted.log;
        d_p += x * (customers * (digamma_sum - digamma(shape)) + group.log_totals - shifted.log);
        d_q += customers * (digamma_sum - digamma_q + log_v) - shifted.log;
        d_v += customers * q / v - (shape + q) * shifted.inverse;
    }
    (value, [d_p, d_q, d_v])
}

/// ln B(y, q), from the smaller argument's gamma and the larger one's ratio.
fn ln_beta(y: f64, q: f64) -> f64 {
    let (small, large) = if y < q { (y, q) } else { (q, y) };
    let ln_gamma_small = ln_gamma_ratio(1.0, small) - small.ln();
    ln_gamma_small - ln_gamma_ratio(large, small)
}

fn maximise(spends: &Spends) -> Option<Minimum<3>> {
    let mean = spends.mean();
    let customers = spends.customers() as f64;
    let search = Search {
        start: [2.0, 3.0, mean].map(f64::ln),
        lower: [1e-4, 1e-3, 1e-8 * mean].map(f64::ln),
        // Far beyond where the likelihood flattens, and near enough that its terms do not drown in rounding.
        upper: [2e3, 2e3, 1e8 * mean].map(f64::ln),
        tolerance: TOLERANCE,
    };
    minimise(&search, |logs| {
        let (value, gradient) = evaluate(parameters_of(logs), spends);
        let scales = logs.map(f64::exp);
        let by_log = std::array::from_fn(|i| -gradient[i] * scales[i] / customers);
        (-value / customers, by_log)
    })
}

fn parameters_of(logs: &[f64; 3]) -> SpendParameters {
    let [p, q, v] = logs.map(f64::exp);
    SpendParameters { p, q, v }
}

fn warnings(parameters: SpendParameters, converged: bool, spends: &Spends) -> Vec<Warning> {
    let SpendParameters { p, q, .. } = parameters;
    let mut warnings = Vec::new();
    if !converged {
        warnings.push(Warning::NotConverged);
    }
    for (name, value, lowest) in [("p", p, 1e-3), ("q", q, 1e-2)] {
        if value < lowest || value > 1_000.0 {
            warnings.push(Warning::ParameterAtBound { name, value });
        }
    }
    if q <= 1.0 {
        warnings.push(Warning::NoPopulationMean { q });
    }
    if spends.customers() < FEW_REPEATERS {
        let repeaters = spends.customers();
        warnings.push(Warning::FewRepeaters { repeaters });
    }
    let correlation = spends.correlation();
    if correlation.abs() > MUCH_CORRELATION {
        warnings.push(Warning::SpendFollowsFrequency { correlation });
    }
    warnings
}
