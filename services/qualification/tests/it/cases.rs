use clientele_proto::qualification::v1::*;
use clientele_proto::qualification::v1::{
    case_service_client::CaseServiceClient, qualification_service_client::QualificationServiceClient,
    requirement_policy_service_client::RequirementPolicyServiceClient,
};
use clientele_qualification::{
    cases::{Trigger, trigger},
    domain::case_machine::{CaseEvent, Status as Life},
};
use clientele_testkit::Authorised;
use jiff::SignedDuration;
use jiff_sqlx::ToSqlx as _;
use tonic::Status;
use uuid::Uuid;

use crate::harness::{Qualification, TENANT};

const ANA: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";

pub fn of(service: &Qualification, person: &str) -> CaseServiceClient<Authorised> {
    CaseServiceClient::new(service.running.person(TENANT, person))
}

fn facts() -> CaseFacts {
    CaseFacts {
        party_kind: PartyKind::Organisation.into(),
        legal_name: "Ana Chemicals".into(),
        country_code: "CN".into(),
        products: vec!["parts".into(), "chemicals".into()],
        ..CaseFacts::default()
    }
}

/// A case of Ana's, drafted by mia.
async fn draft(service: &Qualification) -> String {
    draft_as(service, &facts().legal_name).await
}

/// The same under another legal name.
pub async fn draft_as(service: &Qualification, legal_name: &str) -> String {
    let facts = CaseFacts { legal_name: legal_name.to_owned(), ..facts() };
    let case = Some(Case { customer_id: ANA.into(), facts: Some(facts), ..Case::default() });
    let made = of(service, "mia").create_case(CreateCaseRequest { case, ..Default::default() }).await.unwrap();
    let made = made.into_inner();
    assert_eq!(
        (made.state(), made.round, made.makers.as_slice()),
        (CaseState::Draft, 1, ["mia".to_owned()].as_slice())
    );
    made.case_id
}

/// A business licence (kind 1) that ends in so many days, in a state of the contract's, as the documents leave it.
async fn licence(service: &Qualification, state: i16, days: i64) {
    let end = service.clock.now() + SignedDuration::from_hours(24 * days);
    sqlx::query(
        "INSERT INTO qualification.document (tenant_id, document_id, customer_id, kind, state, time_zone, expire_time, version, create_time, \
             update_time) \
         VALUES ('acme', $1, $1, 1, $2, 'Asia/Shanghai', $3, 1, $3, $3) \
         ON CONFLICT (tenant_id, document_id) DO UPDATE SET state = excluded.state, expire_time = excluded.expire_time, version = document.version + 1",
    )
    .bind(Uuid::parse_str(ANA).unwrap())
    .bind(state)
    .bind(end.to_sqlx())
    .execute(&*service.pool)
    .await
    .unwrap();
}

async fn risk(service: &Qualification, level: i16) {
    sqlx::query(
        "INSERT INTO qualification.risk_assessment (tenant_id, customer_id, level, version, update_time) VALUES ('acme', $1, $2, 1, $3) \
         ON CONFLICT (tenant_id, customer_id) DO UPDATE SET level = excluded.level, version = risk_assessment.version + 1",
    )
    .bind(Uuid::parse_str(ANA).unwrap())
    .bind(level)
    .bind(service.clock.now().to_sqlx())
    .execute(&*service.pool)
    .await
    .unwrap();
}

async fn check(service: &Qualification, case_id: &str, check: RequiredCheck) {
    let case_check = Some(CaseCheck {
        case_id: case_id.into(),
        check: check.into(),
        outcome: CheckOutcome::Passed.into(),
        ..CaseCheck::default()
    });
    let request = RecordCaseCheckRequest { case_check, ..Default::default() };
    of(service, "rob").record_case_check(request).await.unwrap();
}

macro_rules! request {
    ($kind:ident, $case_id:expr $(, $field:ident: $value:expr)*) => {
        $kind { case_id: $case_id.to_owned(), $($field: $value,)* ..$kind::default() }
    };
}

/// As far as the reviewer's desk.
async fn under_review(service: &Qualification) -> String {
    let case_id = draft(service).await;
    licence(service, 4, 500).await;
    risk(service, 1).await;
    let mut mia = of(service, "mia");
    mia.submit_case(request!(SubmitCaseRequest, case_id)).await.unwrap();
    mia.start_checks_of_case(request!(StartChecksOfCaseRequest, case_id)).await.unwrap();
    check(service, &case_id, RequiredCheck::Screening).await;
    let case = mia.complete_checks_of_case(request!(CompleteChecksOfCaseRequest, case_id)).await.unwrap().into_inner();
    assert_eq!(case.state(), CaseState::UnderReview);
    case_id
}

