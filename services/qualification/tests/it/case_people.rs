//! Who had a part in what a case rests on: documents, ownership, risk, checks. The service is the one that keeps documents.

use clientele_error::{Reason, reason_of};
use clientele_proto::Date;
use clientele_proto::qualification::v1::{
    case_service_client::CaseServiceClient, check_service_client::CheckServiceClient,
    ownership_service_client::OwnershipServiceClient,
    requirement_policy_service_client::RequirementPolicyServiceClient, risk_service_client::RiskServiceClient, *,
};
use clientele_testkit::Authorised;
use jiff::{SignedDuration, tz::TimeZone};
use tonic::Status;

use crate::{
    documents_harness::{ANA, Keeping, TENANT, licence, pdf},
    risk::sound,
};

fn cases(service: &Keeping, person: &str) -> CaseServiceClient<Authorised> {
    CaseServiceClient::new(service.running.person(TENANT, person))
}

fn of(customer: &str, until: Option<Date>) -> Document {
    Document { customer_id: customer.into(), ..licence(until) }
}

async fn upload(service: &Keeping, person: &str, document: Document) -> String {
    service.upload(person, document, &pdf(1000)).await.unwrap().document_id
}

async fn declare(service: &Keeping, person: &str, customer: &str) {
    let structure = OwnershipStructure {
        customer_id: customer.into(),
        subject_record_id: "ana".into(),
        persons: vec![OwnershipPerson { record_id: "p".into(), name: "王芳".into(), ..Default::default() }],
        ..Default::default()
    };
    let request = DeclareOwnershipStructureRequest { ownership_structure: Some(structure), ..Default::default() };
    let mut owners = OwnershipServiceClient::new(service.running.person(TENANT, person));
    owners.declare_ownership_structure(request).await.unwrap();
}

async fn know(service: &Keeping, person: &str, inputs: RiskInputs) -> RiskInputs {
    let request = SetRiskInputsRequest { risk_inputs: Some(inputs), ..Default::default() };
    let mut risk = RiskServiceClient::new(service.running.person(TENANT, person));
    risk.set_risk_inputs(request).await.unwrap().into_inner()
}

/// A case that mia drafted.
async fn draft(service: &Keeping, customer: &str) -> String {
    let facts = CaseFacts {
        party_kind: PartyKind::Organisation.into(),
        legal_name: "Ana Chemicals".into(),
        country_code: "CN".into(),
        ..CaseFacts::default()
    };
    let case = Some(Case { customer_id: customer.into(), facts: Some(facts), ..Case::default() });
    let request = CreateCaseRequest { case, ..Default::default() };
    cases(service, "mia").create_case(request).await.unwrap().into_inner().case_id
}

/// From the draft to the reviewer's desk; rob screened it by hand.
async fn hand_in(service: &Keeping, case_id: &str) {
    let mut mia = cases(service, "mia");
    mia.submit_case(SubmitCaseRequest { case_id: case_id.into(), ..Default::default() }).await.unwrap();
    let start = StartChecksOfCaseRequest { case_id: case_id.into(), ..Default::default() };
    mia.start_checks_of_case(start).await.unwrap();
    let case_check = Some(CaseCheck {
        case_id: case_id.into(),
        check: RequiredCheck::Screening.into(),
        outcome: CheckOutcome::Passed.into(),
        ..CaseCheck::default()
    });
    let record = RecordCaseCheckRequest { case_check, ..Default::default() };
    cases(service, "rob").record_case_check(record).await.unwrap();
    let complete = CompleteChecksOfCaseRequest { case_id: case_id.into(), ..Default::default() };
    let case = mia.complete_checks_of_case(complete).await.unwrap().into_inner();
    assert_eq!(case.state(), CaseState::UnderReview);
}

