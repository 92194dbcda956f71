//! Cases moved: what calls, other parts of the service and time do to them, each in the transaction of whoever does it.
//!
//! Everything goes through [`step::step`], which holds to the table of [`crate::domain::case_machine`] and keeps people apart, stores the case, and
//! tells of it: history, audit log, event, standing. Take the case's lock first, with [`keeping::case_settled`].

pub mod gathering;
pub mod keeping;
pub mod message;
pub mod step;

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{CaseReason, CaseState, CheckOutcome, RequiredCheck};
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

pub use crate::domain::case_machine::trigger::Trigger;

use gathering::people_of;

use crate::{
    State,
    domain::{
        case_machine::{
            CaseEvent,
            people::{People, Role},
            trigger::apply_trigger,
        },
        requirements::Stage,
    },
    origin::Origin,
    store::{
        case_approval::case_rests_on,
        case_person::{case_people, case_people_put},
        customer_check::{CheckRecord, customer_check_put},
        qualification_case::{CaseRecord, case_for_update, case_id_of_customer, case_put},
    },
};

/// Tells the case of a customer what was found out about the customer: it is suspended, comes to review early, or goes to a compliance officer, as
/// [`crate::domain::case_machine::trigger`] has it. One that ran out with a document is restored by a document that was verified. Where the customer has
/// no case, or a closed one, nothing happens.
///
/// Call it in the transaction of the change, after that is written and before its [`crate::standing::restate`]. It takes the lock of the case's row: take those of
/// documents, hits and the like before.
pub async fn trigger(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
    trigger: Trigger,
) -> sqlx::Result<()> {
    let tenant = origin.tenant();
    let Some(case_id) = case_id_of_customer(connection, tenant, customer_id).await? else { return Ok(()) };
    let Some(mut record) = case_for_update(connection, tenant, case_id).await? else { return Ok(()) };
    keeping::settle(state, connection, &Origin::job(tenant, keeping::NAME, origin.now), &mut record).await?;
    if trigger == Trigger::DocumentVerified {
        return restore(state, connection, origin, &mut record).await;
    }
    let rests_on_it = match trigger {
        Trigger::DocumentRevoked { kind } => case_rests_on(connection, tenant, case_id, kind).await?,
        _ => false,
    };
    let effect = apply_trigger(record.status(), trigger, rests_on_it);
    let needs_edd = effect.needs_edd && !record.edd_required && !is_closed(record.state);
    record.edd_required |= needs_edd;
    let reason = reason_of(trigger);
    match effect.event {
        Some(CaseEvent::FallDue) => {
            record.review_time = Some(record.review_time.map_or(origin.now, |due: Timestamp| due.min(origin.now)));
            keeping::by_itself(state, connection, origin, &mut record, (CaseEvent::FallDue, reason)).await
        }
        Some(event) => keeping::by_itself(state, connection, origin, &mut record, (event, reason)).await,
        None if needs_edd => {
            record.version += 1;
            record.update_time = origin.now;
            origin.actor().clone_into(&mut record.actor);
            case_put(connection, tenant, &record).await
        }
        None => Ok(()),
    }
}

/// Gives a case that ran out its approval back, where that holds and all it rests on is there again.
async fn restore(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
) -> sqlx::Result<()> {
    if record.state != CaseState::Expired || !keeping::would_hold(connection, origin, record).await? {
        return Ok(());
    }
    // An approval does not come to rest on what its approver entered: people look first.
    if people_of(connection, origin.tenant(), record).await?.has_approver_who_made() {
        return Ok(());
    }
    let is_conditional = record.approval.as_ref().is_some_and(|approval| approval.is_conditional);
    let event = if is_conditional { CaseEvent::RestoreWithConditions } else { CaseEvent::Restore };
    keeping::by_itself(state, connection, origin, record, (event, CaseReason::Unspecified)).await?;
    // Its review may have come meanwhile.
    keeping::settle(state, connection, &Origin::job(origin.tenant(), keeping::NAME, origin.now), record).await
}

