//! Throw-away load generator.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods)]
use clientele_auth::{DevIssuer, DevToken};
use clientele_proto::{Date, Money, value::v1::*};
use futures::StreamExt;
use std::time::{Duration, Instant};

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

// row -> (external id, customer, day offset, cents)
fn row(i: u64, customers: u64, random_ids: bool) -> (String, u64, u64, u64) {
    let h = mix(i.wrapping_add(0x9e37_79b9_7f4a_7c15));
    let id = if random_ids { format!("{:016x}", mix(i ^ 0xabcdef)) } else { format!("INV-{i:010}") };
    (id, h % customers, mix(h) % 540, 100 + mix(h ^ 7) % 20000)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let a: Vec<String> = std::env::args().collect();
    match a[1].as_str() {
        "migrate" => {
            clientele_pg::migrate::run(&a[2], &[&clientele_value::SCHEMA]).await.unwrap();
        }
        "token" => {
            let issuer = DevIssuer::open(&a[2], "bench", "clientele").unwrap();
            println!("{}", issuer.sign(&DevToken { tenant: "bench", subject: "me", scopes: &["value.write", "value.read"], lifetime: Duration::from_secs(86400), id: None }, jiff::Timestamp::now()));
        }
        // csv for psql: buyer ids are customer + 1
        "copy" => {
            use std::io::Write;
            let (from, n, customers): (u64, u64, u64) = (a[2].parse().unwrap(), a[3].parse().unwrap(), a[4].parse().unwrap());
            let random = a.get(5).is_some_and(|s| s == "random");
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            let first = jiff::civil::date(2025, 1, 1);
            for i in from..from + n {
                let (id, c, d, cents) = row(i, customers, random);
                let date = first.checked_add(jiff::Span::new().days(d as i64)).unwrap();
                writeln!(out, "{}\t{cents}\t\\N\t2026-11-23 00:00:00Z\t{date}\t1\tbench\tUSD\t{id}\t\\N", c + 1).unwrap();
            }
        }
        // rpc URL TOKEN from n customers message_rows [random]
        "rpc" => {
            let (url, token) = (a[2].clone(), a[3].clone());
            let (from, n, customers, size): (u64, u64, u64, u64) = (a[4].parse().unwrap(), a[5].parse().unwrap(), a[6].parse().unwrap(), a[7].parse().unwrap());
            let random = a.get(8).is_some_and(|s| s == "random");
            let channel = tonic::transport::Endpoint::from_shared(url).unwrap().initial_stream_window_size(1 << 20).initial_connection_window_size(8 << 20).connect().await.unwrap();
            let mut client = transaction_service_client::TransactionServiceClient::new(channel).max_decoding_message_size(64 << 20);
            let first = jiff::civil::date(2025, 1, 1);
            let dates: Vec<Date> = (0..540).map(|d| { let x = first.checked_add(jiff::Span::new().days(d)).unwrap(); Date { year: x.year().into(), month: x.month().into(), day: x.day().into() } }).collect();
            let (send, receive) = tokio::sync::mpsc::channel(2);
            std::thread::spawn(move || {
                let mut i = from;
                while i < from + n {
                    let end = (i + size).min(from + n);
                    let transactions = (i..end).map(|i| {
                        let (id, c, d, cents) = row(i, customers, random);
                        Transaction {
                            external_id: id,
                            customer: Some(transaction::Customer::CustomerExternalId(format!("C{c:07}"))),
                            kind: 1,
                            amount: Some(Money { currency_code: "USD".into(), units: (cents / 100) as i64, nanos: (cents % 100) as i32 * 10_000_000 }),
                            occur_date: Some(dates[d as usize].clone()),
                            ..Default::default()
                        }
                    }).collect();
                    if send.blocking_send(ImportTransactionsRequest { transactions }).is_err() { return; }
                    i = end;
                }
            });
            let mut request = tonic::Request::new(futures::stream::unfold(receive, |mut r| async { r.recv().await.map(|m| (m, r)) }));
            request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
            let began = Instant::now();
            let mut answers = client.import_transactions(request).await.unwrap().into_inner();
            let (mut acc, mut dup, mut rej, mut k) = (0, 0, 0, 0);
            while let Some(answer) = answers.next().await {
                let answer = answer.unwrap();
                acc += answer.accepted; dup += answer.duplicates; rej += answer.rejected; k += 1;
            }
            let t = began.elapsed().as_secs_f64();
            println!("rpc {n} rows in {t:.2}s = {:.0} rows/s; {acc} accepted {dup} duplicates {rej} rejected in {k} answers", n as f64 / t);
        }
        _ => panic!(),
    }
}
