//! `GetScore`: one customer's score, read together with those that others ask for at the same time.

use std::sync::Arc;

use btyd::Confidence;
use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::{failed, shared_failed};
use clientele_proto::{
    codec::Encoded,
    value::v1::{GetScoreRequest, Score, ScoreView, get_score_request::Customer},
};
use clientele_service::Call;
use jiff::Timestamp;

use super::{
    Remembered,
    forecast::{confidence, forecast},
    message::score,
    scored_run,
};
use crate::{
    State,
    rpc::{
        customer::{self, buyer, customer_key, customer_of},
        score_runs::run_id,
    },
    scoring::{CustomerKey, ScoredRun},
    store::{
        score::{ScoreRecord, score_as_of},
        scored_run::{scored_run_at, scored_run_ended_by},
    },
};

pub(super) async fn get_score(
    state: &State,
    answers: &Remembered,
    call: Call,
    request: GetScoreRequest,
) -> Result<Encoded> {
    let full = Full { view: request.view(), confidence: confidence(request.interval_level)? };
    if let Some(read_time) = request.read_time {
        return get_score_as_of(state, &call, &request, read_time, full).await.map(|score| Encoded::of(&score));
    }
    let (customer, name) = parse(request.customer)?;
    let (run, set) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let found = state.scoring.reads.score(call.tenant(), set, customer).await.map_err(shared_failed)?;
    let record = found.ok_or_else(|| Error::not_found("score", name).with("score_run_id", &run.id))?;
    Ok(answers.answer(&run, &record, full, || full.reply(state, &run, &record)))
}

/// The score as it was at an instant: by a query of its own, as nobody asks for that often.
async fn get_score_as_of(
    state: &State,
    call: &Call,
    request: &GetScoreRequest,
    read_time: prost_types::Timestamp,
    full: Full,
) -> Result<Score> {
    let read_time = past_instant(state, read_time)?;
    let tenant = call.tenant();
    let customer = customer_key(customer_of!(request, get_score_request), "")?;
    let (run, set) = run_at(state, tenant, &request.score_run_id, read_time).await?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let buyer = buyer(&mut connection, tenant, &customer).await?;
    let found = score_as_of(&mut connection, tenant, set, buyer.buyer_id, read_time).await.map_err(failed)?;
    let of = format!("of the customer {}", customer::name(&customer));
    let record = found.ok_or_else(|| Error::not_found("score", of).with("score_run_id", &run.id))?;
    Ok(full.reply(state, &run, &record))
}

/// The instant to read a score as of, which has passed.
pub(super) fn past_instant(state: &State, read_time: prost_types::Timestamp) -> Result<Timestamp> {
    let read_time = Timestamp::new(read_time.seconds, read_time.nanos)
        .map_err(|_| Error::invalid_field("read_time", "must be an instant"))?;
    if read_time > state.context.now() {
        return Err(Error::invalid_field("read_time", "must not be in the future"));
    }
    Ok(read_time)
}

/// The run to read as of an instant: the one that was the newest, or the one that is named, which must have succeeded by then.
pub(super) async fn run_at(
    state: &State,
    tenant: &str,
    id: &str,
    read_time: Timestamp,
) -> Result<(Arc<ScoredRun>, i64)> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let id = match id {
        "" => {
            let newest = scored_run_at(&mut connection, tenant, read_time).await.map_err(failed)?;
            let text = "no score run had succeeded by then; take a later read_time";
            newest.ok_or_else(|| Error::new(Reason::NotScoredYet, text))?.to_string()
        }
        id => {
            let run_id = run_id(id)?;
            if !scored_run_ended_by(&mut connection, tenant, run_id, read_time).await.map_err(failed)? {
                return Err(not_ended_by(state, tenant, id, read_time).await);
            }
            id.to_owned()
        }
    };
    drop(connection);
    scored_run(state, tenant, &id).await
}

/// Why a run that is named cannot be read as of then: it is unknown, has not succeeded, or had not by then.
async fn not_ended_by(state: &State, tenant: &str, id: &str, read_time: Timestamp) -> Error {
    match scored_run(state, tenant, id).await {
        Err(error) => error,
        Ok((run, _)) => {
            let text =
                format!("the score run had not succeeded by {read_time}; take a later read_time, or another run");
            Error::new(Reason::NotScoredYet, text).about("score_run", run.id.clone())
        }
    }
}

/// How much of a score is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Full {
    view: ScoreView,
    confidence: Confidence,
}

impl Full {
    /// The same in numbers that can be compared.
    pub(super) fn key(self) -> (ScoreView, u64) {
        (self.view, self.confidence.level().to_bits())
    }
}

impl Full {
    fn reply(&self, state: &State, run: &ScoredRun, record: &ScoreRecord) -> Score {
        let mut reply = score(run, record, self.view);
        if self.view == ScoreView::Full {
            reply.forecast = forecast(&state.scoring.forecasts, run, record, self.confidence);
        }
        reply
    }
}

fn parse(customer: Option<Customer>) -> Result<(CustomerKey, String)> {
    match customer {
        Some(Customer::CustomerId(id)) => key_of(Some(&id), None),
        Some(Customer::CustomerExternalId(key)) => key_of(None, Some(&key)),
        None => key_of(None, None),
    }
}

/// The customer to look up by its id or by its key, and as an error tells it.
pub(super) fn key_of(id: Option<&str>, external_id: Option<&str>) -> Result<(CustomerKey, String)> {
    match (id, external_id) {
        (Some(id), _) => {
            let key = id.parse().map_err(|_| Error::invalid_field("customer_id", "must be a UUID"))?;
            Ok((CustomerKey::Id(key), format!("of the customer {id}")))
        }
        // Postgres holds no NUL in a text, so no customer has one in its key.
        (None, Some(key)) if key.contains('\0') => {
            Err(Error::invalid_field("customer_external_id", "must not hold a NUL character"))
        }
        (None, Some(key)) => Ok((CustomerKey::External(key.to_owned()), format!("of the customer {key}"))),
        (None, None) => Err(Error::invalid_field("customer", "is required: customer_id or customer_external_id")),
    }
}
