//! Differences of log-gamma and digamma, which the likelihoods need: formed directly, so that large arguments lose no digits.

/// Above this the asymptotic series below are exact to double precision.
const ASYMPTOTIC_FROM: f64 = 12.0;

/// ln Γ(y + q) − ln Γ(y) for y > 0, q > 0.
///
/// Stirling's series (Abramowitz and Stegun 6.1.41) of the difference, after raising y by Γ(y + 1) = y Γ(y).
pub(crate) fn ln_gamma_ratio(y: f64, q: f64) -> f64 {
    let mut raised = y;
    let mut correction = 0.0;
    while raised < ASYMPTOTIC_FROM {
        correction += (q / raised).ln_1p();
        raised += 1.0;
    }
    let leading = q * (raised + q).ln() + (raised - 0.5) * (q / raised).ln_1p() - q;
    leading + stirling(raised + q) - stirling(raised) - correction
}

/// 1/(12 y) − 1/(360 y³) + ...: what Stirling's leading term leaves.
pub(crate) fn stirling(y: f64) -> f64 {
    let square = 1.0 / (y * y);
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0, 1.0 / 156.0];
    terms.iter().rev().fold(0.0, |sum, term| sum * square + term) / y
}

/// ψ(y), the derivative of ln Γ(y), for y > 0 (Abramowitz and Stegun 6.3.5 and 6.3.18).
pub(crate) fn digamma(y: f64) -> f64 {
    let mut raised = y;
    let mut correction = 0.0;
    while raised < ASYMPTOTIC_FROM {
        correction += 1.0 / raised;
        raised += 1.0;
    }
    let square = 1.0 / (raised * raised);
    let terms = [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0, 1.0 / 12.0];
    let series = terms.iter().rev().fold(0.0, |sum, term| sum * square + term) * square;
    raised.ln() - 0.5 / raised - series - correction
}

/// ln(1 + e^u).
pub(crate) fn softplus(u: f64) -> f64 {
    u.max(0.0) + (-u.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Euler's constant, OEIS A001620.
    const EULER: f64 = 0.577_215_664_901_532_9;

    #[test]
    fn digamma_at_one_and_one_half_is_known_in_closed_form() {
        assert!((digamma(1.0) + EULER).abs() < 1e-14);
        assert!((digamma(0.5) + EULER + 2.0 * 2.0_f64.ln()).abs() < 1e-14);
    }

    #[test]
    fn a_gamma_ratio_with_a_whole_step_is_a_product() {
        let product = |y: f64, q: u32| (0..q).map(|i| (y + f64::from(i)).ln()).sum::<f64>();
        for (y, q) in [(0.001, 1), (0.3, 4), (11.9, 7), (12.1, 7), (1e6, 3)] {
            let expected = product(y, q);
            let got = ln_gamma_ratio(y, f64::from(q));
            assert!((got - expected).abs() <= 1e-14 * expected.abs().max(1.0), "{y} {q} {got} {expected}");
        }
    }
}
