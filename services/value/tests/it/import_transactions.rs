use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    ImportTransactionsRequest, ImportTransactionsResponse, Transaction, TransactionsRecorded,
    record_outcome::Result as Outcome,
};
use futures::{Stream, StreamExt as _, stream};
use prost::Message as _;
use tonic::{Status, Streaming};

use crate::harness::{Value, on, purchase};

async fn start(
    value: &Value,
    messages: impl Stream<Item = Vec<Transaction>> + Send + 'static,
) -> Streaming<ImportTransactionsResponse> {
    let messages = messages.map(|transactions| ImportTransactionsRequest { transactions });
    value.transactions().import_transactions(messages).await.unwrap().into_inner()
}

/// The answers up to the end, or to the error that is the end.
async fn answers(
    mut stream: Streaming<ImportTransactionsResponse>,
) -> (Vec<ImportTransactionsResponse>, Option<Status>) {
    let mut answers = Vec::new();
    while let Some(answer) = stream.next().await {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(status) => return (answers, Some(status)),
        }
    }
    (answers, None)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    next_row: i64,
    accepted: i64,
    duplicates: i64,
    rejected: i64,
}

/// Answers added up. Each must continue the one before it.
fn sum(answers: &[ImportTransactionsResponse]) -> Sum {
    answers.iter().fold(Sum::default(), |sum, answer| {
        assert_eq!(answer.next_row, sum.next_row + answer.accepted + answer.duplicates + answer.rejected);
        assert!(answer.exceptions.iter().all(|exception| (sum.next_row..answer.next_row).contains(&exception.row)));
        Sum {
            next_row: answer.next_row,
            accepted: sum.accepted + answer.accepted,
            duplicates: sum.duplicates + answer.duplicates,
            rejected: sum.rejected + answer.rejected,
        }
    })
}

async fn import(value: &Value, messages: Vec<Vec<Transaction>>) -> Vec<ImportTransactionsResponse> {
    let (answers, error) = answers(start(value, stream::iter(messages)).await).await;
    assert!(error.is_none(), "{error:?}");
    answers
}

/// So many good rows of a few customers, in messages of this size.
fn rows(count: usize, message: usize) -> Vec<Vec<Transaction>> {
    let rows: Vec<_> = (0..count)
        .map(|row| on(purchase(&format!("INV-{row}"), &format!("C-{}", row % 97), 1), 1, 1 + (row % 28) as i32))
        .collect();
    rows.chunks(message).map(<[_]>::to_vec).collect()
}

/// How many transactions the events tell of.
async fn told(value: &Value) -> i64 {
    let sql = "SELECT data FROM value.outbox WHERE event_type = 'clientele.value.v1.TransactionsRecorded'";
    let data: Vec<Vec<u8>> = sqlx::query_scalar(sql).fetch_all(&*value.pool).await.unwrap();
    data.iter().map(|data| TransactionsRecorded::decode(data.as_slice()).unwrap().transactions).sum()
}

async fn stored(value: &Value) -> i64 {
    value.count("SELECT count(*) FROM value.transaction").await
}

#[tokio::test]
async fn every_row_is_recorded_once_with_one_event_a_chunk() {
    let value = Value::start().await;
    let answers = import(&value, rows(60_000, 4000)).await;
    assert_eq!(sum(&answers), Sum { next_row: 60_000, accepted: 60_000, ..Sum::default() });
    assert!(answers.iter().all(|answer| answer.exceptions.is_empty()));
    assert_eq!((stored(&value).await, told(&value).await), (60_000, 60_000));
    assert_eq!(value.count("SELECT count(*) FROM value.buyer").await, 97);
    assert!(value.events().await.len() <= 15, "a chunk has one event, however many rows it has");
}

#[tokio::test]
async fn bad_rows_are_named_by_their_position_in_the_call_and_good_ones_kept() {
    let value = Value::start().await;
    let mut messages = rows(30, 10);
    messages[1][3].amount = None;
    messages[2][0].amount.as_mut().unwrap().currency_code = "EURO".into();
    messages[2][1].occur_date.as_mut().unwrap().day = 31;
    messages[2][1].occur_date.as_mut().unwrap().month = 2;
    messages[2][9] = messages[0][0].clone();
    messages[2][8] = purchase("INV-1", "C-1", 99);
    let answers = import(&value, messages).await;
    assert_eq!(sum(&answers), Sum { next_row: 30, accepted: 25, duplicates: 1, rejected: 4 });
    let exceptions: Vec<_> = answers
        .iter()
        .flat_map(|answer| &answer.exceptions)
        .map(|exception| {
            let fields: Vec<&str> = exception.violations.iter().map(|violation| violation.field.as_str()).collect();
            (exception.row, exception.external_id.as_str(), exception.result(), exception.reason(), fields.join(" "))
        })
        .collect();
    let rejected = |row, id, reason, fields: &str| (row, id, Outcome::Rejected, reason, fields.to_owned());
    assert_eq!(
        exceptions,
        [
            rejected(13, "INV-13", Reason::InvalidFields, "amount"),
            rejected(20, "INV-20", Reason::InvalidFields, "amount.currency_code"),
            rejected(21, "INV-21", Reason::InvalidFields, "occur_date"),
            rejected(28, "INV-1", Reason::TransactionConflict, "amount occur_date"),
            (29, "INV-0", Outcome::Duplicate, Reason::Unspecified, String::new()),
        ]
    );
    assert_eq!((stored(&value).await, told(&value).await), (25, 25));
}

