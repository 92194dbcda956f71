//! `UpdateAccountSignals`: sets the signals that a mask names.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{self as proto, AccountSignalsUpdated, UpdateAccountSignalsRequest};
use clientele_service::Call;

use super::message::{message, named, parse};
use crate::{
    State,
    domain::{
        account_signals::{AccountSignals, Signal},
        day,
        transaction::CustomerKey,
    },
    rpc::{
        customer::{buyer, customer_key, customer_of},
        once::{Asked, once},
    },
    store::account_signals::{SignalsRecord, account_signals_get, account_signals_put},
};

pub(super) async fn update_account_signals(
    state: &State,
    call: Call,
    request: UpdateAccountSignalsRequest,
) -> Result<proto::AccountSignals> {
    let change = change(state, &request)?;
    let asked =
        Asked { method: "UpdateAccountSignals", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request.request_id, change).await).await
}

struct Change {
    customer: CustomerKey,
    signals: AccountSignals,
    which: Vec<Signal>,
    etag: String,
}

fn change(state: &State, request: &UpdateAccountSignalsRequest) -> Result<Change> {
    let default = proto::AccountSignals::default();
    let told = request.account_signals.as_ref().unwrap_or(&default);
    let below = |violation: Violation| Violation { field: format!("account_signals.{}", violation.field), ..violation };
    let signals = parse(told, day::latest(state.context.now()));
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
    let which = named(paths, signals.as_ref().unwrap_or(&AccountSignals::default()));
    match (signals, which) {
        (Ok(signals), Ok(which)) => Ok(Change {
            customer: customer_key(customer_of!(told, account_signals), "account_signals.")?,
            signals,
            which,
            etag: told.etag.clone(),
        }),
        (signals, which) => {
            let of_signals = signals.err().unwrap_or_default().into_iter().map(below);
            Err(Error::invalid_fields(of_signals.chain(which.err().unwrap_or_default()).collect()))
        }
    }
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    change: Change,
) -> Result<proto::AccountSignals> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let buyer = buyer(tx, tenant, &change.customer).await?;
    let before = account_signals_get(tx, tenant, buyer.buyer_id, true).await.map_err(failed)?;
    let version = before.as_ref().map_or(0, |before| before.version);
    if !change.etag.is_empty() && change.etag != version.to_string() {
        let message = "the signals were changed meanwhile; read them again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at("account_signals.etag"));
    }
    let mut signals = before.as_ref().map(|before| before.signals.clone()).unwrap_or_default();
    signals.set(&change.which, &change.signals);
    if let Some(before) = before.filter(|before| before.signals == signals) {
        return Ok(message(&buyer, &before));
    }
    let record = SignalsRecord { signals, version: version + 1, update_time: now };
    account_signals_put(tx, tenant, buyer.buyer_id, &record).await.map_err(failed)?;
    let told = message(&buyer, &record);
    let payload = AccountSignalsUpdated { account_signals: Some(told.clone()) };
    let event = NewEvent::of_call(&state.context, call, request_id, now, "account-signals".to_owned(), &payload);
    state.outbox.publish(tx, event).await.map_err(failed)?;
    Ok(told)
}
