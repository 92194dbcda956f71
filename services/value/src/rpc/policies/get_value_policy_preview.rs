//! `GetValuePolicyPreview`: what a policy would do to the customers of a run.

use std::collections::HashMap;

use clientele_error::{Error, Result, Violation};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{
    GetValuePolicyPreviewRequest, ScoreRunSettings, TierMovePreview, TierPreview, ValuePolicyPreview,
};
use clientele_service::Call;
use jiff::civil::Date;

use super::message::check;
use crate::{
    State,
    domain::score_settings::ScoreSettings,
    rpc::scores::scored_run,
    scoring::{
        RunError, ScoredRun,
        preview::{Preview, preview},
        settings_message,
    },
    store::buyer::buyers_by_buyer_ids,
};

/// Moves answered when the request does not say, and at most.
const MOVES: (usize, usize) = (50, 1_000);

pub(super) async fn get_value_policy_preview(
    state: &State,
    call: Call,
    request: GetValuePolicyPreviewRequest,
) -> Result<ValuePolicyPreview> {
    let policy = request.value_policy.unwrap_or_default();
    check(&policy)?;
    let moves = match usize::try_from(request.max_moves) {
        Ok(0) => MOVES.0,
        Ok(moves) => moves.min(MOVES.1),
        Err(_) => return Err(Error::invalid_field("max_moves", "must not be negative")),
    };
    let (run, set) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let settings = settings(&run, policy.tier_policy, policy.index_policy)?;
    let now = state.context.now();
    let found =
        preview(&state.pool, call.tenant(), (&run, set), settings.clone(), now).await.map_err(|error| match error {
            RunError::Database(error) => failed(error),
            error => Error::internal(error),
        })?;
    reply(state, call.tenant(), &run, &settings, &found, moves).await
}

/// The run's settings with other policies.
fn settings(
    run: &ScoredRun,
    tier_policy: Option<clientele_proto::value::v1::TierPolicy>,
    index_policy: Option<clientele_proto::value::v1::IndexPolicy>,
) -> Result<ScoreSettings> {
    let of_run = settings_message::message(&run.settings);
    settings_message::parse(&ScoreRunSettings { tier_policy, index_policy, ..of_run }, Date::MAX).map_err(|wrong| {
        let below = |violation: Violation| {
            let field = violation.field.strip_prefix("settings.").unwrap_or(&violation.field).to_owned();
            Violation { field: format!("value_policy.{field}"), ..violation }
        };
        Error::invalid_fields(wrong.into_iter().map(below).collect())
    })
}

async fn reply(
    state: &State,
    tenant: &str,
    run: &ScoredRun,
    settings: &ScoreSettings,
    found: &Preview,
    moves: usize,
) -> Result<ValuePolicyPreview> {
    let judged = &found.judged;
    let tiers = settings.tiers.tiers.iter().zip(&judged.tier_findings).map(|(tier, then)| TierPreview {
        tier: tier.name.clone(),
        customers_now: run
            .tier_names
            .iter()
            .position(|name| *name == tier.name)
            .and_then(|place| found.tiers_now.get(place))
            .copied()
            .unwrap_or_default(),
        customers_then: then.customers as i64,
    });
    let moved: HashMap<u32, u8> = judged.moves.iter().map(|moved| (moved.position, moved.from)).collect();
    let first: Vec<(u32, u8)> =
        found.ranking.iter().filter_map(|at| moved.get(at).map(|from| (*at, *from))).take(moves).collect();
    let ids: Vec<i64> = first.iter().map(|(at, _)| found.buyers[*at as usize] as i64).collect();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let buyers = buyers_by_buyer_ids(&mut connection, tenant, &ids).await.map_err(failed)?;
    let moves = first.iter().map(|(at, from)| {
        let at = *at as usize;
        let buyer = buyers.get(&(found.buyers[at] as i64));
        TierMovePreview {
            customer_id: buyer.and_then(|buyer| buyer.customer_id).map(|id| id.to_string()).unwrap_or_default(),
            customer_external_id: buyer.and_then(|buyer| buyer.external_id.clone()).unwrap_or_default(),
            tier_now: run.tier_names.get(usize::from(*from)).cloned().unwrap_or_default(),
            tier_then: settings.tiers.tiers[usize::from(judged.tiers[at])].name.clone(),
            index_now: found.index_now[at],
            index_then: judged.index[at],
        }
    });
    let sum = |count: fn(&crate::scoring::judging::TierFound) -> usize| {
        judged.tier_findings.iter().map(count).sum::<usize>() as i64
    };
    Ok(ValuePolicyPreview {
        score_run_id: run.id.clone(),
        tiers: tiers.collect(),
        risers: sum(|found| found.risen),
        fallers: sum(|found| found.fallen),
        moves: moves.collect(),
    })
}
