//! `GetSegmentMovementReport`: who joined, left and stayed, by stretches of time.

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::{
    Date as DateMessage,
    value::v1::{GetSegmentMovementReportRequest, SegmentMovement, SegmentMovementGrouping, SegmentMovementReport},
};
use clientele_service::Call;
use jiff::civil::Date;

use super::{parse::segment_id, stored::read};
use crate::{
    State,
    domain::day,
    scoring::settings_message::date,
    store::{
        segment::SegmentKey,
        segment_move::segment_moves_plan_for_tenant,
        segment_movement::{MovementRecord, segment_movements},
    },
};

/// Stretches told at most.
const STRETCHES: i64 = 1_000;
/// Before and after all that is believed.
const PERIOD: (Date, Date) = (Date::constant(1, 1, 1), Date::constant(9999, 12, 31));

pub(super) async fn get_segment_movement_report(
    state: &State,
    call: Call,
    request: GetSegmentMovementReportRequest,
) -> Result<SegmentMovementReport> {
    let id = segment_id(&request.segment_id, "segment_id")?;
    let (start, end) = (given(request.start_date, "start_date")?, given(request.end_date, "end_date")?);
    let period = (start.unwrap_or(PERIOD.0), end.unwrap_or(PERIOD.1));
    if period.0 > period.1 {
        let text = format!("{} is before start_date: give a period that begins before it ends", period.1);
        return Err(Error::invalid_field("end_date", text));
    }
    let grouping = match request.grouping() {
        SegmentMovementGrouping::Unspecified => SegmentMovementGrouping::Month,
        grouping => grouping,
    };
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    read(&mut tx, call.tenant(), &SegmentKey::Id(id)).await?;
    segment_moves_plan_for_tenant(&mut tx).await.map_err(failed)?;
    let found = segment_movements(&mut tx, call.tenant(), id, grouping.into(), period, STRETCHES).await;
    let found = found.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    Ok(SegmentMovementReport {
        segment_id: id.to_string(),
        start_date: start.map(date),
        end_date: end.map(date),
        // The first may be all that was before the period.
        movements: found.iter().filter(|found| found.first_date.to_jiff() >= period.0).map(movement).collect(),
    })
}

fn given(message: Option<DateMessage>, field: &str) -> Result<Option<Date>> {
    let Some(message) = message else { return Ok(None) };
    day::day(message.year, message.month, message.day, PERIOD.1).map(Some).map_err(|errors| {
        let violations = errors.into_iter().map(|error| {
            let path = error.field().map_or_else(|| field.to_owned(), |part| format!("{field}.{part}"));
            Violation::new(path, error.to_string())
        });
        Error::invalid_fields(violations.collect())
    })
}

fn movement(record: &MovementRecord) -> SegmentMovement {
    let members_before = record.members_after - record.joined + record.left;
    SegmentMovement {
        start_date: Some(date(record.first_date.to_jiff())),
        score_run_id: record.score_run_id.map(|id| id.to_string()).unwrap_or_default(),
        members_before,
        joined_members: record.joined,
        left_members: record.left,
        stayed_members: members_before - record.left,
        members_after: record.members_after,
    }
}
