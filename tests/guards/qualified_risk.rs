//! Risk, credit and checks of a tenant: three and more of everything that is listed.

use clientele_proto::qualification::v1::{
    ApproveCreditDecisionRequest, ApproveRiskOverrideRequest, CreateCreditDecisionRequest, CreateRiskScorecardRequest,
    CreditDecision, GetRiskScorecardRequest, ListRiskAssessmentsRequest, ProposeRiskOverrideRequest, RiskInputs,
    RiskLevel, RunChecksRequest, SetRiskInputsRequest, check_service_client::CheckServiceClient,
    risk_service_client::RiskServiceClient,
};
use clientele_tests::{World, garbage::Ids};
use jiff::SignedDuration;

/// A day ahead of the world's clock.
#[expect(clippy::unnecessary_wraps, reason = "as fields of messages take it")]
fn tomorrow(world: &World) -> Option<prost_types::Timestamp> {
    let instant = world.clock.now() + SignedDuration::from_hours(24);
    Some(prost_types::Timestamp { seconds: instant.as_second(), nanos: 0 })
}

/// Makes them, and answers the ids by the names of the fields that take them.
pub async fn risk(world: &World, tenant: &str, customer_ids: &[String]) -> Ids {
    let mut maker = RiskServiceClient::new(world.qualification.person(tenant, "cdnow-maker"));
    let mut approver = RiskServiceClient::new(world.qualification.person(tenant, "cdnow-approver"));
    let mut scorecards = Vec::new();
    let standard = maker.get_risk_scorecard(GetRiskScorecardRequest::default()).await.unwrap().into_inner();
    for _ in 0..3 {
        let request = CreateRiskScorecardRequest { risk_scorecard: Some(standard.clone()), ..Default::default() };
        let made = maker.create_risk_scorecard(request).await.unwrap().into_inner();
        scorecards.push(made.risk_scorecard_id);
    }
    let (mut overrides, mut decisions) = (Vec::new(), Vec::new());
    for customer_id in customer_ids.iter().take(4) {
        let inputs = RiskInputs {
            customer_id: customer_id.clone(),
            country_code: "CN".into(),
            revenue: Some(clientele_proto::Money { currency_code: "CNY".into(), units: 1_000_000, nanos: 0 }),
            ..RiskInputs::default()
        };
        maker.set_risk_inputs(SetRiskInputsRequest { risk_inputs: Some(inputs), ..Default::default() }).await.unwrap();
        let request = ProposeRiskOverrideRequest {
            customer_id: customer_id.clone(),
            risk_level: RiskLevel::Medium.into(),
            reason: "cdnow-reason".into(),
            expire_time: tomorrow(world),
            ..Default::default()
        };
        let proposed = maker.propose_risk_override(request).await.unwrap().into_inner().risk_override_id;
        let request = ApproveRiskOverrideRequest { risk_override_id: proposed.clone(), ..Default::default() };
        approver.approve_risk_override(request).await.unwrap();
        overrides.push(proposed);
        let credit_decision = CreditDecision {
            customer_id: customer_id.clone(),
            limit: Some(clientele_proto::Money { currency_code: "CNY".into(), units: 1, nanos: 0 }),
            reason: "cdnow-reason".into(),
            ..CreditDecision::default()
        };
        let request = CreateCreditDecisionRequest { credit_decision: Some(credit_decision), ..Default::default() };
        let proposed = maker.create_credit_decision(request).await.unwrap().into_inner().credit_decision_id;
        let request = ApproveCreditDecisionRequest { credit_decision_id: proposed.clone(), ..Default::default() };
        approver.approve_credit_decision(request).await.unwrap();
        decisions.push(proposed);
    }
    let listed = maker.list_risk_assessments(ListRiskAssessmentsRequest::default()).await.unwrap().into_inner();
    let assessments = listed.risk_assessments.into_iter().map(|one| one.risk_assessment_id).collect();
    Ids::from([
        ("risk_scorecard_id", scorecards),
        ("risk_override_id", overrides),
        ("credit_decision_id", decisions),
        ("risk_assessment_id", assessments),
        ("check_id", checks(world, tenant, customer_ids).await),
    ])
}

/// Checks of customers that have cases.
async fn checks(world: &World, tenant: &str, customer_ids: &[String]) -> Vec<String> {
    let mut client = CheckServiceClient::new(world.qualification.person(tenant, "cdnow-maker"));
    let mut ids = Vec::new();
    for customer_id in customer_ids.iter().take(2) {
        let request = RunChecksRequest { customer_id: customer_id.clone(), ..Default::default() };
        let run = client.run_checks(request).await.unwrap().into_inner();
        ids.extend(run.checks.into_iter().map(|check| check.check_id));
    }
    ids
}
