//! Tiers by rule: who fits, who stays, what follows a purchase, what a preview tells, and which rules are refused.

use std::collections::BTreeSet;

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    customers::v1::{Customer, CustomerCreated},
    value::v1::{
        AccountSignals, CostKind, GetSegmentPreviewRequest, GetValuePolicyPreviewRequest, QualificationStatus, Score,
        ScoreRun, ScoreRunSettings, SegmentRule, StartScoreRunRequest, TierMetric, TierPolicy, TierRule, ValuePolicy,
        get_segment_preview_request::Definition,
        score_run::State,
        tier_move::Cause,
        tier_rule::{Entry, Stay},
    },
};
use tonic::{Code, Status};

use crate::{
    account_signals::of,
    contribution::cost,
    customer_profiles::ana,
    customers_projection::{Feed, start},
    harness::{Value, on, purchase},
    policies::by_revenue,
    rescoring::rescored,
    scoring::{SHOP, date, settings},
    tiers::{moves_of, score_of},
};

/// A tier by rule.
fn by_rule(tier: &str, rule: &str, stay: Option<&str>) -> TierRule {
    TierRule {
        tier: tier.into(),
        entry: Some(Entry::Rule(rule.into())),
        stay: stay.map(|stay| Stay::StayRule(stay.into())),
        ..TierRule::default()
    }
}

/// These tiers, and one that takes the rest.
fn tiers(tiers: &[TierRule]) -> TierPolicy {
    let rest = TierRule { tier: "REST".into(), ..TierRule::default() };
    TierPolicy { tiers: tiers.iter().cloned().chain([rest]).collect(), ..TierPolicy::default() }
}

async fn run_of(value: &Value, as_of: &str, policy: TierPolicy) -> ScoreRun {
    let run = value.run(ScoreRunSettings { tier_policy: Some(policy), ..settings(as_of) }).await;
    assert_eq!((run.state(), run.failure.as_str()), (State::Succeeded, ""));
    run
}

/// Who has a tier by now.
async fn in_tier(value: &Value, tier: &str) -> BTreeSet<String> {
    let scores = value.all_scores().await.into_iter().filter(|score| score.tier == tier);
    scores.map(|score| score.customer_external_id).collect()
}

/// Who fits a rule in a run, as the database finds them for segments.
async fn fitting(value: &Value, run: &ScoreRun, rule: &str) -> BTreeSet<String> {
    let request = GetSegmentPreviewRequest {
        definition: Some(Definition::Rule(SegmentRule { filter: rule.into() })),
        score_run_id: run.score_run_id.clone(),
        max_members: 1000,
    };
    let preview = value.segments().get_segment_preview(request).await.unwrap().into_inner();
    preview.first_members.into_iter().map(|member| member.customer_external_id).collect()
}

