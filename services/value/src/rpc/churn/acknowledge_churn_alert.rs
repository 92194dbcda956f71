//! `AcknowledgeChurnAlert`: somebody looks after the customer.

use clientele_error::Result;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{AcknowledgeChurnAlertRequest, ChurnAlert};
use clientele_service::Call;
use uuid::Uuid;

use super::answering::{alert_id, read, store, unknown};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::churn_alert::{Answer, churn_alert_for_update, state as alert_state},
};

pub(super) async fn acknowledge_churn_alert(
    state: &State,
    call: Call,
    request: AcknowledgeChurnAlertRequest,
) -> Result<ChurnAlert> {
    let id = alert_id(&request.churn_alert_id)?;
    let asked = Asked {
        method: "AcknowledgeChurnAlert",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, id, &request).await).await
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    id: Uuid,
    request: &AcknowledgeChurnAlertRequest,
) -> Result<ChurnAlert> {
    let found = churn_alert_for_update(tx, call.tenant(), id).await.map_err(failed)?.ok_or_else(|| unknown(id))?;
    if found != alert_state::OPEN {
        return read(tx, call.tenant(), id).await;
    }
    let answer = Answer {
        state: alert_state::ACKNOWLEDGED,
        outcome: None,
        note: &request.note,
        actor: &call.caller.subject,
        now: state.context.now(),
    };
    store(state, call, tx, &request.request_id, id, &answer).await
}
