//! Messages into chunks: large ones while the database is the slower side, small ones at once while it has nothing else to do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use clientele_error::{Error, Reason, Result, Violation};
use clientele_proto::value::v1::{ImportTransactionsRequest, LineItem, Transaction, transaction::Customer};
use futures::{Stream, StreamExt as _};
use tokio::{
    sync::mpsc::Sender,
    time::{Instant, timeout},
};
use tonic::{Code, Status};

/// Rows after which a chunk is full.
const FULL_ROWS: usize = 25_000;
/// Bytes of texts and items after which a chunk is full.
const FULL_BYTES: usize = 8 << 20;
/// Items a message may have, in all its rows: so many take some 50 MB.
const MESSAGE_ITEMS: usize = 200_000;
/// Bytes of an item in memory, besides its texts.
const ITEM_BYTES: usize = size_of::<LineItem>();
/// Rows a message may have.
const MESSAGE_ROWS: usize = 10_000;
/// A chunk that is not full waits this long for the next message while others are at work ...
const PATIENCE: Duration = Duration::from_millis(50);
/// ... and this long while none is.
const HASTE: Duration = Duration::from_millis(2);
/// A chunk waits this long in all.
const LONGEST: Duration = Duration::from_millis(250);

/// Rows of one or more messages.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Position of the first one in the call.
    pub(super) first_row: i64,
    /// The rows.
    pub(super) rows: Vec<Transaction>,
}

/// Hands the rows of `messages` over in chunks; the last thing handed over is the error that ended the messages, if one did.
pub(super) async fn gather(
    mut messages: impl Stream<Item = Result<ImportTransactionsRequest, Status>> + Unpin,
    gathered: Sender<Result<Gathered>>,
    at_work: Arc<AtomicUsize>,
) {
    let mut first_row = 0;
    loop {
        let (chunk, end) = next_chunk(&mut messages, first_row, &at_work).await;
        first_row += chunk.rows.len() as i64;
        if !chunk.rows.is_empty() {
            at_work.fetch_add(1, Ordering::Relaxed);
            if gathered.send(Ok(chunk)).await.is_err() {
                return;
            }
        }
        match end {
            End::Full => {}
            End::Stream => return,
            End::Error(error) => {
                // Nobody to tell: the call is gone.
                let _ = gathered.send(Err(error)).await;
                return;
            }
        }
    }
}

/// Why a chunk gets no further message.
enum End {
    /// It is large or old enough.
    Full,
    /// There is none.
    Stream,
    /// The next one cannot be taken.
    Error(Error),
}

async fn next_chunk(
    messages: &mut (impl Stream<Item = Result<ImportTransactionsRequest, Status>> + Unpin),
    first_row: i64,
    at_work: &AtomicUsize,
) -> (Gathered, End) {
    let mut chunk = Gathered { first_row, rows: Vec::new() };
    let mut bytes = 0;
    let mut began = Instant::now();
    loop {
        let message = if chunk.rows.is_empty() {
            let message = messages.next().await;
            began = Instant::now();
            message
        } else {
            let patience = if at_work.load(Ordering::Relaxed) == 0 { HASTE } else { PATIENCE };
            match timeout(patience, messages.next()).await {
                Ok(message) => message,
                Err(_) => return (chunk, End::Full),
            }
        };
        match message {
            Some(Ok(message)) => {
                if let Err(error) = check_size(&message) {
                    return (chunk, End::Error(error));
                }
                bytes += message.transactions.iter().map(text_bytes).sum::<usize>();
                if chunk.rows.is_empty() {
                    chunk.rows = message.transactions;
                } else {
                    chunk.rows.extend(message.transactions);
                }
            }
            Some(Err(status)) => return (chunk, End::Error(broken_off(&status))),
            None => return (chunk, End::Stream),
        }
        if chunk.rows.len() >= FULL_ROWS || bytes >= FULL_BYTES || began.elapsed() >= LONGEST {
            return (chunk, End::Full);
        }
    }
}

fn text_bytes(row: &Transaction) -> usize {
    let of_customer = match &row.customer {
        Some(Customer::CustomerId(id)) => id.len(),
        Some(Customer::CustomerExternalId(key)) => key.len(),
        None => 0,
    };
    let of_organisation = row
        .sales_organisation
        .as_ref()
        .map_or(0, |sold| sold.company.len() + sold.department.len() + sold.employee.len());
    let of_items: usize = row.items.iter().map(item_bytes).sum();
    row.external_id.len() + of_customer + row.refunded_external_id.len() + of_organisation + of_items
}

