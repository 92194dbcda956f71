//! `CancelContract`: for a day, by default when what is contracted has run out.

use clientele_error::{Error, Result};
use clientele_proto::value::v1::{self as proto, CancelContractRequest, contract_changed::Change};
use clientele_service::Call;

use super::{
    changing::{Changing, change, contract_id, refused},
    parse::date_of,
};
use crate::{
    State,
    domain::{contract::cancelled, day},
    rpc::once::{Asked, once},
};

pub(super) async fn cancel_contract(
    state: &State,
    call: Call,
    request: CancelContractRequest,
) -> Result<proto::Contract> {
    let id = contract_id(&request.contract_id, "contract_id")?;
    let mut wrong = Vec::new();
    let cancel_date = request.cancel_date.as_ref().and_then(|day| date_of(day, "cancel_date", &mut wrong));
    if !wrong.is_empty() {
        return Err(Error::invalid_fields(wrong));
    }
    let asked =
        Asked { method: "CancelContract", request_id: &request.request_id, validate_only: request.validate_only };
    let changing = Changing {
        contract_id: id,
        etag: &request.etag,
        change: Change::CancellationSet,
        request_id: &request.request_id,
        within: "",
    };
    let today = day::day_of(state.context.now());
    once(state, &call, asked, &request, async |tx| {
        change(state, &call, tx, changing, |record| {
            cancelled(&record.contract, cancel_date, request.reason.clone(), today).map_err(|error| refused(error, ""))
        })
        .await
    })
    .await
}
