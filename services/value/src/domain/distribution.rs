//! Percentiles of any number of values in little memory: values are counted in buckets whose ends differ by two parts in a hundred, so that a
//! percentile is told to one part in a hundred (Masson, Rim, Lee 2019, "DDSketch", VLDB 12).

use std::collections::BTreeMap;

/// How far a percentile may be off, as a share of it.
const ACCURACY: f64 = 0.01;
/// Values below this count as nothing.
const LEAST: f64 = 1e-12;

/// How values that are not negative are distributed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Distribution {
    nothing: u64,
    buckets: BTreeMap<i32, u64>,
    count: u64,
    sum: f64,
}

impl Distribution {
    /// Counts a value.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        if value < LEAST {
            self.nothing += 1;
        } else {
            *self.buckets.entry((value.ln() / ratio().ln()).ceil() as i32).or_default() += 1;
        }
    }

    /// Values counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; 0 without any.
    pub fn mean(&self) -> f64 {
        self.sum / self.count.max(1) as f64
    }

    /// The value below which a share of them lies; 0 without any.
    pub fn percentile(&self, share: f64) -> f64 {
        let before = (share * self.count.saturating_sub(1) as f64).floor() as u64;
        let mut seen = self.nothing;
        if before < seen {
            return 0.0;
        }
        for (bucket, count) in &self.buckets {
            seen += count;
            if before < seen {
                // The value whose share of error is the same at both ends of the bucket.
                return 2.0 * ratio().powi(*bucket) / (ratio() + 1.0);
            }
        }
        0.0
    }
}

/// Of the upper end of a bucket to its lower one.
fn ratio() -> f64 {
    (1.0 + ACCURACY) / (1.0 - ACCURACY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_values_everything_is_nothing() {
        let none = Distribution::default();
        assert_eq!((none.count(), none.mean(), none.percentile(0.5)), (0, 0.0, 0.0));
    }

    #[test]
    fn zeros_come_first() {
        let mut half = Distribution::default();
        for value in [0.0, 0.0, 0.0, 8.0] {
            half.add(value);
        }
        assert_eq!((half.mean(), half.percentile(0.5)), (2.0, 0.0));
        assert!((half.percentile(1.0) - 8.0).abs() <= 0.08);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn percentiles_are_those_of_the_sorted_values_to_a_part_in_a_hundred(
            mut values in prop::collection::vec(prop_oneof![Just(0.0_f64), 1e-3..1.0_f64, 1.0..1e9_f64], 1..60),
            share in 0.0..=1.0_f64,
        ) {
            let mut counted = Distribution::default();
            for value in &values {
                counted.add(*value);
            }
            values.sort_by(f64::total_cmp);
            let exact = values[(share * (values.len() - 1) as f64).floor() as usize];
            prop_assert!((counted.percentile(share) - exact).abs() <= 0.010_000_1 * exact, "{} is not {exact}", counted.percentile(share));
        }
    }
}
