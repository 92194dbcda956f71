//! `GetRiskScorecardPreview`: what a scorecard would make of everybody, by both scorecards on what is known now.

use std::collections::BTreeMap;

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    GetRiskScorecardPreviewRequest, RiskScorecardPreview,
    risk_scorecard_preview::{Move, Mover},
};
use clientele_service::Call;
use uuid::Uuid;

use super::create_risk_scorecard::parse;
use crate::{
    State,
    assessing::{judged, scorecard},
    store::risk::risk_assessables,
};

/// Customers read at a time.
const BATCH: i64 = 1_000;
/// Movers that are named.
const MOVERS: usize = 100;

pub(super) async fn get_risk_scorecard_preview(
    state: &State,
    call: Call,
    request: GetRiskScorecardPreviewRequest,
) -> Result<RiskScorecardPreview> {
    let other = parse(request.risk_scorecard, &call, state)?;
    let (tenant, now) = (call.tenant(), state.context.now());
    let in_force = scorecard(&mut *state.pool.acquire().await.map_err(failed)?, tenant).await.map_err(failed)?;
    let (mut customers, mut moves, mut movers) = (0, BTreeMap::<(i32, i32), i64>::new(), Vec::<Mover>::new());
    let mut after = Uuid::nil();
    loop {
        // A connection a batch: nobody waits for one while this goes through the base.
        let mut connection = state.pool.acquire().await.map_err(failed)?;
        let batch = risk_assessables(&mut connection, tenant, after, BATCH).await.map_err(failed)?;
        drop(connection);
        for one in &batch {
            let record = (one.country_code.as_deref(), one.kind);
            let from = judged(&in_force, &one.inputs, record, now);
            let to = judged(&other, &one.inputs, record, now);
            customers += 1;
            *moves.entry((from.risk_level, to.risk_level)).or_default() += 1;
            if from.risk_level != to.risk_level {
                movers.push(Mover {
                    customer_id: one.customer_id.to_string(),
                    from_level: from.risk_level,
                    to_level: to.risk_level,
                    from_score: from.score,
                    to_score: to.score,
                });
            }
        }
        keep_farthest(&mut movers);
        match batch.last() {
            Some(last) if batch.len() == BATCH as usize => after = last.customer_id,
            _ => break,
        }
    }
    let moves = moves.into_iter();
    Ok(RiskScorecardPreview {
        customers,
        moves: moves.map(|((from_level, to_level), customers)| Move { from_level, to_level, customers }).collect(),
        movers,
        scorecard_version: in_force.version,
    })
}

/// Those that go farthest, by levels and then by points; of equals the first by their ids.
fn keep_farthest(movers: &mut Vec<Mover>) {
    let distance = |mover: &Mover| {
        let levels = (mover.to_level - mover.from_level).abs();
        (levels, (i64::from(mover.to_score) - i64::from(mover.from_score)).abs())
    };
    movers.sort_by(|one, other| {
        distance(other).cmp(&distance(one)).then_with(|| one.customer_id.cmp(&other.customer_id))
    });
    movers.truncate(MOVERS);
}
