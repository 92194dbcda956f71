//! A customer that a sanctions list names: gated in value once a person says that it is the one, and given back by two others who find that it is not.

use clientele_proto::{
    customers::v1::{CreateCustomerRequest, customer_service_client::CustomerServiceClient},
    qualification::v1::{
        ApproveCaseRequest, Case, CaseCheck, CaseFacts, CaseState, CaseVerdict, CheckOutcome,
        CheckQualificationRequest, CompleteChecksOfCaseRequest, CreateCaseRequest, DecideScreeningHitRequest,
        GetCaseRequest, HitState, ImportScreeningListRequest, ListScreeningHitsRequest, PartyKind, Qualification,
        QualificationReason, QualificationState, RecommendCaseRequest, RecordCaseCheckRequest, RequiredCheck,
        ResumeReviewOfCaseRequest, ScreenCustomerRequest, ScreeningHit, ScreeningList, ScreeningListFormat,
        ScreeningListKind, StartChecksOfCaseRequest, SubmitCaseRequest, case_service_client::CaseServiceClient,
        get_case_request, qualification_service_client::QualificationServiceClient,
        screening_service_client::ScreeningServiceClient,
    },
    value::v1::{ListScoresRequest, score_service_client::ScoreServiceClient},
};
use clientele_testkit::Authorised;
use clientele_tests::{World, data, eventually};
use jiff::SignedDuration;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::qualifying::{TENANT, score, scored};

const LISTED: &str = "id,kind,name,country\n7,organisation,Orbital Machinery Trading,CN\n";

fn cases(world: &World, person: &str) -> CaseServiceClient<Authorised> {
    CaseServiceClient::new(world.qualification.person(TENANT, person))
}

fn screening(world: &World, person: &str) -> ScreeningServiceClient<Authorised> {
    ScreeningServiceClient::new(world.qualification.person(TENANT, person))
}

async fn check(world: &World, customer_id: &str) -> Qualification {
    let mut client = QualificationServiceClient::new(world.qualification.tenant(TENANT));
    let request = CheckQualificationRequest { customer_id: customer_id.into(), product: String::new() };
    client.check_qualification(request).await.unwrap().into_inner()
}

async fn case_state(world: &World, case_id: &str) -> CaseState {
    let request = GetCaseRequest { key: Some(get_case_request::Key::CaseId(case_id.into())) };
    cases(world, "aud").get_case(request).await.unwrap().into_inner().state()
}

/// A verified business licence, and a low risk.
async fn evidence(world: &World, customer_id: &str) {
    let (id, end) = (Uuid::parse_str(customer_id).unwrap(), world.clock.now() + SignedDuration::from_hours(24 * 2000));
    let mut owner = world.database.owner().await;
    for statement in [
        "INSERT INTO qualification.document (tenant_id, document_id, customer_id, kind, state, time_zone, expire_time, version, create_time, update_time) \
         VALUES ('acme', $1, $1, 1, 4, 'Asia/Shanghai', $2::timestamptz, 1, $2::timestamptz, $2::timestamptz)",
        "INSERT INTO qualification.risk_assessment (tenant_id, customer_id, level, version, update_time) VALUES ('acme', $1, 1, 1, $2::timestamptz)",
    ] {
        sqlx::query(statement).bind(id).bind(end.to_string()).execute(&mut owner).await.unwrap();
    }
}

/// A case that mia handed in, rob recommended and eva approved, while there is no list.
async fn approved(world: &World, customer_id: &str) -> String {
    let facts = CaseFacts {
        party_kind: PartyKind::Organisation.into(),
        legal_name: "Orbital Machinery Trading LLC".into(),
        country_code: "CN".into(),
        ..CaseFacts::default()
    };
    let case = Case { customer_id: customer_id.into(), facts: Some(facts), ..Case::default() };
    let mut mia = cases(world, "mia");
    let case_id = eventually("qualification has heard of the customer", async || {
        let request = CreateCaseRequest { case: Some(case.clone()), ..Default::default() };
        Some(mia.create_case(request).await.ok()?.into_inner().case_id)
    })
    .await;
    evidence(world, customer_id).await;
    mia.submit_case(SubmitCaseRequest { case_id: case_id.clone(), ..Default::default() }).await.unwrap();
    let start = StartChecksOfCaseRequest { case_id: case_id.clone(), ..Default::default() };
    mia.start_checks_of_case(start).await.unwrap();
    let screened = CaseCheck {
        case_id: case_id.clone(),
        check: RequiredCheck::Screening.into(),
        outcome: CheckOutcome::Passed.into(),
        ..CaseCheck::default()
    };
    let record = RecordCaseCheckRequest { case_check: Some(screened), ..Default::default() };
    cases(world, "rob").record_case_check(record).await.unwrap();
    let complete = CompleteChecksOfCaseRequest { case_id: case_id.clone(), ..Default::default() };
    mia.complete_checks_of_case(complete).await.unwrap();
    decide_case(world, &case_id, "rob", "eva").await;
    case_id
}

/// Recommended by one person and approved by another.
async fn decide_case(world: &World, case_id: &str, reviewer: &str, approver: &str) {
    let recommend = RecommendCaseRequest {
        case_id: case_id.to_owned(),
        verdict: CaseVerdict::Approve.into(),
        ..RecommendCaseRequest::default()
    };
    cases(world, reviewer).recommend_case(recommend).await.unwrap();
    let approve = ApproveCaseRequest { case_id: case_id.to_owned(), ..ApproveCaseRequest::default() };
    let case = cases(world, approver).approve_case(approve).await.unwrap().into_inner();
    assert_eq!(case.state(), CaseState::Approved);
}