/// A case of a customer whose licence mia uploaded and rob verified, on the reviewer's desk.
async fn under_review(service: &Keeping, customer: &str) -> String {
    let document = upload(service, "mia", of(customer, None)).await;
    service.verify("rob", &document).await.unwrap();
    know(service, "mia", sound(customer)).await;
    let case_id = draft(service, customer).await;
    hand_in(service, &case_id).await;
    case_id
}

async fn recommend(service: &Keeping, person: &str, case_id: &str) -> Result<Case, Status> {
    let verdict = CaseVerdict::Approve.into();
    let request = RecommendCaseRequest { case_id: case_id.into(), verdict, ..Default::default() };
    Ok(cases(service, person).recommend_case(request).await?.into_inner())
}

async fn approve(service: &Keeping, person: &str, case_id: &str) -> Result<Case, Status> {
    let request = ApproveCaseRequest { case_id: case_id.into(), ..Default::default() };
    Ok(cases(service, person).approve_case(request).await?.into_inner())
}

async fn give_back(service: &Keeping, case_id: &str) {
    let reason = CaseReason::Other.into();
    let request = ReturnCaseRequest { case_id: case_id.into(), reason, ..Default::default() };
    cases(service, "ida").return_case(request).await.unwrap();
}

/// Refused because of who it is, in words that say what they did.
fn keeps_apart(refused: Result<Case, Status>, did: &str) {
    let refused = refused.expect_err(did);
    assert_eq!(reason_of(&refused), Some(Reason::FourEyes), "{refused:?}");
    assert!(refused.message().contains(did), "{} does not say: {did}", refused.message());
}

#[tokio::test]
async fn whoever_entered_what_a_case_rests_on_neither_recommends_nor_approves_it_and_whoever_judged_it_does_not_approve()
 {
    let service = Keeping::start().await;
    // Before there is a case.
    let id = upload(&service, "ana", licence(None)).await;
    let update = |document: Document| UpdateDocumentRequest {
        document: Some(Document { document_id: id.clone(), ..document }),
        ..Default::default()
    };
    let issuer = update(Document { issuer: "市场监督管理局".into(), ..Default::default() });
    service.client("cor").update_document(issuer).await.unwrap();
    let name = DocumentFactField::LegalName.into();
    let facts = vec![DocumentFact { field: name, value: "Ana Chemicals".into(), ..Default::default() }];
    let facts = update(Document { facts, ..Default::default() });
    service.client("rea").update_document(facts).await.unwrap();
    let start = StartVerificationOfDocumentRequest { document_id: id.clone(), ..Default::default() };
    service.client("sta").start_verification_of_document(start).await.unwrap();
    let verify = VerifyDocumentRequest { document_id: id.clone(), ..Default::default() };
    let verified = service.client("vic").verify_document(verify).await.unwrap().into_inner();
    assert_eq!(verified.readers, ["rea", "sta"]);
    let case_id = draft(&service, ANA).await;
    declare(&service, "ona", ANA).await;
    know(&service, "ric", sound(ANA)).await;
    hand_in(&service, &case_id).await;

    let makers = [
        ("ana", "uploaded the document"),
        ("cor", "corrected the document"),
        ("ona", "declared the ownership"),
        ("ric", "set the risk input"),
        ("mia", "edited or submitted the facts"),
    ];
    for (person, did) in makers {
        keeps_apart(recommend(&service, person, &case_id).await, did);
    }
    // Who verified its documents may be the reviewer of the case.
    let case = recommend(&service, "vic", &case_id).await.unwrap();
    assert_eq!(case.makers, ["ana", "cor", "mia", "ona", "ric"]);
    assert_eq!(case.reviewers, ["rea", "rob", "sta", "vic"]);
    let reviewers = [
        ("rea", "looked at the document"),
        ("sta", "looked at the document"),
        ("vic", "reviewed this case"),
        ("rob", "reviewed this case"),
    ];
    for (person, did) in makers.into_iter().chain(reviewers) {
        keeps_apart(approve(&service, person, &case_id).await, did);
    }
    assert_eq!(approve(&service, "eva", &case_id).await.unwrap().state(), CaseState::Approved);
}

