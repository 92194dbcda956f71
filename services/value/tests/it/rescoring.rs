//! Scores that follow recorded transactions, without a run.

use std::time::Duration;

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    BatchRecordTransactionsRequest, CorrectTransactionRequest, DeleteTransactionRequest, GetScoreRequest,
    LifecycleStage, Score, Transaction, TransactionKind, churn_alert, get_score_request, score_run::State,
};
use jiff::SignedDuration;
use tokio::time::{sleep, timeout};
use tonic::Status;

use crate::{
    harness::{Value, on, purchase},
    policies::by_revenue,
    scoring::{SHOP, settings},
    tiers::score_of,
};

/// The customer's score once it was made again after `since` recordings were seen in it.
pub async fn rescored(value: &Value, customer: &str, frequency: i64) -> Score {
    let made = async {
        loop {
            if let Ok(score) = try_score(value, customer, None).await
                && score.purchases.as_ref().unwrap().frequency == frequency
                && score.update_time.is_some()
            {
                return score_of(value, customer).await;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), made).await.expect("the score follows")
}

async fn try_score(value: &Value, customer: &str, read_time: Option<jiff::Timestamp>) -> Result<Score, Status> {
    let customer = Some(get_score_request::Customer::CustomerExternalId(customer.into()));
    let read_time =
        read_time.map(|time| prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() });
    let request = GetScoreRequest { customer, read_time, ..GetScoreRequest::default() };
    Ok(value.scores().get_score(request).await?.into_inner())
}

async fn shop() -> Value {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    value.scored().await;
    value
}

/// What a purchase makes of a score is what the models of the run make of the customer: the purchases of ann and those of a customer who
/// did the same are worth the same.
#[tokio::test]
async fn a_recorded_purchase_changes_the_score_without_a_run() {
    let value = shop().await;
    let before = score_of(&value, "bob").await;
    assert_eq!((before.update_time, before.candidate_tier.as_str()), (None, ""));
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    let bob = rescored(&value, "bob", 2).await;
    let bought = bob.purchases.as_ref().unwrap();
    assert_eq!((bought.total_revenue.as_ref().unwrap().units, bought.days_since_last_purchase), (162, 10));
    assert!(bob.clv.as_ref().unwrap().units > before.clv.as_ref().unwrap().units);
    // 162 dollars of 200; the tier itself waits for the run.
    assert_eq!((bob.index, bob.candidate_tier.as_str(), bob.tier.as_str()), (Some(81.0), "GOLD", "REST"));
    assert_eq!((bob.rank, bob.as_of_date), (before.rank, before.as_of_date));
    assert!((bob.index_explanation.unwrap().metrics[0].points - 81.0).abs() < 1e-9);
    // Nobody else moved.
    assert_eq!(score_of(&value, "ann").await.update_time, None);

    value.scored().await;
    let bob = score_of(&value, "bob").await;
    assert_eq!((bob.tier.as_str(), bob.purchases.unwrap().total_revenue.unwrap().units), ("GOLD", 162));
}

#[tokio::test]
async fn scoring_one_customer_again_gives_the_bits_of_the_run() {
    let value = shop().await;
    let before = score_of(&value, "ann").await;
    // A cost that is taken back by nothing changes only the cost.
    let cost = Transaction { kind: TransactionKind::Cost.into(), ..on(purchase("cost", "ann", 3), 6, 1) };
    value.record(cost).await;
    let ann = rescored(&value, "ann", 3).await;
    assert_eq!(ann.purchases.as_ref().unwrap().total_cost.as_ref().unwrap().units, 3);
    let same = |score: &Score| {
        (score.p_alive.to_bits(), score.expected_purchases.to_bits(), score.clv.clone(), score.rfm.clone())
    };
    assert_eq!(same(&ann), same(&before));
    assert_eq!((ann.index, ann.candidate_tier.as_str()), (before.index, "REST"));
}

#[tokio::test]
async fn a_score_is_read_as_it_was_at_an_instant() {
    let value = shop().await;
    let before = try_score(&value, "bob", None).await.unwrap();
    let between = value.clock.now();
    value.clock.advance(SignedDuration::from_secs(60));
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    value.record(on(purchase("first", "fay", 10), 6, 20)).await;
    let after = rescored(&value, "bob", 2).await;
    rescored(&value, "fay", 0).await;
    value.clock.advance(SignedDuration::from_secs(60));

    assert_eq!(try_score(&value, "bob", Some(between)).await.unwrap(), before);
    let now = try_score(&value, "bob", Some(value.clock.now())).await.unwrap();
    assert_eq!((now.clv, now.update_time), (after.clv, after.update_time));
    // Nobody knew fay then.
    assert_eq!(try_score(&value, "fay", Some(between)).await.unwrap_err().code(), tonic::Code::NotFound);
    let long_ago = between.checked_sub(SignedDuration::from_hours(24)).unwrap();
    assert_eq!(reason_of(&try_score(&value, "bob", Some(long_ago)).await.unwrap_err()), Some(Reason::NotScoredYet));
    let tomorrow = value.clock.now().checked_add(SignedDuration::from_hours(24)).unwrap();
    let status = try_score(&value, "bob", Some(tomorrow)).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "read_time");
}

