//! `ImportTransactions`: any number of transactions in one call, in memory that does not grow with their number.
//!
//! Three tasks work at the same time on following chunks: [`gather`] takes messages in, [`prepare`] reads their rows and resolves the
//! buyers, [`record`] stores them. Each hands over to the next through a channel with one place, so that a caller who is faster than the
//! database waits. When the call goes away, so do the tasks, and with them the transaction they are in: whole chunks stay, no parts.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use clientele_error::{Error, Result};
use clientele_proto::value::v1::{ImportTransactionsRequest, ImportTransactionsResponse};
use clientele_service::Call;
use futures::{Stream, stream};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::{JoinSet, spawn_blocking},
};
use tonic::Status;
use tracing::Instrument as _;

use super::parse;
use crate::{
    State,
    domain::day,
    recording::{Chunk, OneCall, Recorder, resolve::Resolved, resolve_chunk, settle},
};

mod gather;
mod reply;

use gather::{Gathered, gather};

/// Answers on their way to a caller who does not read them yet.
const ANSWERS: usize = 4;

/// A chunk that is ready to be stored.
struct Prepared {
    first_row: i64,
    chunk: Chunk,
    resolved: Resolved,
}

pub(super) fn run(
    state: Arc<State>,
    call: Call,
    messages: impl Stream<Item = Result<ImportTransactionsRequest, Status>> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<ImportTransactionsResponse>> + Send {
    let at_work = Arc::new(AtomicUsize::new(0));
    let (gathered, to_prepare) = channel(1);
    let (prepared, to_record) = channel(1);
    let (answered, answers) = channel(ANSWERS);

    let mut tasks = JoinSet::new();
    tasks.spawn(gather(messages, gathered, Arc::clone(&at_work)).in_current_span());
    tasks.spawn(prepare(Arc::clone(&state), call.clone(), to_prepare, prepared).in_current_span());
    tasks.spawn(record(state, call, to_record, answered, at_work).in_current_span());
    stream::unfold((answers, tasks), |(mut answers, mut tasks)| async move {
        if let Some(answer) = answers.recv().await {
            return Some((answer, (answers, tasks)));
        }
        // The channel is closed: by the end of the work, or by a task that broke down.
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                return Some((Err(Error::internal(error)), (answers, tasks)));
            }
        }
        None
    })
}

/// Reads the rows of each chunk and resolves its buyers, while the chunk before is being stored.
async fn prepare(
    state: Arc<State>,
    call: Call,
    mut chunks: Receiver<Result<Gathered>>,
    prepared: Sender<Result<Prepared>>,
) {
    while let Some(gathered) = chunks.recv().await {
        let next = match gathered {
            Ok(gathered) => prepare_one(&state, &call, gathered).await,
            Err(error) => Err(error),
        };
        let last = next.is_err();
        if prepared.send(next).await.is_err() || last {
            return;
        }
    }
}

async fn prepare_one(state: &State, call: &Call, gathered: Gathered) -> Result<Prepared> {
    let Gathered { first_row, rows } = gathered;
    let latest = day::latest(state.context.now());
    let chunk = spawn_blocking(move || parse::chunk(rows, latest)).await.map_err(Error::internal)?;
    let resolved = resolve_chunk(state, &OneCall { call, names: false }, &chunk).await?;
    Ok(Prepared { first_row, chunk, resolved })
}

/// Stores one chunk after another and answers each once it is durable.
async fn record(
    state: Arc<State>,
    call: Call,
    mut chunks: Receiver<Result<Prepared>>,
    answered: Sender<Result<ImportTransactionsResponse>>,
    at_work: Arc<AtomicUsize>,
) {
    let behalf = OneCall { call: &call, names: false };
    let mut recorder = Recorder { state: &state, behalf, repeats: false };
    while let Some(prepared) = chunks.recv().await {
        let settled = match prepared {
            Ok(Prepared { first_row, chunk, resolved }) => {
                settle(&mut recorder, chunk, resolved).await.map(|settled| reply::answers(first_row, settled))
            }
            Err(error) => Err(error),
        };
        at_work.fetch_sub(1, Ordering::Relaxed);
        let last = settled.is_err();
        let answers = settled.map_or_else(|error| vec![Err(error)], |answers| answers.into_iter().map(Ok).collect());
        for answer in answers {
            if answered.send(answer).await.is_err() {
                return;
            }
        }
        if last {
            return;
        }
    }
}
