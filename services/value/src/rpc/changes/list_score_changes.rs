//! `ListScoreChanges`: page by page. A page token begins with its runs, so that all pages come from the same two.

use std::collections::HashMap;

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageError, PageSizes, refused};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{ListScoreChangesRequest, ListScoreChangesResponse};
use clientele_service::Call;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    get_score_run_comparison::with_paths,
    message::Records,
    pair::{Pair, pair},
};
use crate::{
    State,
    scoring::ScoredRun,
    store::{
        score::{ScoreRecord, scores_of_buyers},
        score_change::{SCORE_CHANGES, Side, score_change_buyers},
    },
};

/// Between the runs of a token and the rest of it.
const SEPARATOR: char = '.';

pub(super) async fn list_score_changes(
    state: &State,
    call: Call,
    request: ListScoreChangesRequest,
) -> Result<ListScoreChangesResponse> {
    let ([earlier_id, id], token) = pinned(&request)?;
    let pair = pair(state, call.tenant(), &id, &earlier_id).await?;
    let plan = parse(&call, &request, &pair, token)?;
    // Ordering a million changes may take the time the caller has, and no longer.
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let sides = [side(&pair.before), side(&pair.after)];
    let per_unit = pair.after.0.settings.currency.minor_per_unit() as f64;
    let page = score_change_buyers(&mut tx, call.tenant(), sides, per_unit, &plan).await.map_err(failed)?;
    let found = records(&mut tx, call.tenant(), &pair, &page.items).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    let next_page_token = if page.next_page_token.is_empty() {
        String::new()
    } else {
        let [earlier, later] = [&pair.before.0, &pair.after.0].map(|run| run.score_run_id.simple());
        format!("{earlier}{SEPARATOR}{later}{SEPARATOR}{}", page.next_page_token)
    };
    Ok(ListScoreChangesResponse { score_changes: with_paths(&pair, &found), next_page_token })
}

/// The scores of buyers in both runs, in their order.
pub(super) async fn records(
    connection: &mut PgConnection,
    tenant: &str,
    pair: &Pair,
    buyers: &[i64],
) -> sqlx::Result<Vec<Records>> {
    let mut of = async |set: i64| -> sqlx::Result<HashMap<i64, ScoreRecord>> {
        Ok(scores_of_buyers(connection, tenant, set, buyers).await?.into_iter().collect())
    };
    let (mut before, mut after) = (of(pair.before.1).await?, of(pair.after.1).await?);
    Ok(buyers.iter().map(|buyer| [before.remove(buyer), after.remove(buyer)]).collect())
}

fn side((run, score_set): &(std::sync::Arc<ScoredRun>, i64)) -> Side<'_> {
    Side { score_set: *score_set, tier_names: &run.tier_names, segment_names: &run.segment_names }
}

/// The runs a request compares, the earlier one first, and the rest of its page token.
fn pinned(request: &ListScoreChangesRequest) -> Result<([String; 2], &str)> {
    let asked = [&request.earlier_score_run_id, &request.score_run_id];
    if request.page_token.is_empty() {
        return Ok((asked.map(Clone::clone), ""));
    }
    let mut parts = request.page_token.splitn(3, SEPARATOR);
    let runs = [parts.next(), parts.next()].map(|run| run.and_then(|run| Uuid::try_parse(run).ok()));
    let ([Some(earlier), Some(later)], Some(token)) = (runs, parts.next().filter(|token| !token.is_empty())) else {
        return Err(refused([PageError::InvalidToken]));
    };
    let pinned = [earlier, later];
    let others = |(asked, run): (&String, Uuid)| Uuid::try_parse(asked).is_ok_and(|asked| asked != run);
    if asked.into_iter().zip(pinned).any(others) {
        return Err(refused([PageError::ForeignToken]));
    }
    Ok((pinned.map(|run| run.to_string()), token))
}

fn parse(call: &Call, request: &ListScoreChangesRequest, pair: &Pair, token: &str) -> Result<ListPlan> {
    let arguments = Arguments::of("value.list_score_changes")
        .with("tenant_id", call.tenant())
        .with("score_run_id", &pair.after.0.id)
        .with("earlier_score_run_id", &pair.before.0.id)
        .with("asked_for_newest", if request.score_run_id.is_empty() { "yes" } else { "no" })
        .with("asked_for_the_one_before", if request.earlier_score_run_id.is_empty() { "yes" } else { "no" });
    let request = ListRequest {
        page_size: request.page_size,
        page_token: token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments,
    };
    SCORE_CHANGES.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_score_changes_are_sound() {
        clientele_page::suite::schema_is_sound(&super::SCORE_CHANGES);
    }
}
