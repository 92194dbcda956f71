//! Puts ranked customers into tiers.

use super::score_settings::{TierEntry, TierPolicy};

/// Where each tier ends: tier i holds the places from the end of the tier before it up to, not including, its own.
///
/// `values` are the customers' values in minor units, best first; a customer without a value reaches no `from_value`.
pub fn tier_ends(policy: &TierPolicy, values: &[Option<f64>]) -> Vec<usize> {
    let customers = values.len();
    let mut end = 0;
    let ends = policy.tiers.iter().map(|tier| {
        let reach = match tier.entry {
            TierEntry::TopShare(share) => places(share, customers),
            TierEntry::FromMinor(from) => {
                values.partition_point(|value| value.is_some_and(|value| value >= from as f64))
            }
            TierEntry::Rest => customers,
        };
        end = reach.clamp(end, customers);
        end
    });
    ends.collect()
}

/// The best `share` of `customers` places, rounded up, so that a top tier of a small base is not empty. A rounding error of the product
/// does not add a place.
fn places(share: f64, customers: usize) -> usize {
    (share * customers as f64 - 1e-6).ceil().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::score_settings::TierMetric;

    fn policy(entries: &[TierEntry]) -> TierPolicy {
        let named = entries.iter().enumerate().map(|(at, entry)| (format!("T{at}"), Some(*entry)));
        TierPolicy::new(TierMetric::Clv, named.collect()).unwrap()
    }

    #[test]
    fn the_usual_tiers_take_five_twenty_and_fifty_per_cent() {
        let values = vec![Some(1.0); 200];
        assert_eq!(tier_ends(&TierPolicy::default(), &values), [10, 40, 100, 200]);
    }

    #[test]
    fn one_customer_is_a_key_customer() {
        assert_eq!(tier_ends(&TierPolicy::default(), &[Some(1.0)]), [1, 1, 1, 1]);
    }

    #[test]
    fn a_product_that_is_a_little_too_large_takes_no_further_customer() {
        // 0.07 * 100 is 7.000000000000001.
        let policy = policy(&[TierEntry::TopShare(0.07), TierEntry::Rest]);
        assert_eq!(tier_ends(&policy, &vec![None; 100]), [7, 100]);
    }

    #[test]
    fn values_decide_where_a_tier_says_so_and_no_value_reaches_none() {
        let policy = policy(&[TierEntry::FromMinor(500), TierEntry::FromMinor(100), TierEntry::Rest]);
        let values = [Some(700.0), Some(500.0), Some(499.9), Some(100.0), Some(99.0), None];
        assert_eq!(tier_ends(&policy, &values), [2, 4, 6]);
    }

    proptest! {
        #[test]
        fn everyone_is_in_exactly_one_tier(customers in 0_usize..5_000, shares in prop::collection::btree_set(1_u32..1_000, 0..6)) {
            let entries: Vec<_> = shares.iter().map(|share| TierEntry::TopShare(f64::from(*share) / 1_000.0)).chain([TierEntry::Rest]).collect();
            let ends = tier_ends(&policy(&entries), &vec![None; customers]);
            prop_assert!(ends.is_sorted());
            prop_assert_eq!(ends.last(), Some(&customers));
            for (share, end) in shares.iter().zip(&ends) {
                let exact = f64::from(*share) / 1_000.0 * customers as f64;
                prop_assert!((*end as f64) >= exact - 1e-3 && (*end as f64) < exact + 1.0);
            }
        }
    }
}
