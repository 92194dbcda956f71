//! The connection to a feed is cut again and again while events are made; who resumes from the last position misses nothing.

use std::{sync::Arc, time::Duration};

use clientele_proto::events::v1::{
    Event, SubscribeRequest, event_feed_service_client::EventFeedServiceClient, subscribe_response::Content,
};
use clientele_service::client::Peer;
use clientele_testkit::{Bearer, FakeClock, Running, TestDatabase, Tokens};
use clientele_tests::{eventually, rows::count, world::FEED_READER};
use tonic::{Status, service::interceptor::InterceptedService, transport::Endpoint};

use crate::{
    feed_order::{EVENTS, nothing_is_lost_or_out_of_order, write},
    proxy::Proxy,
};

/// Both services in this process, with a proxy between value and the feed of customers.
struct Pair {
    customers: Running,
    _value: Running,
    database: TestDatabase,
    proxy: Proxy,
}

async fn start() -> Pair {
    let clock = FakeClock::default();
    let database = TestDatabase::new(&[&clientele_customers::SCHEMA, &clientele_value::SCHEMA]).await;
    let tokens = Arc::new(Tokens::new(clock.now()));
    let app = clientele_customers::app_on(database.pool(clientele_customers::SCHEMA.schema).await, clock.context());
    let customers = Running::start_with(app, &clock, Arc::clone(&tokens), &[]).await;
    let proxy = Proxy::start(customers.address).await;
    let token = tokens.with_scopes("clientele", &FEED_READER);
    let peer = Peer::new(&format!("http://{}", proxy.address), Arc::new(move || token.clone())).unwrap();
    let pool = database.pool(clientele_value::SCHEMA.schema).await;
    let app = clientele_value::app_on(pool, clock.context(), Some(peer), None);
    let value = Running::start_with(app, &clock, tokens, &[]).await;
    Pair { customers, _value: value, database, proxy }
}

/// Reads the feed through the proxy until all events are there, and resumes after the last one whenever it breaks off. Answers how often
/// it did.
async fn read(pair: &Pair) -> (Vec<Event>, usize) {
    let endpoint = Endpoint::from_shared(format!("http://{}", pair.proxy.address)).unwrap();
    let bearer = Bearer::new(&pair.customers.tokens.of_tenant("acme"));
    let channel = InterceptedService::new(endpoint.connect_lazy(), bearer);
    let mut client = EventFeedServiceClient::new(channel);
    let (mut events, mut breaks): (Vec<Event>, usize) = (Vec::new(), 0);
    while events.len() < EVENTS {
        if follow(&mut client, &mut events).await.is_err() {
            breaks += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    (events, breaks)
}

async fn follow(
    client: &mut EventFeedServiceClient<InterceptedService<tonic::transport::Channel, Bearer>>,
    events: &mut Vec<Event>,
) -> Result<(), Status> {
    let after_position = events.last().map_or(0, |event| event.position);
    let mut answers = client.subscribe(SubscribeRequest { after_position, ..Default::default() }).await?.into_inner();
    while events.len() < EVENTS {
        match answers.message().await? {
            Some(answer) => {
                if let Some(Content::Event(event)) = answer.content {
                    events.push(event);
                }
            }
            None => return Err(Status::unavailable("ended")),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn subscribers_who_are_cut_off_and_resume_miss_nothing_and_see_each_subject_in_order() {
    let pair = start().await;
    let cutting = async {
        loop {
            tokio::time::sleep(Duration::from_millis(150)).await;
            pair.proxy.cut();
        }
    };
    let work = async { tokio::join!(write(&pair.customers), read(&pair)) };
    let (last, (events, breaks)) = tokio::select! {
        done = work => done,
        () = cutting => unreachable!("it cuts for ever"),
    };
    assert!(breaks > 1, "cut {breaks} times only");
    nothing_is_lost_or_out_of_order(&events, &last);

    // The projection of value was cut off as often, applied each event once, and ends with the keys of the end.
    let mut owner = pair.database.owner().await;
    let applied = "SELECT position FROM value.projection_cursor WHERE source = 'customers'";
    eventually("every event is applied", async || (count(&mut owner, applied).await == EVENTS as i64).then_some(()))
        .await;
    let attached =
        "SELECT count(*) FROM value.buyer b JOIN customers.customer c USING (tenant_id, customer_id, external_id)";
    assert_eq!(count(&mut owner, attached).await as usize, last.len());
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.buyer").await as usize, last.len());
}
