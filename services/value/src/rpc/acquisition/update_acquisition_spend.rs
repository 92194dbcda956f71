//! `UpdateAcquisitionSpend`: sets the fields that a mask names.

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{AcquisitionSpend, UpdateAcquisitionSpendRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::message::{expect_etag, message, parse, publish, spend_id, unknown};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::acquisition_spend::{acquisition_spend_get_for_update, acquisition_spend_update},
};

pub(super) async fn update_acquisition_spend(
    state: &State,
    call: Call,
    request: UpdateAcquisitionSpendRequest,
) -> Result<AcquisitionSpend> {
    let told = request.acquisition_spend.clone().unwrap_or_default();
    let id = spend_id(&told.acquisition_spend_id, "acquisition_spend.acquisition_spend_id")?;
    let fields = named(&request, &told)?;
    let asked = Asked {
        method: "UpdateAcquisitionSpend",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request.request_id, id, &told, &fields).await)
        .await
}

/// The fields of a spend that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settable {
    Channel,
    StartDate,
    EndDate,
    Amount,
}

impl Settable {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Channel, "channel"),
        (Self::StartDate, "start_date"),
        (Self::EndDate, "end_date"),
        (Self::Amount, "amount"),
    ];
}

/// The fields that the mask names; of an empty one those that are present.
fn named(request: &UpdateAcquisitionSpendRequest, told: &AcquisitionSpend) -> Result<Vec<Settable>> {
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
    if paths.is_empty() {
        let present =
            [!told.channel.is_empty(), told.start_date.is_some(), told.end_date.is_some(), told.amount.is_some()];
        let settable = Settable::ALL.iter().zip(present);
        return Ok(settable.filter_map(|((field, _), is_present)| is_present.then_some(*field)).collect());
    }
    if paths == ["*"] {
        return Ok(Settable::ALL.iter().map(|(field, _)| *field).collect());
    }
    let (mut fields, mut wrong) = (Vec::new(), Vec::new());
    for (at, path) in paths.iter().enumerate() {
        match Settable::ALL.iter().find(|(_, name)| name == path) {
            Some((field, _)) => fields.push(*field),
            None => wrong.push(Violation::new(
                format!("update_mask.paths[{at}]"),
                "must be one of channel, start_date, end_date, amount, or * alone",
            )),
        }
    }
    if wrong.is_empty() { Ok(fields) } else { Err(Error::invalid_fields(wrong)) }
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    id: Uuid,
    told: &AcquisitionSpend,
    fields: &[Settable],
) -> Result<AcquisitionSpend> {
    let tenant = call.tenant();
    let record = acquisition_spend_get_for_update(tx, tenant, id).await.map_err(failed)?.ok_or_else(|| unknown(id))?;
    expect_etag(&told.etag, &record, "acquisition_spend.etag")?;
    let before = message(&record)?;
    let mut merged = before.clone();
    for field in fields {
        match field {
            Settable::Channel => merged.channel.clone_from(&told.channel),
            Settable::StartDate => merged.start_date = told.start_date,
            Settable::EndDate => merged.end_date = told.end_date,
            Settable::Amount => merged.amount.clone_from(&told.amount),
        }
    }
    let spend = parse(&merged)?;
    if parse(&before)? == spend {
        return Ok(before);
    }
    let record = acquisition_spend_update(tx, tenant, id, &spend, state.context.now()).await.map_err(failed)?;
    let updated = message(&record)?;
    publish(state, call, tx, request_id, &updated, false).await?;
    Ok(updated)
}
