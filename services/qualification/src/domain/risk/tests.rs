use clientele_proto::{
    Date as Day, Money,
    qualification::v1::{CreditPolicy, RiskInputs, RiskRange, RiskTexts},
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{credit::propose, scorecard::check, standard::standard, *};

const TODAY: Date = date(2026, 6, 30);

fn facts(inputs: &RiskInputs) -> Facts<'_> {
    Facts { inputs, record_country: None, is_organisation: Some(true), today: TODAY, currency: "CNY" }
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages take it")]
fn yuan(units: i64) -> Option<Money> {
    Some(Money { currency_code: "CNY".into(), units, nanos: 0 })
}

/// Nothing speaks against it.
fn sound() -> RiskInputs {
    RiskInputs {
        country_code: "CN".into(),
        incorporation_date: Some(Day { year: 2010, month: 1, day: 1 }),
        revenue: yuan(10_000_000),
        equity: yuan(4_000_000),
        debt: yuan(2_000_000),
        profit: yuan(500_000),
        current_ratio: Some(1.5),
        financial_years: Some(3),
        average_days_late: Some(2.0),
        overdue: yuan(0),
        disputes: Some(0),
        ownership_opacity: Some(0.0),
        politically_exposed: Some(false),
        adverse_media: Some(false),
        products: vec!["pumps".into()],
        channels: vec!["direct".into()],
        industry_code: "C28".into(),
        ..RiskInputs::default()
    }
}

fn names(assessment: &RiskAssessment) -> Vec<&str> {
    assessment.components.iter().map(|component| component.rule_name.as_str()).collect()
}

#[test]
fn the_built_in_scorecard_holds_together_and_finds_nothing_against_a_sound_customer() {
    assert_eq!(check(&standard(), ""), []);
    let assessment = assess(&standard(), &facts(&sound()));
    assert_eq!((assessment.score, assessment.risk_level()), (0, RiskLevel::Low), "{assessment:?}");
    assert_eq!((assessment.unknown_inputs.len(), assessment.floor_level()), (0, RiskLevel::Unspecified));
}

/// Points 20 for equity below zero, 20 for 50 days late, 15 for 600,000 overdue of 10 million: 55, short of 60.
#[test]
fn points_add_up_by_category_and_a_bound_belongs_to_one_side() {
    let inputs = RiskInputs { equity: yuan(-1), average_days_late: Some(45.0), overdue: yuan(600_000), ..sound() };
    let assessment = assess(&standard(), &facts(&inputs));
    assert_eq!(names(&assessment), ["equity_negative", "pays_very_late", "much_overdue"]);
    assert_eq!((assessment.score, assessment.risk_level()), (55, RiskLevel::Medium));
    let sums: Vec<_> = assessment.category_scores.iter().map(|sum| (sum.category(), sum.points)).collect();
    assert_eq!(sums, [(RiskCategory::CustomerFeatures, 20), (RiskCategory::Transactions, 35)]);
    // Debt over negative equity is no number, and no rule may take it for one.
    assert_eq!(assessment.unknown_inputs().collect::<Vec<_>>(), [RiskInput::DebtToEquity]);
}

#[test]
fn a_floor_is_not_averaged_away() {
    let mut scorecard = standard();
    let good = RiskRule {
        rule_name: "old_friend".into(),
        category: RiskCategory::Other.into(),
        input: RiskInput::Disputes.into(),
        condition: Some(Condition::Within(RiskRange { at_least: None, below: Some(1.0) })),
        points: -1000,
        ..RiskRule::default()
    };
    scorecard.rules.push(good);
    let inputs = RiskInputs { country_code: "KP".into(), ..sound() };
    let assessment = assess(&scorecard, &facts(&inputs));
    assert_eq!((assessment.score, assessment.scored_level()), (-960, RiskLevel::Low));
    assert_eq!((assessment.floor_level(), assessment.risk_level()), (RiskLevel::High, RiskLevel::High));
    assert_eq!(overridden(&scorecard, RiskLevel::High, RiskLevel::Low), RiskLevel::High);
    assert_eq!(overridden(&scorecard, RiskLevel::High, RiskLevel::Prohibited), RiskLevel::Prohibited);
    scorecard.floors_overridable = true;
    assert_eq!(overridden(&scorecard, RiskLevel::High, RiskLevel::Low), RiskLevel::Low);
}

#[test]
fn what_is_in_another_currency_or_to_come_is_not_known_and_the_record_names_the_country() {
    let inputs = RiskInputs {
        country_code: String::new(),
        revenue: Some(Money { currency_code: "USD".into(), units: 1, nanos: 0 }),
        incorporation_date: Some(Day { year: 2026, month: 7, day: 1 }),
        ..sound()
    };
    let facts = Facts { record_country: Some("MM"), ..facts(&inputs) };
    assert_eq!(facts.find(RiskInput::Revenue), None);
    assert_eq!(facts.find(RiskInput::ProfitMargin), None, "profit in CNY over revenue in USD");
    assert_eq!(facts.find(RiskInput::YearsSinceIncorporation), None);
    assert_eq!(names(&assess(&standard(), &facts))[..2], ["country_call_for_action", "age_unknown"]);
}

#[test]
fn years_are_whole_and_leap_days_come_round_on_the_first_of_march() {
    let born = RiskInputs { incorporation_date: Some(Day { year: 2024, month: 2, day: 29 }), ..sound() };
    for (today, years) in [(date(2026, 2, 28), 1.0), (date(2026, 3, 1), 2.0), (date(2028, 2, 29), 4.0)] {
        let facts = Facts { today, ..facts(&born) };
        assert_eq!(facts.find(RiskInput::YearsSinceIncorporation), Some(Found::Number(years)), "{today}");
    }
}

/// 10 % of 4 million is 400,000; 5 % of 10 million is 500,000: the smaller counts. LOW pays 100 %, two days late 100 %.
#[test]
fn credit_follows_its_formula() {
    let policy = standard().credit_policy.unwrap();
    let low = propose(&policy, "CNY", RiskLevel::Low, &sound());
    assert_eq!((low.limit, low.payment_days), (yuan(400_000), 58));
    // 60 % of 400,000, of which 80 % at 14.5 days late: 192,000; 30 days less 15.
    let late = RiskInputs { average_days_late: Some(14.5), ..sound() };
    let medium = propose(&policy, "CNY", RiskLevel::Medium, &late);
    assert_eq!((medium.limit, medium.payment_days), (yuan(192_000), 15));
    // Rounded down to whole units: 10 % of 1,239 is 123.9, and 25 % of that 30.975.
    let small = RiskInputs { equity: yuan(1_239), ..sound() };
    assert_eq!(propose(&policy, "CNY", RiskLevel::High, &small).limit, yuan(30));
    for (level, inputs) in [
        (RiskLevel::Prohibited, sound()),
        (RiskLevel::Low, RiskInputs { average_days_late: Some(45.0), ..sound() }),
        (RiskLevel::Low, RiskInputs { equity: yuan(-5), ..sound() }),
    ] {
        let none = propose(&policy, "CNY", level, &inputs);
        assert_eq!((none.limit, none.payment_days), (yuan(0), 0));
    }
    let unknown = RiskInputs { equity: None, revenue: None, ..sound() };
    assert_eq!(propose(&policy, "CNY", RiskLevel::Low, &unknown).limit, None);
    let capped = CreditPolicy { maximum: yuan(100_000), ..policy };
    assert_eq!(propose(&capped, "CNY", RiskLevel::Low, &sound()).limit, yuan(100_000));
}

#[test]
fn what_does_not_hold_together_is_told_all_at_once() {
    let mut scorecard = standard();
    scorecard.rules[1].rule_name = scorecard.rules[0].rule_name.clone();
    scorecard.rules[2].condition = Some(Condition::AnyOf(RiskTexts { texts: vec!["a".into()] }));
    scorecard.rules[3].condition = Some(Condition::Within(RiskRange { at_least: Some(2.0), below: Some(2.0) }));
    scorecard.bands = Some(RiskBands { medium_from: 10, high_from: 10, prohibited_from: Some(5) });
    let fields: Vec<_> = check(&scorecard, "risk_scorecard.").into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(
        fields,
        [
            "risk_scorecard.rules[1].rule_name",
            "risk_scorecard.rules[2].any_of",
            "risk_scorecard.rules[3].within.below",
            "risk_scorecard.bands.high_from",
            "risk_scorecard.bands.prohibited_from",
        ]
    );
}

prop_compose! {
    fn any_inputs()(
        country in prop::sample::select(vec!["", "CN", "KP", "IR", "DE"]),
        late in prop::option::of(-50.0..100.0),
        opacity in prop::option::of(0.0..=1.0),
        exposed in any::<Option<bool>>(),
        media in any::<Option<bool>>(),
        equity in prop::option::of(-1_000_000_i64..1_000_000),
        disputes in prop::option::of(0..10),
    ) -> RiskInputs {
        RiskInputs {
            country_code: country.into(),
            average_days_late: late,
            ownership_opacity: opacity,
            politically_exposed: exposed,
            adverse_media: media,
            equity: equity.and_then(yuan),
            disputes,
            ..RiskInputs::default()
        }
    }
}

proptest! {
    #[test]
    fn components_sum_to_the_score_and_no_level_is_below_a_floor(inputs in any_inputs()) {
        let assessment = assess(&standard(), &facts(&inputs));
        prop_assert_eq!(assessment.components.iter().map(|one| one.points).sum::<i32>(), assessment.score);
        prop_assert_eq!(assessment.category_scores.iter().map(|one| one.points).sum::<i32>(), assessment.score);
        for component in &assessment.components {
            prop_assert!(assessment.risk_level() >= component.floor_level());
        }
        prop_assert!(assessment.risk_level() >= assessment.scored_level());
        prop_assert_eq!(&assess(&standard(), &facts(&inputs)), &assessment);
        if inputs.politically_exposed == Some(true) {
            prop_assert!(assessment.risk_level() >= RiskLevel::High);
        }
    }
}
