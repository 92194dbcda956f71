//! Customers who behave as a model says, from a fixed seed.

use btyd::PurchaseLog;

/// Random numbers of the distributions the models are made of.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// In (0, 1): SplitMix64 (Steele, Lea, Flood 2014).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 0.5 / (1_u64 << 53) as f64
    }

    pub fn exponential(&mut self, rate: f64) -> f64 {
        -self.uniform().ln() / rate
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Marsaglia and Tsang 2000.
    pub fn gamma(&mut self, shape: f64, rate: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0, rate) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v / rate;
            }
        }
    }

    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (left, right) = (self.gamma(a, 1.0), self.gamma(b, 1.0));
        left / (left + right)
    }
}

/// r, alpha, a and b of a customer base, in days.
pub struct Base {
    pub k: u32,
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

impl Base {
    /// The purchases of MBG/CNBD-k customers: each first bought in the first half of the days up to `last_day`.
    pub fn purchases(&self, chance: &mut Chance, customers: u64, last_day: i32) -> PurchaseLog {
        let mut log = PurchaseLog::new();
        for customer in 0..customers {
            let (rate, dropout) = (chance.gamma(self.r, self.alpha), chance.beta(self.a, self.b));
            let mut time = 0.5 * f64::from(last_day) * chance.uniform();
            while time < f64::from(last_day) {
                log.purchase(customer, time as i32, 10_00);
                if chance.uniform() < dropout {
                    break;
                }
                time += (0..self.k).map(|_| chance.exponential(rate)).sum::<f64>();
            }
        }
        log
    }
}
