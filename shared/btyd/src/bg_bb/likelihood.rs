//! The log-likelihood of BG/BB and its gradient over distinct cells.
//!
//! Fader, Hardie, Shang 2010, equation 5, with the term of a customer alive at t_x factored out:
//!
//! ```text
//! ln L = ln [B(alpha+x, beta+t_x-x)/B(alpha, beta)] + ln [B(gamma, delta+t_x)/B(gamma, delta)] + ln (silence after t_x)
//! ```
//!
//! The last term is [`super::lifetimes`]'. All arguments are a parameter plus an integer, so the rest is running sums, and one
//! difference of log-gammas where a customer missed an opportunity before t_x.

use super::BgBbParameters;
use super::cells::{Cell, Cells};
use super::lifetimes::Silence;
use crate::special::ln_gamma_ratio;
use rayon::prelude::*;

/// Cells a task: chunks and the order of their sums are fixed, so results do not depend on the number of threads.
const CHUNK: usize = 1024;

/// A value and its derivatives by alpha, beta, gamma and delta.
type Evaluation = (f64, [f64; 4]);

/// ln L and its derivatives.
pub(crate) fn evaluate(parameters: BgBbParameters, cells: &Cells) -> Evaluation {
    let tables = Tables::new(parameters, cells.opportunities());
    let of_chunk = |rows: &[Cell]| {
        let mut sum = (0.0, [0.0; 4]);
        for sharing in rows.chunk_by(|left, right| left.frequency == right.frequency && left.recency == right.recency) {
            add_group(&tables, sharing, &mut sum);
        }
        sum
    };
    let parts: Vec<Evaluation> = cells.rows().par_chunks(CHUNK).map(of_chunk).collect();
    parts.iter().fold((0.0, [0.0; 4]), |sum, part| (sum.0 + part.0, std::array::from_fn(|i| sum.1[i] + part.1[i])))
}

/// Cells of one (x, t_x), ascending by n: one walk through the silence serves all.
fn add_group(tables: &Tables, sharing: &[Cell], sum: &mut Evaluation) {
    let Cell { frequency, recency, .. } = sharing[0];
    let (seen, seen_slopes) = tables.seen(frequency as usize, recency as usize);
    let mut silence = Silence::new(tables.parameters, frequency, recency);
    let mut gone_through = recency;
    for cell in sharing {
        while gone_through < cell.opportunities {
            silence.step_with_slopes();
            gone_through += 1;
        }
        let customers = cell.customers as f64;
        let slopes = silence.total_slopes();
        sum.0 += customers * (seen + silence.total().ln());
        for i in 0..4 {
            sum.1[i] += customers * (seen_slopes[i] + slopes[i]);
        }
    }
}

/// Running sums over j = 0, 1, ..., the entry at i being of those before i.
struct Tables {
    parameters: BgBbParameters,
    /// Of -ln(1 + beta/(alpha+j)): to have bought every time.
    bought: Vec<f64>,
    /// Of beta/((alpha+j)(alpha+beta+j)), its derivative by alpha.
    bought_by_alpha: Vec<f64>,
    /// Of 1/(beta+j) and 1/(alpha+beta+j).
    per_beta: Vec<f64>,
    per_both: Vec<f64>,
    /// Of -ln(1 + gamma/(delta+j)): to have survived; and its derivatives by gamma and delta.
    survived: Vec<f64>,
    survived_by_gamma: Vec<f64>,
    survived_by_delta: Vec<f64>,
}

impl Tables {
    fn new(parameters: BgBbParameters, longest: u32) -> Self {
        let BgBbParameters { alpha, beta, gamma, delta } = parameters;
        let running = |term: &dyn Fn(f64) -> f64| {
            let sums = (0..longest).scan(0.0, |sum, j| {
                *sum += term(f64::from(j));
                Some(*sum)
            });
            std::iter::once(0.0).chain(sums).collect::<Vec<f64>>()
        };
        Self {
            parameters,
            bought: running(&|j| -(beta / (alpha + j)).ln_1p()),
            bought_by_alpha: running(&|j| beta / ((alpha + j) * (alpha + beta + j))),
            per_beta: running(&|j| 1.0 / (beta + j)),
            per_both: running(&|j| 1.0 / (alpha + beta + j)),
            survived: running(&|j| -(gamma / (delta + j)).ln_1p()),
            survived_by_gamma: running(&|j| -1.0 / (gamma + delta + j)),
            survived_by_delta: running(&|j| gamma / ((delta + j) * (gamma + delta + j))),
        }
    }

    /// The logarithm of the likelihood of x purchases in t_x opportunities, alive at each, and its derivatives.
    ///
    /// As a product over purchases, then over the opportunities missed: with y = t_x - x
    /// B(alpha+x, beta+y)/B(alpha, beta) = prod_(j<x) (alpha+j)/(alpha+beta+j) prod_(j<y) (beta+j)/(alpha+beta+x+j).
    fn seen(&self, x: usize, t_x: usize) -> Evaluation {
        let BgBbParameters { alpha, beta, .. } = self.parameters;
        let missed = t_x - x;
        let mut value = self.bought[x] + self.survived[t_x];
        if missed > 0 {
            let bought = alpha + x as f64;
            value += ln_gamma_ratio(beta, bought) - ln_gamma_ratio(beta + missed as f64, bought);
        }
        let slopes = [
            self.bought_by_alpha[x] - (self.per_both[t_x] - self.per_both[x]),
            self.per_beta[missed] - self.per_both[t_x],
            self.survived_by_gamma[t_x],
            self.survived_by_delta[t_x],
        ];
        (value, slopes)
    }
}
