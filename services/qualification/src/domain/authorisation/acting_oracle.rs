//! The rule of acting against a naive one that knows only what a lawyer would say of a chain of letters, and against the rules of delegation.

use clientele_money::{Amount, currency};
use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::super::{
    delegation::{Delegated, beyond},
    lasting::{Decided, Ends},
    limits::Limits,
    scope::scope,
};
use super::{Asked, Power, judge};

const PERSONS: [&str; 4] = ["ana", "ben", "eve", "wei"];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn instant() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::weighted(0.6, (0_i64..60).prop_map(at))
}

fn amount() -> impl Strategy<Value = Option<Amount>> {
    let code = prop_oneof![8 => Just("CNY"), 1 => Just("EUR")];
    let amount = (0_i64..60, code).prop_map(|(minor, code)| Amount::of_minor(minor, currency(code).unwrap()));
    proptest::option::weighted(0.85, amount)
}

fn limits() -> impl Strategy<Value = Option<Limits>> {
    let limit = || proptest::option::weighted(0.7, 0_i64..60);
    let currency = prop_oneof![12 => Just("CNY"), 1 => Just("EUR")].prop_map(|code| currency(code).unwrap());
    (limit(), limit(), currency).prop_map(|(act, total, currency)| {
        (act.is_some() || total.is_some()).then_some(Limits { currency, act, total })
    })
}

fn persons() -> impl Strategy<Value = BTreeSet<&'static str>> {
    proptest::sample::subsequence(PERSONS.to_vec(), 0..=4).prop_map(|some| some.into_iter().collect())
}

prop_compose! {
    fn power()(
        person in proptest::sample::select(PERSONS.to_vec()),
        decided in prop_oneof![12 => Just(Decided::Verified), 1 => Just(Decided::Draft), 1 => Just(Decided::Rejected)],
        start in 0_i64..40,
        (expire, revoke, supersede) in (instant(), instant(), proptest::option::weighted(0.2, (0_i64..60).prop_map(at))),
        matters in proptest::sample::subsequence(vec!["*", "a", "b"], 1..=3),
        products in proptest::sample::subsequence(vec!["x", "y"], 0..=2),
        limits in limits(),
        used in 0_i64..20,
        cosignatories in persons(),
        required_cosignatures in 0_usize..3,
    ) -> Power {
        Power {
            authorisation_id: Uuid::nil(),
            person: Some(person.to_owned()),
            decided,
            start: at(start),
            ends: Ends { expire, revoke, supersede },
            fell_with_parent: false,
            scope: scope(&matters, &products),
            limits,
            // Nothing is recorded beyond the total.
            used: limits.and_then(|limits| limits.total).map_or(used, |total| used.min(total)),
            required_cosignatures: required_cosignatures.min(cosignatories.len()),
            cosignatories: cosignatories.into_iter().map(str::to_owned).collect(),
        }
    }
}

prop_compose! {
    fn asked()(
        matter in proptest::sample::select(vec!["a", "b", "c"]),
        product in proptest::sample::select(vec!["", "x", "y", "z"]),
        amount in amount(),
        cosignatories in persons(),
        now in 0_i64..60,
    ) -> Asked<'static> {
        Asked { matter, product, amount, cosignatories, now: at(now) }
    }
}

/// Yes or no, one question after the other.
fn naive(chain: &[Power], asked: &Asked<'_>) -> bool {
    let Some(holder) = chain.last() else { return false };
    for letter in chain {
        if letter.decided != Decided::Verified || asked.now < letter.start {
            return false;
        }
        for end in [letter.ends.expire, letter.ends.revoke, letter.ends.supersede].into_iter().flatten() {
            if asked.now >= end {
                return false;
            }
        }
        let mut named = false;
        for matter in &letter.scope.matters {
            named |= matter == "*" || matter == asked.matter;
        }
        if !named {
            return false;
        }
        if !asked.product.is_empty()
            && !letter.scope.products.is_empty()
            && !letter.scope.products.contains(asked.product)
        {
            return false;
        }
        if let Some(limits) = letter.limits {
            let Some(amount) = asked.amount else { return false };
            if amount.currency() != limits.currency {
                return false;
            }
            if let Some(act) = limits.act
                && amount.minor() > act
            {
                return false;
            }
            if let Some(total) = limits.total
                && letter.used + amount.minor() > total
            {
                return false;
            }
        }
        let mut signatures = 0;
        for signer in &asked.cosignatories {
            if letter.cosignatories.contains(*signer) && holder.person.as_deref() != Some(*signer) {
                signatures += 1;
            }
        }
        if signatures < letter.required_cosignatures {
            return false;
        }
    }
    true
}

fn delegated(power: &Power) -> Delegated<'_> {
    Delegated { scope: &power.scope, limits: power.limits, start: power.start, expire: power.ends.expire }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_rule_says_what_the_naive_one_says(chain in proptest::collection::vec(power(), 0..4), asked in asked()) {
        let judgement = judge(&chain, &asked);
        prop_assert_eq!(judgement.is_allowed(), naive(&chain, &asked), "{:?}", judgement);
    }

    /// One power more below never makes more possible for its holder than what its parent's holder may with the same signatures.
    #[test]
    fn what_is_delegated_never_allows_more_than_its_parent(above in power(), below in power(), asked in asked()) {
        let mut held_by_the_same = above.clone();
        held_by_the_same.person.clone_from(&below.person);
        if judge(&[above, below], &asked).is_allowed() {
            prop_assert!(judge(&[held_by_the_same], &asked).is_allowed());
        }
    }

    /// What the rules of delegation let pass is, taken by itself and at its beginning, within its parent, apart from what signatures and other acts add.
    #[test]
    fn the_rules_of_delegation_let_nothing_wider_pass(above in power(), below in power(), asked in asked()) {
        let plain = |power: &Power| Power {
            decided: Decided::Verified,
            ends: Ends { expire: power.ends.expire, ..Ends::default() },
            used: 0,
            required_cosignatures: 0,
            ..power.clone()
        };
        let (above, below) = (plain(&above), plain(&below));
        if beyond(&delegated(&below), &delegated(&above)).is_empty() && judge(&[below], &asked).is_allowed() {
            prop_assert!(judge(&[above], &asked).is_allowed());
        }
    }
}
