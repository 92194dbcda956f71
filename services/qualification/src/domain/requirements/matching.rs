//! Which rules are about a customer, and what they ask for together.

use std::collections::{BTreeMap, BTreeSet};

use clientele_proto::qualification::v1::{
    DocumentRequirement, RequirementFacts, RequirementPolicy, RequirementRule, RequirementSelector, Requirements,
    RiskLevel,
};

/// Where a policy says nothing: approvers, months that an approval holds, days to answer.
const APPROVALS_NEEDED: i32 = 1;
const APPROVAL_MONTHS: i32 = 36;
const INFORMATION_DUE_DAYS: i32 = 14;
const REMINDER_LEAD_DAYS: [i32; 3] = [60, 30, 7];
/// Months to the next review of a low, a medium and a high risk.
const REVIEW_MONTHS: (i32, i32, i32) = (36, 24, 12);

/// What a policy asks for of a customer: the union of what all matching rules ask for, and the strictest of each number.
pub fn requirements(policy: &RequirementPolicy, facts: &RequirementFacts) -> Requirements {
    let rules: Vec<&RequirementRule> = policy.rules.iter().filter(|rule| matches(rule, facts)).collect();
    let mut documents: BTreeMap<i32, DocumentRequirement> = BTreeMap::new();
    for asked in rules.iter().flat_map(|rule| &rule.documents) {
        documents.entry(asked.kind).and_modify(|before| *before = stricter(before, asked)).or_insert(*asked);
    }
    let checks: BTreeSet<i32> = rules.iter().flat_map(|rule| rule.checks.iter().copied()).collect();
    let approvals_needed = rules.iter().map(|rule| rule.approvals_needed).max().filter(|said| *said > 0);
    let approval_months = rules.iter().map(|rule| rule.approval_months).filter(|said| *said > 0).min();
    Requirements {
        policy_version: policy.version,
        rules: rules.iter().map(|rule| rule.name.clone()).collect(),
        documents: documents.into_values().collect(),
        checks: checks.into_iter().collect(),
        approvals_needed: approvals_needed.unwrap_or(APPROVALS_NEEDED),
        approval_months: approval_months.unwrap_or(APPROVAL_MONTHS),
        review_months: review_months(policy, facts.risk_level()),
        reminder_lead_days: reminder_leads(policy),
        information_due_days: said(policy.information_due_days, INFORMATION_DUE_DAYS),
    }
}

/// How many days before the end of something it is told, the longest first.
pub fn reminder_leads(policy: &RequirementPolicy) -> Vec<i32> {
    let leads = &policy.reminder_lead_days;
    if leads.is_empty() { REMINDER_LEAD_DAYS.to_vec() } else { leads.clone() }
}

/// Both asked for. No grace is less than some, and no age is more than any.
fn stricter(one: &DocumentRequirement, other: &DocumentRequirement) -> DocumentRequirement {
    let ages = [one.max_age_days, other.max_age_days];
    // Grace only matters where the approval rests on the document.
    let graces = [one, other].into_iter().filter(|asked| asked.mandatory).map(|asked| asked.grace_days);
    DocumentRequirement {
        kind: one.kind,
        mandatory: one.mandatory || other.mandatory,
        grace_days: graces.min().unwrap_or_else(|| one.grace_days.min(other.grace_days)),
        max_age_days: ages.into_iter().filter(|age| *age > 0).min().unwrap_or(0),
    }
}

fn review_months(policy: &RequirementPolicy, level: RiskLevel) -> i32 {
    let of = policy.review_intervals.unwrap_or_default();
    match level {
        RiskLevel::High | RiskLevel::Prohibited => said(of.high_months, REVIEW_MONTHS.2),
        RiskLevel::Medium => said(of.medium_months, REVIEW_MONTHS.1),
        RiskLevel::Low | RiskLevel::Unspecified => said(of.low_months, REVIEW_MONTHS.0),
    }
}

fn said(number: i32, otherwise: i32) -> i32 {
    if number > 0 { number } else { otherwise }
}

fn matches(rule: &RequirementRule, facts: &RequirementFacts) -> bool {
    let Some(selector) = &rule.selector else { return true };
    let RequirementSelector { party_kinds, country_codes, excluded_country_codes, products, tiers, risk_levels } =
        selector;
    let any_product =
        products.is_empty() || facts.products.is_empty() || facts.products.iter().any(|asked| products.contains(asked));
    holds(party_kinds, &facts.party_kind)
        && holds(country_codes, &facts.country_code)
        && !excluded_country_codes.contains(&facts.country_code)
        && any_product
        && holds(tiers, &facts.tier)
        && holds(risk_levels, &facts.risk_level)
}

