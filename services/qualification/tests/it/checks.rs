//! `CheckService`, and registers behind each kind of connector.

use std::{sync::Arc, time::Duration};

use clientele_error::{Reason, reason_of};
use clientele_proto::qualification::v1::{
    ApproveWaivedCheckRequest, Case, CaseCheck, CaseFacts, CaseIdentifier, Check, CheckFindingKind as Kind,
    CheckOutcome, CheckResult, CreateCaseRequest, DeclareOwnershipStructureRequest, DeclaredShare, Document,
    DocumentFact, DocumentFactField, GetCaseRequest, GetCheckRequest, GetRegistryRecordRequest, InterestType,
    ListChecksRequest, OwnershipInterest, OwnershipPerson, OwnershipRelationship, OwnershipStructure, PartyKind,
    RecordCaseCheckRequest, RegistryKey, RegistryStatus, RequiredCheck, RunChecksRequest, UpdateCaseRequest,
    WaiveCheckRequest, case_service_client::CaseServiceClient, check_service_client::CheckServiceClient,
    get_case_request, ownership_relationship::InterestedParty, ownership_service_client::OwnershipServiceClient,
    registry_connector_service_client::RegistryConnectorServiceClient,
};
use clientele_qualification::{
    Registry, SCHEMA, State, app_of,
    registry::{Answer, RegistryConnector, file::FileRegistry, grpc::GrpcRegistry, http::HttpRegistry, look_up_within},
};
use clientele_testkit::{Authorised, FakeClock, Running, TestDatabase, Tokens};
use prost::Message as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{
    harness::{Qualification, TENANT},
    risk::{ANA, BEN},
};

/// Real numbers: of a state company, of a company, and one that no register here knows.
const ALIVE: &str = "91110000710925462X";
const REVOKED: &str = "91330100799655058B";
const UNKNOWN: &str = "914403001922038216";

const CSV: &str = "scheme,number,name,status,address,legal_representative,as_of_date,lists\n\
    cn.uscc,91110000710925462X,甲有限公司,存续（在营、开业、在册）,北京,王芳,2026-01-01,\n\
    cn.uscc,91330100799655058B,乙有限公司,吊销，未注销,杭州,李强,2026-01-01,经营异常名录\n";

fn file() -> Registry {
    Arc::new(FileRegistry::read(CSV.as_bytes()).unwrap())
}

impl Qualification {
    async fn with_registry(registry: Registry) -> Self {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let clock = FakeClock::default();
        let tokens = Arc::new(Tokens::new(clock.now()));
        let app = app_of(State::new(pool.clone(), clock.context()).asking(Some(registry)), None);
        let running = Running::start_with(app, &clock, tokens, &[]).await;
        Self::of(running, clock, pool, database)
    }

    fn checks(&self, person: &str) -> CheckServiceClient<Authorised> {
        CheckServiceClient::new(self.running.person(TENANT, person))
    }

    /// A case as it stands when its maker has told of the customer.
    async fn case(&self, customer: &str, identifiers: &[(&str, &str)], name: &str) {
        let identifiers = identifiers.iter();
        let facts = CaseFacts {
            party_kind: PartyKind::Organisation.into(),
            legal_name: name.into(),
            country_code: "CN".into(),
            identifiers: identifiers
                .map(|(scheme, value)| CaseIdentifier { scheme: (*scheme).into(), value: (*value).into() })
                .collect(),
            ..CaseFacts::default()
        };
        sqlx::query(
            "INSERT INTO qualification.qualification_case (tenant_id, case_id, customer_id, round, state, risk_level, approval_kind, \
             approval_scope, approval_conditions, policy_version, facts, version, create_time, update_time) \
             VALUES ('acme', $1, $1, 1, 1, 0, 0, '{}', '{}', 1, $2, 1, now(), now())",
        )
        .bind(Uuid::parse_str(customer).unwrap())
        .bind(facts.encode_to_vec())
        .execute(&*self.pool)
        .await
        .unwrap();
    }

    async fn run_checks(&self, customer: &str) -> Result<Vec<Check>, Status> {
        let required_checks = ALL.map(i32::from).to_vec();
        let request = RunChecksRequest { customer_id: customer.into(), required_checks, ..RunChecksRequest::default() };
        Ok(self.checks("maker").run_checks(request).await?.into_inner().checks)
    }
}

