//! Who changed most, of any number of customers, in little memory.

/// The customers with the largest values, largest first; equals in the order they came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Largest {
    most: usize,
    found: Vec<(f64, i64)>,
}

impl Largest {
    /// At most so many.
    pub fn new(most: usize) -> Self {
        Self { most, found: Vec::with_capacity(most + 1) }
    }

    /// Looks at one more customer; only values above zero count.
    pub fn see(&mut self, value: f64, buyer_id: i64) {
        if value <= 0.0 || value.is_nan() {
            return;
        }
        let place = self.found.partition_point(|(other, _)| *other >= value);
        if place < self.most {
            self.found.insert(place, (value, buyer_id));
            self.found.truncate(self.most);
        }
    }

    /// Who they are.
    pub fn buyers(&self) -> Vec<i64> {
        self.found.iter().map(|(_, buyer_id)| *buyer_id).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_not_rise_is_left_out() {
        let mut largest = Largest::new(3);
        for (buyer, value) in [(1, 0.0), (2, -5.0), (3, f64::NAN), (4, 0.1)] {
            largest.see(value, buyer);
        }
        assert_eq!(largest.buyers(), [4]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn they_are_the_first_of_all_sorted(values in prop::collection::vec(-3_i32..20, 0..50), most in 1_usize..8) {
            let mut largest = Largest::new(most);
            let mut all: Vec<(i32, i64)> = values.into_iter().zip(0..).collect();
            for (value, buyer) in &all {
                largest.see(f64::from(*value), *buyer);
            }
            all.retain(|(value, _)| *value > 0);
            all.sort_by_key(|(value, _)| -value);
            let expected: Vec<i64> = all.into_iter().take(most).map(|(_, buyer)| buyer).collect();
            prop_assert_eq!(largest.buyers(), expected);
        }
    }
}
