//! `RecordTransaction` while scores follow it, beside `pgbench` inserting the bare row.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use clientele_proto::{
    Date, Money,
    value::v1::{
        GetScoreRequest, RecordTransactionRequest, Transaction, TransactionKind, get_score_request,
        score_service_client::ScoreServiceClient, transaction::Customer,
        transaction_service_client::TransactionServiceClient,
    },
};
use prost::Message as _;
use tonic::transport::Channel;

use crate::{
    Size, customers,
    house::{House, VALUE, twin_table},
    load::{Target, closed_loop, framed},
    pgbench::Pgbench,
    purchases,
    reads::memory,
    scoring::{authorised, score},
    spread::Spread,
    table::{Bar, Row, rate},
};

const DATABASE: &str = "bench_recording";

/// Customers with a score, all of whom buy.
const SCORED: u32 = 20_000;

const IN_FLIGHT: u32 = 32;

/// A score that does not follow for so long never will.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Records purchases of customers with a score, each a durable transaction with its event.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let owner = house.database(DATABASE).await?;
    purchases::fill(&owner, SCORED).await?;
    let raw = twin_table(&owner, VALUE.schema.schema, "transaction").await?;
    let served = house.serve(VALUE, DATABASE).await?;
    let (channel, token) = (served.channel().await?, house.token(purchases::TENANT));
    score(&channel, &token).await?;
    let beside = Pgbench::new(owner.url().to_owned(), house.folder(), "record", &[script(&raw)])?;
    let target = Target {
        address: served.address,
        path: "/clientele.value.v1.TransactionService/RecordTransaction",
        token: token.clone(),
    };

    let follow = Follow { channel, token };
    let (mut ours, mut plain, mut quiet, mut loaded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..size.rounds {
        quiet.push(follow.one(&format!("quiet-{round}")).await?);
        ours.push(closed_loop(&target, IN_FLIGHT as usize, size.seconds, bodies(round)).await?);
        loaded.push(follow.one(&format!("loaded-{round}")).await?);
        plain.push(beside.run(IN_FLIGHT, size.seconds).await?);
    }
    let rows = vec![
        Row::ratio(
            format!("RecordTransaction with online rescoring, {IN_FLIGHT} in flight (our own loop)"),
            rate(&ours),
            format!("pgbench, {IN_FLIGHT} clients, INSERT of the row alone: {}", rate(&plain)),
            Spread::of_ratios(&ours, &plain),
            Bar::AtLeast(0.5),
        ),
        Row::figure("from a recorded purchase to its score", "-".into(), Spread::of(&quiet), " s", Bar::AtMost(1.0)),
        Row::figure("the same, right after the load above", "-".into(), Spread::of(&loaded), " s", Bar::Shown),
        memory("value, memory after these records", &served)?,
    ];
    served.stop().await?;
    house.drop_database(DATABASE).await?;
    Ok(rows)
}

/// A purchase a day after the run; buyers take turns.
fn purchase(external_id: String, buyer: u64) -> RecordTransactionRequest {
    let (year, month, day) = purchases::LAST_DAY;
    let transaction = Transaction {
        external_id,
        customer: Some(Customer::CustomerId(customers::id(buyer).to_string())),
        kind: TransactionKind::Purchase.into(),
        amount: Some(Money { currency_code: purchases::CURRENCY.into(), units: 40, nanos: 0 }),
        occur_date: Some(Date { year, month, day }),
        ..Transaction::default()
    };
    RecordTransactionRequest { transaction: Some(transaction), ..RecordTransactionRequest::default() }
}

fn bodies(round: usize) -> impl FnMut() -> Bytes + Send + 'static {
    let mut number = 0;
    move || {
        number += 1;
        framed(&purchase(format!("N-{round}-{number}"), 1 + number * 7_919 % u64::from(SCORED)).encode_to_vec())
    }
}

/// The bare row, with a new key each time.
fn script(raw: &str) -> String {
    let (tenant, currency) = (purchases::TENANT, purchases::CURRENCY);
    let (year, month, day) = purchases::LAST_DAY;
    format!(
        "\\set key random(1, 1000000000000000000)\n\
         \\set buyer random(1, {SCORED})\n\
         INSERT INTO {raw} (tenant_id, external_id, buyer_id, kind, amount_minor, currency_code, occur_date, create_time) \
             VALUES ('{tenant}', 'N-' || :key::bigint, :buyer, 1, 4000, '{currency}', '{year}-{month}-{day}', now());\n"
    )
}

/// Measures how soon a score knows of a purchase.
struct Follow {
    channel: Channel,
    token: String,
}

impl Follow {
    /// Seconds from the answer to a recorded purchase until the customer's score counts it.
    async fn one(&self, external_id: &str) -> Result<f64> {
        let buyer = u64::from(SCORED) / 2;
        let before = self.revenue(buyer).await?;
        let request = authorised(purchase(external_id.to_owned(), buyer), &self.token)?;
        TransactionServiceClient::new(self.channel.clone()).record_transaction(request).await?;
        let began = Instant::now();
        while self.revenue(buyer).await? == before {
            ensure!(began.elapsed() < LONGEST_WAIT, "the score does not follow");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(began.elapsed().as_secs_f64())
    }

    async fn revenue(&self, buyer: u64) -> Result<i64> {
        let request = GetScoreRequest {
            customer: Some(get_score_request::Customer::CustomerId(customers::id(buyer).to_string())),
            ..GetScoreRequest::default()
        };
        let request = authorised(request, &self.token)?;
        let score = ScoreServiceClient::new(self.channel.clone()).get_score(request).await?.into_inner();
        Ok(score.purchases.and_then(|purchases| purchases.total_revenue).map_or(0, |revenue| revenue.units))
    }
}