fn kinds(check: &Check) -> Vec<Kind> {
    check.findings.iter().map(clientele_proto::qualification::v1::CheckFinding::kind).collect()
}

fn results(checks: &[Check]) -> Vec<(RequiredCheck, CheckResult)> {
    checks.iter().map(|check| (check.required_check(), check.result())).collect()
}

const ALL: [RequiredCheck; 3] = [RequiredCheck::Identifiers, RequiredCheck::Duplicates, RequiredCheck::RegistryStatus];

#[tokio::test]
async fn a_customer_is_checked_by_the_facts_of_its_case_and_what_the_register_says() {
    let service = Qualification::with_registry(file()).await;
    let missing = service.run_checks(ANA).await.unwrap_err();
    assert_eq!(reason_of(&missing), Some(Reason::CaseMissing));

    service.case(ANA, &[("USCC", "9111 0000 7109 2546 2x")], "甲有限公司").await;
    let checks = service.run_checks(ANA).await.unwrap();
    assert_eq!(results(&checks), ALL.map(|check| (check, CheckResult::Passed)));
    let evidence = &checks[2].registry_records[0];
    assert_eq!((evidence.registry_status(), checks[2].connector.as_str()), (RegistryStatus::Existing, "file"));
    let request = GetCheckRequest { check_id: checks[2].check_id.clone() };
    assert_eq!(service.checks("reader").get_check(request).await.unwrap().into_inner(), checks[2]);

    // The same identifier, written otherwise, of another customer whose name is not the register's.
    service.case(BEN, &[("cn.uscc", ALIVE)], "丙有限公司").await;
    let checks = service.run_checks(BEN).await.unwrap();
    assert_eq!(results(&checks)[1..], [(ALL[1], CheckResult::Failed), (ALL[2], CheckResult::Failed)]);
    assert_eq!(
        (kinds(&checks[1]), checks[1].findings[0].other_customer_id.as_str()),
        (vec![Kind::IdentifierShared], ANA)
    );
    assert_eq!(kinds(&checks[2]), [Kind::RegistryNameDiffers]);

    let request = ListChecksRequest { filter: "result = FAILED".into(), ..ListChecksRequest::default() };
    let listed = service.checks("reader").list_checks(request).await.unwrap().into_inner().checks;
    assert_eq!(listed, [checks[2].clone(), checks[1].clone()]);
    assert_eq!(service.count("SELECT count(*) FROM qualification.audit_entry WHERE subject_kind = 'check'").await, 6);
}

#[tokio::test]
async fn a_customer_that_was_never_checked_is_compared_too() {
    let service = Qualification::with_registry(file()).await;
    let mut cases = CaseServiceClient::new(service.running.person(TENANT, "maker"));
    let facts = |number: &str| CaseFacts {
        party_kind: PartyKind::Organisation.into(),
        legal_name: "甲有限公司".into(),
        country_code: "CN".into(),
        identifiers: vec![CaseIdentifier { scheme: "USCC".into(), value: number.into() }],
        ..CaseFacts::default()
    };
    let mut enter = async |customer: &str, number: &str| {
        let case = Case { customer_id: customer.into(), facts: Some(facts(number)), ..Case::default() };
        let request = CreateCaseRequest { case: Some(case), ..CreateCaseRequest::default() };
        cases.create_case(request).await.unwrap().into_inner()
    };
    let entered = enter(ANA, ALIVE).await;
    enter(BEN, ALIVE).await;
    let shared = service.run_checks(BEN).await.unwrap().remove(1);
    assert_eq!((kinds(&shared), shared.findings[0].other_customer_id.as_str()), (vec![Kind::IdentifierShared], ANA));

    let corrected = Case { case_id: entered.case_id, facts: Some(facts(UNKNOWN)), ..Case::default() };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["facts.identifiers".into()] });
    let request = UpdateCaseRequest { case: Some(corrected), update_mask, ..UpdateCaseRequest::default() };
    cases.update_case(request).await.unwrap();
    assert_eq!(kinds(&service.run_checks(BEN).await.unwrap().remove(1)), []);
}

