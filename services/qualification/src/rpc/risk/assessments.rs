//! `GetRiskInputs`, `GetRiskAssessment`, `RefreshRiskAssessment`: of one customer.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    GetRiskAssessmentRequest, GetRiskInputsRequest, RefreshRiskAssessmentRequest, RiskAssessment, RiskInputs,
};
use clientele_service::Call;

use super::id;
use crate::{
    State,
    assessing::assess,
    origin::Origin,
    rpc::once::{Asked, once},
    store::risk::{risk_assessment_get, risk_inputs_get},
};

pub(super) async fn get_risk_inputs(state: &State, call: Call, request: GetRiskInputsRequest) -> Result<RiskInputs> {
    let customer_id = id(&request.customer_id, "customer_id")?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let found = risk_inputs_get(&mut connection, call.tenant(), customer_id).await.map_err(failed)?;
    found.ok_or_else(|| Error::not_found("risk_inputs", request.customer_id))
}

pub(super) async fn get_risk_assessment(
    state: &State,
    call: Call,
    request: GetRiskAssessmentRequest,
) -> Result<RiskAssessment> {
    let customer_id = id(&request.customer_id, "customer_id")?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let found = risk_assessment_get(&mut connection, call.tenant(), customer_id).await.map_err(failed)?;
    found.ok_or_else(|| Error::not_found("risk_assessment", request.customer_id))
}

pub(super) async fn refresh_risk_assessment(
    state: &State,
    call: Call,
    request: RefreshRiskAssessmentRequest,
) -> Result<RiskAssessment> {
    let customer_id = id(&request.customer_id, "customer_id")?;
    let (method, validate_only) = ("RefreshRiskAssessment", request.validate_only);
    let asked = Asked { method, request_id: &request.request_id, validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        assess(state, tx, &origin, customer_id).await.map_err(failed)
    })
    .await
}
