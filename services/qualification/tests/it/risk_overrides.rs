//! Overrides and credit decisions: one person proposes, another decides, and time ends them.

use clientele_error::{Reason, reason_of};
use clientele_proto::qualification::v1::{
    ApproveCreditDecisionRequest, ApproveRiskOverrideRequest, CreateCreditDecisionRequest, CreditDecision,
    EndRiskOverrideRequest, ListCreditDecisionsRequest, ListRiskOverridesRequest, ProposeRiskOverrideRequest,
    RejectCreditDecisionRequest, RiskInputs, RiskLevel, RiskOverride, credit_decision::State as Credit,
    risk_override::State as Step,
};
use jiff::{SignedDuration, Timestamp};
use tonic::Status;

use crate::{
    harness::Qualification,
    risk::{ANA, sound, yuan},
};

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages take it")]
fn told(instant: Timestamp) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() })
}

impl Qualification {
    async fn propose(&self, person: &str, level: RiskLevel, hours: i64) -> Result<RiskOverride, Status> {
        let request = ProposeRiskOverrideRequest {
            customer_id: ANA.into(),
            risk_level: level.into(),
            reason: "known for years".into(),
            expire_time: told(self.clock.now() + SignedDuration::from_hours(hours)),
            ..Default::default()
        };
        Ok(self.risk(person).propose_risk_override(request).await?.into_inner())
    }

    async fn approve(&self, person: &str, id: &str) -> Result<RiskOverride, Status> {
        let request = ApproveRiskOverrideRequest { risk_override_id: id.into(), ..Default::default() };
        Ok(self.risk(person).approve_risk_override(request).await?.into_inner())
    }

    async fn states(&self) -> Vec<Step> {
        let listed = self.risk("reader").list_risk_overrides(ListRiskOverridesRequest::default()).await.unwrap();
        listed.into_inner().risk_overrides.iter().map(RiskOverride::state).collect()
    }

    async fn level(&self) -> RiskLevel {
        self.assessment(ANA).await.risk_level()
    }

    async fn credit(&self, person: &str, units: i64, reason: &str) -> Result<CreditDecision, Status> {
        let credit_decision = CreditDecision {
            customer_id: ANA.into(),
            limit: yuan(units),
            payment_days: 30,
            reason: reason.into(),
            expire_time: told(self.clock.now() + SignedDuration::from_hours(24)),
            ..CreditDecision::default()
        };
        let request = CreateCreditDecisionRequest { credit_decision: Some(credit_decision), ..Default::default() };
        Ok(self.risk(person).create_credit_decision(request).await?.into_inner())
    }

    async fn grant(&self, person: &str, id: &str) -> Result<CreditDecision, Status> {
        let request = ApproveCreditDecisionRequest { credit_decision_id: id.into(), ..Default::default() };
        Ok(self.risk(person).approve_credit_decision(request).await?.into_inner())
    }

    async fn credits(&self) -> Vec<Credit> {
        let listed = self.risk("reader").list_credit_decisions(ListCreditDecisionsRequest::default()).await.unwrap();
        listed.into_inner().credit_decisions.iter().map(CreditDecision::state).collect()
    }
}

/// 20 points for very late payment and 25 for owners nobody knows are MEDIUM.
fn medium() -> RiskInputs {
    RiskInputs { average_days_late: Some(60.0), ownership_opacity: Some(1.0), ..sound(ANA) }
}

#[tokio::test]
async fn whoever_proposes_an_override_cannot_approve_it_and_it_ends_at_its_instant() {
    let service = Qualification::start().await;
    service.know(medium()).await;
    let proposed = service.propose("mia", RiskLevel::Low, 24).await.unwrap();
    assert_eq!(
        (proposed.state(), proposed.proposer.as_str(), service.level().await),
        (Step::Proposed, "mia", RiskLevel::Medium)
    );
    let own = service.approve("mia", &proposed.risk_override_id).await.unwrap_err();
    assert_eq!(reason_of(&own), Some(Reason::FourEyes));

    let approved = service.approve("ada", &proposed.risk_override_id).await.unwrap();
    assert_eq!((approved.state(), approved.approver.as_str()), (Step::Active, "ada"));
    assert_eq!(service.level().await, RiskLevel::Low);
    assert_eq!(service.assessment(ANA).await.risk_override_id, approved.risk_override_id);
    let again = service.approve("ada", &proposed.risk_override_id).await.unwrap_err();
    assert_eq!(reason_of(&again), Some(Reason::RiskOverrideState));

    service.clock.advance(SignedDuration::from_hours(24));
    while service.level().await != RiskLevel::Medium {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(service.states().await, [Step::Expired]);
    let levels = service.events().await.into_iter().filter(|event| event.ends_with("RiskLevelChanged")).count();
    assert_eq!(levels, 3, "MEDIUM, LOW, MEDIUM");
}

#[tokio::test]
async fn a_floor_is_not_overridden_downwards_also_when_it_comes_later() {
    let service = Qualification::start().await;
    service.know(RiskInputs { politically_exposed: Some(true), ..sound(ANA) }).await;
    let refused = service.propose("mia", RiskLevel::Medium, 24).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::RiskFloor));

    // Proposed while there was no floor, and approved when there is one.
    service.know(RiskInputs { politically_exposed: Some(false), ..sound(ANA) }).await;
    let proposed = service.propose("mia", RiskLevel::Medium, 24).await.unwrap();
    service.know(RiskInputs { politically_exposed: Some(true), ..sound(ANA) }).await;
    let refused = service.approve("ada", &proposed.risk_override_id).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::RiskFloor));

    // In force before the floor came: the floor wins.
    service.know(RiskInputs { politically_exposed: Some(false), ..sound(ANA) }).await;
    service.approve("ada", &proposed.risk_override_id).await.unwrap();
    assert_eq!(service.level().await, RiskLevel::Medium);
    service.know(RiskInputs { politically_exposed: Some(true), ..sound(ANA) }).await;
    assert_eq!(service.level().await, RiskLevel::High);
}

