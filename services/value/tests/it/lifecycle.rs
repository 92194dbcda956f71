//! Lifecycle stages: by the customer's own rhythm, from run to run, listed and counted.

use LifecycleStage::{Active, AtRisk, Dormant, Lost, Loyal, New, Unspecified};
use clientele_error::violations_of;
use clientele_proto::value::v1::{
    GetLifecycleReportRequest, LifecyclePolicy, LifecycleReport, LifecycleStage, ListScoresRequest, ScoreRunSettings,
    SilenceRule, ValuePolicy,
};

use crate::{
    harness::Value,
    scoring::{SHOP, date, settings},
    tiers::score_of,
};

async fn report(value: &Value) -> LifecycleReport {
    value.scores().get_lifecycle_report(GetLifecycleReportRequest::default()).await.unwrap().into_inner()
}

fn customers(report: &LifecycleReport) -> Vec<(LifecycleStage, i64)> {
    report.stages.iter().map(|count| (count.stage(), count.customers)).collect()
}

fn transitions(report: &LifecycleReport) -> Vec<(LifecycleStage, LifecycleStage, i64)> {
    report.transitions.iter().map(|of| (of.from_stage(), of.to_stage(), of.customers)).collect()
}

async fn stage_of(value: &Value, customer: &str) -> (LifecycleStage, String, i32) {
    let score = score_of(value, customer).await;
    let since = score.stage_since_date.unwrap();
    (score.stage(), format!("{}-{:02}-{:02}", since.year, since.month, since.day), score.stage_days)
}

/// As of 30 June by the defaults. ann (every 30 days, silent for 90): at risk after 60. bob (every 120, silent for 56), cat (every 60, silent
/// for 20) in rhythm. dan (once, 119 days ago): new for 90. eve (every 10, silent for 161): at risk after 30, dormant after 90.
#[tokio::test]
async fn everyone_is_in_a_stage_since_the_day_that_began_it() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    assert_eq!(stage_of(&value, "ann").await, (AtRisk, "1997-06-01".into(), 29));
    assert_eq!(stage_of(&value, "bob").await, (Active, "1997-05-05".into(), 56));
    assert_eq!(stage_of(&value, "cat").await, (Active, "1997-06-10".into(), 20));
    assert_eq!(stage_of(&value, "dan").await, (AtRisk, "1997-06-02".into(), 28));
    assert_eq!(stage_of(&value, "eve").await, (Dormant, "1997-04-21".into(), 70));
    let why = score_of(&value, "ann").await.reasons.pop().unwrap();
    assert_eq!(why.score, "stage");
    assert_eq!(
        why.text,
        "AT_RISK since 1997-06-01: bought on 4 days, every 30.0 days on average, last 90 days ago; after 120 days of silence DORMANT."
    );

    let report = report(&value).await;
    assert_eq!((report.prospects, report.earlier_score_run_id.as_str()), (0, ""));
    assert_eq!(customers(&report), [(New, 0), (Active, 2), (Loyal, 0), (AtRisk, 2), (Dormant, 1), (Lost, 0)]);
    let revenues: Vec<i64> = report.stages.iter().map(|count| count.total_revenue.as_ref().unwrap().units).collect();
    assert_eq!((revenues, report.transitions.len()), (vec![0, 162, 0, 94, 26, 0], 0));
    assert_eq!(report.lifecycle_policy.unwrap().lost.unwrap().max_days, 730);
}

#[tokio::test]
async fn a_run_tells_who_went_from_which_stage_to_which() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let first = value.run(settings("1997-04-10")).await;
    // ann loyal since her fourth purchase, cat active, dan new, bob (once, 95 days ago) and eve at risk.
    assert_eq!(stage_of(&value, "ann").await, (Loyal, "1997-04-01".into(), 9));
    assert_eq!(stage_of(&value, "eve").await, (AtRisk, "1997-02-20".into(), 49));
    value.bought(&[("ann", "1997-04-20", 10_00), ("fay", "1997-06-20", 5_00)]).await;
    value.scored().await;
    let report = report(&value).await;
    assert_eq!(report.earlier_score_run_id, first.score_run_id);
    // ann (every 27.25 days, silent for 71) is at risk now; cat bought again, and was active before: since her second purchase.
    assert_eq!(
        transitions(&report),
        [
            (Unspecified, New, 1),
            (New, AtRisk, 1),
            (Active, Active, 1),
            (Loyal, AtRisk, 1),
            (AtRisk, Active, 1),
            (AtRisk, Dormant, 1)
        ]
    );
    assert_eq!(stage_of(&value, "cat").await, (Active, "1997-03-10".into(), 112));
    assert_eq!(stage_of(&value, "fay").await, (New, "1997-06-20".into(), 10));
}

#[tokio::test]
async fn scores_are_filtered_and_sorted_by_stage() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    let listed = async |filter: &str, order_by: &str| {
        let request =
            ListScoresRequest { filter: filter.into(), order_by: order_by.into(), ..ListScoresRequest::default() };
        let scores = value.scores().list_scores(request).await.unwrap().into_inner().scores;
        scores.into_iter().map(|score| score.customer_external_id).collect::<Vec<_>>()
    };
    assert_eq!(listed("stage = AT_RISK", "stage_days").await, ["dan", "ann"]);
    assert_eq!(listed("stage = AT_RISK AND stage_days > 28", "").await, ["ann"]);
    assert_eq!(listed("stage != ACTIVE", "stage desc, stage_days desc").await, ["eve", "ann", "dan"]);
}

