//! `RequestInformationOnCase`, `AssignCase`, `SnoozeCase`: the daily work on a case.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    AssignCaseRequest, Case, CaseInformationRequest, RequestInformationOnCaseRequest, SnoozeCaseRequest,
};
use clientele_service::Call;
use jiff::{SignedDuration, Timestamp};

use super::acting::{act, common, gathered};
use crate::{
    State,
    cases::step::{Part, Step, log, step},
    domain::case_machine::CaseEvent,
    origin::Origin,
    store::qualification_case::{CaseRecord, case_put},
};

/// How far ahead an instant may be.
const FARTHEST: SignedDuration = SignedDuration::from_hours(366 * 24);

pub(super) async fn request_information_on_case(
    state: &State,
    call: Call,
    request: RequestInformationOnCaseRequest,
) -> Result<Case> {
    let common = common!("RequestInformationOnCase", request);
    act(state, &call, common, &request, async |connection, origin, record| {
        let due = ahead(request.due_time.as_ref(), "due_time", origin.now)?;
        let asked = gathered(connection, origin.tenant(), record).await?.requirements;
        let days = SignedDuration::from_hours(24 * i64::from(asked.information_due_days));
        let due = due.unwrap_or_else(|| origin.now.saturating_add(days).unwrap_or(origin.now));
        let asked =
            CaseInformationRequest { items: request.items.clone(), due_time: None, actor: origin.actor().to_owned() };
        let taken = Step::of(CaseEvent::RequestInformation, Part::Reviewer);
        step(state, connection, origin, record, taken, |record| record.information_request = Some((asked, due)))
            .await?;
        Ok(())
    })
    .await
}

pub(super) async fn assign_case(state: &State, call: Call, request: AssignCaseRequest) -> Result<Case> {
    let due = instant_of(request.due_time.as_ref(), "due_time")?;
    act(state, &call, common!("AssignCase", request), &request, async |connection, origin, record| {
        record.assignee.clone_from(&request.assignee);
        record.due_time = due;
        record.snooze_time = None;
        put(state, connection, origin, record, ("assigned", "")).await
    })
    .await
}

pub(super) async fn snooze_case(state: &State, call: Call, request: SnoozeCaseRequest) -> Result<Case> {
    act(state, &call, common!("SnoozeCase", request), &request, async |connection, origin, record| {
        record.snooze_time = ahead(request.snooze_time.as_ref(), "snooze_time", origin.now)?;
        put(state, connection, origin, record, ("snoozed", "")).await
    })
    .await
}

/// Stores what is no step in the life of a case: the audit log tells of it, the case's history does not.
pub(super) async fn put(
    state: &State,
    connection: &mut sqlx::PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
    (change, role): (&str, &'static str),
) -> Result<()> {
    record.version += 1;
    origin.actor().clone_into(&mut record.actor);
    record.update_time = origin.now;
    case_put(connection, origin.tenant(), record).await.map_err(failed)?;
    log(state, connection, origin, record, (change, role)).await.map_err(failed)
}

/// An instant of a request after now and within a year.
fn ahead(message: Option<&prost_types::Timestamp>, field: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    let instant = instant_of(message, field)?;
    let is_ahead = instant.is_none_or(|instant| instant > now && instant.duration_since(now) <= FARTHEST);
    if is_ahead { Ok(instant) } else { Err(Error::invalid_field(field, "must be after now and within 366 days")) }
}

/// An instant of a request, to the microsecond as it is stored.
fn instant_of(message: Option<&prost_types::Timestamp>, field: &str) -> Result<Option<Timestamp>> {
    let Some(message) = message else { return Ok(None) };
    let is_canonical = (0..1_000_000_000).contains(&message.nanos);
    let micros = i64::from(message.nanos / 1_000);
    let instant = message.seconds.checked_mul(1_000_000).and_then(|seconds| seconds.checked_add(micros));
    // Years 1 to 9998: what Postgres and every calendar can hold.
    let in_calendar = (-62_135_596_800..=253_370_764_799).contains(&message.seconds);
    let instant =
        instant.filter(|_| is_canonical && in_calendar).and_then(|micros| Timestamp::from_microsecond(micros).ok());
    instant.map(Some).ok_or_else(|| Error::invalid_field(field, "must be an instant between the years 1 and 9998"))
}
