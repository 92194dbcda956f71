//! `StartScoreRun`: checks the settings, fills in the defaults, queues the run and wakes the worker.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ScoreRun, ScoreRunSettings, StartScoreRunRequest, ValuePolicy};
use clientele_service::Call;
use jiff::Timestamp;
use prost::Message as _;

use crate::{
    State,
    domain::{day, score_settings::ScoreSettings},
    rpc::{
        once::{Asked, once},
        policies::newest,
    },
    scoring::{conversion_message, engine, settings_message},
    store::score_run::{NewRun, RunRecord, score_run_insert, state},
};

pub(super) async fn start_score_run(state: &State, call: Call, request: StartScoreRunRequest) -> Result<ScoreRun> {
    let now = state.context.now();
    let policy = {
        let mut connection = state.pool.acquire().await.map_err(failed)?;
        newest(&mut connection, call.tenant()).await?
    };
    let run = parse(state, &call, &request, policy, now)?;
    if request.validate_only {
        return reply_unstarted(run);
    }
    let asked = Asked { method: "StartScoreRun", request_id: &request.request_id, validate_only: false };
    let answer = once(state, &call, asked, &request, async |tx| {
        super::reply(&score_run_insert(tx, call.tenant(), &run).await.map_err(failed)?)
    })
    .await?;
    state.scoring.hub.wake();
    Ok(answer)
}

fn parse(
    state: &State,
    call: &Call,
    request: &StartScoreRunRequest,
    policy: Option<ValuePolicy>,
    now: Timestamp,
) -> Result<NewRun> {
    let settings = by_policy(request.settings.clone().unwrap_or_default(), policy);
    let settings = settings_message::parse(&settings, day::latest(now)).map_err(Error::invalid_fields)?;
    new_run(state, call, &settings, now)
}

/// The settings with what they leave to the value policy.
fn by_policy(settings: ScoreRunSettings, policy: Option<ValuePolicy>) -> ScoreRunSettings {
    let policy = policy.unwrap_or_default();
    let follows = (settings.currency_code.is_empty() || settings.convert_currencies)
        && !policy.reporting_currency_code.is_empty()
        || settings.tier_policy.is_none()
        || settings.index_policy.is_none()
        || settings.rfm_policy.is_none() && policy.rfm_policy.is_some()
        || settings.lifecycle_policy.is_none() && policy.lifecycle_policy.is_some()
        || settings.churn_policy.is_none() && policy.churn_policy.is_some()
        || settings.affinity_policy.is_none() && policy.affinity_policy.is_some();
    let settings = conversion_message::by_policy(settings, &policy);
    ScoreRunSettings {
        value_policy_version: if follows { policy.version } else { 0 },
        rfm_policy: settings.rfm_policy.or(policy.rfm_policy),
        tier_policy: settings.tier_policy.or(policy.tier_policy),
        index_policy: settings.index_policy.or(policy.index_policy),
        lifecycle_policy: settings.lifecycle_policy.or(policy.lifecycle_policy),
        churn_policy: settings.churn_policy.or(policy.churn_policy),
        affinity_policy: settings.affinity_policy.or(policy.affinity_policy),
        ..settings
    }
}

fn new_run(state: &State, call: &Call, settings: &ScoreSettings, now: Timestamp) -> Result<NewRun> {
    let (_, segment_names) = engine::segment_names(&settings.rfm).map_err(Error::internal)?;
    Ok(NewRun {
        score_run_id: state.context.new_id(),
        settings: settings_message::message(settings).encode_to_vec(),
        as_of_date: settings.as_of_date,
        minor_per_unit: settings.currency.minor_per_unit() as f64,
        tier_names: settings.tiers.tiers.iter().map(|tier| tier.name.clone()).collect(),
        segment_names,
        actor: call.caller.subject.clone(),
        create_time: now,
    })
}

/// The run as it would start: without an id, as nothing has it.
fn reply_unstarted(run: NewRun) -> Result<ScoreRun> {
    let record = RunRecord {
        score_run_id: run.score_run_id,
        run_no: 0,
        state: state::PENDING,
        settings: run.settings,
        stage: 0,
        done: 0,
        total: 0,
        attempt: 0,
        summary: None,
        failure: String::new(),
        create_time: jiff_sqlx::ToSqlx::to_sqlx(run.create_time),
        start_time: None,
        end_time: None,
    };
    Ok(ScoreRun { score_run_id: String::new(), ..super::reply(&record)? })
}
