//! `GetOwnershipComparison`: declared beneficial owners against computed ones.

use clientele_error::Result;
use clientele_proto::qualification::v1::{
    GetOwnershipComparisonRequest, OwnershipComparison, get_ownership_comparison_request::Key,
};
use clientele_service::Call;

use super::{
    get_beneficial_ownership::how,
    get_ownership_structure::{structure, which},
};
use crate::{
    State,
    ownership_statements::computing::{TOLERANCE_PERCENT, comparison, report_of},
};

pub(super) async fn get_ownership_comparison(
    state: &State,
    call: Call,
    request: GetOwnershipComparisonRequest,
) -> Result<OwnershipComparison> {
    let which = which!(&request.key, Key)?;
    let how = how(state, request.as_of_date.as_ref(), request.threshold_percent, request.must_exceed)?;
    let structure = structure(state, call.tenant(), which).await?;
    let report = report_of(&structure, how).await?;
    Ok(comparison(&structure, &report, how, request.tolerance_percent.unwrap_or(TOLERANCE_PERCENT)))
}
