//! Named segments of RFM codes by a map of the tenant's own.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    GetRfmReportRequest, ListScoresRequest, RfmPolicy, RfmScoreRange, RfmSegment, ScoreRun, ScoreRunSettings,
    ValuePolicy,
};
use tonic::Code;

use crate::{
    harness::{Value, on, purchase},
    rescoring::rescored,
    score_changes::compare,
    scoring::{SHOP, settings},
    tiers::score_of,
};

#[expect(clippy::unnecessary_wraps, reason = "as the message has it")]
fn only(score: i32) -> Option<RfmScoreRange> {
    Some(RfmScoreRange { min: score, max: score })
}

fn segment(name: &str, recency: Option<RfmScoreRange>, frequency: Option<RfmScoreRange>) -> RfmSegment {
    RfmSegment { segment: name.into(), recency, frequency, ..RfmSegment::default() }
}

/// Recent are those who bought in the last 60 days, frequent those who bought on three days or more.
fn own(segments: Vec<RfmSegment>) -> ValuePolicy {
    let cent = |units| clientele_proto::Money { currency_code: "USD".into(), units, nanos: 0 };
    let rfm_policy = RfmPolicy {
        bins: 2,
        recency_cut_points: vec![60.0],
        frequency_cut_points: vec![3.0],
        monetary_cut_points: vec![cent(100)],
        segments,
    };
    ValuePolicy { rfm_policy: Some(rfm_policy), ..ValuePolicy::default() }
}

fn map() -> Vec<RfmSegment> {
    vec![segment("Here", only(2), None), segment("Missed", only(1), only(2)), segment("Gone", only(1), only(1))]
}

/// The shop with a policy of its own segments.
async fn shop() -> (Value, ScoreRun) {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(own(map())).await.unwrap();
    let run = value.scored().await;
    (value, run)
}

async fn segments_of(value: &Value, run: &str) -> Vec<(String, i32, i64, i64)> {
    let request = GetRfmReportRequest { score_run_id: run.to_owned() };
    let report = value.scores().get_rfm_report(request).await.unwrap().into_inner();
    let counted = report.segments.into_iter();
    counted.map(|of| (of.segment, of.codes, of.customers, of.total_revenue.unwrap().units)).collect()
}

/// bob and cat bought within 60 days of 30 June; ann, on four days, before; dan and eve, on one and two, long before.
#[tokio::test]
async fn runs_follow_the_map_of_the_value_policy_and_reports_show_it() {
    let (value, run) = shop().await;
    let followed = run.settings.unwrap();
    assert_eq!((followed.value_policy_version, followed.rfm_policy.unwrap().segments.len()), (1, 3));
    let ann = score_of(&value, "ann").await;
    let rfm = ann.rfm.unwrap();
    assert_eq!((rfm.code.as_str(), rfm.segment.as_str()), ("121", "Missed"));
    assert!(ann.reasons.iter().any(|reason| reason.text.starts_with("Missed (RFM 121, scores from 1 to 2): ")));
    let expected = [("Here", 4, 2, 162), ("Missed", 2, 1, 85), ("Gone", 2, 2, 35)];
    let expected = expected.map(|(name, codes, customers, dollars)| (name.to_owned(), codes, customers, dollars));
    assert_eq!(segments_of(&value, "").await, expected);

    let request = ListScoresRequest { filter: "segment = \"Here\"".into(), ..ListScoresRequest::default() };
    let listed = value.scores().list_scores(request).await.unwrap().into_inner().scores;
    let mut names: Vec<_> = listed.iter().map(|score| score.customer_external_id.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["bob", "cat"]);
}

#[tokio::test]
async fn between_runs_customers_go_to_segments_of_the_runs_map() {
    let (value, _) = shop().await;
    // Another map from the next run on.
    value.policy(own(vec![segment("All", None, None)])).await.unwrap();
    value.record(on(purchase("late", "dan", 10), 6, 20)).await;
    let dan = rescored(&value, "dan", 1).await.rfm.unwrap();
    assert_eq!((dan.code.as_str(), dan.segment.as_str()), ("211", "Here"));
    value.scored().await;
    assert_eq!(segments_of(&value, "").await, [("All".to_owned(), 8, 5, 292)]);
}

#[tokio::test]
async fn runs_of_different_maps_are_compared_by_the_names_of_each() {
    let (value, own_run) = shop().await;
    let usual = ScoreRunSettings { rfm_policy: Some(RfmPolicy::default()), ..settings("1997-06-30") };
    let usual = value.run(usual).await;
    assert_eq!(segments_of(&value, &usual.score_run_id).await.iter().map(|of| of.1).sum::<i32>(), 125);
    let found = compare(&value, &usual.score_run_id, &own_run.score_run_id).await.unwrap();
    let moved = |to: &str| {
        let ways = found.segment_transitions.iter().filter(|way| way.to == to);
        ways.map(|way| way.customers).sum::<i64>()
    };
    assert_eq!([moved("Here"), moved("Missed"), moved("Gone")], [2, 1, 2]);
    let usual_names: Vec<String> = segments_of(&value, &usual.score_run_id).await.into_iter().map(|of| of.0).collect();
    assert!(
        found.segment_transitions.iter().all(|way| usual_names.contains(&way.from)),
        "{:?}",
        found.segment_transitions
    );
}

/// Who is neither here nor frequent is in no segment; whoever is both is in two.
#[tokio::test]
async fn a_map_that_is_no_partition_is_refused_with_its_segments_and_codes() {
    let value = Value::start().await;
    let status =
        value.policy(own(vec![segment("Here", only(2), None), segment("Often", None, only(2))])).await.unwrap_err();
    assert_eq!((status.code(), reason_of(&status)), (Code::InvalidArgument, Some(Reason::InvalidFields)));
    let told: Vec<_> = violations_of(&status).into_iter().map(|wrong| (wrong.field, wrong.description)).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].0, "value_policy.rfm_policy.segments[1]");
    assert!(told[0].1.starts_with("Often and Here (segments[0]) both take the codes 221, 222: narrow "), "{told:?}");
    assert_eq!(told[1].0, "value_policy.rfm_policy.segments");
    assert!(told[1].1.starts_with("no segment takes the codes 111, 112: widen "), "{told:?}");
    assert_eq!(value.count("SELECT count(*) FROM value.value_policy").await, 0);

    value.bought(&SHOP).await;
    let settings =
        ScoreRunSettings { rfm_policy: own(vec![segment("Here", only(2), None)]).rfm_policy, ..settings("1997-06-30") };
    let request = clientele_proto::value::v1::StartScoreRunRequest { settings: Some(settings), ..Default::default() };
    let status = value.score_runs().start_score_run(request).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "settings.rfm_policy.segments");
    assert_eq!(value.count("SELECT count(*) FROM value.score_run").await, 0);
}