/// The shop, of whose customers the customers service knows ann, of the north; winning her cost 10 dollars.
async fn shop() -> (Value, Feed, clientele_testkit::Running) {
    let (value, feed, customers) = start().await;
    value.bought(&SHOP).await;
    value.record(cost("ad", "ann", 10, CostKind::Acquisition)).await;
    let create_time = Some(prost_types::Timestamp { seconds: 852_076_800, nanos: 123_000 });
    feed.publish(&CustomerCreated { customer: Some(Customer { create_time, ..ana("north") }) });
    while value.count("SELECT count(*) FROM value.customer_profile").await == 0
        || value.count("SELECT count(*) FROM value.buyer WHERE customer_id IS NOT NULL").await == 0
    {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    (value, feed, customers)
}

/// A number between the values of a score in the middle, so that some customers are above and some below.
fn middle(scores: &[Score], of: impl Fn(&Score) -> f64) -> f64 {
    let mut values: Vec<f64> = scores.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let at = values.len() / 2;
    f64::midpoint(values[at - 1], values[at])
}

/// A run asks rules in memory, and segments ask them in SQL, of every field.
#[tokio::test]
async fn a_tier_has_the_customers_that_a_segment_by_the_same_rule_has() {
    let (value, _feed, _customers) = shop().await;
    value.scored().await;
    let scores = value.all_scores().await;
    let units = |money: &Option<clientele_proto::Money>| {
        money.as_ref().map_or(-1.0, |money| money.units as f64 + f64::from(money.nanos) / 1e9)
    };
    let cat = score_of(&value, "cat").await;
    let rfm = cat.rfm.as_ref().unwrap();
    let stage = cat.stage().as_str_name().trim_start_matches("LIFECYCLE_STAGE_").to_owned();
    let rules = [
        format!("index > {}", middle(&scores, |score| score.index.unwrap())),
        format!("p_alive > {}", middle(&scores, |score| score.p_alive)),
        format!("expected_purchases > {}", middle(&scores, |score| score.expected_purchases)),
        format!("clv > {}", middle(&scores, |score| units(&score.clv))),
        format!("expected_spend > {}", middle(&scores, |score| units(&score.expected_spend))),
        format!("segment = \"{}\"", rfm.segment),
        format!("rfm_code = \"{}*\"", rfm.recency),
        format!("stage = {stage} OR stage = null"),
        "stage_days >= 60".to_owned(),
        "total_revenue >= 26".to_owned(),
        "revenue_last_year < 12.01".to_owned(),
        "monetary_value = 0 OR monetary_value > 45".to_owned(),
        "frequency = (1 OR 2)".to_owned(),
        "recency_days > 89".to_owned(),
        "age_days >= 176".to_owned(),
        "days_since_last_purchase <= 60".to_owned(),
        "acquisition_cost >= 10".to_owned(),
        "clv_to_cac > 0.01".to_owned(),
        "payback_date >= \"1997-01-01\"".to_owned(),
        "NOT clv_to_cac:*".to_owned(),
        "customer.kind = ORGANISATION".to_owned(),
        "NOT customer.country_code = \"DE\" AND total_revenue > 10".to_owned(),
        "customer.industry_code = \"C1*\"".to_owned(),
        "customer.external_id = (\"ann\" OR \"eve\")".to_owned(),
        "customer.create_time = \"1997-01-01T00:00:00.000123Z\"".to_owned(),
        "customer.attributes.region = \"north\" OR frequency = 0".to_owned(),
        "customer.attributes:region".to_owned(),
    ];
    for (number, rule) in rules.iter().enumerate() {
        // A tier of a name of its own, so that nobody has it from the run before.
        let tier = format!("T{number}");
        let run = run_of(&value, "1997-06-30", tiers(&[by_rule(&tier, rule, None)])).await;
        let wanted = fitting(&value, &run, rule).await;
        assert!(!wanted.is_empty() && wanted.len() < SHOP_CUSTOMERS, "{rule} tells nobody apart: {wanted:?}");
        assert_eq!(in_tier(&value, &tier).await, wanted, "{rule}");
    }
}

const SHOP_CUSTOMERS: usize = 5;

/// Of five customers two are in the best 40 % by revenue: cat with 150 dollars, who has a better tier by rule, and ann with 85. Cat's revenue
/// of a year is 150 dollars, then 100, then 40.
#[tokio::test]
async fn a_tier_by_rule_is_kept_by_its_own_rule_and_through_the_grace_and_takes_its_place_in_the_shares() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let gold = by_rule("GOLD", "revenue_last_year >= 120", Some("revenue_last_year >= 80"));
    let silver = TierRule { tier: "SILVER".into(), entry: Some(Entry::TopShare(0.4)), ..TierRule::default() };
    let policy = TierPolicy { metric: TierMetric::TotalRevenue.into(), grace_days: 30, ..tiers(&[gold, silver]) };
    let run = run_of(&value, "1997-06-30", policy.clone()).await;
    let counts: Vec<_> = run.summary.unwrap().tiers.into_iter().map(|tier| tier.customers).collect();
    assert_eq!(counts, [1, 1, 3]);
    let tier_policy = run.settings.unwrap().tier_policy.unwrap();
    assert_eq!(tier_policy.tiers[0].stay, Some(Stay::StayRule("revenue_last_year >= 80".into())));
    let [cat, ann] = [score_of(&value, "cat").await, score_of(&value, "ann").await];
    assert_eq!((cat.tier.as_str(), ann.tier.as_str()), ("GOLD", "SILVER"));
    let reason = |score: &Score| score.reasons.iter().find(|why| why.score == "tier").unwrap().text.clone();
    assert_eq!(
        reason(&cat),
        "GOLD takes whoever fits: revenue_last_year >= 120. Who was there before also stays while it fits: revenue_last_year >= 80."
    );
    assert!(reason(&ann).contains("SILVER holds the first 2 places of 5, from 85.00 USD on"), "{}", reason(&ann));

    run_of(&value, "1998-02-20", policy.clone()).await;
    let cat = score_of(&value, "cat").await;
    assert_eq!((cat.tier.as_str(), cat.below_tier_since_date), ("GOLD", None));
    run_of(&value, "1998-03-20", policy.clone()).await;
    let cat = score_of(&value, "cat").await;
    assert_eq!((cat.tier.as_str(), cat.below_tier_since_date), ("GOLD", Some(date("1998-03-20"))));
    assert!(reason(&cat).contains("Below what GOLD asks for since 1998-03-20"), "{}", reason(&cat));
    let run = run_of(&value, "1998-04-19", policy).await;
    assert_eq!(score_of(&value, "cat").await.tier, "SILVER", "the best tier whose threshold it meets");
    assert_eq!(moves_of(&value, "cat").await, [("GOLD".into(), "SILVER".into(), Cause::ScoreRun)]);
    let fallen: Vec<_> = run.summary.unwrap().tiers.into_iter().map(|tier| (tier.customers, tier.fallen)).collect();
    assert_eq!(fallen, [(0, 0), (2, 1), (3, 0)]);
}