#[tokio::test]
async fn what_has_ended_or_is_unknown_fails_and_what_is_malformed_is_not_asked() {
    let service = Qualification::with_registry(file()).await;
    service.case(ANA, &[("USCC", REVOKED)], "乙有限公司").await;
    let checks = service.run_checks(ANA).await.unwrap();
    assert_eq!(kinds(&checks[2]), [Kind::RegistryEnded, Kind::RegistryListed]);
    assert_eq!(checks[2].result(), CheckResult::Failed);
    service.case(BEN, &[("USCC", "911100007109254621")], "甲有限公司").await;
    let checks = service.run_checks(BEN).await.unwrap();
    let expected = [(ALL[0], CheckResult::Failed), (ALL[1], CheckResult::Passed), (ALL[2], CheckResult::Unavailable)];
    assert_eq!(results(&checks), expected);
}

#[tokio::test]
async fn a_check_without_a_register_is_unavailable_and_no_error() {
    let service = Qualification::start().await;
    service.case(ANA, &[("USCC", ALIVE)], "甲有限公司").await;
    let checks = service.run_checks(ANA).await.unwrap();
    assert_eq!((checks[2].result(), kinds(&checks[2])), (CheckResult::Unavailable, vec![Kind::RegistryUnavailable]));
    assert!(!checks[2].passed);
}

#[tokio::test]
async fn a_waiver_takes_two_people_and_the_latest_check() {
    let service = Qualification::with_registry(file()).await;
    service.case(ANA, &[("USCC", UNKNOWN)], "甲有限公司").await;
    let old = service.run_checks(ANA).await.unwrap().remove(2);
    assert_eq!(kinds(&old), [Kind::RegistryNotFound]);
    let check = service.run_checks(ANA).await.unwrap().remove(2);
    let waive =
        |id: &str| WaiveCheckRequest { check_id: id.into(), reason: "newly founded".into(), ..Default::default() };
    let late = service.checks("mia").waive_check(waive(&old.check_id)).await.unwrap_err();
    assert_eq!(reason_of(&late), Some(Reason::CheckState));
    let approve = || ApproveWaivedCheckRequest { check_id: check.check_id.clone(), ..Default::default() };
    let nothing = service.checks("ada").approve_waived_check(approve()).await.unwrap_err();
    assert_eq!(reason_of(&nothing), Some(Reason::CheckState));

    let waived = service.checks("mia").waive_check(waive(&check.check_id)).await.unwrap().into_inner();
    assert!(!waived.passed, "not before it is approved");
    let own = service.checks("mia").approve_waived_check(approve()).await.unwrap_err();
    assert_eq!(reason_of(&own), Some(Reason::FourEyes));
    let approved = service.checks("ada").approve_waived_check(approve()).await.unwrap().into_inner();
    assert!(approved.passed);
    assert_eq!((approved.result(), approved.waiver.unwrap().approver.as_str()), (CheckResult::Failed, "ada"));
    // The case was put there by the test, not by anybody's transition.
    sqlx::query("DELETE FROM qualification.qualification_case").execute(&*service.pool).await.unwrap();
    service.log_agrees_until("DELETE FROM qualification.check_run").await;
}

/// Answers one request a connection, by its path.
async fn serve_http() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let read = socket.read(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..read]).into_owned();
                let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
                let answer = |status: &str, body: &str| {
                    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
                };
                let text = match path.rsplit('/').next().unwrap_or_default() {
                    _ if path.starts_with("/broken") => answer("200 OK", "<html>"),
                    _ if path.starts_with("/failing") => answer("503 Service Unavailable", ""),
                    _ if path.starts_with("/silent") => std::future::pending().await,
                    ALIVE => answer(
                        "200 OK",
                        r#"{"name":"甲有限公司","status":"存续（在营、开业、在册）","address":"北京","legal_representative":"王芳","as_of_date":"2026-01-01","more":1}"#,
                    ),
                    REVOKED => answer(
                        "200 OK",
                        r#"{"name":"乙有限公司","status":"吊销，未注销","address":"杭州","legal_representative":"李强","as_of_date":"2026-01-01","lists":["经营异常名录"]}"#,
                    ),
                    _ => answer("404 Not Found", ""),
                };
                let _ = socket.write_all(text.as_bytes()).await;
            });
        }
    });
    format!("http://{address}")
}

fn key(number: &str) -> RegistryKey {
    RegistryKey { scheme: "cn.uscc".into(), number: number.into() }
}

