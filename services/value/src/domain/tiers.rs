//! Puts ranked customers into tiers, and keeps them there while their numbers only waver.

use super::tier_policy::{Threshold, Tier, TierPolicy};

/// Up to which place each tier reaches, by its entry and by its stay thresholds: tier i takes the places from the end of the tier before
/// it up to, not including, its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// For who rises.
    pub entry: Vec<usize>,
    /// For who stays; nowhere shorter.
    pub stay: Vec<usize>,
}

impl Reach {
    /// `values` are the customers' values by the policy's metric, best first: minor units of money or the index. A customer without a
    /// value reaches no threshold of values.
    pub fn of(policy: &TierPolicy, values: &[Option<f64>]) -> Self {
        Self { entry: ends(policy, values, |tier| tier.entry), stay: ends(policy, values, |tier| tier.stay) }
    }

    /// The tier of a place by its entry and by its stay thresholds.
    pub fn tiers_at(&self, place: usize) -> (u8, u8) {
        let of = |ends: &[usize]| ends.partition_point(|end| *end <= place) as u8;
        (of(&self.entry), of(&self.stay))
    }
}

fn ends(policy: &TierPolicy, values: &[Option<f64>], threshold: impl Fn(&Tier) -> Threshold) -> Vec<usize> {
    let customers = values.len();
    let reached = |from: f64| values.partition_point(|value| value.is_some_and(|value| value >= from));
    let mut end = 0;
    let ends = policy.tiers.iter().map(|tier| {
        let reach = match threshold(tier) {
            Threshold::TopShare(share) => places(share, customers),
            Threshold::FromMinor(from) => reached(from as f64),
            Threshold::FromIndex(from) => reached(from),
            Threshold::Rest => customers,
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

/// How a customer stands by its own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its tier, from 0, the best.
    pub tier: u8,
    /// Since which day it is below what the tier asks for; `None` when it is not. Days of any count.
    pub below_since: Option<i32>,
}

/// How a customer stands today whose place is in tier `entry` by entry thresholds and in tier `stay` by stay thresholds.
///
/// It rises at once. It stays while it meets the stay threshold of its tier, and `grace_days` longer; then it falls to the best tier
/// whose stay threshold it meets.
pub fn stand((entry, stay): (u8, u8), before: Option<Standing>, today: i32, grace_days: u32) -> Standing {
    let at_ease = |tier| Standing { tier, below_since: None };
    let Some(before) = before else { return at_ease(entry) };
    if entry < before.tier {
        return at_ease(entry);
    }
    if stay <= before.tier {
        return at_ease(before.tier);
    }
    let since = before.below_since.map_or(today, |since| since.min(today));
    if today.abs_diff(since) >= grace_days {
        return at_ease(stay);
    }
    Standing { tier: before.tier, below_since: Some(since) }
}

/// The tier a customer is given: what people decided instead of what it earned, and never better than the gate allows.
pub fn given(earned: u8, decided: Option<u8>, gate: Option<u8>) -> u8 {
    let tier = decided.unwrap_or(earned);
    gate.map_or(tier, |best| tier.max(best))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::tier_policy::{NewTier, TierMetric};

    fn policy(thresholds: &[Threshold]) -> TierPolicy {
        let tiers = thresholds.iter().enumerate().map(|(at, entry)| NewTier {
            name: format!("T{at}"),
            entry: Some(*entry),
            ..NewTier::default()
        });
        TierPolicy::new(TierMetric::Clv, tiers.collect()).unwrap()
    }

    fn entry_ends(policy: &TierPolicy, values: &[Option<f64>]) -> Vec<usize> {
        Reach::of(policy, values).entry
    }

    #[test]
    fn the_usual_tiers_take_five_twenty_and_fifty_per_cent() {
        let values = vec![Some(1.0); 200];
        assert_eq!(entry_ends(&TierPolicy::default(), &values), [10, 40, 100, 200]);
    }

    #[test]
    fn one_customer_is_a_key_customer() {
        assert_eq!(entry_ends(&TierPolicy::default(), &[Some(1.0)]), [1, 1, 1, 1]);
    }

    #[test]
    fn a_product_that_is_a_little_too_large_takes_no_further_customer() {
        // 0.07 * 100 is 7.000000000000001.
        let policy = policy(&[Threshold::TopShare(0.07), Threshold::Rest]);
        assert_eq!(entry_ends(&policy, &vec![None; 100]), [7, 100]);
    }

    #[test]
    fn values_decide_where_a_tier_says_so_and_no_value_reaches_none() {
        let policy = policy(&[Threshold::FromMinor(500), Threshold::FromMinor(100), Threshold::Rest]);
        let values = [Some(700.0), Some(500.0), Some(499.9), Some(100.0), Some(99.0), None];
        assert_eq!(entry_ends(&policy, &values), [2, 4, 6]);
    }

    #[test]
    fn who_wavers_stays_and_who_sinks_falls_after_the_grace() {
        let before = Some(Standing { tier: 1, below_since: None });
        // In tier 2 by entry, in tier 1 by stay: wavering.
        assert_eq!(stand((2, 1), before, 100, 30), Standing { tier: 1, below_since: None });
        let sinking = stand((3, 2), before, 100, 30);
        assert_eq!(sinking, Standing { tier: 1, below_since: Some(100) });
        assert_eq!(stand((3, 2), Some(sinking), 129, 30), sinking);
        assert_eq!(stand((3, 2), Some(sinking), 130, 30), Standing { tier: 2, below_since: None });
        // Recovered in time.
        assert_eq!(stand((2, 1), Some(sinking), 129, 30), Standing { tier: 1, below_since: None });
        assert_eq!(stand((0, 0), Some(sinking), 101, 30), Standing { tier: 0, below_since: None });
        assert_eq!(stand((2, 2), None, 1, 30), Standing { tier: 2, below_since: None });
    }

    #[test]
    fn people_decide_and_the_gate_holds_whatever_they_decide() {
        assert_eq!(given(2, None, None), 2);
        assert_eq!(given(2, Some(0), None), 0);
        assert_eq!(given(2, Some(0), Some(1)), 1);
        assert_eq!(given(3, None, Some(1)), 3);
    }

    proptest! {
        #[test]
        fn everyone_is_in_exactly_one_tier(customers in 0_usize..5_000, shares in prop::collection::btree_set(1_u32..1_000, 0..6)) {
            let shares_of = |share: &u32| Threshold::TopShare(f64::from(*share) / 1_000.0);
            let thresholds: Vec<_> = shares.iter().map(shares_of).chain([Threshold::Rest]).collect();
            let ends = entry_ends(&policy(&thresholds), &vec![None; customers]);
            prop_assert!(ends.is_sorted());
            prop_assert_eq!(ends.last(), Some(&customers));
            for (share, end) in shares.iter().zip(&ends) {
                let exact = f64::from(*share) / 1_000.0 * customers as f64;
                prop_assert!((*end as f64) >= exact - 1e-3 && (*end as f64) < exact + 1.0);
            }
        }

        #[test]
        fn moves_respect_the_hysteresis(
            entry in 0_u8..5, easier in 0_u8..5, tier in 0_u8..5, below in prop::option::of(0_i32..200), today in 200_i32..400, grace in 0_u32..300,
        ) {
            let stay = entry.saturating_sub(easier);
            let before = Standing { tier, below_since: below };
            let now = stand((entry, stay), Some(before), today, grace);
            if now.tier < tier {
                prop_assert_eq!(now.tier, entry, "rises by entry only");
            }
            if now.tier > tier {
                prop_assert!(stay > tier, "falls only below its stay threshold");
                prop_assert_eq!(now.tier, stay);
                prop_assert!(grace == 0 || below.is_some_and(|since| today.abs_diff(since) >= grace), "and only after the grace");
            }
            if stay <= tier && entry >= tier {
                prop_assert_eq!(now, Standing { tier, below_since: None });
            }
            prop_assert_eq!(stand((entry, stay), Some(now), today, grace).tier, now.tier, "the same day decides the same");
        }
    }
}