#[tokio::test]
async fn a_part_in_the_evidence_ends_with_the_piece_that_it_is_of() {
    let service = Keeping::start().await;
    let first = upload(&service, "ana", licence(None)).await;
    service.verify("vic", &first).await.unwrap();
    know(&service, "ana", sound(ANA)).await;
    declare(&service, "ana", ANA).await;
    let case_id = draft(&service, ANA).await;
    hand_in(&service, &case_id).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    keeps_apart(approve(&service, "ana", &case_id).await, "uploaded the document");
    // All that ana entered is replaced by what mia enters; a field that stays the same stays ana's.
    let renewed = Document { supersedes_document_id: first, ..licence(None) };
    let second = upload(&service, "mia", renewed).await;
    service.verify("rob", &second).await.unwrap();
    declare(&service, "mia", ANA).await;
    let other = RiskInputs { customer_id: ANA.into(), average_days_late: Some(1.0), ..RiskInputs::default() };
    let told = know(&service, "mia", other.clone()).await;
    let author = |field: &str| told.authors.iter().find(|author| author.field == field).unwrap().actor.clone();
    assert_eq!((author("average_days_late").as_str(), author("equity").as_str()), ("mia", "ana"));
    let changed = approve(&service, "eva", &case_id).await.unwrap_err();
    assert_eq!(reason_of(&changed), Some(Reason::EvidenceChanged));
    give_back(&service, &case_id).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    keeps_apart(approve(&service, "ana", &case_id).await, "set the risk input");
    keeps_apart(approve(&service, "mia", &case_id).await, "edited or submitted the facts");
    // Who verified the document that was replaced has no part in this case.
    let request = GetCaseRequest { key: Some(get_case_request::Key::CaseId(case_id.clone())) };
    assert_eq!(cases(&service, "aud").get_case(request).await.unwrap().into_inner().reviewers, ["rob"]);
    assert_eq!(approve(&service, "vic", &case_id).await.unwrap().state(), CaseState::Approved);
}

#[tokio::test]
async fn makers_of_a_case_do_not_decide_about_its_documents_and_who_does_reviews_it() {
    let service = Keeping::start().await;
    let case_id = draft(&service, ANA).await;
    let document = upload(&service, "ana", licence(None)).await;
    let refused = service.verify("mia", &document).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::FourEyes));
    let reject = RejectDocumentRequest {
        document_id: document,
        decision_reason: DocumentDecisionReason::Illegible.into(),
        decision_text: "page 2".into(),
        ..Default::default()
    };
    service.client("vic").reject_document(reject).await.unwrap();
    let good = upload(&service, "mia", licence(None)).await;
    service.verify("rob", &good).await.unwrap();
    know(&service, "mia", sound(ANA)).await;
    hand_in(&service, &case_id).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    // Nothing rests on what vic rejected; vic has looked at the case in this round all the same. Who uploaded it is free.
    keeps_apart(approve(&service, "vic", &case_id).await, "reviewed this case");
    assert_eq!(approve(&service, "ana", &case_id).await.unwrap().state(), CaseState::Approved);
}

#[tokio::test]
async fn what_somebody_enters_after_the_recommendation_voids_it_and_is_theirs_in_the_next() {
    let service = Keeping::start().await;
    let case_id = under_review(&service, ANA).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    // A first declaration, which sends no case to review.
    declare(&service, "eva", ANA).await;
    keeps_apart(approve(&service, "eva", &case_id).await, "declared the ownership");
    let changed = approve(&service, "ida", &case_id).await.unwrap_err();
    assert_eq!(reason_of(&changed), Some(Reason::EvidenceChanged));
    give_back(&service, &case_id).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    keeps_apart(approve(&service, "eva", &case_id).await, "declared the ownership");
    assert_eq!(approve(&service, "ida", &case_id).await.unwrap().state(), CaseState::Approved);
}

