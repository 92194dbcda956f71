//! `GetTransaction`: reads asked for at the same time are read together.

use clientele_error::{Error, Result};
use clientele_pg::answer::shared_failed;
use clientele_proto::value::v1::{GetTransactionRequest, Transaction};
use clientele_service::Call;

use super::reply;
use crate::{State, domain::transaction};

pub(super) async fn rpc(state: &State, call: Call, request: GetTransactionRequest) -> Result<Transaction> {
    run(state, &call, request.external_id).await.map(reply::transaction)
}

async fn run(state: &State, call: &Call, external_id: String) -> Result<transaction::Transaction> {
    let found = state.transactions.get((call.tenant().to_owned(), external_id.clone())).await.map_err(shared_failed)?;
    found.ok_or_else(|| Error::not_found("transaction", external_id))
}
