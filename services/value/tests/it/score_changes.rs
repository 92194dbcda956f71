//! `GetScoreRunComparison` and `ListScoreChanges`: what changed between two runs, and why.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        ClvChangeParts, GetScoreRunComparisonRequest, ListScoreChangesRequest, ListScoreChangesResponse, ScoreChange,
        ScoreChangeKind, ScoreRun, ScoreRunComparison, ScoreRunSettings,
        score_change_service_client::ScoreChangeServiceClient,
    },
};
use clientele_testkit::Authorised;
use tonic::Status;

use ScoreChangeKind::{Arrived, Kept, Left};

use crate::{
    harness::{TENANT, Value},
    scoring::{SHOP, date, settings},
};

fn changes(value: &Value) -> ScoreChangeServiceClient<Authorised> {
    ScoreChangeServiceClient::new(value.running.tenant(TENANT))
}

pub async fn compare(value: &Value, earlier: &str, later: &str) -> Result<ScoreRunComparison, Status> {
    let request = GetScoreRunComparisonRequest {
        score_run_id: later.to_owned(),
        earlier_score_run_id: earlier.to_owned(),
        max_movers: 0,
    };
    Ok(changes(value).get_score_run_comparison(request).await?.into_inner())
}

async fn list(value: &Value, request: ListScoreChangesRequest) -> Result<ListScoreChangesResponse, Status> {
    Ok(changes(value).list_score_changes(request).await?.into_inner())
}

fn minor(money: Option<&Money>) -> i64 {
    let money = money.unwrap();
    money.units * 100 + i64::from(money.nanos) / 10_000_000
}

fn sum(parts: &ClvChangeParts) -> i64 {
    minor(parts.time.as_ref())
        + minor(parts.purchases.as_ref())
        + minor(parts.models.as_ref())
        + minor(parts.settings.as_ref())
}

fn keys(changes: &[ScoreChange]) -> Vec<&str> {
    changes.iter().map(|change| change.customer_external_id.as_str()).collect()
}

/// The shop, and a month later: bob bought for 90 dollars, fay came, and dan's only purchase is gone.
async fn two_runs() -> (Value, ScoreRun, ScoreRun) {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let before = value.scored().await;
    value.bought(&[("bob", "1997-07-15", 90_00), ("fay", "1997-07-10", 30_00)]).await;
    value.happened(TENANT, 2, "USD", &[("dan", "1997-07-20", 9_00)]).await;
    let after = value.run(settings("1997-07-31")).await;
    (value, before, after)
}

#[tokio::test]
async fn customers_are_kept_arrive_and_leave_and_the_totals_add_up() {
    let (value, before, after) = two_runs().await;
    let found = compare(&value, &before.score_run_id, &after.score_run_id).await.unwrap();
    assert_eq!((found.kept_customers, found.arrived_customers, found.left_customers), (4, 1, 1));
    assert_eq!((found.earlier_as_of_date, found.as_of_date), (Some(date("1997-06-30")), Some(date("1997-07-31"))));
    for transitions in [&found.tier_transitions, &found.segment_transitions, &found.stage_transitions] {
        assert_eq!(transitions.iter().map(|of| of.customers).sum::<i64>(), 4);
    }
    let total = found.total_clv_change.as_ref().unwrap();
    let change = minor(total.after.as_ref()) - minor(total.before.as_ref());
    let parts = total.kept.as_ref().unwrap();
    assert_eq!(minor(total.arrived.as_ref()) - minor(total.left.as_ref()) + sum(parts), change);
    assert!(minor(parts.time.as_ref()) < 0 && minor(parts.purchases.as_ref()) > 0, "{parts:?}");
    assert_eq!(minor(parts.settings.as_ref()), 0);
    // The default: the newest run and the one before it.
    assert_eq!(compare(&value, "", "").await.unwrap(), found);
    // The other way round all is the other way round.
    let back = compare(&value, &after.score_run_id, &before.score_run_id).await.unwrap();
    assert_eq!((back.kept_customers, back.arrived_customers, back.left_customers), (4, 1, 1));
    assert_eq!(minor(back.total_clv_change.as_ref().unwrap().after.as_ref()), minor(total.before.as_ref()));
}