/// Recommended by rob.
async fn recommended(service: &Qualification) -> String {
    let case_id = under_review(service).await;
    let verdict = CaseVerdict::Approve.into();
    let case =
        of(service, "rob").recommend_case(request!(RecommendCaseRequest, case_id, verdict: verdict)).await.unwrap();
    assert_eq!(case.into_inner().state(), CaseState::PendingApproval);
    case_id
}

pub async fn approved(service: &Qualification) -> Case {
    let case_id = recommended(service).await;
    of(service, "eva").approve_case(request!(ApproveCaseRequest, case_id)).await.unwrap().into_inner()
}

pub async fn get(service: &Qualification, case_id: &str) -> Case {
    let key = Some(get_case_request::Key::CaseId(case_id.into()));
    of(service, "aud").get_case(GetCaseRequest { key }).await.unwrap().into_inner()
}

async fn qualified(service: &Qualification) -> (bool, QualificationState) {
    let mut client = QualificationServiceClient::new(service.running.tenant(TENANT));
    let request = CheckQualificationRequest { customer_id: ANA.into(), product: String::new() };
    let told = client.check_qualification(request).await.unwrap().into_inner();
    (told.qualified, told.state())
}

/// Waits until a job has brought the case to a state.
pub async fn comes_to(service: &Qualification, case_id: &str, state: CaseState) -> Case {
    loop {
        let case = get(service, case_id).await;
        if case.state() == state {
            return case;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn reason(status: &Status) -> String {
    format!("{:?}", clientele_error::reason_of(status).unwrap())
}

#[tokio::test]
async fn what_the_policy_asks_for_must_be_there_and_each_piece_is_named() {
    let service = Qualification::start().await;
    let case_id = draft(&service).await;
    let refused = of(&service, "mia").submit_case(request!(SubmitCaseRequest, case_id)).await.unwrap_err();
    assert_eq!(reason(&refused), "RequirementMissing");
    let named: Vec<_> = clientele_error::violations_of(&refused).into_iter().map(|violation| violation.field).collect();
    assert_eq!(named, ["documents.BUSINESS_LICENCE"]);
    assert_eq!(get(&service, &case_id).await.missing_requirements[0].requirement, "documents.BUSINESS_LICENCE");
    let case = Some(Case { customer_id: ANA.into(), facts: Some(facts()), ..Case::default() });
    let twice = of(&service, "mia").create_case(CreateCaseRequest { case, ..Default::default() }).await.unwrap_err();
    assert_eq!(reason(&twice), "CaseExists");
}

#[tokio::test]
async fn a_case_goes_the_straight_way_and_its_history_replays() {
    let service = Qualification::start().await;
    assert_eq!(qualified(&service).await, (false, QualificationState::NotAssessed));
    let case = approved(&service).await;
    assert_eq!(case.state(), CaseState::Approved);
    assert_eq!(case.held_approval.as_ref().unwrap().products, ["parts", "chemicals"]);
    assert_eq!(qualified(&service).await, (true, QualificationState::Qualified));
    let steps = of(&service, "aud")
        .list_case_transitions(request!(ListCaseTransitionsRequest, case.case_id))
        .await
        .unwrap()
        .into_inner()
        .case_transitions;
    let told: Vec<_> =
        steps.iter().map(|step| (step.transition.as_str(), step.role.as_str(), step.actor.as_str())).collect();
    assert_eq!(
        told,
        [
            ("opened", "maker", "mia"),
            ("submitted", "maker", "mia"),
            ("checks_started", "maker", "mia"),
            ("checks_passed", "maker", "mia"),
            ("recommended", "reviewer", "rob"),
            ("approved", "approver", "eva"),
        ]
    );
    let replayed = steps[1..]
        .iter()
        .fold(Life::NEW, |life, step| life.after(CaseEvent::of_name(&step.transition).unwrap()).unwrap());
    assert_eq!((replayed.state, replayed.round, replayed.has_approval), (CaseState::Approved, 1, true));
    let audited = service.count("SELECT count(*) FROM qualification.audit_entry WHERE subject_kind = 'case'").await;
    assert_eq!(audited, 6);
    let mut aud = of(&service, "aud");
    let request = ListCasesRequest { filter: "state = APPROVED AND risk_level = LOW".into(), ..Default::default() };
    assert_eq!(aud.list_cases(request).await.unwrap().into_inner().cases.len(), 1);
}

#[tokio::test]
async fn maker_reviewer_and_approver_are_three_people() {
    let service = Qualification::start().await;
    let case_id = recommended(&service).await;
    for person in ["mia", "rob"] {
        let refused = of(&service, person).approve_case(request!(ApproveCaseRequest, case_id)).await.unwrap_err();
        assert_eq!(reason(&refused), "FourEyes", "{person}");
    }
    let reason_of_return = CaseReason::Other.into();
    of(&service, "eva").return_case(request!(ReturnCaseRequest, case_id, reason: reason_of_return)).await.unwrap();
    let verdict = CaseVerdict::Approve.into();
    let refused = of(&service, "mia")
        .recommend_case(request!(RecommendCaseRequest, case_id, verdict: verdict))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "FourEyes");
}

/// Eight approvals of one person race: one is taken, however they interleave, and the second approver is still needed.
#[tokio::test]
async fn nobody_approves_twice_also_not_at_the_same_time() {
    let service = Qualification::start().await;
    let rule = RequirementRule { name: "two".into(), approvals_needed: 2, ..Default::default() };
    let requirement_policy = Some(RequirementPolicy { rules: vec![rule], ..Default::default() });
    let mut policies = RequirementPolicyServiceClient::new(service.running.tenant(TENANT));
    let request = CreateRequirementPolicyRequest { requirement_policy, ..Default::default() };
    assert_eq!(policies.create_requirement_policy(request).await.unwrap().into_inner().version, 1);
    let case_id = recommended(&service).await;
    let calls = (0..8).map(|_| {
        let mut eva = of(&service, "eva");
        let request = request!(ApproveCaseRequest, case_id);
        async move { eva.approve_case(request).await.is_ok() }
    });
    let taken = futures::future::join_all(calls).await.into_iter().filter(|taken| *taken).count();
    assert_eq!(taken, 1);
    assert_eq!(get(&service, &case_id).await.state(), CaseState::PendingApproval);
    let conditions = vec!["prepaid".to_owned()];
    let products = vec!["parts".to_owned()];
    let request = request!(ApproveCaseRequest, case_id, conditions: conditions, products: products);
    let case = of(&service, "ida").approve_case(request).await.unwrap().into_inner();
    assert_eq!((case.state(), case.policy_version), (CaseState::ApprovedWithConditions, 1));
    assert_eq!(case.held_approval.unwrap().products, ["parts"]);
    assert_eq!(qualified(&service).await, (true, QualificationState::QualifiedWithConditions));
}

#[tokio::test]
async fn evidence_that_changes_after_the_recommendation_voids_it() {
    let service = Qualification::start().await;
    let case_id = recommended(&service).await;
    licence(&service, 4, 501).await;
    let refused = of(&service, "eva").approve_case(request!(ApproveCaseRequest, case_id)).await.unwrap_err();
    assert_eq!(reason(&refused), "EvidenceChanged");
}

#[tokio::test]
async fn a_high_risk_needs_a_compliance_officer_and_a_prohibited_one_is_never_approved() {
    let service = Qualification::start().await;
    let case_id = under_review(&service).await;
    risk(&service, 3).await;
    let verdict = CaseVerdict::Approve.into();
    let mut rob = of(&service, "rob");
    let request = || request!(RecommendCaseRequest, case_id, verdict: verdict, compliance_attested: true);
    assert_eq!(reason(&rob.recommend_case(request()).await.unwrap_err()), "EscalationRequired");
    let why = CaseReason::RiskTooHigh.into();
    rob.escalate_case(request!(EscalateCaseRequest, case_id, reason: why)).await.unwrap();
    // Enhanced due diligence is missing.
    assert_eq!(reason(&rob.recommend_case(request()).await.unwrap_err()), "RequirementMissing");
    check(&service, &case_id, RequiredCheck::SourceOfFunds).await;
    check(&service, &case_id, RequiredCheck::AdverseMedia).await;
    rob.recommend_case(request()).await.unwrap();
    risk(&service, 4).await;
    let refused = of(&service, "eva").approve_case(request!(ApproveCaseRequest, case_id)).await.unwrap_err();
    assert_eq!(reason(&refused), "CaseNotApprovable");
    let rejected = of(&service, "eva").reject_case(request!(RejectCaseRequest, case_id, reason: why)).await.unwrap();
    assert_eq!(rejected.into_inner().state(), CaseState::Rejected);
    let again = of(&service, "eva").reopen_case(request!(ReopenCaseRequest, case_id)).await.unwrap_err();
    assert_eq!(reason(&again), "FourEyes");
    let reopened = of(&service, "max").reopen_case(request!(ReopenCaseRequest, case_id)).await.unwrap().into_inner();
    assert_eq!((reopened.state(), reopened.round), (CaseState::Draft, 2));
    let withdrawn =
        of(&service, "max").withdraw_case(request!(WithdrawCaseRequest, case_id, reason: why)).await.unwrap();
    assert_eq!(withdrawn.into_inner().state(), CaseState::Withdrawn);
}

#[tokio::test]
async fn a_customer_who_does_not_answer_in_time_is_withdrawn_once() {
    let service = Qualification::start().await;
    let case_id = under_review(&service).await;
    let items = vec![InformationItem { text: "the articles, please".into(), ..Default::default() }];
    let mut rob = of(&service, "rob");
    let asked = rob
        .request_information_on_case(request!(RequestInformationOnCaseRequest, case_id, items: items.clone()))
        .await
        .unwrap()
        .into_inner();
    let due = asked.information_request.unwrap().due_time.unwrap();
    assert_eq!(due.seconds, (service.clock.now() + SignedDuration::from_hours(14 * 24)).as_second());
    let case = Some(Case {
        case_id: case_id.clone(),
        facts: Some(CaseFacts { tier: "KEY".into(), ..Default::default() }),
        ..Default::default()
    });
    let mut max = of(&service, "max");
    let updated = max.update_case(UpdateCaseRequest { case, ..Default::default() }).await.unwrap().into_inner();
    assert_eq!((updated.facts.unwrap().tier.as_str(), updated.makers.len()), ("KEY", 2));
    let told = "SELECT count(*) FROM qualification.audit_entry WHERE transition = 'facts_changed' AND actor = 'max'";
    assert_eq!(service.count(told).await, 1);
    max.resubmit_case(request!(ResubmitCaseRequest, case_id)).await.unwrap();
    max.start_checks_of_case(request!(StartChecksOfCaseRequest, case_id)).await.unwrap();
    max.complete_checks_of_case(request!(CompleteChecksOfCaseRequest, case_id)).await.unwrap();
    rob.request_information_on_case(request!(RequestInformationOnCaseRequest, case_id, items: items)).await.unwrap();
    service.clock.advance(SignedDuration::from_hours(14 * 24));
    let late = max.resubmit_case(request!(ResubmitCaseRequest, case_id)).await.unwrap_err();
    assert_eq!(reason(&late), "CaseState");
    comes_to(&service, &case_id, CaseState::Withdrawn).await;
    let told = "SELECT count(*) FROM qualification.case_transition WHERE transition = 'timed_out'";
    assert_eq!(service.count(told).await, 1);
}

#[tokio::test]
async fn a_review_falls_due_and_the_approval_survives_it_until_it_is_suspended() {
    let service = Qualification::start().await;
    let case = approved(&service).await;
    licence(&service, 4, 5000).await;
    // A low risk is reviewed after 36 months, when the approval of 36 months ends too: so earlier, on a trigger.
    let origin = clientele_qualification::origin::Origin::job(TENANT, "test", service.clock.now());
    let state = clientele_qualification::State::new(service.pool.clone(), service.clock.context());
    let mut connection = service.pool.acquire().await.unwrap();
    let ana = Uuid::parse_str(ANA).unwrap();
    trigger(&state, &mut connection, &origin, ana, Trigger::OwnershipChanged).await.unwrap();
    assert_eq!(get(&service, &case.case_id).await.state(), CaseState::ReviewDue);
    assert!(qualified(&service).await.0);
    let mut rob = of(&service, "rob");
    let resumed =
        rob.resume_review_of_case(request!(ResumeReviewOfCaseRequest, case.case_id)).await.unwrap().into_inner();
    assert_eq!((resumed.state(), resumed.round), (CaseState::UnderReview, 2));
    assert!(qualified(&service).await.0);
    let why = CaseReason::Other.into();
    let kept = of(&service, "mia").withdraw_case(request!(WithdrawCaseRequest, case.case_id, reason: why)).await;
    assert_eq!(reason(&kept.unwrap_err()), "CaseState");
    rob.suspend_case(request!(SuspendCaseRequest, case.case_id, reason: why)).await.unwrap();
    assert_eq!(qualified(&service).await, (false, QualificationState::Suspended));
    let ended = of(&service, "eva").terminate_case(request!(TerminateCaseRequest, case.case_id, reason: why)).await;
    assert_eq!(ended.unwrap().into_inner().state(), CaseState::Terminated);
    assert_eq!(qualified(&service).await, (false, QualificationState::Terminated));
}

#[tokio::test]
async fn a_licence_that_runs_out_takes_the_case_along_and_its_renewal_restores_it() {
    let service = Qualification::start().await;
    let case = approved(&service).await;
    service.clock.advance(SignedDuration::from_hours(500 * 24));
    assert_eq!(qualified(&service).await, (false, QualificationState::Expired));
    comes_to(&service, &case.case_id, CaseState::Expired).await;
    licence(&service, 4, 300).await;
    let origin = clientele_qualification::origin::Origin::job(TENANT, "test", service.clock.now());
    let state = clientele_qualification::State::new(service.pool.clone(), service.clock.context());
    let mut connection = service.pool.acquire().await.unwrap();
    let ana = Uuid::parse_str(ANA).unwrap();
    trigger(&state, &mut connection, &origin, ana, Trigger::DocumentVerified).await.unwrap();
    assert_eq!(get(&service, &case.case_id).await.state(), CaseState::Approved);
    assert!(qualified(&service).await.0);
    trigger(&state, &mut connection, &origin, ana, Trigger::TrueMatch).await.unwrap();
    assert_eq!(get(&service, &case.case_id).await.state(), CaseState::Suspended);
}

#[tokio::test]
async fn work_is_assigned_snoozed_and_noted() {
    let service = Qualification::start().await;
    let case_id = draft(&service).await;
    let mut mia = of(&service, "mia");
    let assigned =
        mia.assign_case(request!(AssignCaseRequest, case_id, assignee: "rob".into())).await.unwrap().into_inner();
    assert_eq!(assigned.assignee, "rob");
    let instant = service.clock.now() + SignedDuration::from_hours(24);
    let until = Some(prost_types::Timestamp { seconds: instant.as_second(), nanos: 0 });
    let snoozed = mia.snooze_case(request!(SnoozeCaseRequest, case_id, snooze_time: until)).await.unwrap().into_inner();
    assert_eq!(snoozed.snooze_time, until);
    let stale = request!(SnoozeCaseRequest, case_id, snooze_time: until, etag: "1".into());
    assert_eq!(reason(&mia.snooze_case(stale).await.unwrap_err()), "EtagMismatch");
    for text in ["first", "second"] {
        let case_note = Some(CaseNote { case_id: case_id.clone(), text: text.into(), ..Default::default() });
        mia.create_case_note(CreateCaseNoteRequest { case_note, ..Default::default() }).await.unwrap();
    }
    let told: Vec<String> =
        sqlx::query_scalar("SELECT transition FROM qualification.audit_entry ORDER BY entry_number")
            .fetch_all(&*service.pool)
            .await
            .unwrap();
    assert_eq!(told, ["opened", "assigned", "snoozed"]);
    service.log_agrees_until("UPDATE qualification.qualification_case SET state = 8").await;
    let page = mia.list_case_notes(request!(ListCaseNotesRequest, case_id, page_size: 1)).await.unwrap().into_inner();
    let next = ListCaseNotesRequest { case_id, page_size: 1, page_token: page.next_page_token };
    let rest = mia.list_case_notes(next).await.unwrap().into_inner();
    assert_eq!((page.case_notes[0].text.as_str(), rest.case_notes[0].text.as_str()), ("first", "second"));
}

#[tokio::test]
async fn a_review_is_told_of_at_the_leads_of_the_policy_also_of_one_that_came_later() {
    let told =
        "SELECT count(*) FROM qualification.outbox WHERE event_type = 'clientele.qualification.v1.CaseReviewNearing'";
    let service = Qualification::start().await;
    let case = approved(&service).await;
    let review = case.review_time.unwrap().seconds;
    let days_left = async |days: i64| {
        let ahead = SignedDuration::from_secs(review - service.clock.now().as_second() - days * 86_400);
        service.clock.advance(ahead);
        // Longer than from one look to the next.
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    };
    days_left(700).await;
    assert_eq!(service.count(told).await, 0);
    let requirement_policy = Some(RequirementPolicy { reminder_lead_days: vec![705, 690], ..Default::default() });
    let request = CreateRequirementPolicyRequest { requirement_policy, ..Default::default() };
    let mut policies = RequirementPolicyServiceClient::new(service.running.tenant(TENANT));
    policies.create_requirement_policy(request).await.unwrap();
    while service.count(told).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    days_left(691).await;
    assert_eq!(service.count(told).await, 1);
    days_left(690).await;
    while service.count(told).await == 1 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(service.count(told).await, 2);
}
