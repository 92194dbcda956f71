//! Puts ranked customers into tiers, and keeps them there while their numbers only waver.

use super::{
    tier_policy::{Threshold, Tier, TierPolicy},
    tier_rule::Rule,
};

/// Up to which place each tier reaches, by its entry and by its stay thresholds: tier i takes the places from the end of the tier before
/// it up to, not including, its own, but for those whom a rule gives a better one. A tier with a rule reaches no place.
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
        Self { entry: ends(policy, values, |tier| &tier.entry), stay: ends(policy, values, |tier| &tier.stay) }
    }

    /// The best tier whose entry threshold is met at a place by a customer that fits rules, and the best whose stay threshold is: whoever
    /// could enter a tier may stay in it, so that the second is never the lesser.
    pub fn tiers_at(&self, place: usize, fits: Fits) -> (u8, u8) {
        let of = |ends: &[usize]| ends.partition_point(|end| *end <= place) as u8;
        let best = |tier: u8, by_rule: Option<u8>| by_rule.map_or(tier, |by_rule| tier.min(by_rule));
        let entry = best(of(&self.entry), fits.entry);
        (entry, best(of(&self.stay), fits.stay).min(entry))
    }
}

/// The best tier whose rule a customer fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fits {
    /// By the rules of entry.
    pub entry: Option<u8>,
    /// By the rules of staying; not looked for beyond `entry`.
    pub stay: Option<u8>,
}

/// The rules of a policy, to be asked of everyone.
#[derive(Debug)]
pub struct Rules<'p> {
    /// Place of the tier, its rule, and that of staying where it is another.
    rules: Vec<(u8, &'p Rule, Option<&'p Rule>)>,
}