/// Writes down what the service found out by a check of a customer: required checks are met by it, whether the customer has a case yet or not. `note` is
/// for people. The same rules of place hold as for [`trigger`], but that no lock is taken.
pub async fn record_check(
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
    (check, outcome): (RequiredCheck, CheckOutcome),
    note: &str,
) -> sqlx::Result<()> {
    let done = CheckRecord {
        check,
        outcome,
        note: note.to_owned(),
        actor: origin.actor().to_owned(),
        check_time: origin.now,
        reviewers: Vec::new(),
    };
    customer_check_put(connection, origin.tenant(), customer_id, &done).await.map(drop)
}

/// Makes somebody who decides about a document, a hit, a check or the risk of a customer a reviewer of its case, where it has one that goes on; makers of
/// the case may not. The same rules of place hold as for [`trigger`].
pub async fn reviews(connection: &mut PgConnection, origin: &Origin<'_>, customer_id: Uuid) -> Result<()> {
    let Some(record) = going_on(connection, origin, customer_id).await? else { return Ok(()) };
    let people = people_of(connection, origin.tenant(), &record).await.map_err(failed)?;
    people.may_review(origin.actor()).map_err(|clash| Error::new(Reason::FourEyes, clash.message()))?;
    reviewer_put(connection, origin, &record, people).await
}

/// The same of somebody who changes what others look for: makers may do so too, and stay makers.
pub async fn looks(connection: &mut PgConnection, origin: &Origin<'_>, customer_id: Uuid) -> Result<()> {
    let Some(record) = going_on(connection, origin, customer_id).await? else { return Ok(()) };
    let people = case_people(connection, origin.tenant(), record.case_id).await.map_err(failed)?;
    reviewer_put(connection, origin, &record, people).await
}

/// The case of a customer under its lock, unless it is closed.
async fn going_on(connection: &mut PgConnection, origin: &Origin<'_>, customer_id: Uuid) -> Result<Option<CaseRecord>> {
    let tenant = origin.tenant();
    let case_id = case_id_of_customer(connection, tenant, customer_id).await.map_err(failed)?;
    let Some(case_id) = case_id else { return Ok(None) };
    let record = case_for_update(connection, tenant, case_id).await.map_err(failed)?;
    Ok(record.filter(|record| !is_closed(record.state)))
}

async fn reviewer_put(
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &CaseRecord,
    mut people: People,
) -> Result<()> {
    people.add(Role::Reviewer, origin.actor());
    case_people_put(connection, origin.tenant(), record.case_id, &people).await.map_err(failed)
}

/// The next step for which something must be on hand; `None` where nothing is asked for.
fn stage_of(state: CaseState) -> Option<Stage> {
    match state {
        CaseState::Draft | CaseState::InfoRequested => Some(Stage::Submission),
        CaseState::Submitted | CaseState::Screening => Some(Stage::Checks),
        CaseState::UnderReview | CaseState::Escalated | CaseState::PendingApproval => Some(Stage::Approval),
        _ => None,
    }
}

fn is_closed(state: CaseState) -> bool {
    matches!(state, CaseState::Rejected | CaseState::Withdrawn | CaseState::Terminated)
}

fn reason_of(trigger: Trigger) -> CaseReason {
    match trigger {
        Trigger::TrueMatch | Trigger::HitOpened => CaseReason::ScreeningMatch,
        Trigger::DocumentRevoked { .. } => CaseReason::DocumentRevoked,
        Trigger::OwnershipChanged => CaseReason::OwnershipChanged,
        Trigger::RegistryRevoked | Trigger::RegistryIrregular => CaseReason::RegistryStatus,
        Trigger::RiskAssessed(_) => CaseReason::RiskTooHigh,
        Trigger::DocumentVerified => CaseReason::Unspecified,
    }
}
