//! `ExportTransactions`: everything, batch by batch in the order of the key. A batch is read when the caller has taken the one before, and
//! nothing is held in between: neither a connection nor a snapshot.

use std::sync::Arc;

use clientele_error::{Error, Reason, Result};
use clientele_page::{Arguments, ListPlan, ListRequest, Page, PageError, PageSizes, Value, refused};
use clientele_pg::{Begin, Tx, answer::failed};
use clientele_proto::value::v1::{ExportTransactionsRequest, ExportTransactionsResponse};
use clientele_service::Call;
use futures::{Stream, stream};
use tokio::sync::watch;

use super::reply;
use crate::{
    State,
    domain::transaction::Transaction,
    store::transaction_list::{TRANSACTIONS, transactions_export},
};

/// Transactions in a message, at most.
const BATCH: usize = 1000;
const WRONG_TOKEN: &str =
    "the resume_token is not one of this export; send one as it was received, with the same filter, or none";

pub(super) fn rpc(
    state: Arc<State>,
    call: Call,
    request: &ExportTransactionsRequest,
) -> Result<impl Stream<Item = Result<ExportTransactionsResponse>> + Send + use<>> {
    let plan = parse(&call, request)?;
    let closing = state.scoring.hub.closing();
    let export = Export { state, call, plan, closing, is_over: false };
    Ok(stream::try_unfold(export, async |mut export| {
        let batch = export.next().await?;
        Ok(batch.map(|batch| (reply(batch), export)))
    }))
}

fn parse(call: &Call, request: &ExportTransactionsRequest) -> Result<ListPlan> {
    let list = ListRequest {
        page_size: 0,
        page_token: &request.resume_token,
        filter: &request.filter,
        order_by: "external_id",
        arguments: Arguments::of("value.export_transactions").with("tenant", call.tenant()),
    };
    TRANSACTIONS.plan(&list, PageSizes { default: BATCH, max: BATCH }).map_err(|errors| {
        if errors.iter().any(|error| matches!(error, PageError::InvalidToken | PageError::ForeignToken)) {
            // A list calls it a page token.
            Error::new(Reason::InvalidPageToken, WRONG_TOKEN).at("resume_token")
        } else {
            refused(errors)
        }
    })
}

struct Export {
    state: Arc<State>,
    call: Call,
    plan: ListPlan,
    closing: watch::Receiver<bool>,
    is_over: bool,
}

impl Export {
    /// The next batch; `None` after the last.
    async fn next(&mut self) -> Result<Option<Page<Transaction>>> {
        if self.is_over {
            return Ok(None);
        }
        if *self.closing.borrow() {
            let message = "this replica is shutting down; go on from the last resume_token";
            return Err(Error::new(Reason::ShuttingDown, message));
        }
        let begin = Begin::new(self.call.remaining()).read_only();
        let mut tx = Tx::begin_with(&self.state.pool, begin).await.map_err(failed)?;
        let page = transactions_export(&mut tx, self.call.tenant(), &self.plan).await.map_err(failed)?;
        tx.rollback().await.map_err(failed)?;
        self.is_over = page.next_page_token.is_empty();
        self.plan.after = page.items.last().map(|last| vec![Some(Value::Text(last.external_id.clone()))]);
        Ok(Some(page))
    }
}

fn reply(page: Page<Transaction>) -> ExportTransactionsResponse {
    ExportTransactionsResponse {
        transactions: page.items.into_iter().map(reply::transaction).collect(),
        resume_token: page.next_page_token,
    }
}