#[tokio::test]
async fn a_call_without_rows_ends_without_answers() {
    let value = Value::start().await;
    assert_eq!(import(&value, vec![]).await, []);
    assert_eq!(import(&value, vec![vec![], vec![]]).await, []);
}

#[tokio::test]
async fn the_same_rows_again_are_duplicates_and_change_nothing() {
    let value = Value::start().await;
    import(&value, rows(30_000, 5000)).await;
    let again = import(&value, rows(40_000, 5000)).await;
    assert_eq!(sum(&again), Sum { next_row: 40_000, accepted: 10_000, duplicates: 30_000, rejected: 0 });
    assert_eq!((stored(&value).await, told(&value).await), (40_000, 40_000));
}

#[tokio::test]
async fn a_caller_who_waits_for_each_answer_gets_it_at_once() {
    let value = Value::start().await;
    let (send, mut receive) = tokio::sync::mpsc::channel::<Vec<Transaction>>(1);
    let messages = stream::poll_fn(move |context| receive.poll_recv(context));
    let mut messages_in = rows(30, 10).into_iter();
    send.send(messages_in.next().unwrap()).await.unwrap();
    let mut answers = start(&value, messages).await;
    for row in [10, 20, 30] {
        assert_eq!(answers.message().await.unwrap().unwrap().next_row, row);
        if let Some(message) = messages_in.next() {
            send.send(message).await.unwrap();
        }
    }
    drop(send);
    assert!(answers.message().await.unwrap().is_none());
}

#[tokio::test]
async fn a_message_of_too_many_rows_ends_the_call_and_the_rows_before_it_are_kept() {
    let value = Value::start().await;
    let messages = vec![rows(5, 5).remove(0), rows(10_001, 10_001).remove(0)];
    let (answers, error) = answers(start(&value, stream::iter(messages)).await).await;
    assert_eq!(sum(&answers).next_row, 5);
    assert_eq!(error.as_ref().and_then(reason_of), Some(Reason::InvalidFields));
    assert_eq!(stored(&value).await, 5);
}

#[tokio::test]
async fn two_calls_with_the_same_rows_and_new_customers_record_each_row_once() {
    let value = Value::start().await;
    let (one, other) = tokio::join!(import(&value, rows(50_000, 3000)), import(&value, rows(50_000, 7000)));
    let (one, other) = (sum(&one), sum(&other));
    assert_eq!(
        (one.accepted + other.accepted, one.duplicates + other.duplicates, one.rejected + other.rejected),
        (50_000, 50_000, 0)
    );
    assert_eq!((stored(&value).await, told(&value).await), (50_000, 50_000));
    assert_eq!(value.count("SELECT count(*) FROM value.buyer").await, 97);
}

#[tokio::test]
async fn a_cancelled_call_leaves_whole_chunks_and_resumes_after_the_last_answer() {
    let value = Value::start().await;
    let all: Vec<Vec<Transaction>> = rows(100_000, 5000);
    let endless = stream::iter(all.clone()).chain(stream::pending());
    let mut call = start(&value, endless).await;
    let next_row = call.message().await.unwrap().unwrap().next_row;
    drop(call);

    // The service learns of it while it is at work: until then a chunk may still come, whole, so two looks that agree are compared.
    let kept = loop {
        let before = stored(&value).await;
        let told = told(&value).await;
        if stored(&value).await == before {
            assert_eq!(told, before, "a chunk and its event stay or go together");
            break before;
        }
    };
    assert!(kept >= next_row, "{kept} rows of {next_row} answered ones");
    assert_eq!(kept % 5000, 0, "chunks are made of whole messages");

    let rest = all[next_row as usize / 5000..].to_vec();
    let resumed = sum(&import(&value, rest).await);
    assert!(resumed.duplicates >= kept - next_row, "{resumed:?} after {kept} kept ones");
    assert_eq!((resumed.accepted + resumed.duplicates, resumed.rejected), (100_000 - next_row, 0));
    assert_eq!((stored(&value).await, told(&value).await), (100_000, 100_000));
}

#[tokio::test]
async fn thirty_thousand_rejected_rows_are_all_answered() {
    let value = Value::start().await;
    let bad = Transaction { external_id: "x".repeat(500), ..Transaction::default() };
    let answers = import(&value, vec![vec![bad; 10_000]; 3]).await;
    assert_eq!(sum(&answers), Sum { next_row: 30_000, rejected: 30_000, ..Sum::default() });
    assert_eq!(answers.iter().map(|answer| answer.exceptions.len()).sum::<usize>(), 30_000);
}
