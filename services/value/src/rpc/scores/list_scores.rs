//! `ListScores`: the customers ranked by any score, page by page. A page token begins with its run, so that all pages come from one.

use std::sync::Arc;

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageError, PageSizes};
use clientele_pg::Tx;
use clientele_proto::value::v1::{ListScoresRequest, ListScoresResponse};
use clientele_service::Call;
use uuid::Uuid;

use super::{message::score, scored_run};
use crate::{
    State,
    rpc::{database::failed, listing::refused},
    scoring::ScoredRun,
    store::score::{SCORES, score_list},
};

/// Between a token's run and the rest of it.
const SEPARATOR: char = '.';

pub(super) async fn list_scores(state: &State, call: Call, request: ListScoresRequest) -> Result<ListScoresResponse> {
    let (run_id, token) = pinned(&request)?;
    let (run, set) = scored_run(state, call.tenant(), &run_id).await?;
    let plan = parse(&call, &request, &run, token)?;
    // Ordering a million scores may take the time the caller has, and no longer.
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let page = score_list(&mut tx, call.tenant(), (run.score_run_id, set), &plan).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    let next_page_token = if page.next_page_token.is_empty() {
        String::new()
    } else {
        format!("{}{SEPARATOR}{}", run.score_run_id.simple(), page.next_page_token)
    };
    Ok(ListScoresResponse {
        scores: page.items.iter().map(|record| score(&run, record, request.view())).collect(),
        next_page_token,
    })
}

/// The run a request reads, and the rest of its page token.
fn pinned(request: &ListScoresRequest) -> Result<(String, &str)> {
    if request.page_token.is_empty() {
        return Ok((request.score_run_id.clone(), ""));
    }
    let parts =
        request.page_token.split_once(SEPARATOR).and_then(|(run, token)| Some((Uuid::try_parse(run).ok()?, token)));
    let asked = Uuid::try_parse(&request.score_run_id).ok();
    match parts {
        Some((_, "")) | None => Err(refused(vec![PageError::InvalidToken])),
        Some((run, _)) if asked.is_some_and(|asked| asked != run) => Err(refused(vec![PageError::ForeignToken])),
        Some((run, token)) => Ok((run.to_string(), token)),
    }
}

fn parse(call: &Call, request: &ListScoresRequest, run: &Arc<ScoredRun>, token: &str) -> Result<ListPlan> {
    let arguments = Arguments::of("value.list_scores").with("tenant_id", call.tenant()).with("score_run_id", &run.id);
    let request = ListRequest {
        page_size: request.page_size,
        page_token: token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: arguments.with("asked_for_newest", if request.score_run_id.is_empty() { "yes" } else { "no" }),
    };
    SCORES.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_scores_are_sound() {
        clientele_page::suite::schema_is_sound(&super::SCORES);
    }
}
