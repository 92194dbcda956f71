//! When a customer of BG/NBD or MBG/NBD buys next.
//!
//! Nobody drops out but after a purchase, so that a customer alive buys again for certain, after a time that is exponential at a rate
//! lambda ~ Gamma(n, alpha+T), n = r+x, by the likelihood's term of the living (Fader, Hardie, Lee 2005, equation 6); its mean is our own:
//!
//! ```text
//! P(no purchase in (T, T+h] | alive at T) = ((alpha+T)/(alpha+T+h))^n
//! ```

use super::Dropout;

impl Dropout {
    /// P(Y(h) > 0 | x, T, alive at T): one less the chance at the head of this module.
    pub fn purchase_while_alive(&self, frequency: u32, age: f64, horizon: f64) -> f64 {
        if horizon <= 0.0 {
            return 0.0;
        }
        -(-self.shape(frequency) * (horizon / (self.parameters.alpha + age)).ln_1p()).exp_m1()
    }

    /// The horizon at which that is `probability`, which is below 1: the same solved for h.
    pub fn next_purchase_while_alive(&self, frequency: u32, age: f64, probability: f64) -> f64 {
        let ages = (-(-probability).ln_1p() / self.shape(frequency)).exp_m1();
        (self.parameters.alpha + age) * ages
    }

    fn shape(&self, frequency: u32) -> f64 {
        self.parameters.r + f64::from(frequency)
    }
}