async fn import(world: &World, file: &str) {
    let list = ScreeningList {
        screening_list_id: "un".into(),
        kind: ScreeningListKind::Sanctions.into(),
        format: ScreeningListFormat::Csv.into(),
        ..ScreeningList::default()
    };
    let message = ImportScreeningListRequest { screening_list: Some(list), chunk: file.as_bytes().to_vec() };
    let mut answers =
        screening(world, "pia").import_screening_list(futures::stream::iter([message])).await.unwrap().into_inner();
    while answers.message().await.unwrap().is_some() {}
}

/// The customer's only hit, once it stands so.
async fn hit(world: &World, state: HitState) -> ScreeningHit {
    eventually("the hit", async || {
        let request = ListScreeningHitsRequest::default();
        let page = screening(world, "aud").list_screening_hits(request).await.unwrap().into_inner();
        page.screening_hits.into_iter().find(|hit| hit.state() == state)
    })
    .await
}

async fn say(world: &World, person: &str, hit: &ScreeningHit, decision: HitState) -> Result<ScreeningHit, Status> {
    let request = DecideScreeningHitRequest {
        screening_hit_id: hit.screening_hit_id.clone(),
        decision: decision.into(),
        reason: "compared with the register's extract".into(),
        ..DecideScreeningHitRequest::default()
    };
    Ok(screening(world, person).decide_screening_hit(request).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listed_customer_is_gated_until_two_people_clear_it_and_a_new_list_opens_the_question_again() {
    let world = World::start().await;
    scored(&world).await;
    let mut scores = ScoreServiceClient::new(world.value.tenant(TENANT));
    let best = scores.list_scores(ListScoresRequest { page_size: 1, ..Default::default() }).await.unwrap().into_inner();
    let key = best.scores[0].customer_external_id.clone();
    let mut customers = CustomerServiceClient::new(world.customers.tenant(TENANT));
    let request = CreateCustomerRequest {
        customer: Some(data::organisation(&key, "Orbital Machinery Trading LLC")),
        ..Default::default()
    };
    let customer_id = customers.create_customer(request).await.unwrap().into_inner().customer_id;
    let tier = async |expected: &str| {
        eventually(expected, async || (score(&world, &key).await.tier == expected).then_some(())).await;
    };
    let case_id = approved(&world, &customer_id).await;
    assert!(check(&world, &customer_id).await.qualified);
    tier("KEY").await;

    // A list comes that names it: people have to look, and nobody is cut off for a similar name.
    import(&world, LISTED).await;
    let found = hit(&world, HitState::Open).await;
    assert_eq!(found.customer_id, customer_id);
    eventually("the case is to be reviewed", async || {
        (case_state(&world, &case_id).await == CaseState::ReviewDue).then_some(())
    })
    .await;
    let answer = check(&world, &customer_id).await;
    assert!(answer.qualified && answer.reasons().any(|reason| reason == QualificationReason::ScreeningHitOpen));
    tier("KEY").await;

    // One person's word that it is the one is enough to stop.
    say(&world, "rob", &found, HitState::TrueMatch).await.unwrap();
    let answer = check(&world, &customer_id).await;
    assert_eq!((answer.qualified, answer.state()), (false, QualificationState::Suspended));
    assert_eq!(case_state(&world, &case_id).await, CaseState::Suspended);
    tier("STANDARD").await;

    // That it is not takes two, and then the review of the case, by others than those who cleared the hit.
    let proposed = say(&world, "rob", &found, HitState::FalsePositive).await.unwrap();
    assert_eq!(proposed.state(), HitState::Inconclusive);
    let alone = say(&world, "rob", &found, HitState::FalsePositive).await.unwrap_err();
    assert_eq!(alone.code(), Code::FailedPrecondition);
    assert!(!check(&world, &customer_id).await.qualified);
    let cleared = say(&world, "eva", &found, HitState::FalsePositive).await.unwrap();
    assert_eq!((cleared.state(), cleared.proposed_by.as_str()), (HitState::FalsePositive, "rob"));
    let resume = ResumeReviewOfCaseRequest { case_id: case_id.clone(), ..Default::default() };
    cases(&world, "ned").resume_review_of_case(resume).await.unwrap();
    // A new round asks for a new screening, later than it began, which finds the party again, and leaves it cleared.
    world.clock.advance(SignedDuration::from_secs(60));
    let request = ScreenCustomerRequest { customer_id: customer_id.clone(), ..Default::default() };
    let mut screened = screening(&world, "ned").screen_customer(request).await.unwrap().into_inner();
    let again = screened.message().await.unwrap().unwrap().screening_hit.unwrap();
    assert_eq!(again, cleared);
    decide_case(&world, &case_id, "ned", "lea").await;
    assert!(check(&world, &customer_id).await.qualified);
    tier("KEY").await;

    // The list says more of the party: what was cleared is open again, and the case with it.
    import(&world, &LISTED.replace(",CN", ",CN;IR")).await;
    let opened = hit(&world, HitState::Open).await;
    assert_eq!((opened.screening_hit_id.as_str(), opened.decided_by.as_str()), (found.screening_hit_id.as_str(), ""));
    eventually("the case is to be reviewed again", async || {
        (case_state(&world, &case_id).await == CaseState::ReviewDue).then_some(())
    })
    .await;
    let answer = check(&world, &customer_id).await;
    assert!(answer.qualified && answer.reasons().any(|reason| reason == QualificationReason::ScreeningHitOpen));
}
