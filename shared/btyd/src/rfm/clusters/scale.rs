//! Features made comparable.

use super::Point;

/// Skewness from which a feature is taken as ln(1 + x).
const SKEWED: f64 = 1.0;

/// How a feature becomes comparable: (f - mean) / deviation, f being x or ln(1 + x).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Whether ln(1 + x) is taken, of a negative x that of 0.
    pub logarithmic: bool,
    /// Mean of f.
    pub mean: f64,
    /// Standard deviation of f over all points (divided by n); 1 where they do not differ.
    pub deviation: f64,
}

/// The scales of the features of `points`.
pub fn scales(points: &[Point]) -> [Scale; 3] {
    std::array::from_fn(|at| {
        let values = || points.iter().map(|point| point[at]);
        Scale::over(values(), skewness(values()) > SKEWED)
    })
}

impl Scale {
    fn over(values: impl Iterator<Item = f64> + Clone, logarithmic: bool) -> Self {
        let taken = values.map(|value| taken(value, logarithmic));
        let (mean, [variance, _]) = moments(taken);
        let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        Self { logarithmic, mean, deviation }
    }

    /// The scale of other values of the feature, taken as in this one.
    #[must_use]
    pub fn again(&self, values: impl Iterator<Item = f64> + Clone) -> Self {
        Self::over(values, self.logarithmic)
    }

    /// A value in standard deviations.
    pub fn of(&self, value: f64) -> f64 {
        self.of_scaled(taken(value, self.logarithmic))
    }

    /// The f of a value in standard deviations.
    pub(super) fn unscaled(&self, deviations: f64) -> f64 {
        deviations * self.deviation + self.mean
    }

    /// An f in standard deviations.
    pub(super) fn of_scaled(&self, f: f64) -> f64 {
        (f - self.mean) / self.deviation
    }
}

/// Not `ln_1p`: a database that assigns customers to centres computes ln(1 + x), and shall come to the same bits.
fn taken(value: f64, logarithmic: bool) -> f64 {
    if logarithmic { (1.0 + value.max(0.0)).ln() } else { value }
}

/// Third standardised moment; 0 where values do not differ.
fn skewness(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let (_, [second, third]) = moments(values);
    if second > 0.0 { third / second.powf(1.5) } else { 0.0 }
}

/// The mean, and the second and third moments about it.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, [f64; 2]) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let (second, third) = values.fold((0.0, 0.0), |(second, third), value| {
        let off = value - mean;
        (second + off * off, third + off * off * off)
    });
    (mean, [second / count, third / count])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0, 0, 0, 4: mean 1, second moment 3, third moment (3 * -1 + 27) / 4 = 6, skewness 6 / 3^1.5 = 1.1547.
    #[test]
    fn a_skewed_feature_is_taken_as_a_logarithm() {
        let points = [0.0, 0.0, 0.0, 4.0].map(|value| [value, 1.0, value]);
        let [skewed, constant, _] = scales(&points);
        assert!((skewness([0.0, 0.0, 0.0, 4.0].into_iter()) - 6.0 / 27.0_f64.sqrt()).abs() < 1e-12);
        assert!(skewed.logarithmic);
        assert!((skewed.mean - 5.0_f64.ln() / 4.0).abs() < 1e-15);
        assert_eq!((constant.logarithmic, constant.mean, constant.deviation), (false, 1.0, 1.0));
    }

    /// 1, 2, 3: mean 2, deviation sqrt(2/3).
    #[test]
    fn an_even_feature_gets_mean_0_and_deviation_1() {
        let points = [1.0, 2.0, 3.0].map(|value| [value; 3]);
        let [scale, ..] = scales(&points);
        assert!(!scale.logarithmic);
        let got = [1.0, 2.0, 3.0].map(|value| scale.of(value));
        let wanted = 1.5_f64.sqrt();
        assert!((got[0] + wanted).abs() < 1e-15 && got[1].abs() < 1e-15 && (got[2] - wanted).abs() < 1e-15, "{got:?}");
        assert!((scale.unscaled(scale.of(3.0)) - 3.0).abs() < 1e-15);
    }
}
