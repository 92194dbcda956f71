//! Scorecards that hold together, beyond what the contract's rules say of single fields.

use std::collections::HashSet;

use clientele_error::Violation;
use clientele_proto::qualification::v1::{
    CreditPolicy, RiskBands, RiskInput, RiskRule, RiskScorecard, risk_rule::Condition,
};

use super::credit::nanos;

/// What is wrong with a scorecard, all at once; paths begin with `within`.
pub fn check(scorecard: &RiskScorecard, within: &str) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let mut names = HashSet::new();
    for (place, rule) in scorecard.rules.iter().enumerate() {
        let path = format!("{within}rules[{place}]");
        if !names.insert(&rule.rule_name) {
            wrong.push(Violation::new(format!("{path}.rule_name"), "must not be that of another rule"));
        }
        check_rule(rule, &path, &mut wrong);
    }
    if let Some(bands) = &scorecard.bands {
        check_bands(bands, &format!("{within}bands"), &mut wrong);
    }
    if let Some(policy) = &scorecard.credit_policy {
        check_credit(policy, &scorecard.currency_code, &format!("{within}credit_policy"), &mut wrong);
    }
    wrong
}

fn check_rule(rule: &RiskRule, path: &str, wrong: &mut Vec<Violation>) {
    let is_text = matches!(
        rule.input(),
        RiskInput::Country | RiskInput::Industry | RiskInput::CustomerKind | RiskInput::Product | RiskInput::Channel
    );
    match &rule.condition {
        Some(Condition::AnyOf(_)) if !is_text => {
            wrong.push(Violation::new(format!("{path}.any_of"), "is for inputs that are texts: use within"));
        }
        Some(Condition::Within(_)) if is_text => {
            wrong.push(Violation::new(format!("{path}.within"), "is for inputs that are numbers: use any_of"));
        }
        Some(Condition::Within(range)) => match (range.at_least, range.below) {
            (None, None) => wrong.push(Violation::new(format!("{path}.within"), "must have at_least, below, or both")),
            (Some(least), Some(beyond)) if least >= beyond => {
                wrong.push(Violation::new(format!("{path}.within.below"), "must be more than at_least"));
            }
            _ => {}
        },
        Some(Condition::Unknown(false)) => {
            wrong.push(Violation::new(format!("{path}.unknown"), "must be true, or the rule never holds"));
        }
        _ => {}
    }
}

fn check_bands(bands: &RiskBands, path: &str, wrong: &mut Vec<Violation>) {
    if bands.high_from <= bands.medium_from {
        wrong.push(Violation::new(format!("{path}.high_from"), "must be more than medium_from"));
    }
    if bands.prohibited_from.is_some_and(|from| from <= bands.high_from) {
        wrong.push(Violation::new(format!("{path}.prohibited_from"), "must be more than high_from"));
    }
}

fn check_credit(policy: &CreditPolicy, currency: &str, path: &str, wrong: &mut Vec<Violation>) {
    let mut levels = HashSet::new();
    for (place, terms) in policy.terms.iter().enumerate() {
        if !levels.insert(terms.risk_level) {
            wrong.push(Violation::new(format!("{path}.terms[{place}].risk_level"), "must not be said twice"));
        }
    }
    for (place, pair) in policy.lateness_steps.windows(2).enumerate() {
        if pair[1].below_days <= pair[0].below_days {
            let path = format!("{path}.lateness_steps[{}].below_days", place + 1);
            wrong.push(Violation::new(path, "must be more than that of the step before"));
        }
    }
    if let Some(maximum) = &policy.maximum {
        if maximum.currency_code != currency {
            wrong.push(Violation::new(format!("{path}.maximum.currency_code"), "must be that of the scorecard"));
        }
        if nanos(maximum) < 0 {
            wrong.push(Violation::new(format!("{path}.maximum.units"), "must not be negative"));
        }
    }
}