/// One person enters something and approves at the same time: an approval that is taken is of evidence without what they entered.
#[tokio::test]
async fn no_interleaving_lets_a_maker_of_the_evidence_approve_it() {
    let service = Keeping::start().await;
    for round in 0..6 {
        let customer = format!("0198c1f2-7d3a-7cc3-8a51-00000000010{round}");
        let case_id = under_review(&service, &customer).await;
        let root = recommend(&service, "rob", &case_id).await.unwrap().evidence_root;
        let entering = async {
            match round % 3 {
                0 => declare(&service, "eva", &customer).await,
                1 => drop(upload(&service, "eva", of(&customer, None)).await),
                _ => {
                    let inputs =
                        RiskInputs { disputes: Some(0), customer_id: customer.clone(), ..RiskInputs::default() };
                    know(&service, "eva", inputs).await;
                }
            }
        };
        let approvals = futures::future::join_all((0..4).map(|_| approve(&service, "eva", &case_id)));
        let (approvals, ()) = futures::join!(approvals, entering);
        for refused in approvals.iter().filter_map(|answer| answer.as_ref().err()) {
            let reason = reason_of(refused).unwrap();
            assert!(matches!(reason, Reason::FourEyes | Reason::EvidenceChanged | Reason::CaseState), "{refused:?}");
        }
        let request = ListCaseTransitionsRequest { case_id: case_id.clone(), ..Default::default() };
        let steps = cases(&service, "aud").list_case_transitions(request).await.unwrap().into_inner().case_transitions;
        let approved: Vec<_> = steps.into_iter().filter(|step| step.transition == "approved").collect();
        assert_eq!(approved.len(), approvals.iter().filter(|answer| answer.is_ok()).count());
        assert!(approved.iter().all(|step| step.evidence_root == root), "what eva entered is no part of it");
        let request = GetCaseRequest { key: Some(get_case_request::Key::CaseId(case_id)) };
        let case = cases(&service, "aud").get_case(request).await.unwrap().into_inner();
        assert_ne!(case.evidence_root, root);
        assert!(case.makers.contains(&"eva".to_owned()));
    }
}

#[tokio::test]
async fn one_who_approved_and_then_looks_at_it_counts_no_more() {
    let service = Keeping::start().await;
    let rule = RequirementRule { name: "two".into(), approvals_needed: 2, ..Default::default() };
    let requirement_policy = Some(RequirementPolicy { rules: vec![rule], ..Default::default() });
    let mut policies = RequirementPolicyServiceClient::new(service.running.tenant(TENANT));
    let request = CreateRequirementPolicyRequest { requirement_policy, ..Default::default() };
    policies.create_requirement_policy(request).await.unwrap();
    let case_id = under_review(&service, ANA).await;
    // No register is connected: nothing is found out, and nothing changes by a waiver that is only proposed.
    let checks = |person: &str| CheckServiceClient::new(service.running.person(TENANT, person));
    let required_checks = vec![RequiredCheck::RegistryStatus.into()];
    let request = RunChecksRequest { customer_id: ANA.into(), required_checks, ..Default::default() };
    let run = checks("rob").run_checks(request).await.unwrap().into_inner().checks.remove(0);
    recommend(&service, "rob", &case_id).await.unwrap();
    assert_eq!(approve(&service, "ida", &case_id).await.unwrap().state(), CaseState::PendingApproval);
    let waive = WaiveCheckRequest { check_id: run.check_id, reason: "no register".into(), ..Default::default() };
    checks("ida").waive_check(waive).await.unwrap();
    keeps_apart(approve(&service, "eva", &case_id).await, "ida approved this case and reviewed this case");
    give_back(&service, &case_id).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    approve(&service, "eva", &case_id).await.unwrap();
    keeps_apart(approve(&service, "ida", &case_id).await, "reviewed this case");
    assert_eq!(approve(&service, "lea", &case_id).await.unwrap().state(), CaseState::Approved);
}

