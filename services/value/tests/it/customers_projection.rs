use std::sync::Arc;

use clientele_proto::{
    customers::v1::{Customer, CustomerCreated, CustomerDeleted, CustomerUpdated},
    events::v1::{
        Checkpoint, Event, FeedBounds, GetFeedBoundsRequest, SubscribeRequest, SubscribeResponse,
        event_feed_service_server::{EventFeedService, EventFeedServiceServer, SERVICE_NAME},
        subscribe_response::Content,
    },
    value::v1::{
        Contract, ImportTransactionsRequest, ListTransactionsRequest,
        churn_alert::{Level, Outcome, State},
        contract::Customer as Party,
        list_transactions_request,
        transaction::Customer as Of,
    },
};
use clientele_service::{App, rpc::Answers};
use clientele_testkit::{FakeClock, Running, Tokens};
use futures::{StreamExt as _, stream};
use prost::{Message, Name};
use tokio::sync::watch;
use tonic::{Request, Response, Status, service::Routes};

use crate::{
    contracts::yearly,
    harness::{TENANT, Value, by_id, on, purchase},
    scoring::{SHOP, settings},
};

pub const ANA: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";
pub const BEN: &str = "0198c1f2-7d3a-7cc3-8a51-000000000002";

/// The customers service's feed: what a test says happened.
#[derive(Debug, Clone)]
pub struct Feed(Arc<watch::Sender<Vec<Event>>>);

impl Feed {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::channel(Vec::new()).0))
    }

    /// The position of the last event.
    pub fn latest(&self) -> i64 {
        self.0.borrow().len() as i64
    }

    pub fn publish<M: Message + Name>(&self, payload: &M) {
        self.0.send_modify(|events| {
            events.push(Event {
                r#type: M::full_name(),
                position: events.len() as i64 + 1,
                tenant_id: TENANT.to_owned(),
                data: Some(prost_types::Any { type_url: String::new(), value: payload.encode_to_vec() }),
                ..Event::default()
            });
        });
    }

    pub fn created(&self, customer_id: &str, external_id: &str) {
        self.publish(&CustomerCreated { customer: Some(customer(customer_id, external_id)) });
    }

    pub fn updated(&self, customer_id: &str, external_id: &str) {
        self.publish(&CustomerUpdated {
            customer: Some(customer(customer_id, external_id)),
            changed_fields: Vec::new(),
        });
    }
}

pub fn customer(customer_id: &str, external_id: &str) -> Customer {
    Customer { customer_id: customer_id.to_owned(), external_id: external_id.to_owned(), ..Customer::default() }
}

#[tonic::async_trait]
impl EventFeedService for Feed {
    type SubscribeStream = Answers<SubscribeResponse>;

    async fn subscribe(&self, request: Request<SubscribeRequest>) -> Result<Response<Self::SubscribeStream>, Status> {
        let events = self.0.subscribe();
        let after = request.into_inner().after_position as usize;
        let answers = stream::unfold((events, after), |(mut events, after)| async move {
            let next = events.wait_for(|events| events.len() > after).await.ok()?[after].clone();
            let answer = SubscribeResponse { content: Some(Content::Event(next)) };
            Some((Ok(answer), (events, after + 1)))
        });
        let greeting = SubscribeResponse { content: Some(Content::Checkpoint(Checkpoint { position: after as i64 })) };
        Ok(Response::new(stream::iter([Ok(greeting)]).chain(answers).boxed()))
    }

    async fn get_feed_bounds(&self, _request: Request<GetFeedBoundsRequest>) -> Result<Response<FeedBounds>, Status> {
        Ok(Response::new(FeedBounds::default()))
    }
}

/// A value service beside a customers service of which only the feed exists.
pub async fn start() -> (Value, Feed, Running) {
    let clock = FakeClock::default();
    let tokens = Arc::new(Tokens::new(clock.now()));
    let feed = Feed::new();
    let routes = Routes::new(EventFeedServiceServer::new(feed.clone()));
    let app = App { name: "customers", routes, services: vec![SERVICE_NAME], jobs: Vec::new() };
    let customers = Running::start_with(app, &clock, Arc::clone(&tokens), &[]).await;
    let peer = customers.peer(TENANT, &["events.read", "events.all_tenants"]);
    (Value::start_beside(Some(peer), None, tokens).await, feed, customers)
}

