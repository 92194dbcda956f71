//! Discounted purchases to come of a customer alive, under BG/NBD and MBG/NBD: our own derivation from the posterior of lambda and p in the
//! likelihoods of Fader, Hardie, Lee 2005 (equation 6) and Batislam, Denizel, Filiztekin 2007.
//!
//! At a rate lambda and a dropout probability p purchases come at lambda e^(-lambda p t), so that those of all time, discounted by
//! e^(-delta t), are lambda/(delta + lambda p). With n = r+x, B = b+x+m, kappa = delta (alpha+T) and lambda = g/(alpha+T), g ~ Gamma(n),
//!
//! ```text
//! E[g/(kappa + g p)] = n E[1/(kappa + g' p)],   g' ~ Gamma(n+1),   p ~ Beta(a, B)
//! ```
//!
//! a mean of a positive function over two independent densities. In ln g' = mode + width sinh(v), and the same of ln(p/(1-p)), the
//! densities decay double-exponentially, where the trapezoidal rule converges exponentially (Takahasi and Mori 1974): the points of each
//! are worked out once, and a pair of them costs a division.

use super::Dropout;
use crate::parameters::DropoutParameters;
use crate::special::softplus;

/// Relative change under halving the steps at which the sum has long converged.
const SETTLED: f64 = 1e-11;
const FIRST_STEP: f64 = 0.25;
const HALVINGS: u32 = 6;

/// A point of a density and its share of it, or the logarithm of that.
type Node = (f64, f64);

impl Dropout {
    /// The purchases of all time to come of a customer alive, each discounted by exp(-`rate` t): the mean at the head of this module, our own.
    pub fn discounted_while_alive(&self, frequency: u32, age: f64, rate: f64) -> f64 {
        if rate == 0.0 {
            return self.expected_while_alive(frequency, age, f64::INFINITY);
        }
        let DropoutParameters { r, alpha, a, b } = self.parameters;
        let kappa = rate * (alpha + age);
        if kappa.is_nan() || kappa < 0.0 {
            return f64::NAN;
        }
        let n = r + f64::from(frequency);
        n * mean_inverse(n + 1.0, a, b + self.first.chances(frequency), kappa)
    }
}

/// E[1/(kappa + g p)] for g ~ Gamma(`shape`), `shape` > 1, and p ~ Beta(`a`, `kept`).
fn mean_inverse(shape: f64, a: f64, kept: f64, kappa: f64) -> f64 {
    // Log weight below which a point adds nothing: the function is below 1/kappa, and above 1/(kappa + shape) where the weight is.
    let negligible = -42.0 - (shape / kappa).ln_1p();
    refined(|step| {
        let rates = gamma_nodes(shape, step, negligible);
        let dropouts = beta_nodes(a, kept, step, negligible);
        let of_rate = |g: f64| dropouts.iter().map(|(p, weight)| weight / (kappa + g * p)).sum::<f64>();
        rates.iter().map(|(g, log_weight)| log_weight.exp() * of_rate(*g)).sum()
    })
}

/// A mean by steps halved until it has settled.
pub(crate) fn refined(mean_with: impl Fn(f64) -> f64) -> f64 {
    let mut step = FIRST_STEP;
    let mut mean = 0.0;
    for halving in 0..=HALVINGS {
        let finer = mean_with(step);
        let change = (finer - mean).abs();
        mean = finer;
        if halving > 0 && change <= SETTLED * mean {
            break;
        }
        step *= 0.5;
    }
    mean
}

/// Points of g ~ Gamma(`shape`) and the logarithms of their shares, as far as those are above `negligible`: ln g has the log-density
/// shape (l - ln shape - e^(l - ln shape)) but for its constant.
pub(crate) fn gamma_nodes(shape: f64, step: f64, negligible: f64) -> Vec<Node> {
    let log_weight = |off: f64| shape * (off - off.exp_m1());
    nodes(step, negligible, shape.sqrt().recip(), log_weight, |off| shape * off.exp())
}

/// Points of p ~ Beta(`a`, `kept`) and their shares: u = ln(p/(1-p)) has the log-density -a ln(1 + e^(-u)) - B ln(1 + e^u) but for its
/// constant.
pub(crate) fn beta_nodes(a: f64, kept: f64, step: f64, negligible: f64) -> Vec<Node> {
    let mode = (a / kept).ln();
    let log_weight = |off: f64| -a * softplus(-(mode + off)) - kept * softplus(mode + off);
    let peak = log_weight(0.0);
    let width = (1.0 / a + 1.0 / kept).sqrt().min(1.0);
    let nodes = nodes(step, negligible, width, |off| log_weight(off) - peak, |off| 1.0 / (1.0 + (-(mode + off)).exp()));
    nodes.into_iter().map(|(p, log_share)| (p, log_share.exp())).collect()
}

/// Points at width sinh(v) from the mode, for v every `step`, outwards until they are negligible, and the logarithms of their shares, which
/// add up to 1.
fn nodes(
    step: f64,
    negligible: f64,
    width: f64,
    log_weight: impl Fn(f64) -> f64,
    value: impl Fn(f64) -> f64,
) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (start, direction) in [(0.0, step), (-step, -step)] {
        let mut v: f64 = start;
        loop {
            let off = width * v.sinh();
            let log = log_weight(off) + v.cosh().ln();
            if log.is_nan() || log < negligible {
                break;
            }
            nodes.push((value(off), log));
            v += direction;
        }
    }
    let log_total = nodes.iter().map(|(_, log)| log.exp()).sum::<f64>().ln();
    nodes.iter().map(|(value, log)| (*value, log - log_total)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_known_where_one_of_the_two_hardly_varies() {
        // p near 1/2: E[1/(k + g/2)] for g ~ Gamma(2) is 2 [1 - z e^z E1(z)], z = 2k; at z = 1, e E1(1) is Gompertz's constant, OEIS
        // A073003.
        let gompertz = 0.596_347_362_323_194_1;
        let found = mean_inverse(2.0, 1e9, 1e9, 0.5);
        assert!((found - 2.0 * (1.0 - gompertz)).abs() < 1e-8, "{found}");
        // g near 1e9, p uniform: ln(1 + g/k)/g.
        let found = mean_inverse(1e9, 1.0, 1.0, 1e3);
        assert!((found * 1e9 / 1e6_f64.ln_1p() - 1.0).abs() < 1e-8, "{found}");
    }
}