/// Whether a list holds a value, or does not matter.
fn holds<T: PartialEq>(list: &[T], value: &T) -> bool {
    list.is_empty() || list.contains(value)
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::{DocumentKind, PartyKind, RequiredCheck, ReviewIntervals};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::requirements::builtin;

    fn facts(country: &str, level: RiskLevel) -> RequirementFacts {
        RequirementFacts {
            party_kind: PartyKind::Organisation.into(),
            country_code: country.into(),
            risk_level: level.into(),
            ..RequirementFacts::default()
        }
    }

    fn kinds(asked: &Requirements, mandatory: bool) -> Vec<DocumentKind> {
        asked.documents.iter().filter(|of| of.mandatory == mandatory).map(DocumentRequirement::kind).collect()
    }

    #[test]
    fn a_licence_in_china_and_a_certificate_elsewhere() {
        let chinese = requirements(&builtin(), &facts("CN", RiskLevel::Low));
        assert_eq!(kinds(&chinese, true), [DocumentKind::BusinessLicence]);
        assert_eq!((chinese.approvals_needed, chinese.approval_months, chinese.review_months), (1, 36, 36));
        assert_eq!(chinese.reminder_lead_days, [60, 30, 7]);
        let german = requirements(&builtin(), &facts("DE", RiskLevel::High));
        assert_eq!(kinds(&german, true), [DocumentKind::CertificateOfIncorporation]);
        assert_eq!((german.approvals_needed, german.approval_months, german.review_months), (2, 12, 12));
        assert!(german.checks().any(|check| check == RequiredCheck::SourceOfFunds));
        let person = RequirementFacts { party_kind: PartyKind::Person.into(), ..facts("CN", RiskLevel::Medium) };
        let person = requirements(&builtin(), &person);
        assert_eq!((person.documents.len(), person.approval_months, person.review_months), (0, 24, 24));
    }

    #[test]
    fn rules_about_the_same_document_add_up_to_the_strictest() {
        let asked = |mandatory, grace_days, max_age_days| RequirementRule {
            documents: vec![DocumentRequirement { kind: 4, mandatory, grace_days, max_age_days }],
            ..RequirementRule::default()
        };
        let policy = RequirementPolicy {
            rules: vec![asked(false, 0, 0), asked(true, 30, 90), asked(true, 10, 180)],
            ..RequirementPolicy::default()
        };
        let found = requirements(&policy, &facts("DE", RiskLevel::Low));
        assert_eq!(
            found.documents,
            [DocumentRequirement { kind: 4, mandatory: true, grace_days: 10, max_age_days: 90 }]
        );
    }

    #[test]
    fn a_selector_asks_for_every_list_that_is_not_empty() {
        let selector = RequirementSelector {
            products: vec!["chemicals".into()],
            tiers: vec!["KEY".into()],
            ..RequirementSelector::default()
        };
        let rule = RequirementRule { name: "it".into(), selector: Some(selector), ..RequirementRule::default() };
        let policy = RequirementPolicy {
            rules: vec![rule],
            review_intervals: Some(ReviewIntervals { low_months: 6, ..ReviewIntervals::default() }),
            information_due_days: 5,
            ..RequirementPolicy::default()
        };
        let rules = |products: &[&str], tier: &str| {
            let products = products.iter().map(|name| (*name).to_owned()).collect();
            let facts = RequirementFacts { products, tier: tier.into(), ..facts("DE", RiskLevel::Low) };
            requirements(&policy, &facts).rules.len()
        };
        assert_eq!(rules(&["parts", "chemicals"], "KEY"), 1);
        assert_eq!(rules(&["parts"], "KEY"), 0);
        assert_eq!(rules(&["chemicals"], "BASE"), 0);
        // Who names no product asks for all.
        assert_eq!(rules(&[], "KEY"), 1);
        let found = requirements(&policy, &facts("DE", RiskLevel::Low));
        assert_eq!((found.review_months, found.information_due_days), (6, 5));
    }

    proptest! {
        /// Another rule never asks for less.
        #[test]
        fn a_rule_more_is_never_less_strict(
            numbers in prop::collection::vec((1..5_i32, any::<bool>(), 0..40_i32, 0..100_i32, 0..4_i32, 0..60_i32), 1..8)
        ) {
            let rules: Vec<_> = numbers.into_iter().map(|(kind, mandatory, grace_days, max_age_days, approvals, months)| {
                RequirementRule {
                    documents: vec![DocumentRequirement { kind, mandatory, grace_days, max_age_days }],
                    checks: vec![kind],
                    approvals_needed: approvals,
                    approval_months: months,
                    ..RequirementRule::default()
                }
            }).collect();
            let of = |rules: &[RequirementRule]| {
                let policy = RequirementPolicy { rules: rules.to_vec(), ..RequirementPolicy::default() };
                requirements(&policy, &facts("DE", RiskLevel::Low))
            };
            let (less, more) = (of(&rules[..rules.len() - 1]), of(&rules));
            prop_assert!(more.approvals_needed >= less.approvals_needed);
            // Where nobody said anything the default held, which a rule may lengthen.
            prop_assert!(more.approval_months <= less.approval_months || less.approval_months == APPROVAL_MONTHS);
            prop_assert!(less.checks.iter().all(|check| more.checks.contains(check)));
            for before in &less.documents {
                let after = more.documents.iter().find(|after| after.kind == before.kind).unwrap();
                prop_assert!(after.mandatory >= before.mandatory);
                prop_assert!(!before.mandatory || after.grace_days <= before.grace_days);
                prop_assert!(before.max_age_days == 0 || (1..=before.max_age_days).contains(&after.max_age_days));
            }
        }
    }
}
