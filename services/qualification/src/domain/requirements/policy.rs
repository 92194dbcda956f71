//! What a policy must keep beyond the contract's rules.

use std::collections::HashSet;

use clientele_error::Violation;
use clientele_proto::qualification::v1::RequirementPolicy;

/// What does not hold in a policy, all at once; paths start below the policy.
pub fn check(policy: &RequirementPolicy) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let mut names = HashSet::new();
    for (place, rule) in policy.rules.iter().enumerate() {
        let at = |field: &str| format!("rules[{place}].{field}");
        if !names.insert(rule.name.as_str()) {
            wrong.push(Violation::new(at("name"), "must not be that of another rule"));
        }
        let mut kinds = HashSet::new();
        for (within, document) in rule.documents.iter().enumerate() {
            if !kinds.insert(document.kind) {
                let field = at(&format!("documents[{within}].kind"));
                wrong.push(Violation::new(field, "must not be that of another document of the rule"));
            }
        }
        let mut checks = HashSet::new();
        for (within, asked) in rule.checks.iter().enumerate() {
            if !checks.insert(asked) {
                wrong.push(Violation::new(at(&format!("checks[{within}]")), "must not be named twice"));
            }
        }
        let Some(selector) = &rule.selector else { continue };
        let excluded: HashSet<&str> = selector.excluded_country_codes.iter().map(String::as_str).collect();
        for (within, country) in selector.country_codes.iter().enumerate() {
            if excluded.contains(country.as_str()) {
                let field = at(&format!("selector.country_codes[{within}]"));
                wrong.push(Violation::new(field, "must not be excluded as well: the rule would never hold"));
            }
        }
    }
    for (place, pair) in policy.reminder_lead_days.windows(2).enumerate() {
        if pair[1] >= pair[0] {
            let field = format!("reminder_lead_days[{}]", place + 1);
            wrong.push(Violation::new(field, "must be less than the one before"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::{DocumentRequirement, RequirementRule, RequirementSelector};

    use super::*;
    use crate::domain::requirements::builtin;

    #[test]
    fn the_built_in_policy_holds_to_the_rules() {
        assert_eq!(check(&builtin()), []);
    }

    #[test]
    fn everything_that_contradicts_itself_is_told_by_its_place() {
        let licence = DocumentRequirement { kind: 1, ..Default::default() };
        let selector = RequirementSelector {
            country_codes: vec!["DE".into(), "CN".into()],
            excluded_country_codes: vec!["CN".into()],
            ..Default::default()
        };
        let rule = RequirementRule {
            name: "A".into(),
            documents: vec![licence, licence],
            checks: vec![5, 7, 5],
            selector: Some(selector),
            ..Default::default()
        };
        let rules = vec![rule, RequirementRule { name: "A".into(), ..Default::default() }];
        let policy = RequirementPolicy { rules, reminder_lead_days: vec![60, 30, 30], ..Default::default() };
        let fields: Vec<_> = check(&policy).into_iter().map(|violation| violation.field).collect();
        assert_eq!(
            fields,
            [
                "rules[0].documents[1].kind",
                "rules[0].checks[2]",
                "rules[0].selector.country_codes[1]",
                "rules[1].name",
                "reminder_lead_days[2]",
            ]
        );
    }
}
