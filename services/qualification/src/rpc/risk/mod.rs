//! `RiskService`: an RPC a file, or the few of one resource together.

mod assessments;
mod create_risk_scorecard;
mod credit_decisions;
mod get_risk_scorecard;
mod get_risk_scorecard_preview;
mod inputs_mask;
mod lists;
mod risk_overrides;
mod set_risk_inputs;

use std::sync::Arc;

use clientele_error::{Error, Reason, Result};
use clientele_proto::qualification::v1::{
    ApproveCreditDecisionRequest, ApproveRiskOverrideRequest, CreateCreditDecisionRequest, CreateRiskScorecardRequest,
    CreditDecision, EndRiskOverrideRequest, GetRiskAssessmentRequest, GetRiskInputsRequest,
    GetRiskScorecardPreviewRequest, GetRiskScorecardRequest, ListCreditDecisionsRequest, ListCreditDecisionsResponse,
    ListRiskAssessmentsRequest, ListRiskAssessmentsResponse, ListRiskOverridesRequest, ListRiskOverridesResponse,
    ListRiskScorecardsRequest, ListRiskScorecardsResponse, ProposeRiskOverrideRequest, RefreshRiskAssessmentRequest,
    RejectCreditDecisionRequest, RiskAssessment, RiskInputs, RiskOverride, RiskScorecard, RiskScorecardPreview,
    SetRiskInputsRequest,
    risk_service_server::{RiskService, RiskServiceServer},
};
use clientele_service::{Call, rpc::unary};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{State, domain::key::uuid};

/// The service over `state`.
pub fn server(state: Arc<State>) -> RiskServiceServer<Risk> {
    RiskServiceServer::new(Risk { state })
}

/// Reads an id.
pub(super) fn id(text: &str, field: &str) -> Result<Uuid> {
    uuid(text, field).map_err(|wrong| Error::invalid_fields(vec![wrong]))
}

/// Refuses an `etag` that is not the current one; an empty one says nothing.
pub(super) fn etag_matches(asked: &str, current: &str) -> Result<()> {
    if asked.is_empty() || asked == current {
        return Ok(());
    }
    let message = "it was changed meanwhile; read it again and decide anew";
    Err(Error::new(Reason::EtagMismatch, message).at("etag"))
}

/// Refuses whoever proposed what is to be approved.
pub(super) fn four_eyes(call: &Call, proposer: &str) -> Result<()> {
    if call.caller.subject != proposer {
        return Ok(());
    }
    Err(Error::new(Reason::FourEyes, "whoever proposed it cannot approve it; somebody else has to"))
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Risk {
    state: Arc<State>,
}

#[tonic::async_trait]
impl RiskService for Risk {
    async fn create_risk_scorecard(
        &self,
        request: Request<CreateRiskScorecardRequest>,
    ) -> Result<Response<RiskScorecard>, Status> {
        unary(request, async |call, request| {
            create_risk_scorecard::create_risk_scorecard(&self.state, call, request).await
        })
        .await
    }

    async fn get_risk_scorecard(
        &self,
        request: Request<GetRiskScorecardRequest>,
    ) -> Result<Response<RiskScorecard>, Status> {
        unary(request, async |call, request| get_risk_scorecard::get_risk_scorecard(&self.state, call, request).await)
            .await
    }

    async fn list_risk_scorecards(
        &self,
        request: Request<ListRiskScorecardsRequest>,
    ) -> Result<Response<ListRiskScorecardsResponse>, Status> {
        unary(request, async |call, request| lists::list_risk_scorecards(&self.state, call, request).await).await
    }

    async fn get_risk_scorecard_preview(
        &self,
        request: Request<GetRiskScorecardPreviewRequest>,
    ) -> Result<Response<RiskScorecardPreview>, Status> {
        unary(request, async |call, request| {
            get_risk_scorecard_preview::get_risk_scorecard_preview(&self.state, call, request).await
        })
        .await
    }

    async fn set_risk_inputs(&self, request: Request<SetRiskInputsRequest>) -> Result<Response<RiskInputs>, Status> {
        unary(request, async |call, request| set_risk_inputs::set_risk_inputs(&self.state, call, request).await).await
    }

    async fn get_risk_inputs(&self, request: Request<GetRiskInputsRequest>) -> Result<Response<RiskInputs>, Status> {
        unary(request, async |call, request| assessments::get_risk_inputs(&self.state, call, request).await).await
    }

    async fn refresh_risk_assessment(
        &self,
        request: Request<RefreshRiskAssessmentRequest>,
    ) -> Result<Response<RiskAssessment>, Status> {
        unary(request, async |call, request| assessments::refresh_risk_assessment(&self.state, call, request).await)
            .await
    }

    async fn get_risk_assessment(
        &self,
        request: Request<GetRiskAssessmentRequest>,
    ) -> Result<Response<RiskAssessment>, Status> {
        unary(request, async |call, request| assessments::get_risk_assessment(&self.state, call, request).await).await
    }

    async fn list_risk_assessments(
        &self,
        request: Request<ListRiskAssessmentsRequest>,
    ) -> Result<Response<ListRiskAssessmentsResponse>, Status> {
        unary(request, async |call, request| lists::list_risk_assessments(&self.state, call, request).await).await
    }

    async fn propose_risk_override(
        &self,
        request: Request<ProposeRiskOverrideRequest>,
    ) -> Result<Response<RiskOverride>, Status> {
        unary(request, async |call, request| risk_overrides::propose_risk_override(&self.state, call, request).await)
            .await
    }

    async fn approve_risk_override(
        &self,
        request: Request<ApproveRiskOverrideRequest>,
    ) -> Result<Response<RiskOverride>, Status> {
        unary(request, async |call, request| risk_overrides::approve_risk_override(&self.state, call, request).await)
            .await
    }

    async fn end_risk_override(
        &self,
        request: Request<EndRiskOverrideRequest>,
    ) -> Result<Response<RiskOverride>, Status> {
        unary(request, async |call, request| risk_overrides::end_risk_override(&self.state, call, request).await).await
    }

    async fn list_risk_overrides(
        &self,
        request: Request<ListRiskOverridesRequest>,
    ) -> Result<Response<ListRiskOverridesResponse>, Status> {
        unary(request, async |call, request| lists::list_risk_overrides(&self.state, call, request).await).await
    }

    async fn create_credit_decision(
        &self,
        request: Request<CreateCreditDecisionRequest>,
    ) -> Result<Response<CreditDecision>, Status> {
        unary(request, async |call, request| credit_decisions::create_credit_decision(&self.state, call, request).await)
            .await
    }

    async fn approve_credit_decision(
        &self,
        request: Request<ApproveCreditDecisionRequest>,
    ) -> Result<Response<CreditDecision>, Status> {
        unary(request, async |call, request| {
            credit_decisions::approve_credit_decision(&self.state, call, request).await
        })
        .await
    }

    async fn reject_credit_decision(
        &self,
        request: Request<RejectCreditDecisionRequest>,
    ) -> Result<Response<CreditDecision>, Status> {
        unary(request, async |call, request| credit_decisions::reject_credit_decision(&self.state, call, request).await)
            .await
    }

    async fn list_credit_decisions(
        &self,
        request: Request<ListCreditDecisionsRequest>,
    ) -> Result<Response<ListCreditDecisionsResponse>, Status> {
        unary(request, async |call, request| lists::list_credit_decisions(&self.state, call, request).await).await
    }
}