/// What every connector answers of the same register.
async fn keeps_the_contract(connector: &dyn RegistryConnector) {
    let name = connector.name();
    let Answer::Found(alive) = connector.look_up(&key(ALIVE)).await else { panic!("{name} knows it") };
    assert_eq!((alive.name.as_str(), alive.number.as_str()), ("甲有限公司", ALIVE), "{name}");
    assert_eq!(alive.registry_status(), RegistryStatus::Existing, "{name}");
    let Answer::Found(revoked) = connector.look_up(&key(REVOKED)).await else { panic!("{name} knows it") };
    assert_eq!(
        (revoked.registry_status(), revoked.registry_lists.as_slice()),
        (RegistryStatus::Revoked, [1].as_slice()),
        "{name}"
    );
    assert_eq!(connector.look_up(&key(UNKNOWN)).await, Answer::NotFound, "{name}");
}

#[tokio::test]
async fn file_http_and_grpc_say_the_same_of_one_register() {
    let file = file();
    keeps_the_contract(&*file).await;
    let url = serve_http().await;
    keeps_the_contract(&HttpRegistry::new(&format!("{url}/{{scheme}}/{{number}}")).unwrap()).await;
    // The service serves its own register to others.
    let service = Qualification::with_registry(file).await;
    keeps_the_contract(&GrpcRegistry::new(service.running.peer(TENANT, &["qualification.read"]))).await;
    let mut client = RegistryConnectorServiceClient::new(service.running.tenant(TENANT));
    let request = GetRegistryRecordRequest { registry_key: Some(key(UNKNOWN)) };
    assert_eq!(client.get_registry_record(request).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_register_that_fails_breaks_off_or_keeps_silent_is_unavailable() {
    let url = serve_http().await;
    for path in ["broken", "failing", "silent"] {
        let connector = HttpRegistry::new(&format!("{url}/{path}/{{number}}")).unwrap();
        let answer = look_up_within(&connector, &key(ALIVE), Duration::from_millis(300)).await;
        assert!(matches!(answer, Answer::Unavailable(_)), "{path}: {answer:?}");
    }
    let nobody = HttpRegistry::new("http://127.0.0.1:1/{number}").unwrap();
    assert!(matches!(nobody.look_up(&key(ALIVE)).await, Answer::Unavailable(_)));

    let service =
        Qualification::with_registry(Arc::new(HttpRegistry::new(&format!("{url}/failing/{{number}}")).unwrap())).await;
    service.case(ANA, &[("USCC", ALIVE)], "甲有限公司").await;
    let checks = service.run_checks(ANA).await.unwrap();
    assert_eq!((checks[2].result(), checks[2].connector.as_str()), (CheckResult::Unavailable, "http"));
}

async fn check_of(service: &Qualification, check: RequiredCheck) -> Check {
    let required_checks = vec![check.into()];
    let request = RunChecksRequest { customer_id: ANA.into(), required_checks, ..RunChecksRequest::default() };
    service.checks("maker").run_checks(request).await.unwrap().into_inner().checks.remove(0)
}

#[tokio::test]
async fn verified_licences_are_compared_with_the_case() {
    let service = Qualification::start().await;
    service.case(ANA, &[("USCC", ALIVE)], "甲有限公司").await;
    let check = check_of(&service, RequiredCheck::LicenceFacts).await;
    assert_eq!((kinds(&check), check.result()), (vec![Kind::LicenceFactsMissing], CheckResult::Unavailable));

    let licence = async |state: i16, name: &str| {
        let fact = |field: DocumentFactField, scheme: &str, value: &str| DocumentFact {
            field: field.into(),
            scheme: scheme.into(),
            value: value.into(),
            ..DocumentFact::default()
        };
        let facts = vec![
            fact(DocumentFactField::LegalName, "", name),
            fact(DocumentFactField::Identifier, "cn.uscc", "9111 0000 7109 2546 2X"),
        ];
        let facts = Document { facts, ..Document::default() }.encode_to_vec();
        sqlx::query(
            "INSERT INTO qualification.document (tenant_id, document_id, customer_id, kind, state, time_zone, facts, version, create_time, \
                 update_time) VALUES ('acme', $1, $1, 1, $2, 'Asia/Shanghai', $3, 1, now(), now()) \
             ON CONFLICT (tenant_id, document_id) DO UPDATE SET state = excluded.state, facts = excluded.facts",
        )
        .bind(Uuid::parse_str(ANA).unwrap())
        .bind(state)
        .bind(facts)
        .execute(&*service.pool)
        .await
        .unwrap();
    };
    // Nobody has verified it: it says nothing.
    licence(2, "甲（集团）有限公司").await;
    assert_eq!(check_of(&service, RequiredCheck::LicenceFacts).await.result(), CheckResult::Unavailable);
    licence(4, "甲（集团）有限公司").await;
    let check = check_of(&service, RequiredCheck::LicenceFacts).await;
    assert_eq!((kinds(&check), check.result()), (vec![Kind::LicenceNameDiffers], CheckResult::Failed));
    assert_eq!(check.findings[0].document_id, ANA);
    licence(4, "甲有限公司").await;
    let check = check_of(&service, RequiredCheck::LicenceFacts).await;
    assert_eq!((kinds(&check), check.passed), (vec![], true));
}

#[tokio::test]
async fn declared_owners_are_compared_with_those_computed() {
    let service = Qualification::start().await;
    service.case(ANA, &[("USCC", ALIVE)], "甲有限公司").await;
    assert_eq!(kinds(&check_of(&service, RequiredCheck::Ownership).await), [Kind::OwnershipMissing]);
    let declare = async |is_declared: bool| {
        let interest = OwnershipInterest {
            interest_type: InterestType::Shareholding.into(),
            share: Some(DeclaredShare { exact: Some(60.0), ..DeclaredShare::default() }),
            beneficial_ownership_or_control: is_declared,
            ..OwnershipInterest::default()
        };
        let relationship = OwnershipRelationship {
            record_id: "r".into(),
            subject_record_id: "ana".into(),
            interested_party: Some(InterestedParty::InterestedPartyRecordId("p".into())),
            interests: vec![interest],
        };
        let structure = OwnershipStructure {
            customer_id: ANA.into(),
            subject_record_id: "ana".into(),
            persons: vec![OwnershipPerson {
                record_id: "p".into(), name: "王芳".into(), ..OwnershipPerson::default()
            }],
            relationships: vec![relationship],
            ..OwnershipStructure::default()
        };
        let request = DeclareOwnershipStructureRequest { ownership_structure: Some(structure), ..Default::default() };
        let mut owners = OwnershipServiceClient::new(service.running.person(TENANT, "maker"));
        owners.declare_ownership_structure(request).await.unwrap();
    };
    declare(false).await;
    let check = check_of(&service, RequiredCheck::Ownership).await;
    assert!(kinds(&check).contains(&Kind::OwnershipDiffers), "{check:?}");
    assert_eq!(check.result(), CheckResult::Failed);
    declare(true).await;
    assert!(check_of(&service, RequiredCheck::Ownership).await.passed);
}

async fn record(
    service: &Qualification,
    person: &str,
    check: RequiredCheck,
    outcome: CheckOutcome,
) -> Result<CaseCheck, Status> {
    let case_check = CaseCheck {
        case_id: ANA.into(),
        check: check.into(),
        outcome: outcome.into(),
        note: "by telephone".into(),
        ..CaseCheck::default()
    };
    let request = RecordCaseCheckRequest { case_check: Some(case_check), ..RecordCaseCheckRequest::default() };
    let mut cases = CaseServiceClient::new(service.running.person(TENANT, person));
    Ok(cases.record_case_check(request).await?.into_inner())
}

/// What counts of a check of Ana.
async fn outcome(service: &Qualification, check: RequiredCheck) -> Option<CheckOutcome> {
    let request = GetCaseRequest { key: Some(get_case_request::Key::CaseId(ANA.into())) };
    let mut cases = CaseServiceClient::new(service.running.person(TENANT, "aud"));
    let case = cases.get_case(request).await.unwrap().into_inner();
    case.case_checks.iter().find(|done| done.check() == check).map(CaseCheck::outcome)
}

#[tokio::test]
async fn one_person_neither_waives_a_check_nor_overrules_what_the_service_found() {
    use CheckOutcome::{Failed, Passed, Waived};
    let register = RequiredCheck::RegistryStatus;
    let service = Qualification::with_registry(file()).await;
    service.case(ANA, &[("USCC", UNKNOWN)], "甲有限公司").await;
    let alone = record(&service, "rob", register, Waived).await.unwrap_err();
    assert_eq!(reason_of(&alone), Some(Reason::InvalidFields));
    let violation = clientele_error::violations_of(&alone).remove(0);
    assert_eq!(violation.field, "case_check.outcome");
    assert!(violation.description.contains("WaiveCheck"), "{violation:?}");

    // While the service has found nothing out, people may say what they found.
    assert_eq!(record(&service, "rob", register, Passed).await.unwrap().outcome(), Passed);
    let run = check_of(&service, register).await;
    assert_eq!((run.result(), outcome(&service, register).await), (CheckResult::Failed, Some(Failed)));
    let overruled = record(&service, "rob", register, Passed).await.unwrap_err();
    assert_eq!(reason_of(&overruled), Some(Reason::CheckState));
    assert!(overruled.message().contains("REGISTRY_STATUS failed") && overruled.message().contains("WaiveCheck"));
    // Nor in two steps, by saying first that it failed.
    record(&service, "rob", register, Failed).await.unwrap();
    assert_eq!(reason_of(&record(&service, "rob", register, Passed).await.unwrap_err()), Some(Reason::CheckState));
    assert_eq!(outcome(&service, register).await, Some(Failed));
    // What the service does not do is the word of people.
    assert_eq!(record(&service, "rob", RequiredCheck::SiteVisit, Failed).await.unwrap().outcome(), Failed);
    assert_eq!(record(&service, "rob", RequiredCheck::SiteVisit, Passed).await.unwrap().outcome(), Passed);

    let waive =
        WaiveCheckRequest { check_id: run.check_id.clone(), reason: "newly founded".into(), ..Default::default() };
    service.checks("rob").waive_check(waive).await.unwrap();
    let approve = ApproveWaivedCheckRequest { check_id: run.check_id, ..Default::default() };
    service.checks("ada").approve_waived_check(approve).await.unwrap();
    assert_eq!(outcome(&service, register).await, Some(Waived));
    let reviewers: Vec<String> =
        sqlx::query_scalar("SELECT unnest(reviewers) FROM qualification.customer_check WHERE check_kind = $1")
            .bind(register as i16)
            .fetch_all(&*service.pool)
            .await
            .unwrap();
    assert_eq!(reviewers, ["rob", "ada"]);
}

#[tokio::test]
async fn a_check_that_could_not_be_done_leaves_the_word_to_people() {
    let service = Qualification::start().await;
    service.case(ANA, &[("USCC", ALIVE)], "甲有限公司").await;
    let register = RequiredCheck::RegistryStatus;
    assert_eq!(check_of(&service, register).await.result(), CheckResult::Unavailable);
    record(&service, "rob", register, CheckOutcome::Passed).await.unwrap();
    assert_eq!(outcome(&service, register).await, Some(CheckOutcome::Passed));
    // What passed by itself, people may find to be wrong, and take that back.
    let identifiers = RequiredCheck::Identifiers;
    assert!(check_of(&service, identifiers).await.passed);
    record(&service, "rob", identifiers, CheckOutcome::Failed).await.unwrap();
    record(&service, "rob", identifiers, CheckOutcome::Passed).await.unwrap();
    assert_eq!(outcome(&service, identifiers).await, Some(CheckOutcome::Passed));
}

/// People say that it passed while the service finds that it failed: whoever comes first, it has failed.
#[tokio::test]
async fn no_interleaving_lets_the_word_of_one_overrule_the_service() {
    let service = Qualification::with_registry(file()).await;
    service.case(ANA, &[("USCC", UNKNOWN)], "甲有限公司").await;
    let register = RequiredCheck::RegistryStatus;
    let words = futures::future::join_all((0..8).map(|_| record(&service, "rob", register, CheckOutcome::Passed)));
    let (words, run) = futures::join!(words, check_of(&service, register));
    assert_eq!(run.result(), CheckResult::Failed);
    for refused in words.iter().filter_map(|word| word.as_ref().err()) {
        assert_eq!(reason_of(refused), Some(Reason::CheckState), "{refused:?}");
    }
    assert_eq!(outcome(&service, register).await, Some(CheckOutcome::Failed));
}
