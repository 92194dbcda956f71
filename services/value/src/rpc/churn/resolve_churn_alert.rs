//! `ResolveChurnAlert`: people say how it ended.

use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{ChurnAlert, ResolveChurnAlertRequest, churn_alert::Outcome};
use clientele_service::Call;
use uuid::Uuid;

use super::answering::{alert_id, store, unknown};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::churn_alert::{Answer, churn_alert_for_update, outcome, state as alert_state},
};

pub(super) async fn resolve_churn_alert(
    state: &State,
    call: Call,
    request: ResolveChurnAlertRequest,
) -> Result<ChurnAlert> {
    let id = alert_id(&request.churn_alert_id)?;
    let outcome = match request.outcome() {
        Outcome::Kept => outcome::KEPT,
        Outcome::Lost => outcome::LOST,
        Outcome::Unspecified => return Err(Error::invalid_field("outcome", "must be KEPT or LOST")),
    };
    let asked =
        Asked { method: "ResolveChurnAlert", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, id, outcome, &request).await).await
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    id: Uuid,
    outcome: i16,
    request: &ResolveChurnAlertRequest,
) -> Result<ChurnAlert> {
    churn_alert_for_update(tx, call.tenant(), id).await.map_err(failed)?.ok_or_else(|| unknown(id))?;
    let answer = Answer {
        state: alert_state::RESOLVED,
        outcome: Some(outcome),
        note: &request.note,
        actor: &call.caller.subject,
        now: state.context.now(),
    };
    store(state, call, tx, &request.request_id, id, &answer).await
}
