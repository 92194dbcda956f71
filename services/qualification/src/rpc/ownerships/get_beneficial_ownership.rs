//! `GetBeneficialOwnership`: computed anew for each call.

use clientele_error::{Error, Result};
use clientele_proto::{
    Date as DateMessage,
    qualification::v1::{BeneficialOwnership, GetBeneficialOwnershipRequest, get_beneficial_ownership_request::Key},
};
use clientele_service::Call;
use jiff::tz::TimeZone;

use super::get_ownership_structure::{structure, which};
use crate::{
    State,
    ownership_statements::{
        computing::{How, message, report_of},
        reading::date,
    },
};

pub(super) async fn get_beneficial_ownership(
    state: &State,
    call: Call,
    request: GetBeneficialOwnershipRequest,
) -> Result<BeneficialOwnership> {
    let which = which!(&request.key, Key)?;
    let how = how(state, request.as_of_date.as_ref(), request.threshold_percent, request.must_exceed)?;
    let structure = structure(state, call.tenant(), which).await?;
    let report = report_of(&structure, how).await?;
    Ok(message(&structure, &report, how))
}

/// How it is to be computed: for today and by 25 %, unless that is said otherwise.
pub(super) fn how(
    state: &State,
    as_of: Option<&DateMessage>,
    threshold_percent: Option<f64>,
    must_exceed: bool,
) -> Result<How> {
    let today = How::usual(state.context.now().to_zoned(TimeZone::UTC).date());
    let as_of = match as_of {
        Some(day) => date(day).ok_or_else(|| Error::invalid_field("as_of_date", "must be a day that exists"))?,
        None => today.as_of,
    };
    Ok(How { as_of, threshold_percent: threshold_percent.unwrap_or(today.threshold_percent), must_exceed })
}
