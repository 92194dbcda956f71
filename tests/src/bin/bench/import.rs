//! `ImportTransactions` beside `\copy` of the same rows into a table with the same indexes.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::Path,
    time::Instant,
};

use anyhow::{Result, ensure};
use bytes::Bytes;
use clientele_proto::{
    Date, Money,
    codec::{ContractCodec, ContractDecoder},
    value::v1::{
        ImportTransactionsRequest, ImportTransactionsResponse, Transaction, TransactionKind, transaction::Customer,
    },
};
use http::uri::PathAndQuery;
use jiff::{Span, civil};
use prost::Message as _;
use tonic::{
    Status,
    client::Grpc,
    codec::{Codec, EncodeBuf, Encoder},
    transport::Channel,
};

use crate::{
    Size,
    house::{House, VALUE, twin_table},
    scoring::authorised,
    served::Served,
    spread::Spread,
    table::{Bar, Row, grouped, rate},
};

const DATABASE: &str = "bench_import";
const METHOD: &str = "/clientele.value.v1.TransactionService/ImportTransactions";

/// The columns of the raw file; the others are NULL on both sides.
const COLUMNS: &str = "buyer_id, amount_minor, occur_time, create_time, occur_date, kind, tenant_id, currency_code, external_id, \
                       refunded_external_id";

/// Rows of a message.
const MESSAGE: u64 = 5_000;
/// Purchases of a buyer, about; the small import has the same buyers as the large one.
const EACH: u64 = 30;
/// Days over which purchases are spread.
const DAYS: u64 = 700;

/// Imports a file's worth of rows some times, each for a tenant of its own whose buyers are new.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    let owner = house.database(DATABASE).await?;
    let raw = twin_table(&owner, VALUE.schema.schema, "transaction").await?;
    let file = house.folder().join("transactions.text");

    let small = size.import_rows / 4;
    let served = house.serve(VALUE, DATABASE).await?;
    import(house, &served, &Rows { tenant: "small".into(), count: small, buyers: size.import_rows / EACH }).await?;
    let small_peak = served.peak_mib()?;
    served.stop().await?;

    let served = house.serve(VALUE, DATABASE).await?;
    let (mut ours, mut beside, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..size.rounds {
        let rows = Rows { tenant: format!("large-{round}"), count: size.import_rows, buyers: size.import_rows / EACH };
        rows.write(&file)?;
        owner.run(&["CHECKPOINT"]).await?;
        ours.push(import(house, &served, &rows).await?);
        if round == 0 {
            peaks.push(served.peak_mib()?);
        }
        owner.run(&["CHECKPOINT"]).await?;
        let seconds = owner.copy_in(&format!("{raw} ({COLUMNS})"), &file, "text").await?;
        beside.push(rows.count as f64 / seconds);
    }
    served.stop().await?;
    fs::remove_file(&file)?;
    house.drop_database(DATABASE).await?;

    let (many, few) = (grouped(size.import_rows as f64), grouped(small as f64));
    Ok(vec![
        Row::ratio(
            format!("ImportTransactions, {many} rows"),
            format!("{} rows", rate(&ours)),
            format!("psql \\copy into the same indexes: {} rows", rate(&beside)),
            Spread::of_ratios(&ours, &beside),
            Bar::AtLeast(0.5),
        ),
        Row::ratio(
            format!("ImportTransactions, memory of value at most with {many} rows"),
            format!("{:.0} MiB", peaks[0]),
            format!("{few} rows: {small_peak:.0} MiB"),
            Spread::of_ratios(&peaks, &[small_peak]),
            Bar::AtMost(1.25),
        ),
    ])
}

/// Rows that are imported on both sides.
struct Rows {
    tenant: String,
    count: u64,
    buyers: u64,
}

/// One of them.
struct Row1 {
    external_id: String,
    buyer: u64,
    date: civil::Date,
    amount_minor: i64,
}