/// Waits until the projection has applied everything the feed holds.
pub async fn caught_up(value: &Value, feed: &Feed) {
    let latest = feed.latest();
    while value.count("SELECT position FROM value.projection_cursor WHERE source = 'customers'").await < latest {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

async fn ids_of(value: &Value, customer: list_transactions_request::Customer) -> Vec<String> {
    let request = ListTransactionsRequest {
        customer: Some(customer),
        order_by: "external_id".into(),
        ..ListTransactionsRequest::default()
    };
    let page = value.transactions().list_transactions(request).await.unwrap().into_inner();
    page.transactions.into_iter().map(|transaction| transaction.external_id).collect()
}

pub async fn of_id(value: &Value, id: &str) -> Vec<String> {
    ids_of(value, list_transactions_request::Customer::CustomerId(id.to_owned())).await
}

pub async fn of_key(value: &Value, key: &str) -> Vec<String> {
    ids_of(value, list_transactions_request::Customer::CustomerExternalId(key.to_owned())).await
}

#[tokio::test]
async fn transactions_that_came_before_their_customer_attach_when_it_appears() {
    let (value, feed, _customers) = start().await;
    value.record(purchase("a", "C-1", 1)).await;
    feed.created(ANA, "C-1");
    caught_up(&value, &feed).await;
    assert_eq!(of_id(&value, ANA).await, ["a"]);
    let answer = value.record(purchase("b", "C-1", 1)).await;
    assert_eq!(answer.customer, Some(Of::CustomerId(ANA.to_owned())), "the customer is known by now");
}

#[tokio::test]
async fn transactions_under_either_key_are_those_of_one_customer() {
    let (value, feed, _customers) = start().await;
    value.record(purchase("a", "C-1", 1)).await;
    value.record(by_id(purchase("b", "", 1), ANA)).await;
    feed.created(ANA, "C-1");
    caught_up(&value, &feed).await;
    assert_eq!(of_id(&value, ANA).await, ["a", "b"]);
    assert_eq!(of_key(&value, "C-1").await, ["a", "b"]);
    assert_eq!(value.count("SELECT count(*) FROM value.buyer WHERE survivor_id IS NULL").await, 1);
    // Sent again under the other key, it is the same transaction.
    value.record(by_id(purchase("a", "", 1), ANA)).await;
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 2);
}

/// Bought under its key every month, and under its id every ten days: silent for 4.1 and for 16 rhythms.
#[tokio::test]
async fn a_customer_with_an_alert_under_either_key_keeps_the_one_of_its_last_purchase() {
    let (value, feed, _customers) = start().await;
    value.bought(&SHOP).await;
    value.watch_by_rhythm().await;
    for (month, day, other_month, other_day) in [(1, 1, 1, 1), (2, 1, 1, 11), (3, 1, 1, 21)] {
        value.record(on(purchase(&format!("a-{month}-{day}"), "C-1", 1), month, day)).await;
        value.record(on(by_id(purchase(&format!("b-{other_day}"), "", 1), ANA), other_month, other_day)).await;
    }
    value.run(settings("1997-06-30")).await;
    assert_eq!(value.alerts("state = OPEN").await.len(), 3, "those two and one of the shop");
    feed.created(ANA, "C-1");
    caught_up(&value, &feed).await;
    let alerts = value.alerts("").await;
    let told: Vec<_> = alerts
        .iter()
        .filter(|alert| alert.customer_id == ANA)
        .map(|alert| (alert.level(), alert.state(), alert.outcome(), alert.customer_external_id.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Level::Warning, State::Open, Outcome::Unspecified, "C-1"),
            (Level::Critical, State::Resolved, Outcome::Unspecified, "C-1")
        ]
    );
    // The silence of the two as one has its alert already, and is louder by its own rhythm: five purchase days in 59 days, none for 121.
    value.run(settings("1997-06-30")).await;
    let open = value.alerts("state = OPEN AND level = CRITICAL").await;
    let customers: Vec<_> = open.iter().map(|alert| alert.customer_external_id.as_str()).collect();
    assert_eq!(customers, ["C-1"]);
}

#[tokio::test]
async fn a_customer_without_transactions_is_one_buyer_under_either_key() {
    let (value, feed, _customers) = start().await;
    feed.created(ANA, "C-1");
    feed.created(BEN, "");
    caught_up(&value, &feed).await;
    value.record(purchase("a", "C-1", 1)).await;
    value.record(by_id(purchase("b", "", 1), ANA)).await;
    value.record(by_id(purchase("c", "", 1), BEN)).await;
    assert_eq!(of_key(&value, "C-1").await, ["a", "b"]);
    assert_eq!(of_id(&value, BEN).await, ["c"]);
}

