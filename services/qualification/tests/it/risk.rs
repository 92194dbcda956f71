//! `RiskService`, but for overrides and credit decisions.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Date, Money,
    qualification::v1::{
        CreateRiskScorecardRequest, GetRiskAssessmentRequest, GetRiskInputsRequest, GetRiskScorecardPreviewRequest,
        GetRiskScorecardRequest, ListRiskAssessmentsRequest, ListRiskScorecardsRequest, RefreshRiskAssessmentRequest,
        RiskAssessment, RiskInputs, RiskLevel, RiskScorecard, SetRiskInputsRequest,
        risk_service_client::RiskServiceClient,
    },
};
use clientele_testkit::Authorised;
use prost_types::FieldMask;
use tonic::Code;

use crate::harness::{Qualification, TENANT};

pub const ANA: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";
pub const BEN: &str = "0198c1f2-7d3a-7cc3-8a51-000000000002";

impl Qualification {
    pub fn risk(&self, person: &str) -> RiskServiceClient<Authorised> {
        RiskServiceClient::new(self.running.person(TENANT, person))
    }

    pub async fn know(&self, inputs: RiskInputs) -> RiskInputs {
        let request = SetRiskInputsRequest { risk_inputs: Some(inputs), ..SetRiskInputsRequest::default() };
        self.risk("maker").set_risk_inputs(request).await.unwrap().into_inner()
    }

