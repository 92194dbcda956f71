//! What people make of an alert: stored and told of, in one transaction.

use clientele_error::{Error, Result};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{ChurnAlert, ChurnAlertsChanged};
use clientele_service::Call;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    domain::key,
    scoring::churn_message::alert,
    store::churn_alert::{Answer, churn_alert_answer, churn_alerts_by_ids},
};

/// The id of an alert as it stands in a request.
pub(super) fn alert_id(text: &str) -> Result<Uuid> {
    key::uuid(text).map_err(|error| Error::invalid_field("churn_alert_id", error.to_string()))
}

/// There is no such alert.
pub(super) fn unknown(id: Uuid) -> Error {
    Error::not_found("churn_alert", id.to_string())
}

/// The alert as it is.
pub(super) async fn read(connection: &mut PgConnection, tenant: &str, id: Uuid) -> Result<ChurnAlert> {
    let found = churn_alerts_by_ids(connection, tenant, &[id]).await.map_err(failed)?;
    found.first().map(alert).ok_or_else(|| unknown(id))
}

/// Stores an answer and tells of it.
pub(super) async fn store(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    id: Uuid,
    answer: &Answer<'_>,
) -> Result<ChurnAlert> {
    churn_alert_answer(tx, call.tenant(), id, answer).await.map_err(failed)?;
    let told = read(tx, call.tenant(), id).await?;
    let payload = ChurnAlertsChanged { churn_alerts: vec![told.clone()] };
    let subject = "churn-alerts".to_owned();
    let event = NewEvent::of_call(&state.context, call, request_id, answer.now, subject, &payload);
    state.outbox.publish(tx, event).await.map_err(failed)?;
    Ok(told)
}