/// Also where a change does not say when it was made.
#[tokio::test]
async fn an_answer_is_that_of_the_score_as_it_is_stored() {
    let value = shop().await;
    let full = score_of(&value, "bob").await;
    assert_eq!(score_of(&value, "bob").await, full);
    let basic = try_score(&value, "bob", None).await.unwrap();
    assert_eq!((basic.rank, basic.reasons.len()), (full.rank, 0));
    value.sql("UPDATE value.score SET rank = rank + 100").await;
    let moved = score_of(&value, "bob").await;
    assert_eq!((moved.rank, moved.reasons.len()), (full.rank + 100, full.reasons.len()));
    assert_eq!(try_score(&value, "bob", None).await.unwrap().rank, full.rank + 100);
}

/// As releases before migration 0067 kept it, who wrote the row down as JSON.
#[tokio::test]
async fn what_a_score_was_is_read_from_json_too() {
    let value = shop().await;
    let before = try_score(&value, "bob", None).await.unwrap();
    let between = value.clock.now();
    value.clock.advance(SignedDuration::from_secs(60));
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    rescored(&value, "bob", 2).await;
    let as_json = "UPDATE value.score_revision SET score = to_jsonb(score_row), score_row = NULL WHERE score_row IS DISTINCT FROM NULL";
    value.sql(as_json).await;
    assert_eq!(try_score(&value, "bob", Some(between)).await.unwrap(), before);
}

#[tokio::test]
async fn a_correction_rescores_both_customers_and_a_deletion_takes_the_purchase_away() {
    let value = shop().await;
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    rescored(&value, "bob", 2).await;
    let correct = CorrectTransactionRequest {
        transaction: Some(on(purchase("late", "dan", 40), 6, 20)),
        reason: "it was dan's".into(),
        ..CorrectTransactionRequest::default()
    };
    value.transactions().correct_transaction(correct).await.unwrap();
    let bob = rescored(&value, "bob", 1).await;
    assert_eq!(bob.index, Some(6.0));
    let dan = rescored(&value, "dan", 1).await;
    assert_eq!(dan.purchases.unwrap().total_revenue.unwrap().units, 49);
    let delete = DeleteTransactionRequest {
        external_id: "late".into(),
        reason: "it never happened".into(),
        ..DeleteTransactionRequest::default()
    };
    value.transactions().delete_transaction(delete).await.unwrap();
    assert_eq!(rescored(&value, "dan", 0).await.purchases.unwrap().total_revenue.unwrap().units, 9);
}

/// Ann bought every 30 days, but not for 90 before the run.
#[tokio::test]
async fn a_purchase_ends_the_alert_of_its_customer_and_brings_it_back_into_its_stage() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.watch_by_rhythm().await;
    value.scored().await;
    assert_eq!(score_of(&value, "ann").await.stage(), LifecycleStage::AtRisk);
    assert_eq!(value.alerts("").await[0].state(), churn_alert::State::Open);
    value.record(on(purchase("back", "ann", 20), 6, 25)).await;
    let ann = rescored(&value, "ann", 4).await;
    assert_eq!((ann.stage(), ann.stage_days), (LifecycleStage::Loyal, 5));
    let alert = value.alerts("").await.remove(0);
    assert_eq!((alert.state(), alert.outcome()), (churn_alert::State::Resolved, churn_alert::Outcome::Kept));
}

#[tokio::test]
async fn a_batch_rescores_its_customers_and_new_ones_get_a_score() {
    let value = shop().await;
    let transactions = vec![on(purchase("b-1", "dan", 20), 6, 1), on(purchase("b-2", "gus", 30), 6, 2)];
    value.transactions().batch_record_transactions(BatchRecordTransactionsRequest { transactions }).await.unwrap();
    rescored(&value, "dan", 1).await;
    let gus = rescored(&value, "gus", 0).await;
    assert_eq!((gus.rank, gus.tier.as_str(), gus.index), (6, "REST", Some(15.0)));
}

/// Recorded after the run has read: the run's scores follow as soon as they are the newest.
#[tokio::test]
async fn what_is_recorded_while_a_run_is_at_work_is_in_its_scores() {
    let value = shop().await;
    let held = value.hold_up_storing().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until_storing(&run.score_run_id).await;
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    rescored(&value, "bob", 2).await;
    drop(held);
    value.until(&run.score_run_id, State::Succeeded).await;
    let bob = rescored(&value, "bob", 2).await;
    assert_eq!(bob.score_run_id, run.score_run_id);
}
