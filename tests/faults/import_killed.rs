//! The service is killed in the middle of an import; the caller goes on after the last answered row.

use clientele_proto::value::v1::{
    ImportTransactionsRequest, ImportTransactionsResponse, Transaction,
    transaction_service_client::TransactionServiceClient,
};
use clientele_tests::{data, rows::count};
use sqlx::query_scalar;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::site::Site;

const ROWS: usize = 120_000;
const MESSAGE: usize = 2_000;
/// Rows sent ahead of the last answer, so that the service always has work and never has all of it.
const AHEAD: usize = 20_000;

fn rows() -> Vec<Transaction> {
    (0..ROWS)
        .map(|row| {
            let (external_id, customer) = (format!("t-{row}"), format!("c-{}", row % 9_000));
            data::purchase(&external_id, &customer, 1 + row as i64, data::date(2024, 1 + (row % 12) as i32, 1))
        })
        .collect()
}

/// Sends rows until they are all answered or the stream breaks. `answered` sees every answer and may do something about it.
async fn import(
    site: &mut Site,
    rows: &[Transaction],
    mut answered: impl FnMut(&mut Site, &ImportTransactionsResponse),
) -> Result<(), Status> {
    let mut client = TransactionServiceClient::new(site.channel(&site.value));
    let (messages, stream) = mpsc::channel(1);
    let (settled, mut to_settle) = watch::channel(0);
    let rows = rows.to_vec();
    tokio::spawn(async move {
        for (number, some) in rows.chunks(MESSAGE).enumerate() {
            let _ = to_settle.wait_for(|settled| number * MESSAGE < settled + AHEAD).await;
            if messages.send(ImportTransactionsRequest { transactions: some.to_vec() }).await.is_err() {
                return;
            }
        }
    });
    let mut answers = client.import_transactions(ReceiverStream::new(stream)).await?.into_inner();
    while let Some(answer) = answers.message().await? {
        settled.send_replace(answer.next_row as usize);
        answered(site, &answer);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_row_is_there_once_after_a_kill_and_the_import_goes_on_from_there() {
    let mut site = Site::start().await;
    let rows = rows();
    let (mut acknowledged, mut accepted) = (0, 0);
    // Killed twice: after the first answer, and when half of the rows are there.
    for limit in [Some(1), Some(ROWS / 2), None] {
        let begin = acknowledged;
        let ended = import(&mut site, &rows[begin..], |site, answer| {
            assert_eq!(answer.rejected, 0, "{:?}", answer.exceptions.first());
            assert!(begin + answer.next_row as usize > acknowledged, "positions rise");
            acknowledged = begin + answer.next_row as usize;
            accepted += answer.accepted as usize;
            if limit.is_some_and(|limit| acknowledged >= limit) {
                site.value.kill();
            }
        })
        .await;
        assert_eq!(ended.is_err(), limit.is_some(), "{ended:?}");
        assert_eq!(acknowledged == ROWS, limit.is_none(), "killed in the middle: {acknowledged}");
        assert!(is_there(&site, &rows[..acknowledged]).await, "what was acknowledged is there");
        site.value.restart();
        site.until_answering().await;
    }
    assert!(accepted <= ROWS, "nothing was accepted twice");
    let mut owner = site.owner().await;
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.transaction").await as usize, ROWS);
    let cents = "SELECT sum(amount_minor)::bigint FROM value.transaction";
    assert_eq!(count(&mut owner, cents).await as usize, 100 * ROWS * (ROWS + 1) / 2);
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.buyer").await, 9_000);
}

async fn is_there(site: &Site, rows: &[Transaction]) -> bool {
    let ids: Vec<String> = rows.iter().map(|row| row.external_id.clone()).collect();
    let statement = "SELECT count(*) FROM value.transaction WHERE tenant_id = 'acme' AND external_id = ANY($1)";
    let kept: i64 = query_scalar(statement).bind(ids).fetch_one(&mut site.owner().await).await.unwrap();
    kept as usize == rows.len()
}