#[tokio::test]
async fn a_changed_external_id_leads_to_the_same_customer_and_the_old_one_no_longer_does() {
    let (value, feed, _customers) = start().await;
    feed.created(ANA, "C-1");
    caught_up(&value, &feed).await;
    value.record(purchase("a", "C-1", 1)).await;
    value.record(purchase("b", "C-2", 1)).await;
    feed.updated(ANA, "C-2");
    feed.created(BEN, "C-1");
    caught_up(&value, &feed).await;
    value.record(purchase("c", "C-1", 1)).await;
    assert_eq!(of_id(&value, ANA).await, ["a", "b"]);
    assert_eq!(of_id(&value, BEN).await, ["c"]);
}

#[tokio::test]
async fn a_deleted_customer_keeps_its_transactions() {
    let (value, feed, _customers) = start().await;
    value.record(purchase("a", "C-1", 1)).await;
    feed.created(ANA, "C-1");
    feed.publish(&CustomerDeleted { customer: Some(customer(ANA, "C-1")) });
    caught_up(&value, &feed).await;
    assert_eq!(of_id(&value, ANA).await, ["a"]);
}

#[tokio::test]
async fn imports_go_to_the_right_buyer_while_buyers_are_joined() {
    let (value, feed, _customers) = start().await;
    let ids: Vec<String> = (0..50).map(|number| format!("0198c1f2-7d3a-7cc3-8a51-{number:012}")).collect();
    // Half of the rows come under the key, half under the id; customers appear all the while.
    let messages: Vec<_> = (0..40)
        .map(|message| {
            let rows = (0..500).map(|row| {
                let number = message * 500 + row;
                let transaction = purchase(&format!("INV-{number}"), &format!("C-{}", row % 50), 1);
                if message % 2 == 0 { transaction } else { by_id(transaction, &ids[row % 50]) }
            });
            ImportTransactionsRequest { transactions: rows.collect() }
        })
        .collect();
    let paced = stream::iter(messages).then(|message| async {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        message
    });
    let appear = async {
        for (number, id) in ids.iter().enumerate() {
            feed.created(id, &format!("C-{number}"));
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let mut client = value.transactions();
    let import = async {
        let mut answers = client.import_transactions(paced).await.unwrap().into_inner();
        let mut accepted = 0;
        while let Some(answer) = answers.message().await.unwrap() {
            accepted += answer.accepted;
        }
        accepted
    };
    let (accepted, ()) = tokio::join!(import, appear);
    assert_eq!(accepted, 20_000);
    caught_up(&value, &feed).await;
    assert_eq!(value.count("SELECT count(*) FROM value.buyer WHERE survivor_id IS NULL").await, 50);
    let lost = "SELECT count(*) FROM value.transaction t LEFT JOIN value.buyer b USING (tenant_id, buyer_id) WHERE b.buyer_id IS NULL";
    assert_eq!(value.count(lost).await, 0);
    let wrong =
        "SELECT count(*) FROM (SELECT count(*) AS n FROM value.transaction GROUP BY buyer_id) AS of WHERE n <> 400";
    assert_eq!(value.count(wrong).await, 0);
}

/// A call that comes in the middle of it, for less and for longer than calls wait for a lock before they go the long way, after its key was looked up.
#[tokio::test]
async fn what_is_recorded_while_two_buyers_become_one_goes_to_the_one() {
    let (value, feed, _customers) = start().await;
    for (customer, key, milliseconds) in [(ANA, "C-1", 30), (BEN, "C-2", 500)] {
        let of_customer = |id: &str| by_id(purchase(&format!("{id}-{key}"), "", 1), customer);
        value.record(purchase(&format!("a-{key}"), key, 1)).await;
        value.record(of_customer("b")).await;
        let hold = value.hold("value.buyer_epoch").await;
        feed.created(customer, key);
        hold.somebody().await;
        tokio::join!(value.record(of_customer("c")), hold.release_after(milliseconds));
        caught_up(&value, &feed).await;
        let all = ["a", "b", "c"].map(|id| format!("{id}-{key}"));
        assert_eq!(of_id(&value, customer).await, all);
        assert_eq!(of_key(&value, key).await, all);
    }
}

#[tokio::test]
async fn contracts_under_either_key_are_those_of_one_customer() {
    let (value, feed, _customers) = start().await;
    value.contract(yearly("K-1", "C-1", "2025-06-01")).await.unwrap();
    let by_id = Some(Party::CustomerId(ANA.to_owned()));
    value.contract(Contract { customer: by_id.clone(), ..yearly("K-2", "C-2", "2025-07-01") }).await.unwrap();
    feed.created(ANA, "C-1");
    caught_up(&value, &feed).await;
    for key in ["K-1", "K-2"] {
        assert_eq!(value.get_contract(key).await.customer, by_id, "{key}");
    }
    let filter = format!("customer_id = \"{ANA}\" AND customer_external_id = \"C-1\"");
    assert_eq!(value.listed(&filter, "external_id").await, ["K-1", "K-2"]);
}