#[tokio::test]
async fn an_override_of_the_risk_has_a_maker_and_a_reviewer() {
    let service = Keeping::start().await;
    let case_id = under_review(&service, ANA).await;
    let risk = |person: &str| RiskServiceClient::new(service.running.person(TENANT, person));
    let end = service.clock.now() + SignedDuration::from_hours(24);
    let request = ProposeRiskOverrideRequest {
        customer_id: ANA.into(),
        risk_level: RiskLevel::Medium.into(),
        reason: "known for years".into(),
        expire_time: Some(prost_types::Timestamp { seconds: end.as_second(), nanos: 0 }),
        ..Default::default()
    };
    let proposed = risk("pam").propose_risk_override(request).await.unwrap().into_inner();
    let request =
        || ApproveRiskOverrideRequest { risk_override_id: proposed.risk_override_id.clone(), ..Default::default() };
    let refused = risk("mia").approve_risk_override(request()).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::FourEyes), "a maker of the case");
    risk("ova").approve_risk_override(request()).await.unwrap();
    keeps_apart(recommend(&service, "pam", &case_id).await, "proposed the override of the risk");
    let case = recommend(&service, "rob", &case_id).await.unwrap();
    assert_eq!((case.makers.contains(&"pam".to_owned()), case.reviewers.contains(&"ova".to_owned())), (true, true));
    keeps_apart(approve(&service, "pam", &case_id).await, "proposed the override of the risk");
    keeps_apart(approve(&service, "ova", &case_id).await, "reviewed this case");
    let end = EndRiskOverrideRequest {
        risk_override_id: proposed.risk_override_id.clone(),
        reason: "not so".into(),
        ..Default::default()
    };
    let refused = risk("mia").end_risk_override(end.clone()).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::FourEyes));
    risk("eva").end_risk_override(end).await.unwrap();
    give_back(&service, &case_id).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    keeps_apart(approve(&service, "eva", &case_id).await, "reviewed this case");
    // What pam proposed is over.
    assert_eq!(approve(&service, "pam", &case_id).await.unwrap().state(), CaseState::Approved);
}

#[tokio::test]
async fn an_approval_that_ran_out_does_not_come_back_by_a_document_of_its_approver() {
    let service = Keeping::start().await;
    let in_days = |days: i64| {
        let day = (service.clock.now() + SignedDuration::from_hours(24 * days)).to_zoned(TimeZone::UTC).date();
        Some(Date { year: day.year().into(), month: day.month().into(), day: day.day().into() })
    };
    let first = upload(&service, "mia", licence(in_days(10))).await;
    service.verify("rob", &first).await.unwrap();
    know(&service, "mia", sound(ANA)).await;
    let case_id = draft(&service, ANA).await;
    hand_in(&service, &case_id).await;
    recommend(&service, "rob", &case_id).await.unwrap();
    approve(&service, "eva", &case_id).await.unwrap();
    let state = async || {
        let request = GetCaseRequest { key: Some(get_case_request::Key::CaseId(case_id.clone())) };
        cases(&service, "aud").get_case(request).await.unwrap().into_inner().state()
    };
    service.clock.advance(SignedDuration::from_hours(24 * 12));
    while state().await != CaseState::Expired {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let renewed = |old: &str| Document { supersedes_document_id: old.to_owned(), ..licence(in_days(400)) };
    let second = upload(&service, "eva", renewed(&first)).await;
    service.verify("rob", &second).await.unwrap();
    assert_eq!(state().await, CaseState::Expired, "people look first");
    let third = upload(&service, "ana", renewed(&second)).await;
    service.verify("rob", &third).await.unwrap();
    assert_eq!(state().await, CaseState::Approved);
}
