//! `RenewContract`: another term.

use clientele_error::{Error, Result};
use clientele_proto::value::v1::{self as proto, RenewContractRequest, contract_changed::Change};
use clientele_service::Call;

use super::{
    changing::{Changing, change, contract_id, refused},
    parse::amount,
};
use crate::{
    State,
    domain::{contract::renewed, day},
    rpc::once::{Asked, once},
};

pub(super) async fn renew_contract(
    state: &State,
    call: Call,
    request: RenewContractRequest,
) -> Result<proto::Contract> {
    let id = contract_id(&request.contract_id, "contract_id")?;
    let mut wrong = Vec::new();
    let value = request.value_per_term.as_ref().and_then(|value| amount(value, "value_per_term", &mut wrong));
    if !wrong.is_empty() {
        return Err(Error::invalid_fields(wrong));
    }
    let asked =
        Asked { method: "RenewContract", request_id: &request.request_id, validate_only: request.validate_only };
    let changing = Changing {
        contract_id: id,
        etag: &request.etag,
        change: Change::Renewed,
        request_id: &request.request_id,
        within: "",
    };
    let today = day::day_of(state.context.now());
    once(state, &call, asked, &request, async |tx| {
        change(state, &call, tx, changing, |record| {
            renewed(&record.contract, value, today).map_err(|error| refused(error, ""))
        })
        .await
    })
    .await
}
