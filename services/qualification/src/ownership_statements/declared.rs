//! The persons who are declared to be beneficial owners of the customer: those with interests of it that are marked so.

use std::collections::BTreeMap;

use clientele_proto::qualification::v1::{InterestType, OwnershipStructure, ownership_relationship::InterestedParty};
use jiff::civil::Date;
use ownership::{Declared, ShareRange};

use super::reading::{date, share};

/// Declared beneficial owners on a day, by their record ids. Several interests of a kind add up.
pub fn declared(structure: &OwnershipStructure, as_of: Date) -> Vec<Declared> {
    let persons: std::collections::HashSet<&str> =
        structure.persons.iter().map(|person| person.record_id.as_str()).collect();
    let mut found: BTreeMap<&str, Declared> = BTreeMap::new();
    for relationship in &structure.relationships {
        let Some(InterestedParty::InterestedPartyRecordId(holder)) = &relationship.interested_party else { continue };
        if relationship.subject_record_id != structure.subject_record_id || !persons.contains(holder.as_str()) {
            continue;
        }
        for interest in &relationship.interests {
            let begun = interest.start_date.as_ref().and_then(date).is_none_or(|start| start <= as_of);
            let over = interest.end_date.as_ref().and_then(date).is_some_and(|end| end <= as_of);
            if !interest.beneficial_ownership_or_control || !begun || over {
                continue;
            }
            let owner = found.entry(holder).or_insert_with(|| Declared {
                person: holder.clone(),
                economic: None,
                voting: None,
            });
            let stated = interest.share.as_ref().and_then(|stated| share(stated).range().ok());
            match interest.interest_type() {
                InterestType::Shareholding => owner.economic = sum(owner.economic, stated),
                InterestType::VotingRights => owner.voting = sum(owner.voting, stated),
                _ => {}
            }
        }
    }
    found.into_values().collect()
}

fn sum(one: Option<ShareRange>, other: Option<ShareRange>) -> Option<ShareRange> {
    let (Some(one), Some(other)) = (one, other) else { return one.or(other) };
    Some(ShareRange {
        low: (one.low + other.low).min(1.0),
        high: (one.high + other.high).min(1.0),
        low_exclusive: one.low_exclusive || other.low_exclusive,
        high_exclusive: one.high_exclusive || other.high_exclusive,
    })
}
