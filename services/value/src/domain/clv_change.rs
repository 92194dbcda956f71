//! Why the CLV of a customer is another one than before: one thing is changed at a time, and the values on the way tell what each did.

use super::currency::rounded;

/// The CLV on the way from one run to another, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ClvPath {
    /// By the earlier run.
    pub before: f64,
    /// The same purchases by the same models, as of the later day.
    pub aged: f64,
    /// The later purchases by the same models.
    pub bought: f64,
    /// By the models of the later run, over the earlier run's horizon and on its terms.
    pub modelled: f64,
    /// By the later run.
    pub after: f64,
}

/// What a change is made of, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClvParts {
    /// Time passed.
    pub time: i64,
    /// Purchases, corrections, refunds.
    pub purchases: i64,
    /// Other parameters.
    pub models: i64,
    /// Another horizon, discount rate or margin.
    pub settings: i64,
}

impl ClvPath {
    /// The parts: they sum to the change of the rounded CLV exactly, as each is the difference of two rounded values.
    pub fn parts(&self) -> ClvParts {
        let step = |from: f64, to: f64| rounded(to).saturating_sub(rounded(from));
        ClvParts {
            time: step(self.before, self.aged),
            purchases: step(self.aged, self.bought),
            models: step(self.bought, self.modelled),
            settings: step(self.modelled, self.after),
        }
    }

    /// Adds another customer's.
    pub fn add(&mut self, other: &Self) {
        self.before += other.before;
        self.aged += other.aged;
        self.bought += other.bought;
        self.modelled += other.modelled;
        self.after += other.after;
    }
}

impl ClvParts {
    /// The whole change.
    pub fn sum(&self) -> i64 {
        self.time.saturating_add(self.purchases).saturating_add(self.models).saturating_add(self.settings)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_part_is_the_step_that_its_cause_makes() {
        let path = ClvPath { before: 100.0, aged: 60.0, bought: 150.0, modelled: 145.0, after: 290.0 };
        assert_eq!(path.parts(), ClvParts { time: -40, purchases: 90, models: -5, settings: 145 });
        assert_eq!(path.parts().sum(), 190);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn parts_sum_to_the_change_to_the_minor_unit(values in prop::array::uniform5(0.0_f64..1e12)) {
            let [before, aged, bought, modelled, after] = values;
            let path = ClvPath { before, aged, bought, modelled, after };
            prop_assert_eq!(path.parts().sum(), rounded(after) - rounded(before));
        }
    }
}
