//! `GetScoreReproduction`: a stored score computed again from what it rested on.

use clientele_error::{Error, Result};
use clientele_pg::{Begin, Tx, answer::failed, tx::Isolation};
use clientele_proto::value::v1::{
    GetScoreReproductionRequest, LifecycleStage, ModelFit, ScoreDifference, ScoreInputs, ScoreReproduction, ScoreView,
};
use clientele_service::Call;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::{
    get_score::{past_instant, run_at},
    message::{name, score},
    models_unreadable, scored_run,
};
use crate::{
    State,
    rpc::customer::{self, buyer, customer_key, customer_of},
    scoring::{
        RunError, ScoredRun,
        reading::day_of_number,
        reproducing::{Difference, Reproduced, Stored, asks_profiles, reproduce},
        run_message::{instant, settings},
        settings_message::{date, money},
    },
    store::{
        score::{ScoreRecord, score_as_of},
        score_run::score_run_get,
    },
};

/// What one customer does not tell.
const OF_ALL_CUSTOMERS: [&str; 6] =
    ["rank", "tier", "earned_tier", "below_tier_since_date", "entitlements", "contribution.acquisition_spend_share"];

pub(super) async fn get_score_reproduction(
    state: &State,
    call: Call,
    request: GetScoreReproductionRequest,
) -> Result<ScoreReproduction> {
    let tenant = call.tenant();
    let customer = customer_key(customer_of!(request, get_score_reproduction_request), "")?;
    let (read_time, (run, score_set)) = match request.read_time {
        None => (Timestamp::MAX, scored_run(state, tenant, &request.score_run_id).await?),
        Some(read_time) => {
            let read_time = past_instant(state, read_time)?;
            (read_time, run_at(state, tenant, &request.score_run_id, read_time).await?)
        }
    };
    // One snapshot: a score that is made again meanwhile must not meet transactions that its image does not know.
    let begin = Begin::new(call.remaining()).isolation(Isolation::RepeatableRead).read_only();
    let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
    let buyer_id = buyer(&mut tx, tenant, &customer).await?.buyer_id;
    let found = score_as_of(&mut tx, tenant, score_set, buyer_id, read_time).await.map_err(failed)?;
    let of = format!("of the customer {}", customer::name(&customer));
    let record = found.ok_or_else(|| Error::not_found("score", of).with("score_run_id", &run.id))?;
    let stored = Stored { run: &run, score_set, buyer_id, record: &record };
    let reproduced = reproduce(&mut tx, tenant, &stored).await.map_err(|error| unreproduced(error, &run))?;
    let inputs = inputs(&mut tx, tenant, &run, &record, &reproduced).await?;
    tx.rollback().await.map_err(failed)?;
    Ok(reply(&run, &record, &reproduced, inputs))
}

fn unreproduced(error: RunError, run: &ScoredRun) -> Error {
    match error {
        RunError::Explained(_) => models_unreadable(run),
        RunError::Database(error) => failed(error),
        other => Error::internal(other),
    }
}

fn reply(run: &ScoredRun, record: &ScoreRecord, reproduced: &Reproduced, inputs: ScoreInputs) -> ScoreReproduction {
    ScoreReproduction {
        stored: Some(score(run, record, ScoreView::Basic)),
        reproduced: reproduced.record.as_ref().map(|record| score(run, record, ScoreView::Basic)),
        identical: reproduced.differences.is_empty(),
        differences: reproduced.differences.iter().map(|difference| told(run, difference)).collect(),
        inputs: Some(inputs),
        taken_fields: taken_fields(run, record, reproduced),
    }
}

/// A difference, with names for what is stored as a number.
fn told(run: &ScoredRun, difference: &Difference) -> ScoreDifference {
    let named = |number: &String| {
        let names = match difference.field {
            "rfm.segment" => &run.segment_names,
            "candidate_tier" => &run.tier_names,
            _ => return number.clone(),
        };
        number.parse().map_or_else(|_| number.clone(), |number| name(names, number).to_owned())
    };
    ScoreDifference {
        field: difference.field.to_owned(),
        stored: named(&difference.stored),
        reproduced: named(&difference.reproduced),
    }
}

fn taken_fields(run: &ScoredRun, record: &ScoreRecord, reproduced: &Reproduced) -> Vec<String> {
    let by_run = record.update_time.is_none();
    let findings = &run.findings;
    let mut taken = OF_ALL_CUSTOMERS.to_vec();
    if reproduced.lacks_stay_before {
        taken.push("stage_since_date");
    }
    if !by_run && asks_profiles(run) {
        taken.push("candidate_tier");
    }
    if by_run && findings.medians.index.is_none() {
        taken.extend(["index", "purchases.revenue_last_year", "purchases.revenue_year_before"]);
    }
    if by_run && findings.lifecycle.is_none() {
        taken.extend(["stage", "stage_since_date"]);
    }
    if by_run && findings.acquisition.is_none() {
        taken.push("contribution");
    }
    taken.into_iter().map(str::to_owned).collect()
}

async fn inputs(
    connection: &mut PgConnection,
    tenant: &str,
    run: &ScoredRun,
    record: &ScoreRecord,
    reproduced: &Reproduced,
) -> Result<ScoreInputs> {
    let of_run = score_run_get(connection, tenant, run.score_run_id).await.map_err(failed)?;
    let settings = of_run.as_ref().map(settings).transpose().map_err(Error::internal)?;
    let fits =
        reproduced.model_fits.iter().map(|fit| ModelFit { log_covariances: Vec::new(), drift: None, ..fit.clone() });
    let counted = reproduced.transactions;
    let before = reproduced.stay_before;
    let stage = before.map_or(LifecycleStage::Unspecified as i32, |before| before.stage.number().into());
    Ok(ScoreInputs {
        score_run_id: run.id.clone(),
        settings,
        model_fits: fits.collect(),
        seed: None,
        transactions_time: Some(instant(reproduced.transactions_time)),
        transactions: counted.transactions as i64,
        first_transaction_date: counted.days.map(|(first, _)| date(first)),
        last_transaction_date: counted.days.map(|(_, last)| date(last)),
        fx_version: run.findings.fx_version,
        has_signals: record.signals.is_some(),
        acquisition_spend_share: record.acquisition_share_minor.map(|minor| money(run.settings.currency, minor)),
        earlier_stage: stage,
        earlier_stage_since_date: before.map(|before| date(day_of_number(before.since))),
        library_version: btyd::VERSION.to_owned(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
