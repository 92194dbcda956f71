//! `ListScores`: the customers ranked by any score, page by page. A page token begins with its run, so that all pages come from one.

use std::sync::Arc;

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageError, PageSizes, Value, refused};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{ListScoresRequest, ListScoresResponse};
use clientele_service::Call;
use uuid::Uuid;

use super::{message::score, scored_run};
use crate::{
    State,
    scoring::ScoredRun,
    store::{
        score::{RunColumns, SCORES, score_list},
        score_ranking::score_ranking_list,
    },
};

/// Between a token's run and the rest of it.
const SEPARATOR: char = '.';

pub(super) async fn list_scores(state: &State, call: Call, request: ListScoresRequest) -> Result<ListScoresResponse> {
    let (run_id, token) = pinned(&request)?;
    let (run, set) = scored_run(state, call.tenant(), &run_id).await?;
    let plan = parse(&call, &request, &run, token)?;
    // Ordering a million scores may take the time the caller has, and no longer.
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let page = if by_rank(&request, &plan) {
        let first = match plan.after.as_deref() {
            Some([Some(Value::Int(rank))]) => usize::try_from(*rank).unwrap_or(usize::MAX - plan.limit - 1) + 1,
            _ => 1,
        };
        let records =
            score_ranking_list(&mut tx, call.tenant(), set, first..=first + plan.limit).await.map_err(failed)?;
        plan.finish_by(records, |record| Ok::<_, sqlx::Error>(vec![Some(i64::from(record.rank).into())]))
            .map_err(failed)?
    } else {
        score_list(&mut tx, call.tenant(), &columns(&run, set), &plan).await.map_err(failed)?
    };
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

/// Whether the page is a stretch of the ranking: everybody, best first.
fn by_rank(request: &ListScoresRequest, plan: &ListPlan) -> bool {
    let terms = plan.order.terms();
    request.filter.trim().is_empty() && terms.len() == 1 && terms[0].field == &SCORES.unique && !terms[0].descending
}

/// What the run says of all its scores.
pub(super) fn columns(run: &ScoredRun, score_set: i64) -> RunColumns<'_> {
    RunColumns {
        score_set,
        tier_names: &run.tier_names,
        segment_names: &run.segment_names,
        minor_per_unit: run.settings.currency.minor_per_unit() as f64,
        as_of_date: run.settings.as_of_date,
    }
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
        Some((_, "")) | None => Err(refused([PageError::InvalidToken])),
        Some((run, _)) if asked.is_some_and(|asked| asked != run) => Err(refused([PageError::ForeignToken])),
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
