//! The log-likelihood of BG/NBD and MBG/NBD and its gradient over distinct histories.
//!
//! BG/NBD is Fader, Hardie, Lee 2005, equation 6; MBG/NBD is Batislam, Denizel, Filiztekin 2007. With the term of the living factored
//! out, a customer adds (m = 0 or 1, see [`super`])
//!
//! ```text
//! ln [Gamma(r+x)/Gamma(r)] + ln [B(a, b+x+m)/B(a, b)] + r ln alpha - (r+x) ln(alpha+T) + ln(1 + e^d)
//! d = ln(a/(b+x+m-1)) + (r+x) [ln(alpha+T) - ln(alpha+t_x)]
//! ```
//!
//! the last term only where there was a chance to drop out. x is an integer, so the gamma and beta functions are running sums of
//! logarithms; T and t_x are whole days, so their logarithms are tabled: a distinct history costs one exponential and one logarithm.

use super::{Dropout, FirstDropout};
use crate::histories::{Histories, History};
use crate::parameters::DropoutParameters;
use rayon::prelude::*;

/// Histories a task: chunks and the order of their sums are fixed, so results do not depend on the number of threads.
const CHUNK: usize = 8192;

/// Histories made ready for repeated evaluation.
pub(crate) struct Likelihood<'a> {
    first: FirstDropout,
    /// Histories with a chance to drop out.
    droppable: &'a [History],
    days_per_unit: f64,
    customers: f64,
    /// Customers by frequency.
    by_frequency: Vec<f64>,
    /// Customers and their purchases by age in days.
    by_age: Vec<(f64, f64)>,
}

/// ln(alpha + t) and its derivative.
type LogAndSlope = (f64, f64);

impl<'a> Likelihood<'a> {
    pub fn new(histories: &'a Histories, first: FirstDropout) -> Self {
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
        let certain = rows.partition_point(|row| first.chances(row.frequency) == 0.0);
        Self {
            first,
            droppable: &rows[certain..],
            days_per_unit: histories.days_per_unit(),
            customers: histories.customers() as f64,
            by_frequency,
            by_age,
        }
    }

    /// The log-likelihood and its derivatives by r, alpha, a and b.
    pub fn evaluate(&self, parameters: DropoutParameters) -> (f64, [f64; 4]) {
        let DropoutParameters { r, alpha, .. } = parameters;
        let by_day: Vec<LogAndSlope> = (0..self.by_age.len())
            .map(|day| alpha + day as f64 / self.days_per_unit)
            .map(|time| (time.ln(), 1.0 / time))
            .collect();
        let (mut value, [mut d_r, mut d_alpha, mut d_a, mut d_b]) = self.frequency_terms(parameters);

        value += self.customers * r * alpha.ln();
        d_r += self.customers * alpha.ln();
        d_alpha += self.customers * r / alpha;
        for (&(log, slope), &(customers, purchases)) in by_day.iter().zip(&self.by_age) {
            let events = r * customers + purchases;
            value -= events * log;
            d_r -= customers * log;
            d_alpha -= events * slope;
        }

        let gone = self.dropout_terms(parameters, &by_day);
        value += gone.softplus;
        d_r += gone.silence;
        d_alpha += gone.silence_slope;
        d_a += gone.probability / parameters.a;
        d_b -= gone.probability_by_kept;
        (value, [d_r, d_alpha, d_a, d_b])
    }

    /// The gamma and beta terms, which depend on the frequency only.
    fn frequency_terms(&self, parameters: DropoutParameters) -> (f64, [f64; 4]) {
        let DropoutParameters { r, a, b, .. } = parameters;
        let mut total = (0.0, [0.0; 4]);
        let mut log = 0.0;
        let [mut d_r, mut d_a, mut d_b] = [0.0; 3];
        let mut survive = |log: &mut f64, chance: f64| {
            let kept = b + chance;
            *log -= (a / kept).ln_1p();
            d_a -= 1.0 / (a + kept);
            d_b += a / (kept * (a + kept));
            (d_a, d_b)
        };
        let mut by_beta = (0.0, 0.0);
        let already = self.first.chances(0);
        if already > 0.0 {
            by_beta = survive(&mut log, 0.0);
        }
        for (x, &customers) in self.by_frequency.iter().enumerate() {
            if x > 0 {
                let before = (x - 1) as f64;
                log += (r + before).ln();
                d_r += 1.0 / (r + before);
                by_beta = survive(&mut log, already + before);
            }
            total.0 += customers * log;
            total.1[0] += customers * d_r;
            total.1[2] += customers * by_beta.0;
            total.1[3] += customers * by_beta.1;
        }
        total
    }

    /// The sums over histories of ln(1 + e^d) and its derivatives.
    fn dropout_terms(&self, parameters: DropoutParameters, by_day: &[LogAndSlope]) -> DropoutSums {
        let DropoutParameters { r, a, b, .. } = parameters;
        let by_frequency: Vec<(f64, f64)> = (0..self.by_frequency.len() as u32)
            .map(|x| b + self.first.chances(x) - 1.0)
            .map(|kept| ((a / kept).ln(), 1.0 / kept))
            .collect();
        let of_chunk = |rows: &[History]| {
            let mut sums = DropoutSums::default();
            for row in rows {
                let (odds, per_kept) = by_frequency[row.frequency as usize];
                let (log_age, slope_age) = by_day[row.age_days as usize];
                let (log_recency, slope_recency) = by_day[row.recency_days as usize];
                let shape = r + f64::from(row.frequency);
                let silence = log_age - log_recency;
                let d = odds + shape * silence;
                let small = (-d.abs()).exp();
                let customers = f64::from(row.customers);
                let share = if d >= 0.0 { 1.0 } else { small };
                let gone = customers * share / (1.0 + small);
                sums.softplus += customers * (d.max(0.0) + small.ln_1p());
                sums.silence += gone * silence;
                sums.silence_slope += gone * shape * (slope_age - slope_recency);
                sums.probability += gone;
                sums.probability_by_kept += gone * per_kept;
            }
            sums
        };
        let parts: Vec<DropoutSums> = self.droppable.par_chunks(CHUNK).map(of_chunk).collect();
        parts.into_iter().fold(DropoutSums::default(), DropoutSums::plus)
    }
}

/// Sums over customers, weighted by the probability of having dropped out after the last purchase.
#[derive(Debug, Clone, Copy, Default)]
struct DropoutSums {
    /// Of ln(1 + e^d), not weighted.
    softplus: f64,
    /// Of ln(alpha+T) - ln(alpha+t_x).
    silence: f64,
    /// Of (r+x) times the derivative of that by alpha.
    silence_slope: f64,
    /// Of 1.
    probability: f64,
    /// Of 1/(b+x+m-1).
    probability_by_kept: f64,
}

impl DropoutSums {
    fn plus(self, other: Self) -> Self {
        Self {
            softplus: self.softplus + other.softplus,
            silence: self.silence + other.silence,
            silence_slope: self.silence_slope + other.silence_slope,
            probability: self.probability + other.probability,
            probability_by_kept: self.probability_by_kept + other.probability_by_kept,
        }
    }
}

impl Dropout {
    /// The total log-likelihood of `histories`, in their time unit (Fader, Hardie, Lee 2005, equation 6; Batislam, Denizel, Filiztekin 2007).
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        Likelihood::new(histories, self.first).evaluate(self.parameters).0
    }

    /// Its derivatives by r, alpha, a and b.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        Likelihood::new(histories, self.first).evaluate(self.parameters).1
    }
}
