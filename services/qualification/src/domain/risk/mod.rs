//! How risky a customer is: rules over inputs, points that add up, floors that nothing averages away.
//!
//! Everything here is a function of a scorecard, of what is known of a customer and of a day: the same always gives the same. A new kind of input is
//! a value of the contract's `RiskInput` and an arm in [`facts`].

pub mod credit;
pub mod facts;
pub mod scorecard;
pub mod standard;

use clientele_proto::qualification::v1::{
    RiskAssessment, RiskBands, RiskCategory, RiskCategoryScore, RiskComponent, RiskInput, RiskLevel, RiskRule,
    RiskScorecard, risk_rule::Condition,
};

use facts::{Facts, Found};

/// What a scorecard says of a customer: score, levels, components, unknown inputs and credit. Ids, versions, times and overrides are the caller's.
pub fn assess(scorecard: &RiskScorecard, facts: &Facts<'_>) -> RiskAssessment {
    let components: Vec<RiskComponent> = scorecard.rules.iter().filter_map(|rule| component(rule, facts)).collect();
    let score = components.iter().map(|component| component.points).sum();
    let scored_level = band(scorecard.bands.as_ref(), score);
    let floor_level = components.iter().map(RiskComponent::floor_level).max().unwrap_or_default();
    let risk_level = scored_level.max(floor_level);
    let mut unknown: Vec<RiskInput> = scorecard.rules.iter().map(RiskRule::input).collect();
    unknown.sort_unstable();
    unknown.dedup();
    unknown.retain(|input| facts.find(*input).is_none());
    RiskAssessment {
        risk_level: risk_level.into(),
        score,
        scored_level: scored_level.into(),
        floor_level: floor_level.into(),
        category_scores: category_scores(&components),
        components,
        unknown_inputs: unknown.into_iter().map(i32::from).collect(),
        scorecard_version: scorecard.version,
        ..RiskAssessment::default()
    }
}

/// The level that holds where people said another: theirs, but not below a floor that the scorecard protects.
pub fn overridden(scorecard: &RiskScorecard, floor_level: RiskLevel, said: RiskLevel) -> RiskLevel {
    if scorecard.floors_overridable { said } else { said.max(floor_level) }
}

fn component(rule: &RiskRule, facts: &Facts<'_>) -> Option<RiskComponent> {
    let found = facts.find(rule.input());
    let holds = match (&rule.condition, &found) {
        (Some(Condition::Unknown(unknown)), None) => *unknown,
        (Some(Condition::AnyOf(named)), Some(Found::Texts(texts))) => {
            let is_beginning = rule.input() == RiskInput::Industry;
            let matches = |text: &String, named: &String| {
                if is_beginning { text.starts_with(named.as_str()) } else { text == named }
            };
            texts.iter().any(|text| named.texts.iter().any(|named| matches(text, named)))
        }
        (Some(Condition::Within(range)), Some(Found::Number(number))) => {
            range.at_least.is_none_or(|least| *number >= least) && range.below.is_none_or(|beyond| *number < beyond)
        }
        _ => false,
    };
    holds.then(|| RiskComponent {
        rule_name: rule.rule_name.clone(),
        category: rule.category,
        input: rule.input,
        found: found.map_or_else(|| "unknown".to_owned(), |found| found.to_string()),
        points: rule.points,
        floor_level: rule.floor_level,
        description: rule.description.clone(),
    })
}

/// The level of a score.
fn band(bands: Option<&RiskBands>, score: i32) -> RiskLevel {
    let bands = bands.copied().unwrap_or_default();
    if bands.prohibited_from.is_some_and(|from| score >= from) {
        RiskLevel::Prohibited
    } else if score >= bands.high_from {
        RiskLevel::High
    } else if score >= bands.medium_from {
        RiskLevel::Medium
    } else {
        RiskLevel::Low
    }
}

fn category_scores(components: &[RiskComponent]) -> Vec<RiskCategoryScore> {
    let mut categories: Vec<RiskCategory> = components.iter().map(RiskComponent::category).collect();
    categories.sort_unstable();
    categories.dedup();
    let points = |category: RiskCategory| {
        components.iter().filter(|component| component.category() == category).map(|component| component.points).sum()
    };
    categories
        .into_iter()
        .map(|category| RiskCategoryScore { category: category.into(), points: points(category) })
        .collect()
}

#[cfg(test)]
mod tests;