#[tokio::test]
async fn who_changed_most_is_told_with_why() {
    let (value, before, after) = two_runs().await;
    let found = compare(&value, &before.score_run_id, &after.score_run_id).await.unwrap();
    let bob = &found.clv_risers[0];
    assert_eq!((bob.customer_external_id.as_str(), bob.kind()), ("bob", ScoreChangeKind::Kept));
    let parts = bob.clv_change_parts.as_ref().unwrap();
    let clv = |of: &Option<clientele_proto::value::v1::ComparedScore>| minor(of.as_ref().unwrap().clv.as_ref());
    assert_eq!(sum(parts), clv(&bob.after) - clv(&bob.before));
    assert_eq!(sum(parts), minor(bob.clv_change.as_ref()));
    assert!(minor(parts.purchases.as_ref()) > 0 && minor(parts.time.as_ref()) < 0, "{parts:?}");
    // Nobody else bought anything: of them it was time and the models.
    for change in found.clv_risers.iter().skip(1).chain(&found.clv_fallers) {
        assert_eq!(minor(change.clv_change_parts.as_ref().unwrap().purchases.as_ref()), 0, "{change:?}");
        assert_eq!(sum(change.clv_change_parts.as_ref().unwrap()), minor(change.clv_change.as_ref()));
    }
    let rises: Vec<_> = found.clv_risers.iter().map(|change| minor(change.clv_change.as_ref())).collect();
    assert!(rises.is_sorted_by(|left, right| left >= right), "{rises:?}");
    // The parts of an index sum to its change.
    let risers = found.index_risers.iter().chain(&found.index_fallers).collect::<Vec<_>>();
    assert!(!risers.is_empty());
    for change in risers {
        let parts = change.index_metric_changes.iter().map(|of| of.points_after - of.points_before).sum::<f64>();
        assert!((parts - change.index_change.unwrap()).abs() < 1e-9, "{change:?}");
    }
}

#[tokio::test]
async fn the_same_purchases_on_the_same_day_have_not_changed() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    value.scored().await;
    let found = compare(&value, "", "").await.unwrap();
    assert_eq!((found.kept_customers, found.clv_risers.len(), found.index_fallers.len()), (5, 0, 0));
    assert!(found.tier_transitions.iter().all(|of| of.from == of.to && minor(of.clv_change.as_ref()) == 0));
    assert_eq!(sum(found.total_clv_change.unwrap().kept.as_ref().unwrap()), 0);
    for shift in &found.distribution_shifts {
        assert_eq!(shift.mean_before, shift.mean_after);
        assert_eq!(shift.before_percentiles, shift.after_percentiles);
    }
    let scores: Vec<_> = found.distribution_shifts.iter().map(|shift| shift.score.as_str()).collect();
    assert_eq!(scores, ["p_alive", "expected_purchases", "clv", "index"]);
}

/// At half the margin everything is worth half, and that is nobody's doing.
#[tokio::test]
async fn other_terms_are_told_apart_from_what_customers_did() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    value.run(ScoreRunSettings { margin: Some(0.5), ..settings("1997-06-30") }).await;
    let found = compare(&value, "", "").await.unwrap();
    assert_eq!(found.clv_fallers.len(), 5);
    for change in &found.clv_fallers {
        let parts = change.clv_change_parts.as_ref().unwrap();
        assert_eq!(
            (minor(parts.time.as_ref()), minor(parts.purchases.as_ref()), minor(parts.models.as_ref())),
            (0, 0, 0)
        );
        let before = minor(change.before.as_ref().unwrap().clv.as_ref());
        // Rounding may leave a cent.
        assert!((minor(parts.settings.as_ref()) * 2 + before).abs() <= 1, "{change:?}");
    }
}

