//! The covariance of the logarithms of a model's parameters.

use super::confidence::{Confidence, Estimate};
use super::information::cholesky;

/// What the data leave open about the parameters of a fit.
///
/// It is kept of the logarithms of the parameters, which are all positive: there the likelihood is nearer to a normal density, and
/// intervals stay above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covariance<const N: usize> {
    parameters: [(&'static str, f64); N],
    of_logs: [[f64; N]; N],
    /// Lower triangular, times its transpose the covariance.
    factor: [[f64; N]; N],
}

/// A matrix that is no covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a covariance must be finite, symmetric and positive definite, of positive parameters")]
pub struct CovarianceError;

impl<const N: usize> Covariance<N> {
    /// A covariance known from before: of the logarithms of `parameters`, in their order (as [`Covariance::of_logs`] gave it).
    ///
    /// # Errors
    ///
    /// [`CovarianceError`] for a matrix that is not finite, symmetric and positive definite, or a parameter that is not positive.
    pub fn new(parameters: [(&'static str, f64); N], of_logs: [[f64; N]; N]) -> Result<Self, CovarianceError> {
        let positive = parameters.iter().all(|(_, value)| value.is_finite() && *value > 0.0);
        let symmetric = (0..N).all(|i| (0..i).all(|j| same(of_logs[i][j], of_logs[j][i])));
        let covariance = Self::factored(parameters, of_logs).map_err(|_| CovarianceError)?;
        let finite = covariance.factor.iter().flatten().all(|it| it.is_finite());
        if positive && symmetric && finite { Ok(covariance) } else { Err(CovarianceError) }
    }

    /// The covariance of a symmetric matrix; otherwise the parameter at which it is not positive definite.
    pub(crate) fn factored(parameters: [(&'static str, f64); N], of_logs: [[f64; N]; N]) -> Result<Self, usize> {
        let factor = cholesky(&of_logs, 0.0)?;
        Ok(Self { parameters, of_logs, factor: std::array::from_fn(|i| std::array::from_fn(|j| factor[i][j])) })
    }

    /// The parameters by their usual names.
    pub fn parameters(&self) -> [(&'static str, f64); N] {
        self.parameters
    }

    /// The covariance of the logarithms of the parameters.
    pub fn of_logs(&self) -> [[f64; N]; N] {
        self.of_logs
    }

    /// The standard errors of the logarithms of the parameters: 0.1 for a parameter known to about 10 %.
    pub fn standard_errors_of_logs(&self) -> [f64; N] {
        std::array::from_fn(|i| self.of_logs[i][i].sqrt())
    }

    /// The standard errors of the parameters, each in its own unit.
    pub fn standard_errors(&self) -> [f64; N] {
        let of_logs = self.standard_errors_of_logs();
        std::array::from_fn(|i| self.parameters[i].1 * of_logs[i])
    }

    /// The correlations of the estimates, each in [-1, 1]. Near 1 or -1 two parameters can make up for each other: neither means much
    /// alone.
    pub fn correlations(&self) -> [[f64; N]; N] {
        let deviations = self.standard_errors_of_logs();
        let correlation = |i: usize, j: usize| (self.of_logs[i][j] / (deviations[i] * deviations[j])).clamp(-1.0, 1.0);
        std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 1.0 } else { correlation(i, j) }))
    }

    /// The standard error of a figure with these derivatives by the logarithms of the parameters.
    pub fn standard_error_of(&self, slopes: [f64; N]) -> f64 {
        let along = |k: usize| (k..N).map(|i| self.factor[i][k] * slopes[i]).sum::<f64>();
        (0..N).map(|k| along(k) * along(k)).sum::<f64>().sqrt()
    }

    /// Uncorrelated directions of one standard deviation each, in the logarithms: along them variances add up without cancelling.
    pub(crate) fn directions(&self) -> [[f64; N]; N] {
        std::array::from_fn(|k| std::array::from_fn(|i| self.factor[i][k]))
    }

    /// The parameters with their intervals, each by itself, symmetric about the logarithm: always positive.
    pub fn intervals(&self, confidence: Confidence) -> [Estimate; N] {
        let of_logs = self.standard_errors_of_logs();
        std::array::from_fn(|i| Estimate::positive(self.parameters[i].1, of_logs[i], confidence))
    }
}

/// Equal but for rounding.
fn same(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * left.abs().max(right.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_that_is_no_covariance_is_refused() {
        let of = |matrix| Covariance::new([("p", 2.0), ("q", 0.5)], matrix);
        assert!(of([[1.0, 0.5], [0.5, 1.0]]).is_ok());
        for wrong in [
            [[1.0, 0.5], [0.4, 1.0]],
            [[1.0, 1.0], [1.0, 1.0]],
            [[-1.0, 0.0], [0.0, 1.0]],
            [[1.0, f64::NAN], [f64::NAN, 1.0]],
            [[f64::INFINITY, 0.0], [0.0, 1.0]],
        ] {
            assert_eq!(of(wrong), Err(CovarianceError), "{wrong:?}");
        }
        assert!(Covariance::new([("p", 0.0)], [[1.0]]).is_err());
    }

    #[test]
    fn errors_and_correlations_are_read_off_the_matrix() {
        let covariance = Covariance::new([("p", 2.0), ("q", 0.5)], [[0.04, -0.03], [-0.03, 0.09]]).unwrap();
        let near = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-15, "{got} is not {expected}");
        near(covariance.standard_errors()[0], 0.4);
        near(covariance.standard_errors()[1], 0.15);
        near(covariance.correlations()[0][1], -0.5);
        // Of the logarithm of p q: 0.04 + 0.09 - 2 0.03.
        near(covariance.standard_error_of([1.0, 1.0]), 0.07_f64.sqrt());
        let [p, _] = covariance.intervals(Confidence::USUAL);
        near(p.low, 2.0 * (-0.391_992_796_908_010_8_f64).exp());
        near(p.high, 2.0 * 0.391_992_796_908_010_8_f64.exp());
    }
}
