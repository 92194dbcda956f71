//! The log-likelihood of MBG/CNBD-k and its gradient over distinct histories (Reutterer, Platzer, Schröder 2021).
//!
//! A customer adds, with n = r + kx and c_j as in [`super`], and the term of the living factored out as in [`crate::dropout`],
//!
//! ```text
//! ln [Gamma(n)/Gamma(r)] + ln [B(a, b+x+m)/B(a, b)] + r ln alpha - n ln(alpha+T) + ln(e^d + sum_j c_j) + timing
//! d = ln(a/(b+x+m-1)) + n [ln(alpha+T) - ln(alpha+t_x)]
//! timing = (k-1) sum ln(gap) - x ln Gamma(k)
//! ```
//!
//! timing holds no parameter but k. Without the gaps it is replaced by what is left of it when they are integrated out over t_x, given that
//! they are Erlang-k (then their shares of t_x are Dirichlet) and measured from k = 1, where the shares' density is free of parameters:
//!
//! ```text
//! (k-1) x ln t_x - ln [Gamma(kx)/Gamma(x)]
//! ```
//!
//! Both are 0 at k = 1, so likelihoods of all k, and of all other models of purchase times, are comparable.

use super::{Erlang, MAX_PHASES};
use crate::histories::{Histories, History};
use crate::parameters::DropoutParameters;
use crate::special::ln_gamma_ratio;
use rayon::prelude::*;

/// Histories a task: chunks and the order of their sums are fixed, so results do not depend on the number of threads.
const CHUNK: usize = 8192;

/// Histories made ready for repeated evaluation with one k.
pub(super) struct Likelihood<'a> {
    rows: &'a [History],
    days_per_unit: f64,
    customers: f64,
    /// Customers by frequency.
    by_frequency: Vec<f64>,
    /// Customers and their purchases by age in days.
    by_age: Vec<(f64, f64)>,
    timing: f64,
}

/// ln(alpha + t) and its derivative.
type LogAndSlope = (f64, f64);

impl<'a> Likelihood<'a> {
    pub fn new(histories: &'a Histories, phases: u32) -> Self {
        let rows = histories.rows();
        let longest = rows.iter().map(|row| row.age_days).max().unwrap_or(0);
        let most = rows.last().map_or(0, |row| row.frequency);
        let mut by_frequency = vec![0.0; most as usize + 1];
        let mut by_age = vec![(0.0, 0.0); longest as usize + 1];
        for row in rows {
            let customers = f64::from(row.customers);
            by_frequency[row.frequency as usize] += customers;
            let (at_age, purchases) = &mut by_age[row.age_days as usize];
            *at_age += customers;
            *purchases += customers * f64::from(row.frequency);
        }
        Self {
            rows,
            days_per_unit: histories.days_per_unit(),
            customers: histories.customers() as f64,
            by_frequency,
            by_age,
            timing: timing(histories, phases),
        }
    }

    /// The log-likelihood and its derivatives by r, alpha, a and b.
    pub fn evaluate(&self, model: &Erlang) -> (f64, [f64; 4]) {
        let DropoutParameters { r, alpha, a, .. } = model.parameters;
        let by_day: Vec<LogAndSlope> = (0..self.by_age.len())
            .map(|day| alpha + day as f64 / self.days_per_unit)
            .map(|time| (time.ln(), 1.0 / time))
            .collect();
        let (mut value, [mut d_r, mut d_alpha, mut d_a, mut d_b]) = self.frequency_terms(model);

        value += self.timing + self.customers * r * alpha.ln();
        d_r += self.customers * alpha.ln();
        d_alpha += self.customers * r / alpha;
        for (&(log, slope), &(customers, purchases)) in by_day.iter().zip(&self.by_age) {
            let events = r * customers + f64::from(model.phases) * purchases;
            value -= events * log;
            d_r -= customers * log;
            d_alpha -= events * slope;
        }

        let silence = self.silence_terms(model, &by_day);
        value += silence.value;
        d_r += silence.by_shape;
        d_alpha += silence.by_scale;
        d_a += silence.gone / a;
        d_b -= silence.gone_by_kept;
        (value, [d_r, d_alpha, d_a, d_b])
    }

    /// The gamma and beta terms, which depend on the frequency only: running sums, as x is whole.
    fn frequency_terms(&self, model: &Erlang) -> (f64, [f64; 4]) {
        let DropoutParameters { r, a, b, .. } = model.parameters;
        let phases = f64::from(model.phases);
        let mut total = (0.0, [0.0; 4]);
        let mut log = 0.0;
        let [mut d_r, mut d_a, mut d_b] = [0.0; 3];
        let mut chances = 0.0;
        for (x, &customers) in (0_u32..).zip(&self.by_frequency) {
            if x > 0 {
                let before = r + phases * f64::from(x - 1);
                for phase in 0..model.phases {
                    log += (before + f64::from(phase)).ln();
                    d_r += 1.0 / (before + f64::from(phase));
                }
            }
            while chances < model.first.chances(x) {
                let kept = b + chances;
                log -= (a / kept).ln_1p();
                d_a -= 1.0 / (a + kept);
                d_b += a / (kept * (a + kept));
                chances += 1.0;
            }
            total.0 += customers * log;
            for (sum, slope) in total.1.iter_mut().zip([d_r, 0.0, d_a, d_b]) {
                *sum += customers * slope;
            }
        }
        total
    }

