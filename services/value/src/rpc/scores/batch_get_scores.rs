//! `BatchGetScores`: the scores of up to 1,000 customers, in one query.

use std::collections::HashMap;

use clientele_error::{Error, Result, Violation};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{BatchGetScoresRequest, BatchGetScoresResponse, ScoreView};
use clientele_service::Call;
use uuid::Uuid;

use super::{message::score, scored_run};
use crate::{State, store::score::score_by_customer};

pub(super) async fn batch_get_scores(
    state: &State,
    call: Call,
    request: BatchGetScoresRequest,
) -> Result<BatchGetScoresResponse> {
    let customers = parse(&request.customer_ids)?;
    let (run, set) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let tenants = vec![call.tenant().to_owned(); customers.len()];
    let sets = vec![set; customers.len()];
    let found = score_by_customer(&mut connection, (&tenants, &sets, &customers)).await.map_err(failed)?;
    drop(connection);
    let mut found: HashMap<usize, _> = found.into_iter().collect();
    let mut answer = BatchGetScoresResponse::default();
    for (place, id) in request.customer_ids.into_iter().enumerate() {
        match found.remove(&place) {
            Some(record) => answer.scores.push(score(&run, &record, ScoreView::Basic)),
            None => answer.unscored_customer_ids.push(id),
        }
    }
    Ok(answer)
}

fn parse(ids: &[String]) -> Result<Vec<Uuid>> {
    let mut violations = Vec::new();
    let mut parsed = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        match id.parse() {
            Ok(id) => parsed.push(id),
            Err(_) => violations.push(Violation::new(format!("customer_ids[{at}]"), "must be a UUID")),
        }
    }
    if violations.is_empty() { Ok(parsed) } else { Err(Error::invalid_fields(violations)) }
}