fn item_bytes(item: &LineItem) -> usize {
    ITEM_BYTES + item.product_external_id.len() + item.product_name.len() + item.category.len()
}

/// Refuses a message that is more than memory should hold.
fn check_size(message: &ImportTransactionsRequest) -> Result<()> {
    let rows = message.transactions.len();
    if rows > MESSAGE_ROWS {
        return Err(too_many(format!("must have at most {MESSAGE_ROWS} rows, not {rows}; send more messages")));
    }
    let items: usize = message.transactions.iter().map(|row| row.items.len()).sum();
    if items > MESSAGE_ITEMS {
        let told = format!("must have at most {MESSAGE_ITEMS} items in all, not {items}; send more messages");
        return Err(too_many(told));
    }
    Ok(())
}

fn too_many(description: String) -> Error {
    Error::invalid_fields(vec![Violation::new("transactions", description)])
}

/// The caller's end of the stream failed: a message that is none, or a caller who went away.
fn broken_off(status: &Status) -> Error {
    match status.code() {
        Code::InvalidArgument | Code::OutOfRange | Code::Internal | Code::ResourceExhausted => Error::new(
            Reason::MalformedMessage,
            format!("a message of the stream cannot be read: {}", status.message()),
        ),
        Code::DeadlineExceeded => Error::new(
            Reason::DeadlineExceeded,
            "the deadline passed before the stream ended; resume from the last answer",
        ),
        _ => Error::new(Reason::Cancelled, "the stream broke off; resume from the last answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use tokio::sync::mpsc::channel;

    fn message(rows: usize) -> ImportTransactionsRequest {
        ImportTransactionsRequest { transactions: vec![Transaction::default(); rows] }
    }

    async fn chunks(
        messages: impl Stream<Item = Result<ImportTransactionsRequest, Status>> + Unpin + Send + 'static,
    ) -> Vec<Result<(i64, usize), Reason>> {
        let (gathered, mut chunks) = channel(1);
        let at_work = Arc::new(AtomicUsize::new(0));
        tokio::spawn(gather(messages, gathered, at_work));
        let mut found = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            found.push(chunk.map(|chunk| (chunk.first_row, chunk.rows.len())).map_err(|error| error.reason()));
        }
        found
    }

    #[tokio::test]
    async fn messages_are_gathered_until_a_chunk_is_full_and_positions_run_on() {
        let messages = stream::iter([10_000, 10_000, 10_000, 0, 7].map(|rows| Ok(message(rows))));
        assert_eq!(chunks(messages).await, [Ok((0, 30_000)), Ok((30_000, 7))]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_chunk_does_not_wait_for_a_caller_who_waits_for_its_answer() {
        let messages = stream::iter([Ok(message(1))]).chain(stream::pending()).boxed();
        let (gathered, mut chunks) = channel(1);
        tokio::spawn(gather(messages, gathered, Arc::new(AtomicUsize::new(0))));
        let before = Instant::now();
        let chunk = chunks.recv().await.unwrap().unwrap();
        assert_eq!(chunk.rows.len(), 1);
        assert!(before.elapsed() < PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_handed_over_before_long() {
        let messages = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok(message(1)), ()))
        })
        .boxed();
        let (gathered, mut chunks) = channel(1);
        tokio::spawn(gather(messages, gathered, Arc::new(AtomicUsize::new(1))));
        let chunk = chunks.recv().await.unwrap().unwrap();
        assert!((10..20).contains(&chunk.rows.len()), "{}", chunk.rows.len());
    }

    #[tokio::test]
    async fn a_message_of_very_many_items_cannot_be_taken_and_many_items_fill_a_chunk() {
        let with_items = |rows, items| {
            let row = Transaction { items: vec![LineItem::default(); items], ..Transaction::default() };
            Ok(ImportTransactionsRequest { transactions: vec![row; rows] })
        };
        let messages = stream::iter([with_items(100, 1000), with_items(2, 1), with_items(201, 1000)]);
        assert_eq!(chunks(messages).await, [Ok((0, 100)), Ok((100, 2)), Err(Reason::InvalidFields)]);
    }

    #[tokio::test]
    async fn rows_before_a_message_that_cannot_be_taken_are_kept() {
        let messages = stream::iter([3, 10_001, 1].map(|rows| Ok(message(rows))));
        assert_eq!(chunks(messages).await, [Ok((0, 3)), Err(Reason::InvalidFields)]);
        let messages = stream::iter([Ok(message(3)), Err(Status::invalid_argument("what?"))]);
        assert_eq!(chunks(messages).await, [Ok((0, 3)), Err(Reason::MalformedMessage)]);
    }
}