#[tokio::test]
async fn an_override_is_replaced_by_the_next_and_taken_back_by_people() {
    let service = Qualification::start().await;
    service.know(medium()).await;
    let first = service.propose("mia", RiskLevel::Low, 24).await.unwrap();
    service.approve("ada", &first.risk_override_id).await.unwrap();
    let second = service.propose("mia", RiskLevel::High, 48).await.unwrap();
    assert_eq!(service.level().await, RiskLevel::Low, "what waits has no effect");
    service.approve("ada", &second.risk_override_id).await.unwrap();
    assert_eq!(service.level().await, RiskLevel::High);
    let request = EndRiskOverrideRequest {
        risk_override_id: second.risk_override_id,
        reason: "not so".into(),
        ..Default::default()
    };
    service.risk("rex").end_risk_override(request).await.unwrap();
    assert_eq!((service.level().await, service.states().await), (RiskLevel::Medium, vec![Step::Ended, Step::Ended]));
    service.log_agrees_until("UPDATE qualification.risk_override SET state = 3 WHERE state <> 3").await;
}

/// The same person at once from many sides, and others: whoever wins is never the one who proposed.
#[tokio::test]
async fn no_interleaving_lets_one_person_be_both() {
    let service = Qualification::start().await;
    service.know(medium()).await;
    let proposed = service.propose("mia", RiskLevel::Low, 24).await.unwrap();
    let tries = ["mia", "ada", "mia", "ben", "mia", "eve", "mia"]
        .map(|person| service.approve(person, &proposed.risk_override_id));
    let outcomes = futures::future::join_all(tries).await;
    let approved: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(approved.len(), 1);
    assert_ne!(approved[0].approver, approved[0].proposer);
    assert_eq!(service.states().await, [Step::Active]);
}

#[tokio::test]
async fn credit_is_given_by_two_people_and_more_than_proposed_needs_a_reason() {
    let service = Qualification::start().await;
    service.know(sound(ANA)).await;
    let more = service.credit("mia", 400_001, "").await.unwrap_err();
    assert_eq!(reason_of(&more), Some(Reason::InvalidFields));
    let first = service.credit("mia", 400_000, "").await.unwrap();
    assert_eq!(first.risk_assessment_id, service.assessment(ANA).await.risk_assessment_id);
    let own = service.grant("mia", &first.credit_decision_id).await.unwrap_err();
    assert_eq!(reason_of(&own), Some(Reason::FourEyes));
    assert_eq!(service.grant("ada", &first.credit_decision_id).await.unwrap().state(), Credit::Approved);

    let second = service.credit("mia", 1_000_000, "backed by a guarantee").await.unwrap();
    service.grant("ada", &second.credit_decision_id).await.unwrap();
    let third = service.credit("mia", 1, "").await.unwrap();
    let request = RejectCreditDecisionRequest {
        credit_decision_id: third.credit_decision_id.clone(),
        reason: "too little".into(),
        ..Default::default()
    };
    service.risk("ada").reject_credit_decision(request).await.unwrap();
    assert_eq!(service.credits().await, [Credit::Rejected, Credit::Approved, Credit::Superseded]);
    let late = service.grant("ada", &third.credit_decision_id).await.unwrap_err();
    assert_eq!(reason_of(&late), Some(Reason::CreditDecisionState));

    service.clock.advance(SignedDuration::from_hours(24));
    while service.credits().await[1] != Credit::Expired {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    service.log_agrees_until("DELETE FROM qualification.credit_decision").await;
}
