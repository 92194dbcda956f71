//! The built-in scorecard, version 0: a beginning for a company that has none of its own yet, with figures of ours. Countries are those that FATF calls
//! for action against (high-risk jurisdictions subject to a call for action, as of October 2025: KP, IR, MM); R92 is gambling in ISIC, revision 4.
//! A company that relies on it should create a version with its own figures.

use clientele_proto::qualification::v1::{
    CreditLateness, CreditPolicy, CreditTerms, RiskBands, RiskCategory as Category, RiskInput as Input, RiskLevel,
    RiskRange, RiskRule, RiskScorecard, RiskTexts, risk_rule::Condition,
};

/// The built-in scorecard.
pub fn standard() -> RiskScorecard {
    RiskScorecard {
        risk_scorecard_id: uuid::Uuid::nil().to_string(),
        version: 0,
        currency_code: "CNY".into(),
        rules: rules(),
        bands: Some(RiskBands { medium_from: 25, high_from: 60, prohibited_from: None }),
        floors_overridable: false,
        credit_policy: Some(credit_policy()),
        note: "Built in.".into(),
        ..RiskScorecard::default()
    }
}

fn rules() -> Vec<RiskRule> {
    use Category::{CustomerFeatures, DistributionChannel, Geography, ServiceProvided, Transactions};
    let high = RiskLevel::High;
    vec![
        any(("country_call_for_action", Geography, Input::Country), &["KP", "IR", "MM"], 40).floor(high),
        unknown(("country_unknown", Geography, Input::Country), 10),
        range(("owners_mostly_unknown", CustomerFeatures, Input::OwnershipOpacity), 0.5.., 25),
        range(("owners_partly_unknown", CustomerFeatures, Input::OwnershipOpacity), 0.25..0.5, 10),
        range(("politically_exposed", CustomerFeatures, Input::PoliticallyExposed), 1.0.., 25).floor(high),
        range(("adverse_media", CustomerFeatures, Input::AdverseMedia), 1.0.., 20).floor(RiskLevel::Medium),
        range(("young", CustomerFeatures, Input::YearsSinceIncorporation), ..2.0, 10),
        unknown(("age_unknown", CustomerFeatures, Input::YearsSinceIncorporation), 5),
        any(("gambling", CustomerFeatures, Input::Industry), &["R92"], 20),
        range(("equity_negative", CustomerFeatures, Input::Equity), ..0.0, 20),
        range(("much_debt", CustomerFeatures, Input::DebtToEquity), 3.0.., 10),
        range(("short_of_cash", CustomerFeatures, Input::CurrentRatio), ..1.0, 10),
        range(("loss", CustomerFeatures, Input::ProfitMargin), ..0.0, 10),
        range(("few_statements", CustomerFeatures, Input::FinancialYears), ..2.0, 5),
        unknown(("no_statements", CustomerFeatures, Input::FinancialYears), 5),
        range(("pays_late", Transactions, Input::AverageDaysLate), 15.0..45.0, 10),
        range(("pays_very_late", Transactions, Input::AverageDaysLate), 45.0.., 20),
        range(("much_overdue", Transactions, Input::OverdueToRevenue), 0.05.., 15),
        range(("disputes", Transactions, Input::Disputes), 3.0.., 10),
        any(("dual_use", ServiceProvided, Input::Product), &["dual_use"], 20).floor(RiskLevel::Medium),
        any(("intermediary", DistributionChannel, Input::Channel), &["intermediary"], 10),
        any(("online", DistributionChannel, Input::Channel), &["online"], 5),
    ]
}

fn credit_policy() -> CreditPolicy {
    let terms = |level: RiskLevel, limit_percent, payment_days| CreditTerms {
        risk_level: level.into(),
        limit_percent,
        payment_days,
    };
    let step = |below_days, limit_percent| CreditLateness { below_days, limit_percent };
    CreditPolicy {
        equity_basis_points: 1_000,
        revenue_basis_points: 500,
        terms: vec![terms(RiskLevel::Low, 100, 60), terms(RiskLevel::Medium, 60, 30), terms(RiskLevel::High, 25, 14)],
        lateness_steps: vec![step(5.0, 100), step(15.0, 80), step(45.0, 50)],
        maximum: None,
    }
}

/// A rule's name, category and input.
type What = (&'static str, Category, Input);

fn rule((name, category, input): What, condition: Condition, points: i32) -> RiskRule {
    RiskRule {
        rule_name: name.into(),
        category: category.into(),
        input: input.into(),
        condition: Some(condition),
        points,
        description: name.replace('_', " "),
        ..RiskRule::default()
    }
}

fn any(what: What, texts: &[&str], points: i32) -> RiskRule {
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    rule(what, Condition::AnyOf(RiskTexts { texts }), points)
}

fn unknown(what: What, points: i32) -> RiskRule {
    rule(what, Condition::Unknown(true), points)
}

fn range(what: What, numbers: impl std::ops::RangeBounds<f64>, points: i32) -> RiskRule {
    use std::ops::Bound;
    let bound = |bound: Bound<&f64>| match bound {
        Bound::Included(number) | Bound::Excluded(number) => Some(*number),
        Bound::Unbounded => None,
    };
    let range = RiskRange { at_least: bound(numbers.start_bound()), below: bound(numbers.end_bound()) };
    rule(what, Condition::Within(range), points)
}

trait Floor {
    fn floor(self, level: RiskLevel) -> Self;
}

impl Floor for RiskRule {
    fn floor(self, level: RiskLevel) -> Self {
        Self { floor_level: level.into(), ..self }
    }
}
