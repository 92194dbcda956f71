//! `StartScoreRun`: checks the settings, fills in the defaults, queues the run and wakes the worker.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{
    Begin, Tx,
    idempotency::{self, Begun, Key, Ticket},
};
use clientele_proto::value::v1::{ScoreRun, StartScoreRunRequest};
use clientele_service::Call;
use jiff::Timestamp;
use prost::Message as _;

use crate::{
    State,
    domain::{day, score_settings::ScoreSettings},
    failure::database as failed,
    scoring::{engine, settings_message},
    store::score_run::{NewRun, RunRecord, score_run_insert, state},
};

pub(super) async fn start_score_run(state: &State, call: Call, request: StartScoreRunRequest) -> Result<ScoreRun> {
    let now = state.context.now();
    let run = parse(state, &call, &request, now)?;
    if request.validate_only {
        return reply_unstarted(run);
    }
    let (tx, ticket) = match begin(state, &call, &request).await? {
        Begun::Replay(answer) => return ScoreRun::decode(answer.as_slice()).map_err(Error::internal),
        Begun::Fresh(tx, ticket) => (tx, ticket),
    };
    let answer = insert(tx, ticket, call.tenant(), &run).await?;
    state.scoring.hub.wake();
    Ok(answer)
}

fn parse(state: &State, call: &Call, request: &StartScoreRunRequest, now: Timestamp) -> Result<NewRun> {
    let settings = request.settings.clone().unwrap_or_default();
    let settings = settings_message::parse(&settings, day::latest(now)).map_err(Error::invalid_fields)?;
    new_run(state, call, &settings, now)
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

async fn begin(state: &State, call: &Call, request: &StartScoreRunRequest) -> Result<Begun> {
    let key = Key {
        tenant_id: call.tenant().to_owned(),
        method: "StartScoreRun",
        request_id: match request.request_id.as_str() {
            // An id of its own is never met again: the same path, without idempotency.
            "" => state.context.new_id(),
            id => id.parse().map_err(|_| Error::invalid_field("request_id", "must be a UUID"))?,
        },
    };
    state.requests.begin(&state.pool, Begin::new(call.remaining()), key, &request.encode_to_vec()).await.map_err(|error| match error {
        idempotency::Error::Conflict => {
            Error::new(Reason::RequestIdReused, "the request_id was used with another body; take a new one for a new request").at("request_id")
        }
        idempotency::Error::Database(error) => failed(error),
    })
}

async fn insert(mut tx: Tx, ticket: Ticket, tenant: &str, run: &NewRun) -> Result<ScoreRun> {
    let record = score_run_insert(&mut tx, tenant, run).await.map_err(failed)?;
    let answer = super::reply(&record)?;
    ticket.record(&mut tx, &answer.encode_to_vec()).await.map_err(failed)?;
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