#[tokio::test]
async fn runs_follow_the_rules_of_the_value_policy_unless_they_bring_their_own() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let rule = |rhythms, min_days, max_days| Some(SilenceRule { rhythms, min_days, max_days });
    let patient = LifecyclePolicy {
        new_days: 200,
        loyal_purchase_days: 3,
        at_risk: rule(4.0, 90, 300),
        dormant: rule(9.0, 170, 400),
        ..LifecyclePolicy::default()
    };
    let wrong = LifecyclePolicy { new_days: 401, ..patient };
    let status =
        value.policy(ValuePolicy { lifecycle_policy: Some(wrong), ..ValuePolicy::default() }).await.unwrap_err();
    let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["value_policy.lifecycle_policy.new_days", "value_policy.lifecycle_policy.lost.rhythms"]);

    let patient = LifecyclePolicy { lost: rule(10.0, 180, 730), ..patient };
    value.policy(ValuePolicy { lifecycle_policy: Some(patient), ..ValuePolicy::default() }).await.unwrap();
    let run = value.scored().await;
    assert_eq!(run.settings.unwrap().lifecycle_policy, Some(patient));
    assert_eq!(
        customers(&report(&value).await),
        [(New, 1), (Active, 1), (Loyal, 2), (AtRisk, 1), (Dormant, 0), (Lost, 0)]
    );
    let own = ScoreRunSettings { lifecycle_policy: Some(LifecyclePolicy::default()), ..settings("1997-06-30") };
    value.run(own).await;
    assert_eq!(stage_of(&value, "dan").await, (AtRisk, "1997-06-02".into(), 28));
    assert_eq!(score_of(&value, "dan").await.stage_since_date, Some(date("1997-06-02")));
}

fn by_dormant() -> LifecyclePolicy {
    LifecyclePolicy { returning_from_stage: Dormant.into(), ..LifecyclePolicy::default() }
}

/// eve (every 10 days until 20 January) was dormant from 21 April on. ann (every 30 until 1 April) would be from 31 July on.
#[tokio::test]
async fn who_comes_back_from_a_long_silence_is_returning_where_the_policy_says_so() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let before = value.scored().await;
    value.bought(&[("eve", "1997-07-05", 10_00), ("ann", "1997-07-05", 10_00)]).await;
    value.run(settings("1997-07-10")).await;
    assert_eq!(stage_of(&value, "eve").await.0, Active, "there is no such stage by default");
    assert_eq!(report(&value).await.stages.len(), 6);

    value.policy(ValuePolicy { lifecycle_policy: Some(by_dormant()), ..ValuePolicy::default() }).await.unwrap();
    let run = value.run(settings("1997-07-10")).await;
    assert_eq!(run.settings.unwrap().lifecycle_policy.unwrap().returning_from_stage(), Dormant);
    assert_eq!(stage_of(&value, "eve").await, (LifecycleStage::Returning, "1997-07-05".into(), 5));
    assert_eq!(stage_of(&value, "ann").await.0, Loyal, "she was at risk only");
    let told = report(&value).await;
    assert_eq!(told.stages.last().map(|count| (count.stage(), count.customers)), Some((LifecycleStage::Returning, 1)));
    assert!(transitions(&told).contains(&(Active, LifecycleStage::Returning, 1)));
    let why = score_of(&value, "eve").await.reasons.pop().unwrap();
    assert!(
        why.text.starts_with("RETURNING since 1997-07-05: back after a silence that makes DORMANT; bought on"),
        "{}",
        why.text
    );

    let listed = async |filter: &str| {
        let request = ListScoresRequest { filter: filter.into(), ..ListScoresRequest::default() };
        let scores = value.scores().list_scores(request).await.unwrap().into_inner().scores;
        scores.into_iter().map(|score| score.customer_external_id).collect::<Vec<_>>()
    };
    assert_eq!(listed("stage = RETURNING").await, ["eve"]);
    assert_eq!(listed("stage = (RETURNING OR DORMANT)").await, ["eve"]);

    // Runs of before say what they said.
    let request = GetLifecycleReportRequest { score_run_id: before.score_run_id };
    let stored = value.scores().get_lifecycle_report(request).await.unwrap().into_inner();
    assert_eq!(customers(&stored), [(New, 0), (Active, 2), (Loyal, 0), (AtRisk, 2), (Dormant, 1), (Lost, 0)]);
    assert_eq!(stored.lifecycle_policy.unwrap().returning_from_stage(), Unspecified);
}

#[tokio::test]
async fn a_purchase_between_runs_brings_a_customer_back_and_the_next_one_makes_it_loyal() {
    use crate::harness::{on, purchase};

    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(ValuePolicy { lifecycle_policy: Some(by_dormant()), ..ValuePolicy::default() }).await.unwrap();
    value.scored().await;
    assert_eq!(stage_of(&value, "eve").await.0, Dormant);
    let until = async |stage: LifecycleStage| {
        let there = async {
            while stage_of(&value, "eve").await.0 != stage {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(std::time::Duration::from_mins(1), there).await.is_ok(), "eve is not {stage:?}");
    };
    value.record(on(purchase("back", "eve", 10), 7, 1)).await;
    until(LifecycleStage::Returning).await;
    assert_eq!(stage_of(&value, "eve").await.1, "1997-07-01");
    value.record(on(purchase("again", "eve", 10), 7, 8)).await;
    until(Loyal).await;

    let wrong = LifecyclePolicy { returning_from_stage: Loyal.into(), ..LifecyclePolicy::default() };
    let status = value.policy(ValuePolicy { lifecycle_policy: Some(wrong), ..ValuePolicy::default() }).await;
    let field = violations_of(&status.unwrap_err())[0].field.clone();
    assert_eq!(field, "value_policy.lifecycle_policy.returning_from_stage");
}
