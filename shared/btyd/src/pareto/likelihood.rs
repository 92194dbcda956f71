//! The log-likelihood of Pareto/NBD and its gradient over distinct histories.
//!
//! A customer with rates lambda and mu has the likelihood (Fader and Hardie 2005, "A note on deriving the Pareto/NBD model")
//!
//! ```text
//! lambda^x [ mu/(lambda+mu) e^(-(lambda+mu) t_x) + lambda/(lambda+mu) e^(-(lambda+mu) T) ]
//! ```
//!
//! Taking the mean of each term by itself over the gamma distributions leaves, with H of [`super::race`], a sum of positive terms:
//!
//! ```text
//! ln [Gamma(r+x)/Gamma(r)] - r ln(1 + T/alpha) - s ln(1 + T/beta) - x ln(alpha+T) + ln(e^d + 1 - H(x, T))
//! d = (r+x) ln((alpha+T)/(alpha+t_x)) + s ln((beta+T)/(beta+t_x)) + ln H(x, t_x)
//! ```
//!
//! The paper's form subtracts two hypergeometric functions instead, which are the same integral to infinity from t_x and from T. With the
//! races tabled a distinct history costs one exponential and one logarithm.

use super::ParetoNbd;
use super::cells::Cells;
use super::race::Race;
use crate::histories::{Histories, History};
use crate::parameters::ParetoParameters;
use crate::special::{digamma, ln_gamma_ratio};
use rayon::prelude::*;

/// Histories a task: chunks and the order of their sums are fixed, so results do not depend on the number of threads.
const CHUNK: usize = 8192;

/// Histories made ready for repeated evaluation.
pub(super) struct Likelihood<'a> {
    rows: &'a [History],
    cells: Cells,
    days_per_unit: f64,
    /// Customers by frequency.
    by_frequency: Vec<f64>,
    /// Customers and their purchases by age in days.
    by_age: Vec<(f64, f64)>,
}

/// ln(1 + t/alpha), ln(1 + t/beta), 1/(alpha+t) and 1/(beta+t) for a day t.
#[derive(Clone, Copy)]
struct Day {
    purchase_log: f64,
    dropout_log: f64,
    purchase_slope: f64,
    dropout_slope: f64,
}

impl Day {
    fn of(parameters: &ParetoParameters, time: f64) -> Self {
        let ParetoParameters { alpha, beta, .. } = *parameters;
        Self {
            purchase_log: (time / alpha).ln_1p(),
            dropout_log: (time / beta).ln_1p(),
            purchase_slope: 1.0 / (alpha + time),
            dropout_slope: 1.0 / (beta + time),
        }
    }
}

/// What the likelihood needs of a race.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    log_dropout: f64,
    purchase: f64,
    /// Derivatives of H by n and s, and n (H_n - H_(n+1)).
    slopes: [f64; 3],
    /// The same divided by H.
    log_slopes: [f64; 3],
}

impl From<&Race> for Cell {
    fn from(race: &Race) -> Self {
        let slopes = [race.by_n, race.by_s, race.falling_by_rho];
        Self {
            log_dropout: race.dropout.ln(),
            purchase: race.purchase,
            slopes,
            log_slopes: slopes.map(|slope| slope / race.dropout),
        }
    }
}

impl<'a> Likelihood<'a> {
    pub fn new(histories: &'a Histories) -> Self {
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
        Self { rows, cells: Cells::of(rows), days_per_unit: histories.days_per_unit(), by_frequency, by_age }
    }

    /// The log-likelihood and its derivatives by r, alpha, s and beta.
    pub fn evaluate(&self, parameters: &ParetoParameters) -> (f64, [f64; 4]) {
        let ParetoParameters { r, alpha, s, beta } = *parameters;
        let day = |day: usize| Day::of(parameters, day as f64 / self.days_per_unit);
        let days: Vec<Day> = (0..self.by_age.len()).map(day).collect();
        let Sums { mut value, by: [mut d_r, mut d_alpha, mut d_s, mut d_beta] } = self.open_sums(parameters, &days);

        let mut log = 0.0;
        let mut slope = 0.0;
        for (x, &customers) in self.by_frequency.iter().enumerate() {
            if x > 0 {
                let before = r + (x - 1) as f64;
                log += before.ln();
                slope += 1.0 / before;
            }
            value += customers * log;
            d_r += customers * slope;
        }

        let log_alpha = alpha.ln();
        for (age, (day, &(customers, purchases))) in days.iter().zip(&self.by_age).enumerate() {
            let time = age as f64 / self.days_per_unit;
            value -= customers * (r * day.purchase_log + s * day.dropout_log);
            value -= purchases * (log_alpha + day.purchase_log);
            d_r -= customers * day.purchase_log;
            d_s -= customers * day.dropout_log;
            d_alpha += (customers * r * time / alpha - purchases) * day.purchase_slope;
            d_beta += customers * s * time / beta * day.dropout_slope;
        }
        (value, [d_r, d_alpha, d_s, d_beta])
    }