impl Rows {
    fn all(&self) -> impl Iterator<Item = Row1> {
        let (first, buyers, count) = (civil::date(2024, 1, 1), self.buyers, self.count);
        let dates: Vec<_> = (0..DAYS as i64).map(|days| first.saturating_add(Span::new().days(days))).collect();
        (0..count).map(move |number| {
            let mixed = mix(number);
            Row1 {
                external_id: format!("INV-{number:010}"),
                buyer: mixed % buyers,
                date: dates[(number * DAYS / count) as usize],
                amount_minor: 100 + (mix(mixed) % 20_000) as i64,
            }
        })
    }

    /// As a file that `\copy` takes; buyers have made-up numbers.
    fn write(&self, file: &Path) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, fs::File::create(file)?);
        for row in self.all() {
            let Row1 { external_id, buyer, date, amount_minor } = row;
            let tenant = &self.tenant;
            writeln!(
                out,
                "{buyer}\t{amount_minor}\t\\N\t2026-11-01 00:00:00.123456Z\t{date}\t1\t{tenant}\tEUR\t{external_id}\t\\N"
            )?;
        }
        Ok(out.flush()?)
    }

    /// As encoded messages, so that the caller's encoding is no part of what is measured.
    fn messages(&self) -> Vec<Bytes> {
        let mut messages = Vec::new();
        let mut transactions = Vec::with_capacity(MESSAGE as usize);
        for row in self.all() {
            transactions.push(message(row));
            if transactions.len() as u64 == MESSAGE {
                messages.push(
                    ImportTransactionsRequest { transactions: std::mem::take(&mut transactions) }
                        .encode_to_vec()
                        .into(),
                );
            }
        }
        if !transactions.is_empty() {
            messages.push(ImportTransactionsRequest { transactions }.encode_to_vec().into());
        }
        messages
    }
}

fn message(row: Row1) -> Transaction {
    let Row1 { external_id, buyer, date, amount_minor } = row;
    Transaction {
        external_id,
        customer: Some(Customer::CustomerExternalId(format!("C-{buyer:08}"))),
        kind: TransactionKind::Purchase.into(),
        amount: Some(Money {
            currency_code: "EUR".into(),
            units: amount_minor / 100,
            nanos: (amount_minor % 100) as i32 * 10_000_000,
        }),
        occur_date: Some(Date { year: date.year().into(), month: date.month().into(), day: date.day().into() }),
        ..Transaction::default()
    }
}

fn mix(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Imports the rows and answers how many a second.
async fn import(house: &House, served: &Served, rows: &Rows) -> Result<f64> {
    let token = house.token(&rows.tenant);
    let messages = rows.messages();
    let mut client = Grpc::new(served.channel().await?);
    let began = Instant::now();
    let accepted = send(&mut client, &token, messages).await?;
    let seconds = began.elapsed().as_secs_f64();
    ensure!(accepted == rows.count as i64, "{accepted} of {} rows were accepted", rows.count);
    Ok(rows.count as f64 / seconds)
}

async fn send(client: &mut Grpc<Channel>, token: &str, messages: Vec<Bytes>) -> Result<i64> {
    let request = authorised(tokio_stream::iter(messages), token)?;
    client.ready().await?;
    let mut answers = client.streaming(request, PathAndQuery::from_static(METHOD), Encoded).await?.into_inner();
    let mut accepted = 0;
    while let Some(answer) = answers.message().await? {
        let ImportTransactionsResponse { accepted: more, .. } = answer;
        accepted += more;
    }
    Ok(accepted)
}

/// Sends messages that are encoded already.
struct Encoded;

impl Codec for Encoded {
    type Encode = Bytes;
    type Decode = ImportTransactionsResponse;
    type Encoder = Self;
    type Decoder = ContractDecoder<ImportTransactionsResponse>;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self::Decoder {
        ContractCodec::<ImportTransactionsRequest, ImportTransactionsResponse>::default().decoder()
    }
}

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put(buffer, message);
        Ok(())
    }
}