#[tokio::test]
async fn who_fits_the_rule_of_entry_stays_whatever_the_rule_of_staying_asks() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let policy = tiers(&[by_rule("GOLD", "total_revenue >= 100", Some("total_revenue >= 1000"))]);
    for _ in 0..2 {
        run_of(&value, "1997-06-30", policy.clone()).await;
        let cat = score_of(&value, "cat").await;
        assert_eq!((cat.tier.as_str(), cat.below_tier_since_date), ("GOLD", None));
    }
    assert_eq!(moves_of(&value, "cat").await, []);
}

#[tokio::test]
async fn people_and_the_gate_decide_over_rules() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let policy =
        TierPolicy { best_unqualified_tier: "REST".into(), ..tiers(&[by_rule("GOLD", "total_revenue >= 80", None)]) };
    run_of(&value, "1997-06-30", policy.clone()).await;
    value.decide("bob", "GOLD", None).await.unwrap();
    let status = QualificationStatus::NotQualified.into();
    value.signal(AccountSignals { qualification_status: status, ..of("cat") }, &[]).await.unwrap();
    run_of(&value, "1997-06-30", policy).await;
    let tiers = async |customer| {
        let score = score_of(&value, customer).await;
        (score.tier, score.earned_tier)
    };
    assert_eq!(tiers("bob").await, ("GOLD".into(), "REST".into()));
    assert_eq!(tiers("cat").await, ("REST".into(), "GOLD".into()));
    assert_eq!(tiers("ann").await, ("GOLD".into(), "GOLD".into()));
}

/// Ann buys for 10 dollars on 1 June and each day after, a rule each. She had bought for 85 dollars on four days from January on.
#[tokio::test]
async fn the_candidate_tier_follows_a_purchase_by_rule() {
    let (value, _feed, _customers) = shop().await;
    let rules = [
        ("total_revenue >= 95 AND days_since_last_purchase = 29", true),
        ("frequency > 5", false),
        ("stage = (DORMANT OR LOST)", false),
        ("acquisition_cost = 10 AND clv_to_cac:* AND payback_date = \"1997-01-01\"", true),
        ("p_alive > 0 AND age_days = 180 AND recency_days = 155 AND index > 0", true),
        ("customer.attributes.region = \"north\" AND customer.kind = ORGANISATION", true),
        ("customer.attributes.region = \"south\"", false),
        ("segment:* AND rfm_code:* AND monetary_value < 100 AND expected_purchases > 0 AND stage_days >= 0", true),
    ];
    for (number, (rule, fits)) in rules.into_iter().enumerate() {
        let run = run_of(&value, "1997-06-30", tiers(&[by_rule("GOLD", rule, None)])).await;
        value.record(on(purchase(&format!("late-{number}"), "ann", 10), 6, number as i32 + 1)).await;
        let ann = rescored(&value, "ann", number as i64 + 4).await;
        assert_eq!(ann.candidate_tier, if fits { "GOLD" } else { "REST" }, "{rule}");
        assert_eq!(fitting(&value, &run, rule).await.contains("ann"), fits, "{rule}");
    }
}

/// Attributes of customers are not kept as they were: what they decided is taken from the stored score.
#[tokio::test]
async fn a_score_is_reproduced_with_the_candidate_tier_that_a_rule_gave_it() {
    let (value, _feed, _customers) = shop().await;
    value.sql("UPDATE value.transaction SET create_time = '2026-03-02T12:00:00Z'").await;
    let rules = [("customer.attributes.region = \"north\"", true), ("total_revenue >= 105", false)];
    for (number, (rule, taken)) in rules.into_iter().enumerate() {
        run_of(&value, "1997-06-30", tiers(&[by_rule("GOLD", rule, None)])).await;
        value.record(on(purchase(&format!("late-{number}"), "ann", 10), 6, number as i32 + 1)).await;
        assert_eq!(rescored(&value, "ann", number as i64 + 4).await.candidate_tier, "GOLD", "{rule}");
        let found = value.reproduced("ann").await;
        assert_eq!(found.taken_fields.iter().any(|field| field == "candidate_tier"), taken, "{rule}");
    }
}

/// Gold begins at an index of 40, though the last customer of the run in it has 42.5: bob has 82 dollars of 200.
#[tokio::test]
async fn the_candidate_tier_is_entered_from_the_value_that_the_policy_says() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(40.0, 40.0)).await.unwrap();
    value.scored().await;
    value.record(on(purchase("late", "bob", 70), 6, 20)).await;
    let bob = rescored(&value, "bob", 2).await;
    assert_eq!((bob.index, bob.candidate_tier.as_str()), (Some(41.0), "GOLD"));
}

