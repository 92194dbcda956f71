//! The affinity policy, affinities and offers between the contract and the rules.

use clientele_proto::value::v1::{
    AffinityEvidence, AffinityPolicy as PolicyMessage, OfferItem, OfferKind as KindMessage, OfferLevel as LevelMessage,
    ProductAffinity,
};

use super::settings_message::Wrong;
use crate::domain::affinity::{AffinityPolicy, Item, Kind, Lead, Level};

/// The policy asked for.
pub fn policy(message: Option<&PolicyMessage>, wrong: &mut Wrong) -> Option<AffinityPolicy> {
    let default = AffinityPolicy::default();
    let Some(message) = message else { return Some(default) };
    // A negative number is as wrong as one that is too large.
    let or = |given: i32, default: u32| if given == 0 { default } else { u32::try_from(given).unwrap_or(u32::MAX) };
    let policy = AffinityPolicy {
        window_days: or(message.window_days, default.window_days),
        min_count: or(message.min_count, default.min_count),
        min_support: message.min_support.unwrap_or(default.min_support),
        max_false_discovery_rate: message.max_false_discovery_rate.unwrap_or(default.max_false_discovery_rate),
    };
    let errors = policy.errors();
    for error in &errors {
        wrong.add(&format!("affinity_policy.{}", error.field()), error.to_string());
    }
    errors.is_empty().then_some(policy)
}

/// The policy as the contract tells it.
pub fn policy_message(policy: &AffinityPolicy) -> PolicyMessage {
    PolicyMessage {
        window_days: policy.window_days as i32,
        min_count: policy.min_count as i32,
        min_support: Some(policy.min_support),
        max_false_discovery_rate: Some(policy.max_false_discovery_rate),
    }
}

/// An affinity as the contract tells it.
pub fn product_affinity(lead: &Lead) -> ProductAffinity {
    let counts = &lead.counts;
    ProductAffinity {
        rank: lead.rank,
        kind: kind_message(lead.kind).into(),
        level: level_message(lead.level).into(),
        antecedent: Some(item(&lead.antecedent)),
        consequent: Some(item(&lead.consequent)),
        evidence: Some(AffinityEvidence {
            all_count: counts.all as i64,
            antecedent_count: counts.antecedent as i64,
            consequent_count: counts.consequent as i64,
            both_count: counts.both as i64,
            support: counts.support(),
            confidence: counts.confidence(),
            lift: counts.lift(),
            leverage: counts.leverage(),
            conviction: counts.conviction(),
            p_value: lead.p_value,
            false_discovery_rate: lead.false_discovery_rate,
            followers: lead.followers as i64,
            precursors: lead.precursors as i64,
            eligible_count: lead.eligible() as i64,
            median_days: lead.median_days.map(|days| days as i32),
        }),
    }
}

/// A product or a category as the contract tells it.
pub fn item(item: &Item) -> OfferItem {
    offer_item(item.level, &item.key, &item.name, &item.category)
}

/// The same from its parts.
pub fn offer_item(level: Level, key: &str, name: &str, category: &str) -> OfferItem {
    OfferItem {
        product_external_id: if level == Level::Product { key.to_owned() } else { String::new() },
        display_name: name.to_owned(),
        category: category.to_owned(),
    }
}

/// The contract's number of a kind.
pub fn kind_message(kind: Kind) -> KindMessage {
    match kind {
        Kind::CrossSell => KindMessage::CrossSell,
        Kind::Bundle => KindMessage::Bundle,
        Kind::UpSell => KindMessage::UpSell,
    }
}

/// The contract's number of a level.
pub fn level_message(level: Level) -> LevelMessage {
    match level {
        Level::Product => LevelMessage::Product,
        Level::Category => LevelMessage::Category,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_survives_being_told_and_read_again() {
        let given = PolicyMessage {
            window_days: 90,
            min_count: 3,
            min_support: Some(0.0),
            max_false_discovery_rate: Some(1.0),
        };
        let mut wrong = Wrong::default();
        let read = policy(Some(&given), &mut wrong).unwrap();
        assert_eq!(policy_message(&read), given);
        let default = policy(Some(&PolicyMessage::default()), &mut wrong);
        assert_eq!(
            (default, policy(None, &mut wrong)),
            (Some(AffinityPolicy::default()), Some(AffinityPolicy::default()))
        );
        assert!(wrong.violations().is_empty());
    }

    #[test]
    fn what_does_not_hold_is_told_where_it_stands() {
        let mut wrong = Wrong::default();
        let given = PolicyMessage {
            window_days: -1,
            min_count: 1,
            min_support: Some(2.0),
            max_false_discovery_rate: Some(0.0),
        };
        assert_eq!(policy(Some(&given), &mut wrong), None);
        let fields: Vec<_> = wrong.violations().iter().map(|violation| violation.field.as_str()).collect();
        let told = ["window_days", "min_count", "min_support", "max_false_discovery_rate"];
        assert_eq!(fields, told.map(|field| format!("settings.affinity_policy.{field}")));
    }

    #[test]
    fn kinds_and_levels_are_stored_by_the_numbers_of_the_contract() {
        for kind in Kind::ALL {
            assert_eq!(i32::from(kind_message(kind)), i32::from(kind.number()));
        }
        for level in Level::ALL {
            assert_eq!(i32::from(level_message(level)), i32::from(level.number()));
        }
    }
}
