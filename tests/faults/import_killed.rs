//! The service is killed in the middle of an import; the caller goes on after the last answered row.

use clientele_proto::value::v1::{
    ImportTransactionsRequest, ImportTransactionsResponse, Transaction, transaction_service_client::TransactionServiceClient,
};
use clientele_tests::{data, rows::count};
use sqlx::query_scalar;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::site::Site;

const ROWS: usize = 120_000;
const MESSAGE: usize = 2_000;

fn rows() -> Vec<Transaction> {
    (0..ROWS)
        .map(|row| data::purchase(&format!("t-{row}"), &format!("c-{}", row % 9_000), 1 + row as i64, data::date(2024, 1 + (row % 12) as i32, 1)))
        .collect()
}

/// Sends rows until they are all answered or the stream breaks. `answered` sees every answer and may do something about it.
async fn import(site: &mut Site, rows: &[Transaction], mut answered: impl FnMut(&mut Site, &ImportTransactionsResponse)) -> Result<(), Status> {
    let mut client = TransactionServiceClient::new(site.channel(&site.value));
    let (messages, stream) = mpsc::channel(1);
    let rows = rows.to_vec();
    tokio::spawn(async move {
        for some in rows.chunks(MESSAGE) {
            if messages.send(ImportTransactionsRequest { transactions: some.to_vec() }).await.is_err() {
                return;
            }
        }
    });
    let mut answers = client.import_transactions(ReceiverStream::new(stream)).await?.into_inner();
    while let Some(answer) = answers.message().await? {
        answered(site, &answer);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_row_is_there_once_after_a_kill_and_the_import_goes_on_from_there() {
    let mut site = Site::start().await;
    let rows = rows();
    let mut acknowledged = 0;
    let mut kills = 0;
    let mut accepted = 0;
    // Killed twice: after the first answer, and after the first answer past the middle of what was left.
    while acknowledged < ROWS {
        let begin = acknowledged;
        let limit = [1, ROWS / 2].get(kills).copied();
        let ended = import(&mut site, &rows[begin..], |site, answer| {
            assert_eq!(answer.rejected, 0, "{:?}", answer.exceptions.first());
            assert!(answer.next_row as usize > acknowledged - begin, "positions rise");
            acknowledged = begin + answer.next_row as usize;
            accepted += answer.accepted;
            if limit.is_some_and(|limit| acknowledged >= limit) {
                site.value.kill();
            }
        })
        .await;
        if ended.is_ok() {
            break;
        }
        assert!(kills < 2, "it broke off by itself: {ended:?}");
        assert!(acknowledged > begin && acknowledged < ROWS, "killed in the middle: {acknowledged}");
        kills += 1;
        let ids: Vec<String> = rows[..acknowledged].iter().map(|row| row.external_id.clone()).collect();
        let kept: i64 = query_scalar("SELECT count(*) FROM value.transaction WHERE tenant_id = 'acme' AND external_id = ANY($1)")
            .bind(ids)
            .fetch_one(&mut site.owner().await)
            .await
            .unwrap();
        assert_eq!(kept as usize, acknowledged, "what was acknowledged is there");
        site.value.restart();
        site.until_answering().await;
    }
    assert_eq!((kills, acknowledged), (2, ROWS));
    assert!(accepted as usize <= ROWS, "nothing was accepted twice");

    let mut owner = site.owner().await;
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.transaction").await as usize, ROWS);
    let cents = "SELECT sum(amount_minor)::bigint FROM value.transaction";
    assert_eq!(count(&mut owner, cents).await as usize, 100 * ROWS * (ROWS + 1) / 2);
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.buyer").await, 9_000);
    let told = "SELECT count(*) FROM value.outbox WHERE event_type <> 'clientele.value.v1.TransactionsRecorded'";
    assert_eq!(count(&mut owner, told).await, 0);
}
