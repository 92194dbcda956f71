//! The qualification service's events: signals follow them, and so do tiers.

use std::{sync::Arc, time::Duration};

use clientele_proto::{
    customers::v1::CustomerCreated,
    events::v1::event_feed_service_server::{EventFeedServiceServer, SERVICE_NAME},
    qualification::v1::{Qualification, QualificationChanged},
    value::v1::{
        AccountSignals, GetAccountSignalsRequest, QualificationStatus, ScoreRunSettings, TierPolicy,
        get_account_signals_request::Customer as Key, tier_move::Cause,
    },
};
use clientele_service::App;
use clientele_testkit::{FakeClock, Running, Tokens};
use tonic::service::Routes;

use crate::{
    account_signals::{get, of},
    customers_projection::{ANA, BEN, Feed, customer},
    harness::{TENANT, Value, by_id, purchase},
    scoring::{SHOP, settings},
    tiers::{moves_of, score_of},
};

/// A value service beside a customers and a qualification service of which only the feeds exist.
struct Beside {
    value: Value,
    customers: Feed,
    qualification: Feed,
    _peers: [Running; 2],
}

impl Beside {
    async fn start() -> Self {
        let clock = FakeClock::default();
        let tokens = Arc::new(Tokens::new(clock.now()));
        let (customers, qualification) = (Feed::new(), Feed::new());
        let first = serve("customers", &customers, &clock, &tokens).await;
        let second = serve("qualification", &qualification, &clock, &tokens).await;
        let peer = |running: &Running| Some(running.peer(TENANT, &["events.read", "events.all_tenants"]));
        let value = Value::start_beside(peer(&first), peer(&second), tokens).await;
        Self { value, customers, qualification, _peers: [first, second] }
    }

    fn told(&self, customer_id: &str, qualified: bool, version: i64) {
        let qualification =
            Some(Qualification { customer_id: customer_id.into(), qualified, version, ..Qualification::default() });
        self.qualification.publish(&QualificationChanged { qualification, ..QualificationChanged::default() });
    }

    async fn caught_up(&self) {
        for (source, feed) in [("customers", &self.customers), ("qualification", &self.qualification)] {
            let sql = match source {
                "customers" => "SELECT position FROM value.projection_cursor WHERE source = 'customers'",
                _ => "SELECT position FROM value.projection_cursor WHERE source = 'qualification'",
            };
            while self.value.count(sql).await < feed.latest() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    async fn status(&self, customer_id: &str) -> QualificationStatus {
        let request = GetAccountSignalsRequest { customer: Some(Key::CustomerId(customer_id.into())) };
        match self.value.signals().get_account_signals(request).await {
            Ok(signals) => signals.into_inner().qualification_status(),
            Err(status) if status.code() == tonic::Code::NotFound => QualificationStatus::Unspecified,
            Err(status) => panic!("{status}"),
        }
    }
}

async fn serve(name: &'static str, feed: &Feed, clock: &FakeClock, tokens: &Arc<Tokens>) -> Running {
    let routes = Routes::new(EventFeedServiceServer::new(feed.clone()));
    let app = App { name, routes, services: vec![SERVICE_NAME], jobs: Vec::new() };
    Running::start_with(app, clock, Arc::clone(tokens), &[]).await
}

async fn until_tier(value: &Value, customer: &str, tier: &str) {
    while score_of(value, customer).await.tier != tier {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_tier_is_held_down_at_once_and_comes_back() {
    let beside = Beside::start().await;
    let value = &beside.value;
    value.bought(&SHOP).await;
    let gate = TierPolicy { best_unqualified_tier: "STANDARD".into(), ..TierPolicy::default() };
    value.run(ScoreRunSettings { tier_policy: Some(gate), ..settings("1997-06-30") }).await;
    let best = value.all_scores().await.remove(0).customer_external_id;
    assert_eq!(score_of(value, &best).await.tier, "KEY");
    beside.customers.publish(&CustomerCreated { customer: Some(customer(ANA, &best)) });
    beside.caught_up().await;

    let before = std::time::Instant::now();
    beside.told(ANA, false, 1);
    until_tier(value, &best, "STANDARD").await;
    // A second on a machine that is at peace; the bound only tells a push from the next look, which comes every five.
    let took = before.elapsed();
    println!("held down after {took:?}");
    assert!(took < Duration::from_secs(4), "{took:?}");
    let held = score_of(value, &best).await;
    assert_eq!((held.rank, held.earned_tier.as_str()), (1, "KEY"), "what it earns is not touched");
    assert_eq!(get(value, &best).await.unwrap().qualification_status(), QualificationStatus::NotQualified);

    beside.told(ANA, true, 2);
    until_tier(value, &best, "KEY").await;
    let mut told = moves_of(value, &best).await;
    told.retain(|(_, _, cause)| *cause == Cause::Qualification);
    told.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let went = |from: &str, to: &str| (from.to_owned(), to.to_owned(), Cause::Qualification);
    assert_eq!(told, [went("KEY", "STANDARD"), went("STANDARD", "KEY")]);
}

#[tokio::test]
async fn what_is_told_of_a_customer_that_is_not_known_yet_holds_when_it_appears() {
    let beside = Beside::start().await;
    beside.told(ANA, false, 1);
    beside.told(BEN, true, 1);
    beside.caught_up().await;
    // Its first transaction comes under its id, and that of the other under its key.
    beside.value.record(by_id(purchase("a", "", 1), ANA)).await;
    beside.value.record(purchase("b", "C-2", 1)).await;
    assert_eq!(beside.status(ANA).await, QualificationStatus::NotQualified);
    beside.customers.publish(&CustomerCreated { customer: Some(customer(BEN, "C-2")) });
    beside.caught_up().await;
    assert_eq!(get(&beside.value, "C-2").await.unwrap().qualification_status(), QualificationStatus::Qualified);
    assert_eq!(beside.value.count("SELECT count(*) FROM value.buyer WHERE survivor_id IS NULL").await, 2);
}

#[tokio::test]
async fn an_event_takes_effect_once_and_one_of_the_past_none() {
    let beside = Beside::start().await;
    beside.told(ANA, true, 3);
    beside.told(ANA, true, 3);
    beside.told(ANA, false, 2);
    beside.caught_up().await;
    assert_eq!(beside.status(ANA).await, QualificationStatus::Qualified);
    assert_eq!(beside.value.events().await, ["clientele.value.v1.AccountSignalsUpdated"]);
}

#[tokio::test]
async fn a_signal_set_by_hand_holds_until_the_next_event() {
    let beside = Beside::start().await;
    beside.customers.publish(&CustomerCreated { customer: Some(customer(ANA, "C-1")) });
    beside.told(ANA, true, 1);
    beside.caught_up().await;
    let by_hand = QualificationStatus::NotQualified.into();
    let signals = AccountSignals { qualification_status: by_hand, nps: Some(7.0), ..of("C-1") };
    beside.value.signal(signals, &["qualification_status", "nps"]).await.unwrap();
    assert_eq!(beside.status(ANA).await, QualificationStatus::NotQualified);
    beside.told(ANA, true, 2);
    beside.caught_up().await;
    let after = get(&beside.value, "C-1").await.unwrap();
    assert_eq!((after.qualification_status(), after.nps), (QualificationStatus::Qualified, Some(7.0)));
}
