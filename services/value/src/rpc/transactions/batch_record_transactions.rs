//! `BatchRecordTransactions`: up to 1,000 transactions, each for itself.

use clientele_error::Result;
use clientele_proto::value::v1::{BatchRecordTransactionsRequest, BatchRecordTransactionsResponse};
use clientele_service::Call;

use super::{parse, reply};
use crate::{
    State,
    domain::day,
    recording::{Chunk, OneCall, Recorder, Settled, resolve_chunk, settle},
};

pub(super) async fn rpc(
    state: &State,
    call: Call,
    request: BatchRecordTransactionsRequest,
) -> Result<BatchRecordTransactionsResponse> {
    let ids: Vec<String> = request.transactions.iter().map(|row| row.external_id.clone()).collect();
    let chunk = parse(state, request);
    run(state, &call, chunk).await.map(|settled| reply(ids, settled))
}

fn parse(state: &State, request: BatchRecordTransactionsRequest) -> Chunk {
    parse::chunk(request.transactions, day::latest(state.context.now()))
}

async fn run(state: &State, call: &Call, chunk: Chunk) -> Result<Settled> {
    let behalf = OneCall { call, names: true };
    let resolved = resolve_chunk(state, &behalf, &chunk).await?;
    settle(&mut Recorder { state, behalf, repeats: false }, chunk, resolved).await
}

fn reply(ids: Vec<String>, settled: Settled) -> BatchRecordTransactionsResponse {
    let mut exceptions = settled.exceptions.into_iter().peekable();
    let outcomes =
        ids.into_iter().enumerate().map(|(place, id)| match exceptions.next_if(|exception| exception.place == place) {
            Some(exception) => reply::exception(0, exception),
            None => reply::accepted(place as i64, id),
        });
    BatchRecordTransactionsResponse { outcomes: outcomes.collect() }
}