impl<'p> Rules<'p> {
    /// Those of a policy.
    pub fn of(policy: &'p TierPolicy) -> Self {
        let of_tier = |(at, tier): (usize, &'p Tier)| {
            let entry = tier.entry.rule()?;
            Some((at as u8, entry, tier.stay.rule().filter(|stay| !stay.asks_as(entry))))
        };
        Self { rules: policy.tiers.iter().enumerate().filter_map(of_tier).collect() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What `fits` says, asked as little as possible.
    pub fn ask(&self, fits: impl Fn(&Rule) -> bool) -> Fits {
        let mut found = Fits::default();
        for (tier, entry, stay) in &self.rules {
            if fits(entry) {
                found.entry = Some(*tier);
                break;
            }
            if found.stay.is_none() && stay.is_some_and(&fits) {
                found.stay = Some(*tier);
            }
        }
        found
    }
}

fn ends(policy: &TierPolicy, values: &[Option<f64>], threshold: impl Fn(&Tier) -> &Threshold) -> Vec<usize> {
    let customers = values.len();
    let reached = |from: f64| values.partition_point(|value| value.is_some_and(|value| value >= from));
    let mut end = 0;
    let ends = policy.tiers.iter().map(|tier| {
        let reach = match threshold(tier) {
            Threshold::TopShare(share) => places(*share, customers),
            Threshold::FromMinor(from) => reached(*from as f64),
            Threshold::FromIndex(from) => reached(*from),
            Threshold::Rule(_) => 0,
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

/// How a customer stands today whose best tier by entry thresholds is `entry`, and by stay thresholds `stay`.
///
/// It rises at once. It stays while it meets the stay threshold of its tier or of a better one, and `grace_days` longer; then it falls to the best tier
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
    use crate::domain::{
        tier_policy::{NewTier, TierMetric},
        tier_rule::{ScoreFields, tests::rule},
    };

    fn policy(thresholds: &[Threshold]) -> TierPolicy {
        let tiers = thresholds.iter().enumerate().map(|(at, entry)| NewTier {
            name: format!("T{at}"),
            entry: Some(entry.clone()),
            ..NewTier::default()
        });
        TierPolicy::new(TierMetric::Clv, tiers.collect()).unwrap()
    }

    /// The thresholds of a tier of some kind that lets more pass the later it stands: of entry, and of staying. One rule asks what has
    /// nothing to do with the place, and staying by it is asked for more than rising, which must not matter.
    fn mixed(kind: u8, at: i64) -> (Threshold, Threshold) {
        let frequency = |at: i64| Threshold::Rule(rule(&format!("frequency = {at}")));
        let minor = |from: i64| Threshold::Rule(rule(&format!("clv >= {from}")));
        match kind {
            0 => (Threshold::TopShare(0.1 * (at + 1) as f64), Threshold::TopShare(0.1 * (at + 1) as f64 + 0.05)),
            1 => (Threshold::FromMinor(50 - 10 * at), Threshold::FromMinor(45 - 10 * at)),
            2 => (frequency(at), minor(55 - 10 * at)),
            _ => (minor(50 - 10 * at), frequency(at + 1)),
        }
    }

    fn rest() -> NewTier {
        NewTier { name: "REST".to_owned(), ..NewTier::default() }
    }

    /// Of a currency without minor units.
    fn scores(clv: Option<i64>) -> ScoreFields<'static> {
        ScoreFields {
            clv_minor: clv.map(|clv| clv as f64),
            frequency: clv.unwrap_or_default() as i32 % 7,
            minor_per_unit: 1.0,
            ..ScoreFields::nothing()
        }
    }

    #[test]
    fn whoever_fits_the_rule_of_a_tier_has_it_and_keeps_its_place_in_the_shares() {
        let thresholds = [
            Threshold::Rule(rule("frequency = 1")),
            Threshold::TopShare(0.5),
            Threshold::FromMinor(1),
            Threshold::Rest,
        ];
        let policy = policy(&thresholds);
        let clvs = [Some(4), Some(1), Some(2), Some(0)];
        let reach = Reach::of(&policy, &clvs.map(|clv| clv.map(|clv| clv as f64)));
        assert_eq!(reach.entry, [0, 2, 3, 4]);
        let rules = Rules::of(&policy);
        let tiers = clvs.iter().enumerate().map(|(place, clv)| {
            let scores = scores(*clv);
            reach.tiers_at(place, rules.ask(|rule| rule.fits(&scores, None))).0
        });
        // The second has a tier by rule, and the third does not come into the best half for that.
        assert_eq!(tiers.collect::<Vec<_>>(), [1, 0, 2, 3]);
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

        /// By the definition, tier by tier: the best tier whose threshold is met, whatever kinds of thresholds the others have.
        #[test]
        fn everyone_has_the_best_tier_whose_threshold_it_meets(
            kinds in prop::collection::vec(0_u8..4, 0..5), clvs in prop::collection::vec(prop::option::of(0_i64..60), 1..60),
        ) {
            let thresholds: Vec<_> = kinds.iter().enumerate().map(|(at, kind)| mixed(*kind, at as i64)).collect();
            let tiers = thresholds.iter().enumerate().map(|(at, (entry, stay))| NewTier {
                name: format!("T{at}"), entry: Some(entry.clone()), stay: Some(stay.clone()), ..NewTier::default()
            });
            let policy = TierPolicy::new(TierMetric::Clv, tiers.chain([rest()]).collect()).unwrap();
            let mut clvs = clvs;
            clvs.sort_by_key(|clv| std::cmp::Reverse(clv.unwrap_or(-1)));
            let values: Vec<_> = clvs.iter().map(|clv| clv.map(|clv| clv as f64)).collect();
            let (reach, rules) = (Reach::of(&policy, &values), Rules::of(&policy));
            let mut counted = vec![0; policy.tiers.len()];
            for (place, clv) in clvs.iter().enumerate() {
                let scores = scores(*clv);
                let meets = |threshold: &Threshold| match threshold {
                    Threshold::TopShare(share) => (place as f64) < share * clvs.len() as f64 - 1e-6,
                    Threshold::FromMinor(from) => clv.is_some_and(|clv| clv >= *from),
                    Threshold::Rule(rule) => rule.fits(&scores, None),
                    Threshold::FromIndex(_) => false,
                    Threshold::Rest => true,
                };
                let best = |meets: &dyn Fn(&Tier) -> bool| policy.tiers.iter().position(meets).unwrap() as u8;
                let entry = best(&|tier| meets(&tier.entry));
                let stay = best(&|tier| meets(&tier.entry) || meets(&tier.stay));
                let found = reach.tiers_at(place, rules.ask(|rule| rule.fits(&scores, None)));
                prop_assert_eq!(found, (entry, stay));
                prop_assert!(stay <= entry, "staying is never harder than rising");
                let risen = stand(found, None, 0, 0);
                prop_assert_eq!(stand(found, Some(risen), 1, 0), risen, "who just rose stays");
                counted[usize::from(entry)] += 1;
            }
            prop_assert_eq!(counted.iter().sum::<usize>(), clvs.len(), "everyone is in one tier");
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
