//! What happens to a case by itself: the customer does not answer in time, the review falls due, the approval or a document that it rests on runs out.

use clientele_proto::qualification::v1::{CaseReason, CaseState, QualificationReason, QualificationState, RiskLevel};
use sqlx::PgConnection;
use uuid::Uuid;

use super::step::{Part, Refused, Step, step};
use crate::{
    State,
    domain::{
        case_machine::CaseEvent,
        standing::{Standing, standing},
    },
    origin::Origin,
    store::{
        qualification_case::{CaseRecord, case_for_update},
        standing::standing_inputs,
    },
};

/// The service as actor of what cases do by themselves.
pub const NAME: &str = "case keeper";

/// Locks a case, lets what is due to it happen, and answers it.
pub async fn case_settled(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
) -> sqlx::Result<Option<CaseRecord>> {
    let Some(mut record) = case_for_update(connection, tenant, case_id).await? else { return Ok(None) };
    let origin = Origin::job(tenant, NAME, state.context.now());
    settle(state, connection, &origin, &mut record).await?;
    Ok(Some(record))
}

/// Lets what is due to a case happen, in order, each once: what has happened is not due any more. The case's lock must be held.
pub async fn settle(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
) -> sqlx::Result<()> {
    let now = origin.now;
    let is_unanswered = record.information_request.as_ref().is_some_and(|(_, due)| *due <= now);
    if record.state == CaseState::InfoRequested && is_unanswered {
        // A review of what is approved is not simply given up.
        let event = if record.approval.is_some() { CaseEvent::Suspend } else { CaseEvent::TimeOut };
        return by_itself(state, connection, origin, record, (event, CaseReason::InformationNotGiven)).await;
    }
    let is_approved = matches!(record.state, CaseState::Approved | CaseState::ApprovedWithConditions);
    if is_approved && record.review_time.is_some_and(|due| due <= now) {
        by_itself(state, connection, origin, record, (CaseEvent::FallDue, CaseReason::Unspecified)).await?;
    }
    if (is_approved || record.state == CaseState::ReviewDue) && has_run_out(connection, origin, record).await? {
        by_itself(state, connection, origin, record, (CaseEvent::Expire, CaseReason::Unspecified)).await?;
    }
    Ok(())
}

/// A step that the service takes by itself. One that the table does not allow is not taken.
pub(super) async fn by_itself(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
    (event, reason): (CaseEvent, CaseReason),
) -> sqlx::Result<()> {
    let taken = Step::of(event, Part::Service).because(reason, "");
    match step(state, connection, origin, record, taken, |_| ()).await {
        Ok(()) | Err(Refused::State(_) | Refused::Person(_)) => Ok(()),
        Err(Refused::Database(error)) => Err(error),
    }
}

/// Whether the approval, or a document that it rests on, has run out.
async fn has_run_out(connection: &mut PgConnection, origin: &Origin<'_>, record: &CaseRecord) -> sqlx::Result<bool> {
    let standing = approval_alone(connection, origin, record).await?;
    let ends = [QualificationReason::ApprovalExpired, QualificationReason::DocumentExpired];
    Ok(standing.state == QualificationState::Expired && standing.reasons.iter().any(|reason| ends.contains(reason)))
}

/// Whether the approval would hold again: of a case that ran out.
pub(super) async fn would_hold(
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &CaseRecord,
) -> sqlx::Result<bool> {
    Ok(record.approval.is_some() && approval_alone(connection, origin, record).await?.qualified)
}

/// Where the customer would stand by the approval and its documents alone: whatever the case's state, hits and risk are.
async fn approval_alone(
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &CaseRecord,
) -> sqlx::Result<Standing> {
    let found = standing_inputs(connection, origin.tenant(), &[record.customer_id]).await?;
    let mut inputs = found.into_values().next().unwrap_or_default();
    (inputs.true_matches, inputs.risk_level) = (0, RiskLevel::Unspecified);
    if let Some(case) = &mut inputs.case {
        case.state = CaseState::Approved;
    }
    Ok(standing(&inputs, origin.now))
}
