//! Merged customers: everything counts for the survivor, scores follow, and an undo gives all of it back.

use std::time::Duration;

use clientele_proto::{
    customers::v1::{CustomerMerge, CustomersMerged, CustomersUnmerged},
    value::v1::{
        AccountSignals, BatchRecordTransactionsRequest, CorrectTransactionRequest, CustomerDataMoved, DeclaredNeed,
        GetScoreRequest, Score, churn_alert::State, contract::Customer as Party, customer_data_moved::Cause,
        declared_need::Need, get_score_request, record_outcome, transaction::Customer as Of,
    },
};
use prost::{Message as _, Name as _};
use tokio::time::{sleep, timeout};
use tonic::Response;

use crate::{
    account_signals::{get, of},
    contracts::yearly,
    customers_projection::{ANA, BEN, Feed, caught_up, customer, of_id, of_key, start},
    get_score_reproduction::revenue,
    harness::{Value, by_id, on, purchase},
    policies::by_revenue,
    scoring::{SHOP, settings},
    tiers::score_of,
};

pub const CAT: &str = "0198c1f2-7d3a-7cc3-8a51-000000000003";
const MERGE: &str = "0198c1f2-7d3a-7cc3-8a51-0000000000aa";

pub type Keys<'k> = (&'k str, &'k str);

