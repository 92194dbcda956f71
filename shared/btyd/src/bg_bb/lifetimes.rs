//! The lifetimes that a customer's history leaves possible.
//!
//! A customer last seen at opportunity t_x died before one of the later ones, or is alive at the last, n. A lifetime of m opportunities
//! adds to the likelihood (Fader, Hardie, Shang 2010, equation 5)
//!
//! ```text
//! B(alpha+x, beta+m-x)/B(alpha, beta)  times  B(gamma+1, delta+m)/B(gamma, delta) dead,  B(gamma, delta+m)/B(gamma, delta) alive at m = n
//! ```
//!
//! Relative to the customer being alive at t_x, those terms are a product w_m of one factor below 1 for each silent opportunity, times
//! gamma/(gamma+delta+m) for the dead: a sum of positive numbers without a beta function, which can neither cancel nor overflow.

use super::BgBbParameters;

/// The silent opportunities of customers with one (x, t_x), gone through one by one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silence {
    parameters: BgBbParameters,
    frequency: f64,
    /// m: opportunities lived, if alive so far.
    lived: f64,
    /// w_m, in (0, 1].
    pub alive: f64,
    /// The derivatives of ln w_m by alpha, beta, gamma and delta.
    alive_slopes: [f64; 4],
    /// The sum of w_i gamma/(gamma+delta+i) over the opportunities gone through.
    pub dead: f64,
    /// Its derivatives.
    dead_slopes: [f64; 4],
}

impl Silence {
    /// Before the first silent opportunity.
    pub fn new(parameters: BgBbParameters, frequency: u32, recency: u32) -> Self {
        Self {
            parameters,
            frequency: f64::from(frequency),
            lived: f64::from(recency),
            alive: 1.0,
            alive_slopes: [0.0; 4],
            dead: 0.0,
            dead_slopes: [0.0; 4],
        }
    }

    /// The terms of those who die before the next opportunity, as a share of those alive.
    pub fn death(&self) -> f64 {
        let BgBbParameters { gamma, delta, .. } = self.parameters;
        gamma / (gamma + delta + self.lived)
    }

    /// Opportunities lived, if alive so far.
    pub fn lived(&self) -> f64 {
        self.lived
    }

    /// One more opportunity without a purchase.
    pub fn step(&mut self) {
        let BgBbParameters { alpha, beta, delta, .. } = self.parameters;
        self.dead += self.alive * self.death();
        let silent = (beta + self.lived - self.frequency) / (alpha + beta + self.lived);
        let survived = (delta + self.lived) / (self.parameters.gamma + delta + self.lived);
        self.alive *= silent * survived;
        self.lived += 1.0;
    }

    /// The same, derivatives included.
    pub fn step_with_slopes(&mut self) {
        let BgBbParameters { alpha, beta, gamma, delta } = self.parameters;
        let kept = delta + self.lived;
        let per_lifetime = 1.0 / (gamma + kept);
        let dying = self.alive * self.death();
        let of_death = [0.0, 0.0, kept * per_lifetime / gamma, -per_lifetime];
        for ((sum, slope), own) in self.dead_slopes.iter_mut().zip(self.alive_slopes).zip(of_death) {
            *sum += dying * (slope + own);
        }
        let unbought = beta + self.lived - self.frequency;
        let per_opportunity = 1.0 / (alpha + beta + self.lived);
        let bought = alpha + self.frequency;
        self.alive_slopes[0] -= per_opportunity;
        self.alive_slopes[1] += bought * per_opportunity / unbought;
        self.alive_slopes[2] -= per_lifetime;
        self.alive_slopes[3] += gamma * per_lifetime / kept;
        self.step();
    }

    /// The likelihood relative to that of being alive at t_x, in (0, 1].
    pub fn total(&self) -> f64 {
        self.dead + self.alive
    }

    /// The derivatives of ln [`Self::total`].
    pub fn total_slopes(&self) -> [f64; 4] {
        let total = self.total();
        std::array::from_fn(|i| (self.dead_slopes[i] + self.alive * self.alive_slopes[i]) / total)
    }
}
