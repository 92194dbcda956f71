//! `BatchUpsertFxRates`: up to 1,000 rates, each for itself, in their order.

use std::collections::BTreeMap;

use clientele_error::{Reason, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::{
    errors::v1::FieldViolation,
    value::v1::{
        BatchUpsertFxRatesRequest, BatchUpsertFxRatesResponse, FxRateOutcome, FxRatesUpserted,
        fx_rate_outcome::Result as Outcome,
    },
};
use clientele_service::Call;

use super::message::{message, parse};
use crate::{
    State,
    domain::{
        day,
        fx_rate::{FxRate, Rate},
    },
    rpc::once::{Asked, once},
    store::fx_rate::{fx_book_raise, fx_rates_by_ids, fx_rates_put},
};

pub(super) async fn batch_upsert_fx_rates(
    state: &State,
    call: Call,
    request: BatchUpsertFxRatesRequest,
) -> Result<BatchUpsertFxRatesResponse> {
    let latest = day::latest(state.context.now());
    let rows: Vec<_> = request.fx_rates.iter().map(|row| parse(row, latest)).collect();
    let asked = Asked { method: "BatchUpsertFxRates", request_id: &request.request_id, validate_only: false };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request.request_id, &rows).await).await
}

type Row = std::result::Result<FxRate, Vec<Violation>>;

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    rows: &[Row],
) -> Result<BatchUpsertFxRatesResponse> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let mut ids: Vec<String> = rows.iter().flatten().map(FxRate::id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(reply(rows, &[]));
    }
    let version = fx_book_raise(tx, tenant).await.map_err(failed)?;
    let stored = fx_rates_by_ids(tx, tenant, &ids).await.map_err(failed)?;
    let before: BTreeMap<String, Rate> =
        stored.into_iter().filter_map(|record| Some((record.fx_rate_id, Rate::parse(&record.rate).ok()?))).collect();
    let mut latest: BTreeMap<String, FxRate> = BTreeMap::new();
    let mut results = Vec::new();
    for rate in rows.iter().flatten() {
        let id = rate.id();
        let known = latest.get(&id).map(|rate| rate.rate).or_else(|| before.get(&id).copied());
        results.push(match known {
            None => Outcome::Created,
            Some(known) if known == rate.rate => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        });
        latest.insert(id, *rate);
    }
    latest.retain(|id, rate| before.get(id) != Some(&rate.rate));
    if !latest.is_empty() {
        let changed: Vec<FxRate> = latest.values().copied().collect();
        fx_rates_put(tx, tenant, version, &changed, now).await.map_err(failed)?;
        let ids: Vec<String> = latest.into_keys().collect();
        let stored = fx_rates_by_ids(tx, tenant, &ids).await.map_err(failed)?;
        let payload = FxRatesUpserted { fx_rates: stored.iter().map(message).collect() };
        let event = NewEvent::of_call(&state.context, call, request_id, now, "fx-rates".to_owned(), &payload);
        state.outbox.publish(tx, event).await.map_err(failed)?;
    }
    Ok(reply(rows, &results))
}

/// `results` are those of the good rows, in their order.
fn reply(rows: &[Row], results: &[Outcome]) -> BatchUpsertFxRatesResponse {
    let mut results = results.iter();
    let outcomes = rows.iter().zip(0..).map(|(parsed, row)| match parsed {
        Ok(rate) => FxRateOutcome {
            row,
            result: results.next().copied().unwrap_or_default().into(),
            fx_rate_id: rate.id(),
            ..FxRateOutcome::default()
        },
        Err(violations) => FxRateOutcome {
            row,
            result: Outcome::Rejected.into(),
            reason: Reason::InvalidFields.into(),
            violations: violations.iter().map(violation).collect(),
            ..FxRateOutcome::default()
        },
    });
    BatchUpsertFxRatesResponse { outcomes: outcomes.collect() }
}

fn violation(violation: &Violation) -> FieldViolation {
    FieldViolation { field: violation.field.clone(), description: violation.description.clone() }
}