/// The survivor and those merged into it, by their keys before the merge.
fn merge(keys: &[Keys<'_>]) -> CustomerMerge {
    let mut ids: Vec<String> = keys.iter().map(|(id, _)| (*id).into()).collect();
    CustomerMerge {
        customer_merge_id: MERGE.into(),
        survivor_customer_id: ids.remove(0),
        merged_customer_ids: ids,
        previous_customers: keys.iter().map(|(id, key)| customer(id, key)).collect(),
        ..CustomerMerge::default()
    }
}

impl Feed {
    pub fn merged(&self, keys: &[Keys<'_>]) {
        self.publish(&CustomersMerged { customer_merge: Some(merge(keys)), merged_customers: Vec::new() });
    }

    pub fn unmerged(&self, keys: &[Keys<'_>]) {
        let mut customers: Vec<_> = keys.iter().map(|(id, key)| customer(id, key)).collect();
        self.publish(&CustomersUnmerged {
            customer_merge: Some(merge(keys)),
            survivor: Some(customers.remove(0)),
            restored_customers: customers,
        });
    }
}

fn dollars(score: &Score) -> i64 {
    score.purchases.as_ref().unwrap().total_revenue.as_ref().unwrap().units
}

/// The customer's score once it is about so many dollars.
async fn worth(value: &Value, customer: &str, expected: i64) -> Score {
    let followed = async {
        loop {
            let key = Some(get_score_request::Customer::CustomerExternalId(customer.into()));
            let request = GetScoreRequest { customer: key, ..GetScoreRequest::default() };
            if let Ok(score) = value.scores().get_score(request).await.map(Response::into_inner)
                && score.customer_external_id == customer
                && dollars(&score) == expected
            {
                return score_of(value, customer).await;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let Ok(score) = timeout(Duration::from_mins(1), followed).await else {
        panic!("{customer} is not worth {expected}: {:?}", value.all_scores().await)
    };
    score
}

/// All that a score says, but when it was made.
fn said(score: Score) -> Score {
    Score { update_time: None, candidate_tier: String::new(), reasons: Vec::new(), ..score }
}

async fn told(value: &Value) -> Vec<CustomerDataMoved> {
    let data: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT data FROM value.outbox WHERE event_type = $1 ORDER BY outbox_id")
            .bind(CustomerDataMoved::full_name())
            .fetch_all(&*value.pool)
            .await
            .unwrap();
    data.into_iter().map(|data| CustomerDataMoved::decode(data.as_slice()).unwrap()).collect()
}

/// The shop, whose ann and bob are customers that the customers service knows.
async fn shop() -> (Value, Feed, clientele_testkit::Running) {
    let (value, feed, customers) = start().await;
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    feed.created(ANA, "ann");
    feed.created(BEN, "bob");
    caught_up(&value, &feed).await;
    (value, feed, customers)
}

/// What a score of before the merge rests on are the survivor's own purchases, since then those of both.
#[tokio::test]
async fn scores_of_before_a_merge_and_since_are_reproduced() {
    let (value, feed, _customers) = shop().await;
    value.sql("UPDATE value.transaction SET create_time = '2026-03-02T12:00:00Z'").await;
    value.later();
    value.scored().await;
    let before = value.clock.now();
    value.later();
    feed.merged(&[(ANA, "ann"), (BEN, "bob")]);
    worth(&value, "ann", 97).await;
    value.later();
    assert_eq!(revenue(value.reproduced("ann").await.reproduced.as_ref()), 97);
    assert_eq!(revenue(value.reproduced_at("ann", before).await.reproduced.as_ref()), 85);
    feed.unmerged(&[(ANA, "ann"), (BEN, "bob")]);
    for (customer, dollars) in [("ann", 85), ("bob", 12)] {
        worth(&value, customer, dollars).await;
        assert_eq!(revenue(value.reproduced(customer).await.reproduced.as_ref()), dollars, "{customer}");
    }
}

/// Ann bought for 85 dollars, bob for 12.
#[tokio::test]
async fn a_merge_counts_for_the_survivor_and_its_undo_restores_both_scores() {
    let (value, feed, _customers) = shop().await;
    value.scored().await;
    let (ann, bob) = (score_of(&value, "ann").await, score_of(&value, "bob").await);
    feed.merged(&[(ANA, "ann"), (BEN, "bob")]);
    let both = worth(&value, "ann", 97).await;
    assert_eq!((both.rank, both.tier.as_str()), (ann.rank, ann.tier.as_str()), "these wait for the next run");
    let of_bob = score_of(&value, "bob").await;
    assert_eq!((of_bob.customer_id.as_str(), of_bob.customer_external_id.as_str()), (ANA, "ann"));
    assert_eq!(value.all_scores().await.len(), 4, "bob has no score of his own");
    assert_eq!(of_id(&value, BEN).await.len(), 6);

    feed.unmerged(&[(ANA, "ann"), (BEN, "bob")]);
    assert_eq!(said(worth(&value, "bob", 12).await), said(bob));
    assert_eq!(said(worth(&value, "ann", 85).await), said(ann));
    let told: Vec<_> = told(&value).await.into_iter().map(|told| (told.cause(), told.transactions)).collect();
    assert_eq!(told, [(Cause::Merged, 2), (Cause::Unmerged, 2)]);
}

#[tokio::test]
async fn what_is_bought_under_a_merged_key_is_the_survivors_and_goes_back_with_an_undo() {
    let (value, feed, _customers) = shop().await;
    feed.merged(&[(ANA, "ann"), (BEN, "bob")]);
    caught_up(&value, &feed).await;
    let recorded = value.record(purchase("single", "bob", 1)).await;
    assert_eq!(recorded.customer, Some(Of::CustomerId(ANA.into())), "it says whose it is");
    value.record(purchase("single", "ann", 1)).await;
    let transactions = vec![purchase("b-1", "bob", 1), by_id(purchase("b-2", "", 1), BEN), purchase("a-1", "ann", 1)];
    let request = BatchRecordTransactionsRequest { transactions };
    let outcomes = value.transactions().batch_record_transactions(request).await.unwrap().into_inner().outcomes;
    assert!(outcomes.iter().all(|outcome| outcome.result() == record_outcome::Result::Accepted), "{outcomes:?}");
    // Corrected under the name it is answered with, it stays what it was.
    let transaction = Some(by_id(purchase("single", "", 2), ANA));
    let correct =
        CorrectTransactionRequest { transaction, reason: "2 dollars".into(), ..CorrectTransactionRequest::default() };
    value.transactions().correct_transaction(correct).await.unwrap();
    assert_eq!(of_key(&value, "bob").await.len(), 10);

    feed.unmerged(&[(ANA, "ann"), (BEN, "bob")]);
    caught_up(&value, &feed).await;
    let own = |ids: Vec<String>| ids.into_iter().filter(|id| id.len() < 10).collect::<Vec<_>>();
    assert_eq!(own(of_key(&value, "bob").await), ["b-1", "b-2", "single"]);
    assert_eq!(own(of_key(&value, "ann").await), ["a-1"]);
    value.record(purchase("later", "bob", 1)).await;
    assert_eq!(of_id(&value, BEN).await.len(), 6);
}

/// A customer without a key takes that of the other: bought under it meanwhile, it is the other's again afterwards.
#[tokio::test]
async fn a_key_that_the_survivor_took_over_goes_back_with_what_came_under_it() {
    let (value, feed, _customers) = start().await;
    feed.created(ANA, "");
    feed.created(BEN, "bob");
    feed.merged(&[(ANA, ""), (BEN, "bob")]);
    feed.updated(ANA, "bob");
    caught_up(&value, &feed).await;
    value.record(purchase("a", "bob", 1)).await;
    value.record(by_id(purchase("b", "", 1), ANA)).await;
    assert_eq!(of_id(&value, ANA).await, ["a", "b"]);
    feed.unmerged(&[(ANA, ""), (BEN, "bob")]);
    caught_up(&value, &feed).await;
    assert_eq!((of_id(&value, ANA).await, of_key(&value, "bob").await), (vec!["b".to_owned()], vec!["a".to_owned()]));
}

#[tokio::test]
async fn customers_that_nobody_has_seen_yet_are_merged_all_the_same() {
    let (value, feed, _customers) = start().await;
    feed.merged(&[(ANA, ""), (BEN, ""), (CAT, "cat")]);
    caught_up(&value, &feed).await;
    value.record(by_id(purchase("b", "", 1), BEN)).await;
    value.record(purchase("c", "cat", 1)).await;
    assert_eq!(of_id(&value, ANA).await, ["b", "c"]);
    feed.unmerged(&[(ANA, ""), (BEN, ""), (CAT, "cat")]);
    caught_up(&value, &feed).await;
    assert_eq!((of_id(&value, BEN).await, of_id(&value, CAT).await), (vec!["b".to_owned()], vec!["c".to_owned()]));
    assert!(of_id(&value, ANA).await.is_empty());
}

#[tokio::test]
async fn a_chain_of_merges_counts_for_its_end_and_is_undone_link_by_link() {
    let (value, feed, _customers) = start().await;
    for (id, key) in [(ANA, "ann"), (BEN, "bob"), (CAT, "cat")] {
        feed.created(id, key);
        value.record(purchase(&format!("of-{key}"), key, 1)).await;
    }
    feed.merged(&[(BEN, "bob"), (ANA, "ann")]);
    feed.merged(&[(CAT, "cat"), (BEN, "bob")]);
    caught_up(&value, &feed).await;
    assert_eq!(of_key(&value, "ann").await, ["of-ann", "of-bob", "of-cat"]);
    value.record(purchase("late", "ann", 1)).await;
    feed.unmerged(&[(CAT, "cat"), (BEN, "bob")]);
    caught_up(&value, &feed).await;
    assert_eq!(of_id(&value, CAT).await, ["of-cat"]);
    assert_eq!(of_key(&value, "ann").await, ["late", "of-ann", "of-bob"]);
    feed.unmerged(&[(BEN, "bob"), (ANA, "ann")]);
    caught_up(&value, &feed).await;
    assert_eq!((of_id(&value, BEN).await, of_id(&value, ANA).await.len()), (vec!["of-bob".to_owned()], 2));
}

#[tokio::test]
async fn signals_and_overrides_fill_gaps_of_the_survivor_until_the_undo() {
    let (value, feed, _customers) = shop().await;
    value.scored().await;
    value.signal(AccountSignals { csat: Some(4.0), ..of("ann") }, &[]).await.unwrap();
    let bob = AccountSignals { nps: Some(9.0), csat: Some(1.0), ..of("bob") };
    value.signal(AccountSignals { interaction_interval_days: Some(14.0), ..bob }, &[]).await.unwrap();
    value.decide("bob", "GOLD", None).await.unwrap();
    feed.merged(&[(ANA, "ann"), (BEN, "bob")]);
    worth(&value, "ann", 97).await;
    let known = get(&value, "bob").await.unwrap();
    assert_eq!((known.nps, known.csat), (Some(9.0), Some(4.0)), "ann's own wins");
    assert_eq!(known.interaction_interval_days, Some(14.0));
    assert_eq!(score_of(&value, "ann").await.tier, "GOLD");

    feed.unmerged(&[(ANA, "ann"), (BEN, "bob")]);
    let ann = worth(&value, "ann", 85).await;
    assert_eq!(ann.tier, "REST");
    let (ann, bob) = (get(&value, "ann").await.unwrap(), get(&value, "bob").await.unwrap());
    assert_eq!((ann.nps, ann.csat, bob.nps, bob.csat), (None, Some(4.0), Some(9.0), Some(1.0)));
    assert_eq!((ann.interaction_interval_days, bob.interaction_interval_days), (None, Some(14.0)));
    assert_eq!(score_of(&value, "bob").await.tier, "GOLD");
}

/// Ben bought every month, Ana every ten days: see the test of the customer with an alert under either key.
#[tokio::test]
async fn the_alert_that_yields_to_another_one_is_open_again_after_the_undo() {
    let (value, feed, _customers) = start().await;
    value.bought(&SHOP).await;
    value.watch_by_rhythm().await;
    feed.created(BEN, "C-1");
    for (month, day, other_month, other_day) in [(1, 1, 1, 1), (2, 1, 1, 11), (3, 1, 1, 21)] {
        value.record(on(purchase(&format!("a-{month}-{day}"), "C-1", 1), month, day)).await;
        value.record(on(by_id(purchase(&format!("b-{other_day}"), "", 1), ANA), other_month, other_day)).await;
    }
    caught_up(&value, &feed).await;
    value.run(settings("1997-06-30")).await;
    let of = async |id: &str| {
        let alerts = value.alerts("").await.into_iter().filter(|alert| alert.customer_id == id);
        alerts.map(|alert| alert.state()).collect::<Vec<_>>()
    };
    assert_eq!((of(ANA).await, of(BEN).await), (vec![State::Open], vec![State::Open]));
    feed.merged(&[(ANA, ""), (BEN, "C-1")]);
    caught_up(&value, &feed).await;
    let mut states = of(ANA).await;
    states.sort();
    assert_eq!(states, [State::Open, State::Resolved]);
    feed.unmerged(&[(ANA, ""), (BEN, "C-1")]);
    caught_up(&value, &feed).await;
    assert_eq!((of(ANA).await, of(BEN).await), (vec![State::Open], vec![State::Open]));
}

#[tokio::test]
async fn two_keys_that_turn_out_to_be_one_customers_have_one_score_at_once() {
    let (value, feed, _customers) = start().await;
    value.bought(&SHOP).await;
    value.record(on(by_id(purchase("a", "", 40), ANA), 5, 1)).await;
    value.scored().await;
    assert_eq!(value.all_scores().await.len(), 6);
    feed.created(ANA, "ann");
    assert_eq!(worth(&value, "ann", 125).await.customer_id, ANA);
    let joined = async {
        while value.all_scores().await.len() > 5 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), joined).await.expect("the other score goes");
    assert_eq!(told(&value).await[0].cause(), Cause::Joined);
}

/// Merged after the run has read: its scores are right as soon as they are the newest.
#[tokio::test]
async fn customers_merged_while_a_run_is_at_work_are_one_in_its_scores() {
    let (value, feed, _customers) = shop().await;
    value.scored().await;
    let held = value.hold_up_storing().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until_storing(&run.score_run_id).await;
    feed.merged(&[(ANA, "ann"), (BEN, "bob")]);
    worth(&value, "ann", 97).await;
    drop(held);
    value.until(&run.score_run_id, clientele_proto::value::v1::score_run::State::Succeeded).await;
    let one = async {
        loop {
            let scores = value.all_scores().await;
            let of_run = scores.iter().all(|score| score.score_run_id == run.score_run_id);
            if of_run && scores.len() == 4 {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), one).await.expect("bob's score goes");
    assert_eq!(dollars(&score_of(&value, "bob").await), 97);
}

/// Bob's contract is Ann's while they are one, with those that came before and after; what only Bob had declared fills her gaps.
#[tokio::test]
async fn contracts_channel_and_needs_go_to_the_survivor_and_back() {
    let (value, feed, _customers) = shop().await;
    value.contract(yearly("OF-ANN", "ann", "2025-06-01")).await.unwrap();
    value.contract(yearly("OF-BOB", "bob", "2025-06-01")).await.unwrap();
    let need = |product: &str| DeclaredNeed {
        weight: 1.0,
        need: Some(Need::ProductExternalId(product.into())),
        ..Default::default()
    };
    let of_bob = AccountSignals { acquisition_channel: "fair".into(), declared_needs: vec![need("P-1")], ..of("bob") };
    value.signal(of_bob, &[]).await.unwrap();
    value.signal(AccountSignals { acquisition_channel: "web".into(), ..of("ann") }, &[]).await.unwrap();
    let whose = async |key: &str| match value.get_contract(key).await.customer {
        Some(Party::CustomerId(id)) => id,
        other => panic!("{other:?}"),
    };
    feed.merged(&[(ANA, "ann"), (BEN, "bob")]);
    caught_up(&value, &feed).await;
    value.contract(yearly("LATER", "bob", "2025-06-01")).await.unwrap();
    assert_eq!([whose("OF-ANN").await, whose("OF-BOB").await, whose("LATER").await], [ANA, ANA, ANA]);
    let both = get(&value, "ann").await.unwrap();
    assert_eq!((both.acquisition_channel.as_str(), both.declared_needs.len()), ("web", 1));

    feed.unmerged(&[(ANA, "ann"), (BEN, "bob")]);
    caught_up(&value, &feed).await;
    assert_eq!([whose("OF-ANN").await, whose("OF-BOB").await, whose("LATER").await], [ANA, BEN, BEN]);
    let (ann, bob) = (get(&value, "ann").await.unwrap(), get(&value, "bob").await.unwrap());
    assert_eq!((ann.acquisition_channel.as_str(), ann.declared_needs.len()), ("web", 0));
    assert_eq!((bob.acquisition_channel.as_str(), bob.declared_needs.len()), ("fair", 1));
}
