//! `StartScoreRun`: checks the settings, fills in the defaults, queues the run and wakes the worker.

use clientele_error::{Error, Result};
use clientele_pg::{
    Begin, Tx,
    answer::{failed, not_begun},
    idempotency::{Begun, Key, Ticket},
};
use clientele_proto::value::v1::{ScoreRun, ScoreRunSettings, StartScoreRunRequest, ValuePolicy};
use clientele_service::Call;
use jiff::Timestamp;
use prost::Message as _;

use crate::{
    State,
    domain::{day, score_settings::ScoreSettings},
    rpc::policies::newest,
    scoring::{engine, settings_message},
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
    let (tx, ticket) = match begin(state, &call, &request).await? {
        Started::Before(answer) => return ScoreRun::decode(answer.as_slice()).map_err(Error::internal),
        Started::Now(tx, ticket) => (tx, ticket),
    };
    let answer = insert(tx, ticket, call.tenant(), &run).await?;
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
    let follows = settings.tier_policy.is_none()
        || settings.index_policy.is_none()
        || settings.lifecycle_policy.is_none() && policy.lifecycle_policy.is_some()
        || settings.churn_policy.is_none() && policy.churn_policy.is_some();
    ScoreRunSettings {
        value_policy_version: if follows { policy.version } else { 0 },
        tier_policy: settings.tier_policy.or(policy.tier_policy),
        index_policy: settings.index_policy.or(policy.index_policy),
        lifecycle_policy: settings.lifecycle_policy.or(policy.lifecycle_policy),
        churn_policy: settings.churn_policy.or(policy.churn_policy),
        ..settings
    }
}

fn new_run(state: &State, call: &Call, settings: &ScoreSettings, now: Timestamp) -> Result<NewRun> {
    let (_, segment_names) = engine::segment_names(settings.rfm.bins).map_err(Error::internal)?;
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

enum Started {
    /// By an earlier call with the request id: what that answered.
    Before(Vec<u8>),
    /// By this call, in a transaction of its own.
    Now(Tx, Option<Ticket>),
}

async fn begin(state: &State, call: &Call, request: &StartScoreRunRequest) -> Result<Started> {
    if request.request_id.is_empty() {
        return Tx::begin(&state.pool, call.remaining()).await.map(|tx| Started::Now(tx, None)).map_err(failed);
    }
    let request_id = request.request_id.parse().map_err(|_| Error::invalid_field("request_id", "must be a UUID"))?;
    let key = Key { tenant_id: call.tenant().to_owned(), method: "StartScoreRun", request_id };
    let begun = state.requests.begin(&state.pool, Begin::new(call.remaining()), key, &request.encode_to_vec()).await;
    Ok(match begun.map_err(not_begun)? {
        Begun::Replay(answer) => Started::Before(answer),
        Begun::Fresh(tx, ticket) => Started::Now(tx, Some(ticket)),
    })
}

async fn insert(mut tx: Tx, ticket: Option<Ticket>, tenant: &str, run: &NewRun) -> Result<ScoreRun> {
    let record = score_run_insert(&mut tx, tenant, run).await.map_err(failed)?;
    let answer = super::reply(&record)?;
    if let Some(ticket) = ticket {
        ticket.record(&mut tx, &answer.encode_to_vec()).await.map_err(failed)?;
    }
    tx.commit().await.map_err(failed)?;
    Ok(answer)
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
