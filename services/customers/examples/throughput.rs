#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout)]
use std::{sync::{Arc, atomic::{AtomicU64, Ordering}}, time::{Duration, Instant}};
use clientele_customers::{SCHEMA, app_on};
use clientele_pg::{Pool, PoolOptions};
use clientele_proto::customers::v1::{*, customer::Kind, customer_service_client::CustomerServiceClient, get_customer_request::Key};
use clientele_service::Context;
use clientele_testkit::{Bearer, FakeClock, Running, TestDatabase, Tokens};
use tonic::{service::interceptor::InterceptedService, transport::Endpoint};

fn org(n: usize) -> Customer {
    Customer { external_id: format!("E-{n:08}"), country_code: "CN".into(), email: format!("c{n}@example.com"),
        attributes: [("region".to_owned(), "south".to_owned())].into(),
        kind: Some(Kind::Organisation(Organisation { legal_name: format!("Company {n}"), ..Default::default() })), ..Default::default() }
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let in_flight: usize = args[2].parse().unwrap();
    let database = TestDatabase::new(&[&SCHEMA]).await;
    println!("{}", database.owner_url());
    let options = PoolOptions { max_connections: 40, ..PoolOptions::new(database.url(SCHEMA.schema), "bench") };
    let pool = Pool::connect(&options).await.unwrap();
    let clock = FakeClock::default();
    let tokens = Arc::new(Tokens::new(clock.now()));
    let running = Running::start_with(app_on(pool, Context::system()), &clock, tokens.clone(), &[]).await;
    let token = tokens.of_tenant("acme");
    let connect = || async {
        let channel = Endpoint::from_shared(format!("http://{}", running.address)).unwrap().tcp_nodelay(true).connect().await.unwrap();
        CustomerServiceClient::new(InterceptedService::new(channel, Bearer::new(&token)))
    };
    let rows: usize = 100_000;
    let began = Instant::now();
    let messages = (0..rows / 1000).map(|m| ImportCustomersRequest { customers: (m * 1000..(m + 1) * 1000).map(org).collect() }).collect::<Vec<_>>();
    let mut answers = connect().await.import_customers(futures::stream::iter(messages)).await.unwrap().into_inner();
    while answers.message().await.unwrap().is_some() {}
    println!("import {:.0} rows/s", rows as f64 / began.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(5)).await;
    use sqlx::Executor;
    let mut owner = database.owner().await;
    owner.execute("VACUUM ANALYZE").await.unwrap();
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("SELECT customer_id FROM customers.customer").fetch_all(&mut owner).await.unwrap();
    let ids: Arc<Vec<String>> = Arc::new(ids.into_iter().map(|id| id.to_string()).collect());
    if args[1] == "serve" {
        use prost::Message;
        let body = |bytes: Vec<u8>| { let mut b = vec![0u8]; b.extend((bytes.len() as u32).to_be_bytes()); b.extend(bytes); b };
        std::fs::write("/tmp/h2.get", body(GetCustomerRequest { key: Some(Key::CustomerId(ids[5].clone())) }.encode_to_vec())).unwrap();
        std::fs::write("/tmp/h2.getx", body(GetCustomerRequest { key: Some(Key::ExternalId("E-00000077".into())) }.encode_to_vec())).unwrap();
        std::fs::write("/tmp/h2.create", body(CreateCustomerRequest { customer: Some(Customer { external_id: String::new(), ..org(1) }), ..Default::default() }.encode_to_vec())).unwrap();
        std::fs::write("/tmp/h2.url", format!("http://{}/clientele.customers.v1.CustomerService/", running.address)).unwrap();
        std::fs::write("/tmp/h2.id", &ids[5]).unwrap();
        std::fs::write("/tmp/h2.token", &token).unwrap();
        tokio::time::sleep(Duration::from_secs(args[3].parse().unwrap())).await;
        std::process::exit(0);
    }
    let mut clients = Vec::new();
    for _ in 0..4 { clients.push(connect().await); }
    for what in args[1].split(',') {
        let done = Arc::new(AtomicU64::new(0));
        let until = Instant::now() + Duration::from_secs(8);
        let tasks: Vec<_> = (0..in_flight).map(|task| {
            let (mut client, done, ids, what) = (clients[task % 4].clone(), done.clone(), ids.clone(), what.to_owned());
            tokio::spawn(async move {
                let mut n = task * 7919;
                while Instant::now() < until {
                    n += 1;
                    match what.as_str() {
                        "get" => { client.get_customer(GetCustomerRequest { key: Some(Key::CustomerId(ids[n * 31 % ids.len()].clone())) }).await.unwrap(); }
                        "getx" => { client.get_customer(GetCustomerRequest { key: Some(Key::ExternalId(format!("E-{:08}", n * 31 % ids.len()))) }).await.unwrap(); }
                        _ => { client.create_customer(CreateCustomerRequest { customer: Some(Customer { external_id: String::new(), ..org(n) }), request_id: uuid::Uuid::now_v7().to_string(), validate_only: false }).await.unwrap(); }
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        }).collect();
        for task in tasks { task.await.unwrap(); }
        println!("{what} {in_flight} in flight: {:.0}/s", done.load(Ordering::Relaxed) as f64 / 8.0);
    }
    if args.len() > 3 { tokio::time::sleep(Duration::from_secs(args[3].parse().unwrap())).await; }
    std::process::exit(0);
}
