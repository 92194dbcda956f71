//! How often two things are bought, alone and both, and the usual measures of it.
//!
//! Support, confidence: Agrawal, Imielinski, Swami (1993); lift, conviction: Brin, Motwani, Ullman, Tsur (1997); leverage:
//! Piatetsky-Shapiro (1991).

/// Customers (or baskets) with the antecedent, the consequent, both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All that hold anything; more than zero.
    pub all: u64,
    /// With the antecedent; more than zero.
    pub antecedent: u64,
    /// With the consequent; more than zero.
    pub consequent: u64,
    /// With both.
    pub both: u64,
}

impl Counts {
    /// The share of all with both.
    pub fn support(&self) -> f64 {
        share(self.both, self.all)
    }

    /// The share of those with the antecedent that have the consequent too.
    pub fn confidence(&self) -> f64 {
        share(self.both, self.antecedent)
    }

    /// How many times as often as if the two had nothing to do with each other.
    pub fn lift(&self) -> f64 {
        // Products of counts are exact up to 2^106 or so in two factors, and their quotient is rounded once.
        self.both as f64 / self.antecedent as f64 * (self.all as f64 / self.consequent as f64)
    }

    /// Support above what it would be if the two had nothing to do with each other.
    pub fn leverage(&self) -> f64 {
        self.support() - share(self.antecedent, self.all) * share(self.consequent, self.all)
    }

    /// How many times as often the antecedent would come without the consequent if the two had nothing to do with each other; `None`
    /// where it never does.
    pub fn conviction(&self) -> Option<f64> {
        let without = share(self.all - self.consequent, self.all);
        (self.both < self.antecedent).then(|| without / share(self.antecedent - self.both, self.antecedent))
    }

    /// The same the other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { antecedent: self.consequent, consequent: self.antecedent, ..self }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `arules` prints of two rules of its Groceries data, of 9,835 transactions (Lantz, Machine Learning with R, chapter 8):
    /// {herbs} => {root vegetables} and {berries} => {whipped/sour cream}, from the items' own frequencies.
    #[test]
    fn measures_are_those_that_are_published_of_groceries() {
        let herbs = Counts { all: 9_835, antecedent: 160, consequent: 1_072, both: 69 };
        let berries = Counts { all: 9_835, antecedent: 327, consequent: 705, both: 89 };
        for (of, support, confidence, lift) in
            [(herbs, 0.007_015_760, 0.431_250_0, 3.956_477), (berries, 0.009_049_314, 0.272_171_3, 3.796_886)]
        {
            assert!((of.support() - support).abs() < 5e-10, "{}", of.support());
            assert!((of.confidence() - confidence).abs() < 5e-8, "{}", of.confidence());
            assert!((of.lift() - lift).abs() < 5e-7, "{}", of.lift());
        }
    }

    /// By hand: 10 in all, 4 with A, 5 with B, 3 with both.
    #[test]
    fn leverage_and_conviction_say_how_far_from_chance_it_is() {
        let counts = Counts { all: 10, antecedent: 4, consequent: 5, both: 3 };
        assert!((counts.leverage() - 0.1).abs() < 1e-15);
        assert!((counts.conviction().unwrap() - 2.0).abs() < 1e-15);
        assert_eq!(Counts { both: 4, ..counts }.conviction(), None);
        assert!((counts.reversed().confidence() - 0.6).abs() < 1e-15);
    }
}