    pub async fn assessment(&self, customer_id: &str) -> RiskAssessment {
        let request = GetRiskAssessmentRequest { customer_id: customer_id.into() };
        self.risk("reader").get_risk_assessment(request).await.unwrap().into_inner()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages take it")]
pub fn yuan(units: i64) -> Option<Money> {
    Some(Money { currency_code: "CNY".into(), units, nanos: 0 })
}

/// Nothing speaks against it by the built-in scorecard.
pub fn sound(customer_id: &str) -> RiskInputs {
    RiskInputs {
        customer_id: customer_id.into(),
        country_code: "CN".into(),
        incorporation_date: Some(Date { year: 1990, month: 1, day: 1 }),
        revenue: yuan(10_000_000),
        equity: yuan(4_000_000),
        financial_years: Some(3),
        average_days_late: Some(2.0),
        ..RiskInputs::default()
    }
}

async fn scorecard(service: &Qualification) -> RiskScorecard {
    service.risk("policy").get_risk_scorecard(GetRiskScorecardRequest::default()).await.unwrap().into_inner()
}

#[tokio::test]
async fn inputs_are_assessed_in_the_same_call_with_every_point_explained() {
    let service = Qualification::start().await;
    let request = GetRiskAssessmentRequest { customer_id: ANA.into() };
    assert_eq!(service.risk("reader").get_risk_assessment(request).await.unwrap_err().code(), Code::NotFound);

    let set = service.know(sound(ANA)).await;
    assert_eq!(set.etag, "1");
    let low = service.assessment(ANA).await;
    assert_eq!((low.risk_level(), low.score, low.scorecard_version, low.version), (RiskLevel::Low, 0, 0, 1));
    // 10 % of equity is less than 5 % of revenue.
    let credit = low.credit_proposal.unwrap();
    assert_eq!((credit.limit, credit.payment_days), (yuan(400_000), 58));

    // 20 for very late payment, 25 for owners nobody knows: 45 is MEDIUM. The other fields stay.
    let worse = RiskInputs {
        average_days_late: Some(60.0),
        ownership_opacity: Some(1.0),
        customer_id: ANA.into(),
        ..RiskInputs::default()
    };
    let set = service.know(worse).await;
    assert_eq!((set.etag.as_str(), set.equity.clone()), ("2", yuan(4_000_000)));
    let medium = service.assessment(ANA).await;
    assert_eq!((medium.risk_level(), medium.score, medium.version), (RiskLevel::Medium, 45, 2));
    assert_eq!(medium.components.iter().map(|one| one.points).sum::<i32>(), medium.score);
    let found: Vec<_> = medium.components.iter().map(|one| (one.rule_name.as_str(), one.found.as_str())).collect();
    assert_eq!(found, [("owners_mostly_unknown", "1"), ("pays_very_late", "60")]);

    // The same again changes nothing, and neither does looking.
    service.know(RiskInputs { etag: "2".into(), ..set.clone() }).await;
    let request = RefreshRiskAssessmentRequest { customer_id: ANA.into(), ..Default::default() };
    let again = service.risk("maker").refresh_risk_assessment(request).await.unwrap().into_inner();
    assert_eq!(again, medium);
    let told = service.events().await;
    let levels = told.iter().filter(|event| event.ends_with("RiskLevelChanged")).count();
    assert_eq!(levels, 2, "{told:?}");
    assert_eq!(
        service.count("SELECT count(*) FROM qualification.audit_entry WHERE subject_kind = 'risk_assessment'").await,
        2
    );
    let request = GetRiskInputsRequest { customer_id: ANA.into() };
    assert_eq!(service.risk("reader").get_risk_inputs(request).await.unwrap().into_inner(), set);
}

#[tokio::test]
async fn a_mask_forgets_what_it_names_and_stale_inputs_are_refused() {
    let service = Qualification::start().await;
    service.know(sound(ANA)).await;
    let request = SetRiskInputsRequest {
        risk_inputs: Some(RiskInputs { customer_id: ANA.into(), etag: "1".into(), ..RiskInputs::default() }),
        update_mask: Some(FieldMask { paths: vec!["equity".into()] }),
        ..SetRiskInputsRequest::default()
    };
    let set = service.risk("maker").set_risk_inputs(request.clone()).await.unwrap().into_inner();
    assert_eq!((set.equity, set.revenue), (None, yuan(10_000_000)));
    let late = service.risk("maker").set_risk_inputs(request).await.unwrap_err();
    assert_eq!((late.code(), reason_of(&late)), (Code::Aborted, Some(Reason::EtagMismatch)));

    let negative = Some(Money { currency_code: "CNY".into(), units: -1, nanos: 0 });
    let inputs =
        RiskInputs { customer_id: ANA.into(), revenue: negative.clone(), equity: negative, ..RiskInputs::default() };
    let request = SetRiskInputsRequest {
        risk_inputs: Some(inputs),
        update_mask: Some(FieldMask { paths: vec!["mood".into()] }),
        ..SetRiskInputsRequest::default()
    };
    let wrong = service.risk("maker").set_risk_inputs(request).await.unwrap_err();
    let fields: Vec<_> = violations_of(&wrong).into_iter().map(|one| one.field).collect();
    assert_eq!(fields, ["risk_inputs.revenue.units", "update_mask.paths[0]"]);
}

#[tokio::test]
async fn a_new_scorecard_is_previewed_and_then_goes_through_the_base() {
    let service = Qualification::start().await;
    service.know(sound(ANA)).await;
    service.know(RiskInputs { politically_exposed: Some(true), ..sound(BEN) }).await;
    assert_eq!(service.assessment(BEN).await.risk_level(), RiskLevel::High, "a floor");

    // Without the floor, and with a point of five counting as much as MEDIUM asks for.
    let mut other = scorecard(&service).await;
    assert_eq!(other.version, 0);
    for rule in &mut other.rules {
        rule.floor_level = 0;
    }
    let request = GetRiskScorecardPreviewRequest { risk_scorecard: Some(other.clone()) };
    let preview = service.risk("policy").get_risk_scorecard_preview(request).await.unwrap().into_inner();
    let moves: Vec<_> = preview.moves.iter().map(|one| (one.from_level(), one.to_level(), one.customers)).collect();
    assert_eq!(moves, [(RiskLevel::Low, RiskLevel::Low, 1), (RiskLevel::High, RiskLevel::Medium, 1)]);
    assert_eq!(preview.movers.iter().map(|one| one.customer_id.as_str()).collect::<Vec<_>>(), [BEN]);
    assert_eq!(service.assessment(BEN).await.risk_level(), RiskLevel::High, "a preview changes nothing");

    let request = CreateRiskScorecardRequest { risk_scorecard: Some(other), ..Default::default() };
    let created = service.risk("policy").create_risk_scorecard(request).await.unwrap().into_inner();
    assert_eq!((created.version, created.actor.as_str()), (1, "policy"));
    assert_eq!(scorecard(&service).await, created);
    while service.assessment(BEN).await.scorecard_version < 1 || service.assessment(ANA).await.scorecard_version < 1 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(service.assessment(BEN).await.risk_level(), RiskLevel::Medium);
    assert_eq!(service.assessment(BEN).await.actor, "risk keeper");
    while service.count("SELECT count(*) FROM qualification.risk_reassessment").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

    let request = ListRiskAssessmentsRequest { filter: format!("customer_id = \"{BEN}\""), ..Default::default() };
    let listed = service.risk("reader").list_risk_assessments(request).await.unwrap().into_inner();
    let levels: Vec<_> = listed.risk_assessments.iter().map(RiskAssessment::risk_level).collect();
    assert_eq!(levels, [RiskLevel::Medium, RiskLevel::High], "the newest first");
    let request = ListRiskScorecardsRequest::default();
    let listed = service.risk("reader").list_risk_scorecards(request).await.unwrap().into_inner();
    assert_eq!(listed.risk_scorecards, [created]);
    let built_in = GetRiskScorecardRequest { version: Some(0) };
    assert_eq!(service.risk("reader").get_risk_scorecard(built_in).await.unwrap().into_inner().version, 0);
    let none = GetRiskScorecardRequest { version: Some(2) };
    assert_eq!(service.risk("reader").get_risk_scorecard(none).await.unwrap_err().code(), Code::NotFound);
    service.log_agrees_until("UPDATE qualification.risk_assessment SET level = 5 - level").await;
}

#[tokio::test]
async fn a_scorecard_that_does_not_hold_together_is_refused_with_its_places() {
    let service = Qualification::start().await;
    let mut wrong = scorecard(&service).await;
    wrong.rules[1].rule_name = wrong.rules[0].rule_name.clone();
    let bands = wrong.bands.as_mut().unwrap();
    bands.high_from = bands.medium_from;
    let request = CreateRiskScorecardRequest { risk_scorecard: Some(wrong), ..Default::default() };
    let status = service.risk("policy").create_risk_scorecard(request).await.unwrap_err();
    let fields: Vec<_> = violations_of(&status).into_iter().map(|one| one.field).collect();
    assert_eq!(fields, ["risk_scorecard.rules[1].rule_name", "risk_scorecard.bands.high_from"]);
}
