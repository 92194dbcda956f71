//! Percentiles of a metric over all customers of a run, small enough to be kept with it, so that any value can be placed again later.

/// Steps of the percentiles: a place is exact to a thousandth of the customers.
const STEPS: usize = 1_000;

/// So many values at most, evenly spaced over the customers, stand for all: percentiles are then exact to some 0.2 %.
const SAMPLE: usize = 1 << 16;

/// The values at the percentiles, ascending: the knots of the distribution.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Yardstick {
    knots: Vec<f64>,
    /// Of each knot the middle of the places of all knots that equal it.
    middles: Vec<f64>,
}

impl Yardstick {
    /// Of the values of the customers; the same for the same values in the same order.
    pub fn of(values: impl ExactSizeIterator<Item = Option<f64>>) -> Self {
        let every = values.len().div_ceil(SAMPLE).max(1);
        let mut sample: Vec<f64> = values.step_by(every).flatten().filter(|value| value.is_finite()).collect();
        sample.sort_unstable_by(f64::total_cmp);
        let last = sample.len().saturating_sub(1);
        let knots = match sample.len() {
            0..=STEPS => sample,
            _ => (0..=STEPS).map(|step| sample[(step * last + STEPS / 2) / STEPS]).collect(),
        };
        Self::with_knots(knots)
    }

    /// With known knots, ascending.
    pub fn with_knots(knots: Vec<f64>) -> Self {
        let mut middles = Vec::with_capacity(knots.len());
        #[expect(clippy::float_cmp, reason = "knots are equal where they are the same number")]
        for equal in knots.chunk_by(|one, next| one == next) {
            let (from, to) = (middles.len(), middles.len() + equal.len());
            middles.resize(to, (from + to) as f64 / 2.0);
        }
        Self { knots, middles }
    }

    /// The knots, ascending.
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// Share of the customers below `value`, in [0, 1], those at it counting half; between knots in a straight line. One half where nothing
    /// is known of the others. It never falls with `value`.
    pub fn place(&self, value: f64) -> f64 {
        let below = self.knots.partition_point(|knot| *knot < value);
        let count = self.knots.len() as f64;
        let Some(right) = self.knots.get(below) else {
            return if self.knots.is_empty() { 0.5 } else { 1.0 };
        };
        if *right <= value {
            return self.middles[below] / count;
        }
        let Some(before) = below.checked_sub(1) else { return 0.0 };
        // From the middle of the last knot below to the middle of the first above.
        let (left, from, to) = (self.knots[before], self.middles[before], self.middles[below]);
        (from + (to - from) * (value - left) / (right - left)) / count
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn yardstick(values: &[f64]) -> Yardstick {
        Yardstick::of(values.iter().copied().map(Some))
    }

    #[test]
    fn equals_count_half() {
        let yardstick = yardstick(&[1.0, 2.0, 2.0, 2.0, 5.0]);
        assert_eq!(yardstick.place(1.0), 0.1);
        assert_eq!(yardstick.place(2.0), 0.5);
        assert_eq!(yardstick.place(5.0), 0.9);
        assert_eq!((yardstick.place(0.0), yardstick.place(6.0)), (0.0, 1.0));
        assert_eq!(yardstick.place(3.5), 0.7);
    }

    #[test]
    fn without_anyone_to_compare_with_a_value_is_in_the_middle() {
        assert_eq!(yardstick(&[]).place(7.0), 0.5);
        assert_eq!(yardstick(&[7.0]).place(7.0), 0.5);
    }

    #[test]
    fn many_values_are_placed_to_a_thousandth() {
        let many = Yardstick::of((0..1_000_000).map(|value| Some(f64::from(value))));
        for value in [0, 1_234, 500_000, 999_999] {
            let exact = (f64::from(value) + 0.5) / 1e6;
            assert!((many.place(f64::from(value)) - exact).abs() < 2e-3, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_place_is_a_share_and_never_falls(values in prop::collection::vec(-50_i32..50, 0..3_000), left in -60.0_f64..60.0, right in -60.0_f64..60.0) {
            let yardstick = Yardstick::of(values.iter().map(|value| Some(f64::from(*value))));
            let (low, high) = (yardstick.place(left.min(right)), yardstick.place(left.max(right)));
            prop_assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
            prop_assert!(low <= high + 1e-15);
        }
    }
}
