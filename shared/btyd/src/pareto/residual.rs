//! What a customer alive is still expected to buy: within a horizon, and for ever with a discount.

/// Step of the trapezoidal rule: its error is about exp(-pi² / step).
const STEP: f64 = 0.2;
/// A term that adds less than this is the last.
const NEGLIGIBLE: f64 = 1e-18;

/// Customers of one frequency, alive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remaining {
    /// n = r + x.
    pub n: f64,
    pub alpha: f64,
    pub s: f64,
    pub beta: f64,
}

impl Remaining {
    /// E[Y(horizon)] at `age`, both in time units; 0 for a horizon that is not positive.
    ///
    /// n/(alpha+T) times the expected lifetime within the horizon (Fader and Hardie 2005),
    /// (beta+T)/(s-1) [1 - ((beta+T)/(beta+T+t))^(s-1)], a logarithm at s = 1.
    pub fn expected_purchases(&self, age: f64, horizon: f64) -> f64 {
        if horizon <= 0.0 {
            return 0.0;
        }
        let scale = self.beta + age;
        let log = (horizon / scale).ln_1p();
        let excess = self.s - 1.0;
        let shrinking = excess * log;
        let lifetime = if excess == 0.0 || shrinking == 0.0 { log } else { -(-shrinking).exp_m1() / excess };
        self.n / (self.alpha + age) * scale * lifetime
    }

    /// The purchases of all time to come, each discounted by exp(-`rate` t).
    ///
    /// n/(alpha+T) Int_0^inf e^(-rate t) ((beta+T)/(beta+T+t))^s dt: the same as the form with Tricomi's function (Fader, Hardie, Lee
    /// 2005, "RFM and CLV"), which is often evaluated as a difference of large numbers.
    pub fn discounted(&self, age: f64, rate: f64) -> f64 {
        if rate == 0.0 {
            return self.expected_purchases(age, f64::INFINITY);
        }
        let scale = self.beta + age;
        self.n / (self.alpha + age) * scale * discounted_lifetime(self.s, rate * scale)
    }
}

/// Int_0^inf e^(-kappa v) (1+v)^(-s) dv by the trapezoidal rule in ln v, where the integrand is log-concave and analytic.
fn discounted_lifetime(s: f64, kappa: f64) -> f64 {
    if kappa.is_nan() || kappa < 0.0 {
        return f64::NAN;
    }
    // Below the first point is e^-42 of the whole.
    let first = -42.0 - (kappa + s).ln_1p();
    let mut sum = 0.0;
    let mut point = 0.0;
    loop {
        let log: f64 = first + point * STEP;
        let v = log.exp();
        let term = (log - kappa * v - s * v.ln_1p()).exp();
        sum += term;
        if term <= NEGLIGIBLE * sum {
            return sum * STEP;
        }
        point += 1.0;
    }
}
