//! `UpdateContract`: sets the fields that a mask names.

use clientele_error::{Error, Result, Violation};
use clientele_proto::value::v1::{self as proto, UpdateContractRequest, contract_changed::Change};
use clientele_service::Call;

use super::{
    changing::{Changing, change, contract_id, refused},
    mask::Mask,
    parse::parse,
};
use crate::{
    State,
    contracts::message::message,
    domain::{
        contract::{Contract, revised},
        day,
    },
    rpc::once::{Asked, once},
    store::contract::ContractRecord,
};

/// Where the contract stands in the request.
const WITHIN: &str = "contract.";

pub(super) async fn update_contract(
    state: &State,
    call: Call,
    request: UpdateContractRequest,
) -> Result<proto::Contract> {
    let Some(said) = &request.contract else {
        return Err(Error::invalid_field("contract", "must be given, with its contract_id"));
    };
    let id = contract_id(&said.contract_id, "contract.contract_id")?;
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
    let mask = Mask::of(paths, said).map_err(Error::invalid_fields)?;
    let asked =
        Asked { method: "UpdateContract", request_id: &request.request_id, validate_only: request.validate_only };
    let changing = Changing {
        contract_id: id,
        etag: &said.etag,
        change: Change::Updated,
        request_id: &request.request_id,
        within: WITHIN,
    };
    once(state, &call, asked, &request, async |tx| {
        change(state, &call, tx, changing, |record| updated(state, record, &mask, said)).await
    })
    .await
}

fn updated(state: &State, record: &ContractRecord, mask: &Mask, said: &proto::Contract) -> Result<Contract> {
    let today = day::day_of(state.context.now());
    let stored = message(record, today);
    let renewals = stored.renewals;
    let merged = mask.onto(stored, said);
    if merged.renewals < renewals {
        let text = format!("must not be less than {renewals}: terms are taken back by a cancel_date before they begin");
        return Err(Error::invalid_field("contract.renewals", text));
    }
    let within = |violation: Violation| Violation { field: format!("{WITHIN}{}", violation.field), ..violation };
    // A contract that lost its customer's names keeps its customer all the same.
    let (_, mut said) =
        parse(&merged).map_err(|violations| Error::invalid_fields(violations.into_iter().map(within).collect()))?;
    let calendar = |contract: &Contract| (contract.agreement.start_date, contract.agreement.term_months);
    if calendar(&said.contract) != calendar(&record.contract) && said.renewals == renewals {
        // Not said, but stored: counted anew.
        said.renewals = 0;
    }
    revised(&said, Some(&record.contract), today).map_err(|error| refused(error, WITHIN))
}
