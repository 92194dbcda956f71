//! Callers who write and, as good callers do, repeat what was not acknowledged.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use clientele_proto::{
    customers::v1::{CreateCustomerRequest, customer_service_client::CustomerServiceClient},
    value::v1::{RecordTransactionRequest, transaction_service_client::TransactionServiceClient},
};
use clientele_testkit::Authorised;
use clientele_tests::data;
use tokio::task::JoinSet;
use tonic::{Code, Status};
use uuid::Uuid;

/// What writers did so far.
#[derive(Default)]
pub struct Tally {
    /// Customers and transactions acknowledged, by the number in their keys.
    pub acknowledged: AtomicUsize,
    /// Every error, for a look at their codes.
    pub errors: Mutex<Vec<Status>>,
    /// Tells writers to finish.
    pub enough: AtomicBool,
}

impl Tally {
    /// Errors that tell a caller anything but to try again.
    pub fn unfit(&self) -> Vec<Status> {
        let fit = [Code::Unavailable, Code::Aborted, Code::DeadlineExceeded, Code::ResourceExhausted];
        self.errors.lock().unwrap().iter().filter(|status| !fit.contains(&status.code())).cloned().collect()
    }
}

/// Starts `writers` who each create a customer and record a purchase of theirs, again and again, until told to finish. Keys are
/// `<writer>-<number>`.
pub fn start(writers: usize, customers: &Authorised, value: &Authorised) -> (Arc<Tally>, JoinSet<usize>) {
    let tally = Arc::new(Tally::default());
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let (customers, value, tally) = (customers.clone(), value.clone(), Arc::clone(&tally));
        tasks.spawn(async move {
            let mut number = 0;
            while !tally.enough.load(Ordering::Relaxed) {
                let key = format!("{writer}-{number}");
                create(&customers, &tally, &key, request_id(writer, number)).await;
                record(&value, &tally, &key).await;
                number += 1;
                tally.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            number
        });
    }
    (tally, tasks)
}

/// The same at every try: the caller's way of saying that it is the same call.
fn request_id(writer: usize, number: usize) -> String {
    Uuid::from_u128(((writer as u128) << 64) | (0x7 << 76) | (0x2 << 62) | number as u128).to_string()
}

async fn create(channel: &Authorised, tally: &Tally, key: &str, request_id: String) {
    let request = CreateCustomerRequest { customer: Some(data::person(key, key)), request_id, ..Default::default() };
    let client = CustomerServiceClient::new(channel.clone());
    until_acknowledged(tally, || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.create_customer(request).await }
    })
    .await;
}

async fn record(channel: &Authorised, tally: &Tally, key: &str) {
    let transaction = Some(data::purchase(key, key, 3, data::date(2025, 5, 5)));
    let request = RecordTransactionRequest { transaction, ..Default::default() };
    let client = TransactionServiceClient::new(channel.clone());
    until_acknowledged(tally, || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.record_transaction(request).await }
    })
    .await;
}

async fn until_acknowledged<T, F: Future<Output = Result<T, Status>>>(tally: &Tally, call: impl Fn() -> F) {
    while let Err(status) = call().await {
        tally.errors.lock().unwrap().push(status);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