    /// The sums over histories of ln(e^d + sum c_j) and its derivatives.
    fn silence_terms(&self, model: &Erlang, by_day: &[LogAndSlope]) -> SilenceSums {
        let DropoutParameters { a, b, .. } = model.parameters;
        let odds = |x: u32| {
            let chances = model.first.chances(x);
            let kept = b + chances - 1.0;
            if chances == 0.0 { (f64::NEG_INFINITY, 0.0) } else { ((a / kept).ln(), 1.0 / kept) }
        };
        let by_frequency: Vec<(f64, f64)> = (0..self.by_frequency.len() as u32).map(odds).collect();
        let of_chunk = |rows: &[History]| {
            let mut sums = SilenceSums::default();
            for row in rows {
                let odds = by_frequency[row.frequency as usize];
                let at_recency = by_day[row.recency_days as usize];
                let at_age = by_day[row.age_days as usize];
                let silence = f64::from(row.age_days - row.recency_days) / self.days_per_unit;
                let shape = model.shape(row.frequency);
                let phases = Phases::of(model.phases, shape, silence, at_age.1);
                sums.add(f64::from(row.customers), shape, odds, at_recency, at_age, &phases);
            }
            sums
        };
        let parts: Vec<SilenceSums> = self.rows.par_chunks(CHUNK).map(of_chunk).collect();
        parts.into_iter().fold(SilenceSums::default(), SilenceSums::plus)
    }
}

/// What the histories say on k alone.
fn timing(histories: &Histories, phases: u32) -> f64 {
    if phases == 1 {
        return 0.0;
    }
    let more = f64::from(phases - 1);
    let unit = histories.days_per_unit();
    if let Some(gaps) = histories.gaps() {
        let count = gaps.count as f64;
        return more * (gaps.total_log_days - count * unit.ln()) - count * ln_gamma_ratio(1.0, more);
    }
    let repeaters = histories.rows().iter().filter(|row| row.frequency > 0);
    let of_row = |row: &History| {
        let x = f64::from(row.frequency);
        let length = f64::from(row.recency_days) / unit;
        f64::from(row.customers) * (more * x * length.ln() - ln_gamma_ratio(x, more * x))
    };
    repeaters.map(of_row).sum()
}

/// sum c_j and its derivatives by n and alpha.
struct Phases {
    sum: f64,
    by_shape: f64,
    by_scale: f64,
}

impl Phases {
    /// `per_scale` is 1/(alpha+T).
    fn of(phases: u32, shape: f64, silence: f64, per_scale: f64) -> Self {
        let w = silence * per_scale;
        let mut weight = 1.0;
        let mut log_slope = 0.0;
        let mut sums = Self { sum: 1.0, by_shape: 0.0, by_scale: 0.0 };
        for j in 1..phases.min(MAX_PHASES) {
            let next = shape + f64::from(j - 1);
            weight *= next * w / f64::from(j);
            log_slope += 1.0 / next;
            sums.sum += weight;
            sums.by_shape += weight * log_slope;
            sums.by_scale -= weight * f64::from(j) * per_scale;
        }
        sums
    }
}

/// Sums over customers of ln(e^d + sum c_j) and its derivatives.
#[derive(Debug, Clone, Copy, Default)]
struct SilenceSums {
    value: f64,
    by_shape: f64,
    by_scale: f64,
    /// Of the probability of having dropped out after the last purchase.
    gone: f64,
    /// Of the same divided by b+x+m-1.
    gone_by_kept: f64,
}

impl SilenceSums {
    fn add(
        &mut self,
        customers: f64,
        shape: f64,
        (odds, per_kept): (f64, f64),
        at_recency: LogAndSlope,
        at_age: LogAndSlope,
        phases: &Phases,
    ) {
        let silence = at_age.0 - at_recency.0;
        let d = odds + shape * silence;
        // e^d + sum c_j, divided by e^d where that is large.
        let small = (-d.abs()).exp();
        let (gone, scale) = if d > 0.0 { (1.0, small) } else { (small, 1.0) };
        let sum = gone + scale * phases.sum;
        let gone = customers * gone / sum;
        let open = customers * scale / sum;
        self.value += customers * (d.max(0.0) + sum.ln());
        self.by_shape += gone * silence + open * phases.by_shape;
        self.by_scale += gone * shape * (at_age.1 - at_recency.1) + open * phases.by_scale;
        self.gone += gone;
        self.gone_by_kept += gone * per_kept;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            by_shape: self.by_shape + other.by_shape,
            by_scale: self.by_scale + other.by_scale,
            gone: self.gone + other.gone,
            gone_by_kept: self.gone_by_kept + other.gone_by_kept,
        }
    }
}

impl Erlang {
    /// The total log-likelihood of `histories`, in their time unit (Reutterer, Platzer, Schröder 2021).
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        Likelihood::new(histories, self.phases).evaluate(self).0
    }

    /// Its derivatives by r, alpha, a and b.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        Likelihood::new(histories, self.phases).evaluate(self).1
    }
}
