//! Several approvals made one: the strictest of each holds.

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::standing::Approval;

/// An approval by one approver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endorsement {
    /// Who.
    pub actor: String,
    /// Products it is for; empty for all that were asked for.
    pub products: Vec<String>,
    /// What must be kept.
    pub conditions: Vec<String>,
    /// How many months it is to hold; 0 for as long as the policy has it.
    pub validity_months: i32,
    /// When.
    pub approve_time: Timestamp,
}

/// Products that all approvers agree to, of those asked for; empty for all. `None` where they agree to none.
pub fn agreed_products(asked: &[String], approvals: &[Endorsement]) -> Option<Vec<String>> {
    let mut agreed = asked.to_vec();
    for approval in approvals.iter().filter(|approval| !approval.products.is_empty()) {
        if agreed.is_empty() {
            agreed.clone_from(&approval.products);
        } else {
            agreed.retain(|product| approval.products.contains(product));
            if agreed.is_empty() {
                return None;
            }
        }
    }
    Some(agreed)
}

/// The approval that follows from all of them, given at `now`; `None` where they agree to no product. `policy_months` is how long the policy lets it
/// hold.
pub fn combined(asked: &[String], approvals: &[Endorsement], policy_months: i32, now: Timestamp) -> Option<Approval> {
    let mut conditions: Vec<String> = Vec::new();
    for condition in approvals.iter().flat_map(|approval| &approval.conditions) {
        if !conditions.contains(condition) {
            conditions.push(condition.clone());
        }
    }
    let months = approvals.iter().map(|approval| approval.validity_months).filter(|months| *months > 0);
    let months = months.chain([policy_months]).min().unwrap_or(policy_months);
    Some(Approval {
        scope: agreed_products(asked, approvals)?,
        is_conditional: !conditions.is_empty(),
        conditions,
        valid_until: Some(months_after(now, months)),
    })
}

/// The same instant of the day, so many months on in UTC: on the last day of a month that is too short.
pub fn months_after(instant: Timestamp, months: i32) -> Timestamp {
    instant.to_zoned(TimeZone::UTC).saturating_add(i64::from(months).months()).timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn approval(products: &[&str], conditions: &[&str], validity_months: i32) -> Endorsement {
        let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        Endorsement {
            actor: "eva".into(),
            products: texts(products),
            conditions: texts(conditions),
            validity_months,
            approve_time: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_strictest_of_each_holds() {
        let now = at("2026-03-02T12:00:00Z");
        let given = [
            approval(&["parts", "chemicals"], &["prepaid"], 0),
            approval(&["chemicals", "engines"], &["prepaid", "no re-export"], 6),
        ];
        let found = combined(&[], &given, 12, now).unwrap();
        assert_eq!(found.scope, ["chemicals"]);
        assert_eq!(found.conditions, ["prepaid", "no re-export"]);
        assert!(found.is_conditional);
        assert_eq!(found.valid_until, Some(at("2026-09-02T12:00:00Z")));
        // The policy cannot be exceeded.
        let long = combined(&["parts".into()], &[approval(&[], &[], 24)], 12, now).unwrap();
        assert_eq!((long.valid_until, long.scope), (Some(at("2027-03-02T12:00:00Z")), vec!["parts".to_owned()]));
        assert!(!long.is_conditional);
    }

    #[test]
    fn approvers_who_agree_to_no_product_agree_to_nothing() {
        let given = [approval(&["parts"], &[], 0), approval(&["engines"], &[], 0)];
        assert_eq!(agreed_products(&[], &given), None);
        assert_eq!(agreed_products(&["engines".into()], &given[..1]), None);
        assert_eq!(agreed_products(&[], &[]), Some(Vec::new()));
    }

    #[test]
    fn a_year_after_a_leap_day_is_the_last_of_february() {
        assert_eq!(months_after(at("2028-02-29T10:00:00Z"), 12), at("2029-02-28T10:00:00Z"));
        assert_eq!(months_after(at("2028-02-29T10:00:00Z"), 48), at("2032-02-29T10:00:00Z"));
        assert_eq!(months_after(at("2026-08-31T23:59:59Z"), 6), at("2027-02-28T23:59:59Z"));
    }
}
