//! `ExportScores`: all scores of a run, batch by batch in the order of the key. A batch is read when the caller has taken the one before, and
//! nothing is held in between: neither a connection nor a snapshot.

use std::sync::Arc;

use clientele_error::{Error, Reason, Result};
use clientele_page::{Arguments, ListPlan, ListRequest, PageError, PageSizes, refused};
use clientele_pg::{Begin, Tx, answer::failed};
use clientele_proto::value::v1::{ExportScoresRequest, ExportScoresResponse, ScoreView};
use clientele_service::Call;
use futures::{Stream, stream};
use tokio::sync::watch;
use uuid::Uuid;

use super::{list_scores::columns, message::score, scored_run, scores_removed};
use crate::{
    State,
    scoring::ScoredRun,
    store::{
        score::{SCORES_BY_CUSTOMER, score_list, scores_in_order_of_key},
        scored_run::scored_run_set,
    },
};

/// Scores in a message, at most.
const BATCH: usize = 1000;
/// Between a token's run and the rest of it.
const SEPARATOR: char = '.';
const WRONG_TOKEN: &str =
    "the resume_token is not one of this export; send one as it was received, with the same run and filter, or none";

pub(super) async fn export_scores(
    state: Arc<State>,
    call: Call,
    request: ExportScoresRequest,
) -> Result<impl Stream<Item = Result<ExportScoresResponse>> + Send + 'static> {
    let (run_id, token) = pinned(&request)?;
    let (run, set) = scored_run(&state, call.tenant(), &run_id).await?;
    let plan = parse(&call, &request.filter, &run, token)?;
    let closing = state.scoring.hub.closing();
    let export = Export { state, call, filter: request.filter, run, set, plan: Some(plan), closing };
    Ok(stream::try_unfold(export, async |mut export| {
        let batch = export.next().await?;
        Ok(batch.map(|batch| (batch, export)))
    }))
}

/// The run of an export, and the rest of its token.
fn pinned(request: &ExportScoresRequest) -> Result<(String, &str)> {
    if request.resume_token.is_empty() {
        return Ok((request.score_run_id.clone(), ""));
    }
    let parts = request.resume_token.split_once(SEPARATOR);
    let parts = parts.and_then(|(run, token)| Some((Uuid::try_parse(run).ok()?, token)));
    let asked = Uuid::try_parse(&request.score_run_id).ok();
    match parts {
        Some((run, token)) if !token.is_empty() && asked.is_none_or(|asked| asked == run) => {
            Ok((run.to_string(), token))
        }
        _ => Err(wrong_token()),
    }
}

fn wrong_token() -> Error {
    Error::new(Reason::InvalidPageToken, WRONG_TOKEN).at("resume_token")
}

fn parse(call: &Call, filter: &str, run: &ScoredRun, token: &str) -> Result<ListPlan> {
    let list = ListRequest {
        page_size: 0,
        page_token: token,
        filter,
        order_by: "",
        arguments: Arguments::of("value.export_scores").with("tenant_id", call.tenant()).with("score_run_id", &run.id),
    };
    SCORES_BY_CUSTOMER.plan(&list, PageSizes { default: BATCH, max: BATCH }).map_err(|errors| {
        if errors.iter().any(|error| matches!(error, PageError::InvalidToken | PageError::ForeignToken)) {
            // A list calls it a page token.
            wrong_token()
        } else {
            refused(errors)
        }
    })
}

struct Export {
    state: Arc<State>,
    call: Call,
    filter: String,
    run: Arc<ScoredRun>,
    set: i64,
    /// What comes next; `None` after the last batch.
    plan: Option<ListPlan>,
    closing: watch::Receiver<bool>,
}

impl Export {
    /// The next batch; `None` after the last.
    async fn next(&mut self) -> Result<Option<ExportScoresResponse>> {
        let Some(plan) = self.plan.take() else { return Ok(None) };
        if *self.closing.borrow() {
            let message = "this replica is shutting down; go on from the last resume_token";
            return Err(Error::new(Reason::ShuttingDown, message));
        }
        let tenant = self.call.tenant();
        let begin = Begin::new(self.call.remaining()).read_only();
        let mut tx = Tx::begin_with(&self.state.pool, begin).await.map_err(failed)?;
        scores_in_order_of_key(&mut tx).await.map_err(failed)?;
        let page = score_list(&mut tx, tenant, &columns(&self.run, self.set), &plan).await.map_err(failed)?;
        // Scores are deleted only after their run has let go of them: the batch is whole while it has not.
        let set = scored_run_set(&mut tx, tenant, self.run.score_run_id).await.map_err(failed)?;
        tx.rollback().await.map_err(failed)?;
        if set != Some(self.set) {
            return Err(scores_removed(&self.run));
        }
        let mut resume_token = String::new();
        if !page.next_page_token.is_empty() {
            self.plan = Some(parse(&self.call, &self.filter, &self.run, &page.next_page_token)?);
            resume_token = format!("{}{SEPARATOR}{}", self.run.score_run_id.simple(), page.next_page_token);
        }
        let scores = page.items.iter().map(|record| score(&self.run, record, ScoreView::Basic)).collect();
        Ok(Some(ExportScoresResponse { scores, resume_token }))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_exported_scores_are_sound() {
        clientele_page::suite::schema_is_sound(&super::SCORES_BY_CUSTOMER);
    }
}