#[tokio::test]
async fn changes_are_filtered_sorted_and_paged_from_the_same_two_runs() {
    let (value, _, after) = two_runs().await;
    let all = list(&value, ListScoreChangesRequest::default()).await.unwrap();
    assert_eq!(keys(&all.score_changes), ["ann", "bob", "cat", "dan", "eve", "fay"]);
    let kinds: Vec<_> = all.score_changes.iter().map(ScoreChange::kind).collect();
    assert_eq!(kinds, [Kept, Kept, Kept, Left, Kept, Arrived]);
    let dan = &all.score_changes[3];
    assert_eq!((dan.after.is_none(), dan.clv_change_parts.is_none()), (true, true));
    assert_eq!(minor(dan.clv_change.as_ref()), -minor(dan.before.as_ref().unwrap().clv.as_ref()));

    let filtered = |filter: &str| ListScoreChangesRequest { filter: filter.to_owned(), ..Default::default() };
    let some = list(&value, filtered("kind = ARRIVED OR frequency_change > 0")).await.unwrap();
    assert_eq!(keys(&some.score_changes), ["bob", "fay"]);
    let sorted = ListScoreChangesRequest { order_by: "clv_change desc".to_owned(), page_size: 2, ..Default::default() };
    let first = list(&value, sorted.clone()).await.unwrap();
    assert_eq!(first.score_changes.len(), 2);
    let rises: Vec<_> = first.score_changes.iter().map(|change| minor(change.clv_change.as_ref())).collect();
    assert!(rises[0] >= rises[1], "{rises:?}");

    // A third run does not change what the pages that follow are about.
    value.run(settings("1997-08-31")).await;
    let mut pages = first.score_changes.clone();
    let mut token = first.next_page_token.clone();
    while !token.is_empty() {
        let next = list(&value, ListScoreChangesRequest { page_token: token, ..sorted.clone() }).await.unwrap();
        pages.extend(next.score_changes);
        token = next.next_page_token;
    }
    let mut names = keys(&pages);
    names.sort_unstable();
    assert_eq!(names, ["ann", "bob", "cat", "dan", "eve", "fay"]);

    let foreign = ListScoreChangesRequest { page_token: first.next_page_token.clone(), ..filtered("kind = LEFT") };
    assert_eq!(reason_of(&list(&value, foreign).await.unwrap_err()), Some(Reason::InvalidPageToken));
    let other = ListScoreChangesRequest {
        page_token: first.next_page_token,
        earlier_score_run_id: after.score_run_id,
        ..sorted
    };
    assert_eq!(reason_of(&list(&value, other).await.unwrap_err()), Some(Reason::InvalidPageToken));
    let wrong = filtered("monetary_value > 1");
    assert_eq!(reason_of(&list(&value, wrong).await.unwrap_err()), Some(Reason::InvalidFilter));
}

/// In the order of the key without a filter, both sides are cut before they are joined.
#[tokio::test]
async fn pages_of_every_size_are_the_same_list() {
    let (value, ..) = two_runs().await;
    let whole = list(&value, ListScoreChangesRequest::default()).await.unwrap().score_changes;
    for page_size in 1..=6 {
        let mut pages = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListScoreChangesRequest { page_size, page_token, ..Default::default() };
            let page = list(&value, request).await.unwrap();
            pages.extend(page.score_changes);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(pages, whole, "pages of {page_size}");
    }
}

#[tokio::test]
async fn only_two_different_runs_of_one_currency_are_compared() {
    let value = Value::start().await;
    assert_eq!(reason_of(&compare(&value, "", "").await.unwrap_err()), Some(Reason::NotScoredYet));
    value.bought(&SHOP).await;
    let first = value.scored().await;
    // There is none before it.
    assert_eq!(reason_of(&compare(&value, "", "").await.unwrap_err()), Some(Reason::NotScoredYet));
    let same = compare(&value, &first.score_run_id, "").await.unwrap_err();
    assert_eq!(violations_of(&same)[0].field, "earlier_score_run_id");
    let euros: Vec<_> = SHOP.iter().map(|(customer, day, cents)| (*customer, *day, *cents)).collect();
    value.happened(TENANT, 1, "EUR", &euros).await;
    let euro = value.run(ScoreRunSettings { currency_code: "EUR".into(), ..settings("1997-06-30") }).await;
    let status = compare(&value, &first.score_run_id, &euro.score_run_id).await.unwrap_err();
    assert!(violations_of(&status)[0].description.contains("USD"), "{status:?}");
    let unknown = "0195b2f0-0000-7000-8000-00000000000a";
    assert_eq!(reason_of(&compare(&value, unknown, "").await.unwrap_err()), Some(Reason::NotFound));
    let wrong = compare(&value, "nonsense", "").await.unwrap_err();
    assert_eq!(violations_of(&wrong)[0].field, "earlier_score_run_id");
}