/// An index of 42.5 makes ann, of whom the customers service knows that she is an organisation, rise; cat falls for all her revenue.
#[tokio::test]
async fn a_preview_of_rules_tells_what_a_run_by_them_does() {
    let (value, _feed, _customers) = shop().await;
    run_of(&value, "1997-06-30", tiers(&[by_rule("VIP", "total_revenue >= 100", None)])).await;
    let rule = "customer.kind = ORGANISATION AND index >= 42.5 AND stage:* AND p_alive > 0 AND rfm_code:* AND segment:* \
        AND monetary_value = 25 AND days_since_last_purchase = 90 AND payback_date = \"1997-01-01\"";
    let policy = ValuePolicy {
        index_policy: by_revenue(0.0, 0.0).index_policy,
        tier_policy: Some(tiers(&[by_rule("VIP", rule, None)])),
        ..ValuePolicy::default()
    };
    let request = GetValuePolicyPreviewRequest { value_policy: Some(policy.clone()), ..Default::default() };
    let preview = value.policies().get_value_policy_preview(request).await.unwrap().into_inner();
    let counted: Vec<_> =
        preview.tiers.iter().map(|tier| (tier.tier.as_str(), tier.customers_now, tier.customers_then)).collect();
    assert_eq!(counted, [("VIP", 1, 1), ("REST", 4, 4)]);
    assert_eq!((preview.risers, preview.fallers), (1, 1));
    let moved: BTreeSet<_> =
        preview.moves.iter().map(|moved| (moved.customer_external_id.as_str(), moved.tier_then.as_str())).collect();
    assert_eq!(moved, [("ann", "VIP"), ("cat", "REST")].into());

    value.policy(policy).await.unwrap();
    let run = value.scored().await;
    assert_eq!(run.settings.unwrap().value_policy_version, 1);
    assert_eq!(in_tier(&value, "VIP").await, ["ann".to_owned()].into());
    assert_eq!(moves_of(&value, "cat").await, [("VIP".into(), "REST".into(), Cause::ScoreRun)]);
}

#[tokio::test]
async fn a_rule_that_cannot_be_asked_is_refused_with_its_field_its_place_and_what_to_write() {
    let value = Value::start().await;
    let told = |status: Status| {
        assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
        violations_of(&status).into_iter().map(|told| (told.field, told.description)).collect::<Vec<_>>()
    };
    let wrong = tiers(&[
        by_rule("A", "clv > 5 AND tier = \"KEY\"", None),
        by_rule("B", "index > 5", Some("rank < 10")),
        by_rule("C", "clv > much", None),
    ]);
    let policy = ValuePolicy { tier_policy: Some(wrong.clone()), ..ValuePolicy::default() };
    let created = told(value.policy(policy.clone()).await.unwrap_err());
    let expected = [
        ("tiers[0].rule", "filter, character 13: tier is what the rules of tiers decide"),
        (
            "tiers[1].stay_rule",
            "filter, character 1: rank is a place among all customers, which rules cannot ask; use top_share",
        ),
        ("tiers[2].rule", "filter, character 7: clv expects a number"),
    ];
    assert_eq!(created.len(), expected.len(), "{created:?}");
    for ((field, description), (path, says)) in created.iter().zip(expected) {
        assert_eq!(*field, format!("value_policy.tier_policy.{path}"));
        assert!(description.starts_with(says), "{description}");
    }
    let request = GetValuePolicyPreviewRequest { value_policy: Some(policy), ..Default::default() };
    assert_eq!(told(value.policies().get_value_policy_preview(request).await.unwrap_err()), created);
    let settings = ScoreRunSettings { tier_policy: Some(wrong), ..settings("1997-06-30") };
    let request = StartScoreRunRequest { settings: Some(settings), ..StartScoreRunRequest::default() };
    let started = told(value.score_runs().start_score_run(request).await.unwrap_err());
    assert_eq!(started[0].0, "settings.tier_policy.tiers[0].rule");
    let blank = ValuePolicy { tier_policy: Some(tiers(&[by_rule("A", " ", None)])), ..ValuePolicy::default() };
    assert!(told(value.policy(blank).await.unwrap_err())[0].1.starts_with("is empty, which everybody fits"));
    let twice = tiers(&[by_rule("A", "clv>5", None), by_rule("B", "clv > 5", None)]);
    let twice =
        told(value.policy(ValuePolicy { tier_policy: Some(twice), ..ValuePolicy::default() }).await.unwrap_err());
    assert_eq!(twice[0].0, "value_policy.tier_policy.tiers[1]");
    assert_eq!(
        value.count("SELECT (SELECT count(*) FROM value.value_policy) + (SELECT count(*) FROM value.score_run)").await,
        0
    );
}