    /// The sums over histories of ln(e^d + 1 - H) and its derivatives.
    fn open_sums(&self, parameters: &ParetoParameters, days: &[Day]) -> Sums {
        let cells: Vec<Cell> = self.cells.map(parameters, self.days_per_unit, |race| Cell::from(race));
        let of_chunk = |(rows, numbers): (&[History], &[(u32, u32)])| {
            let mut sums = Sums::default();
            for (row, &(at_recency, at_age)) in rows.iter().zip(numbers) {
                let recency = (&days[row.recency_days as usize], &cells[at_recency as usize]);
                let age = (&days[row.age_days as usize], &cells[at_age as usize]);
                sums.add(parameters, row, recency, age);
            }
            sums
        };
        let chunks = self.rows.par_chunks(CHUNK).zip(self.cells.of_rows().par_chunks(CHUNK));
        let parts: Vec<Sums> = chunks.map(of_chunk).collect();
        parts.into_iter().fold(Sums::default(), Sums::plus)
    }
}

/// Sums over customers of a value and its derivatives by r, alpha, s and beta.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    value: f64,
    by: [f64; 4],
}

impl Sums {
    #[inline]
    fn add(
        &mut self,
        parameters: &ParetoParameters,
        row: &History,
        (day_of_recency, at_recency): (&Day, &Cell),
        (day_of_age, at_age): (&Day, &Cell),
    ) {
        let s = parameters.s;
        let n = parameters.r + f64::from(row.frequency);
        let purchase_silence = day_of_age.purchase_log - day_of_recency.purchase_log;
        let dropout_silence = day_of_age.dropout_log - day_of_recency.dropout_log;
        let d = n * purchase_silence + s * dropout_silence + at_recency.log_dropout;
        // e^d + 1 - H, divided by e^d where that is large.
        let small = (-d.abs()).exp();
        let (gone, scale) = if d > 0.0 { (1.0, small) } else { (small, 1.0) };
        let sum = gone + scale * at_age.purchase;
        let customers = f64::from(row.customers);
        let gone = customers * gone / sum;
        let open = customers * scale / sum;

        let [of_n, of_s, of_rho] = at_recency.log_slopes;
        let [until_n, until_s, until_rho] = at_age.slopes;
        let purchase_slope = n * (day_of_age.purchase_slope - day_of_recency.purchase_slope);
        let dropout_slope = s * (day_of_age.dropout_slope - day_of_recency.dropout_slope);
        self.value += customers * (d.max(0.0) + sum.ln());
        self.by[0] += gone * (purchase_silence + of_n) - open * until_n;
        self.by[1] += gone * (purchase_slope + of_rho * day_of_recency.purchase_slope)
            - open * until_rho * day_of_age.purchase_slope;
        self.by[2] += gone * (dropout_silence + of_s) - open * until_s;
        self.by[3] += gone * (dropout_slope - of_rho * day_of_recency.dropout_slope)
            + open * until_rho * day_of_age.dropout_slope;
    }

    fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, by: std::array::from_fn(|i| self.by[i] + other.by[i]) }
    }
}

/// The log-likelihood of a few histories and its derivatives by r, alpha, s and beta, without tables.
pub(super) fn one_by_one(parameters: &ParetoParameters, rows: &[History], days_per_unit: f64) -> (f64, [f64; 4]) {
    let ParetoParameters { r, alpha, s, beta } = *parameters;
    let mut sums = Sums::default();
    for row in rows {
        let x = f64::from(row.frequency);
        let customers = f64::from(row.customers);
        let moment = |day: u32| {
            let time = f64::from(day) / days_per_unit;
            let race = Race::of(r + x, s, (beta + time) / (alpha + time));
            (Day::of(parameters, time), Cell::from(&race))
        };
        let (recency, age) = (moment(row.recency_days), moment(row.age_days));
        sums.add(parameters, row, (&recency.0, &recency.1), (&age.0, &age.1));

        let (day, time) = (age.0, f64::from(row.age_days) / days_per_unit);
        let (rates, slope) =
            if row.frequency > 0 { (ln_gamma_ratio(r, x), digamma(r + x) - digamma(r)) } else { (0.0, 0.0) };
        let purchases = x * (alpha.ln() + day.purchase_log);
        sums.value += customers * (rates - r * day.purchase_log - s * day.dropout_log - purchases);
        sums.by[0] += customers * (slope - day.purchase_log);
        sums.by[1] += customers * (r * time / alpha - x) * day.purchase_slope;
        sums.by[2] -= customers * day.dropout_log;
        sums.by[3] += customers * s * time / beta * day.dropout_slope;
    }
    (sums.value, sums.by)
}

impl ParetoNbd {
    /// The total log-likelihood of `histories`, in their time unit (Fader and Hardie 2005).
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        Likelihood::new(histories).evaluate(&self.parameters()).0
    }

    /// The derivatives of the total log-likelihood (Fader and Hardie 2005) by r, alpha, s and beta.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        Likelihood::new(histories).evaluate(&self.parameters()).1
    }
}
