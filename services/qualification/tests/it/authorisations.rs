use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Date, Money,
    qualification::v1::{
        ActingPerson, Authorisation, AuthorisationBasis, AuthorisationExpiring, AuthorisationState as State,
        CreateAuthorisationRequest, CreateRequirementPolicyRequest, GetAuthorisationRequest, ListAuthorisationsRequest,
        RejectAuthorisationRequest, RequirementPolicy, RevokeAuthorisationRequest, Signatory,
        UpdateAuthorisationRequest, VerifyAuthorisationRequest,
        authorisation_service_client::AuthorisationServiceClient, get_authorisation_request::Key,
        requirement_policy_service_client::RequirementPolicyServiceClient,
    },
};
use clientele_testkit::Authorised;
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use prost_types::FieldMask;
use tonic::{Code, Status};

use crate::{
    check_qualification::approve,
    harness::{Qualification, TENANT},
};

pub const ACME: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";

pub type Client = AuthorisationServiceClient<Authorised>;

pub fn of(service: &Qualification, person: &str) -> Client {
    AuthorisationServiceClient::new(service.running.person(TENANT, person))
}

pub fn person(key: &str) -> ActingPerson {
    ActingPerson { name: format!("Person {key}"), external_id: key.into(), identity_number: format!("ID-{key}") }
}

pub fn cny(units: i64) -> Money {
    Money { currency_code: "CNY".into(), units, nanos: 0 }
}

/// A letter for placing orders, valid in Shanghai from today to the end of June 2026.
pub fn letter(holder: &str) -> Authorisation {
    Authorisation {
        customer_id: ACME.into(),
        basis: AuthorisationBasis::Letter.into(),
        signatory: Some(Signatory { name: "李明".into(), position: "总经理".into() }),
        grantee: Some(person(holder)),
        matters: vec!["place-order".into(), "receive-goods".into()],
        may_sub_delegate: true,
        valid_from_date: Some(Date { year: 2026, month: 3, day: 1 }),
        valid_until_date: Some(Date { year: 2026, month: 6, day: 30 }),
        time_zone: "Asia/Shanghai".into(),
        ..Authorisation::default()
    }
}

pub async fn create(client: &mut Client, authorisation: Authorisation) -> Result<Authorisation, Status> {
    let request = CreateAuthorisationRequest { authorisation: Some(authorisation), ..Default::default() };
    Ok(client.create_authorisation(request).await?.into_inner())
}

pub async fn verify(client: &mut Client, id: &str) -> Result<Authorisation, Status> {
    let request = VerifyAuthorisationRequest { authorisation_id: id.into(), ..Default::default() };
    Ok(client.verify_authorisation(request).await?.into_inner())
}

/// Entered by one person and verified by another.
pub async fn verified(service: &Qualification, authorisation: Authorisation) -> Authorisation {
    let made = create(&mut of(service, "maker"), authorisation).await.unwrap();
    verify(&mut of(service, "reviewer"), &made.authorisation_id).await.unwrap()
}

pub async fn revoke(client: &mut Client, id: &str, at: Option<Timestamp>) -> Result<Authorisation, Status> {
    let request = RevokeAuthorisationRequest {
        authorisation_id: id.into(),
        revoke_time: at.map(|at| prost_types::Timestamp { seconds: at.as_second(), nanos: 0 }),
        reason: "she left".into(),
        ..Default::default()
    };
    Ok(client.revoke_authorisation(request).await?.into_inner())
}

pub async fn get(service: &Qualification, id: &str) -> Authorisation {
    let request = GetAuthorisationRequest { key: Some(Key::AuthorisationId(id.into())) };
    of(service, "reader").get_authorisation(request).await.unwrap().into_inner()
}

fn moved_to(service: &Qualification, instant: &str) {
    let instant: Timestamp = instant.parse().unwrap();
    service.clock.advance(instant.duration_since(service.clock.now()));
}

/// Types of the events so far, without the package.
async fn events(service: &Qualification) -> Vec<String> {
    let types = service.events().await.into_iter();
    types.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned()).collect()
}

async fn until_events(service: &Qualification, expected: &[&str]) {
    for _ in 0..500 {
        if events(service).await == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(events(service).await, expected);
}

#[tokio::test]
async fn a_letter_is_entered_corrected_verified_by_another_and_revoked() {
    let service = Qualification::start().await;
    let (mut maker, mut reviewer) = (of(&service, "maker"), of(&service, "reviewer"));
    let made = create(&mut maker, Authorisation { external_id: "L-1".into(), ..letter("wei") }).await.unwrap();
    assert_eq!((made.state(), made.makers.as_slice()), (State::Draft, ["maker".to_owned()].as_slice()));
    // 1 March begins in Shanghai at 16:00 UTC of the day before; 30 June ends there at 16:00 UTC.
    assert_eq!(made.valid_from_time.unwrap().seconds, "2026-02-28T16:00:00Z".parse::<Timestamp>().unwrap().as_second());
    assert_eq!(
        made.valid_until_time.unwrap().seconds,
        "2026-06-30T16:00:00Z".parse::<Timestamp>().unwrap().as_second()
    );

    let authorisation = Authorisation { total_limit: Some(cny(1000)), ..made.clone() };
    let update_mask = Some(FieldMask { paths: vec!["total_limit".into()] });
    let request = UpdateAuthorisationRequest { authorisation: Some(authorisation), update_mask, ..Default::default() };
    let updated = of(&service, "helper").update_authorisation(request.clone()).await.unwrap().into_inner();
    assert_eq!((updated.total_limit.clone(), updated.etag.as_str()), (Some(cny(1000)), "2"));
    assert_eq!(updated.makers, ["maker", "helper"]);
    let stale = maker.update_authorisation(request).await.unwrap_err();
    assert_eq!(reason_of(&stale), Some(Reason::EtagMismatch));

    for one in ["maker", "helper"] {
        let refused = verify(&mut of(&service, one), &made.authorisation_id).await.unwrap_err();
        assert_eq!(
            (refused.code(), reason_of(&refused)),
            (Code::FailedPrecondition, Some(Reason::AuthorisationSamePerson))
        );
    }
    let genuine = verify(&mut reviewer, &made.authorisation_id).await.unwrap();
    assert_eq!((genuine.state(), genuine.reviewer.as_str()), (State::Verified, "reviewer"));
    let again = verify(&mut reviewer, &made.authorisation_id).await.unwrap_err();
    assert_eq!(reason_of(&again), Some(Reason::AuthorisationDecided));
    let unversioned = Authorisation { etag: String::new(), ..made.clone() };
    let late = UpdateAuthorisationRequest { authorisation: Some(unversioned), ..Default::default() };
    assert_eq!(reason_of(&maker.update_authorisation(late).await.unwrap_err()), Some(Reason::AuthorisationDecided));

    let revoked = revoke(&mut maker, &made.authorisation_id, None).await.unwrap();
    assert_eq!((revoked.state(), revoked.reason.as_str()), (State::Revoked, "she left"));
    assert_eq!(revoked.valid_until_time, revoked.revoke_time);
    let twice = revoke(&mut maker, &made.authorisation_id, None).await.unwrap_err();
    assert_eq!(reason_of(&twice), Some(Reason::AuthorisationNotInForce));
    until_events(&service, &["AuthorisationStateChanged"; 3]).await;
    assert_eq!(
        service.count("SELECT count(*) FROM qualification.audit_entry WHERE subject_kind = 'authorisation'").await,
        4
    );

    let request = GetAuthorisationRequest { key: Some(Key::ExternalId("L-1".into())) };
    assert_eq!(
        maker.get_authorisation(request).await.unwrap().into_inner(),
        get(&service, &made.authorisation_id).await
    );
    let mut stranger = AuthorisationServiceClient::new(service.running.tenant("globex"));
    let request = GetAuthorisationRequest { key: Some(Key::AuthorisationId(made.authorisation_id)) };
    assert_eq!(stranger.get_authorisation(request).await.unwrap_err().code(), Code::NotFound);
    service.log_agrees_until("UPDATE qualification.authorisation SET told_state = 1").await;
}

#[tokio::test]
async fn what_is_wrong_with_a_letter_is_told_by_field_and_an_external_id_is_taken_once() {
    let service = Qualification::start().await;
    let mut maker = of(&service, "maker");
    let wrong = Authorisation {
        time_zone: "Asia/Atlantis".into(),
        required_cosignatures: 1,
        document_id: ACME.into(),
        ..letter("wei")
    };
    let refused = create(&mut maker, wrong).await.unwrap_err();
    let fields: Vec<_> = violations_of(&refused).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["authorisation.required_cosignatures", "authorisation.time_zone"]);
    let unknown = Authorisation { document_id: ACME.into(), ..letter("wei") };
    let refused = create(&mut maker, unknown).await.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (Code::NotFound, format!("there is no document {ACME}").as_str()));
    let named = Authorisation { external_id: "L-1".into(), ..letter("wei") };
    create(&mut maker, named.clone()).await.unwrap();
    let taken = create(&mut maker, named).await.unwrap_err();
    assert_eq!(reason_of(&taken), Some(Reason::ExternalIdTaken));
}

#[tokio::test]
async fn a_letter_is_rejected_by_another_and_a_document_has_to_be_verified_first() {
    let service = Qualification::start().await;
    approve(&service, ACME).await;
    let (mut maker, mut reviewer) = (of(&service, "maker"), of(&service, "reviewer"));
    // The customer's only document has the customer's id, and is verified.
    let made = create(&mut maker, Authorisation { document_id: ACME.into(), ..letter("wei") }).await.unwrap();
    let reject = RejectAuthorisationRequest {
        authorisation_id: made.authorisation_id.clone(),
        reason: "the seal is another one".into(),
        ..Default::default()
    };
    let own = maker.reject_authorisation(reject.clone()).await.unwrap_err();
    assert_eq!(reason_of(&own), Some(Reason::AuthorisationSamePerson));
    sqlx::query("UPDATE qualification.document SET state = 2").execute(&*service.pool).await.unwrap();
    let early = verify(&mut reviewer, &made.authorisation_id).await.unwrap_err();
    assert_eq!(reason_of(&early), Some(Reason::AuthorisationDocumentNotVerified));
    let rejected = reviewer.reject_authorisation(reject).await.unwrap().into_inner();
    assert_eq!((rejected.state(), rejected.reason.as_str()), (State::Rejected, "the seal is another one"));

    sqlx::query("UPDATE qualification.document SET state = 4").execute(&*service.pool).await.unwrap();
    let made = create(&mut maker, Authorisation { document_id: ACME.into(), ..letter("wei") }).await.unwrap();
    assert_eq!(verify(&mut reviewer, &made.authorisation_id).await.unwrap().state(), State::Verified);
}

#[tokio::test]
async fn the_end_is_reminded_of_once_each_and_told_at_its_instant() {
    let service = Qualification::start().await;
    let made = verified(&service, letter("wei")).await;
    let mut expected = vec!["AuthorisationStateChanged"; 2];
    until_events(&service, &expected).await;
    // 60 days before the end, in Shanghai.
    for instant in ["2026-05-01T16:00:00Z", "2026-05-31T16:00:00Z", "2026-06-23T16:00:00Z"] {
        moved_to(&service, instant);
        service.clock.advance(SignedDuration::from_secs(-1));
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(events(&service).await, expected, "before {instant}");
        service.clock.advance(SignedDuration::from_secs(1));
        expected.push("AuthorisationExpiring");
        until_events(&service, &expected).await;
    }
    moved_to(&service, "2026-06-30T15:59:59Z");
    assert_eq!(get(&service, &made.authorisation_id).await.state(), State::Verified);
    moved_to(&service, "2026-06-30T16:00:00Z");
    assert_eq!(get(&service, &made.authorisation_id).await.state(), State::Expired);
    expected.push("AuthorisationStateChanged");
    until_events(&service, &expected).await;
}

/// What was told of ends so far, as leads.
async fn leads_told(service: &Qualification) -> Vec<i32> {
    let told: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT data FROM qualification.outbox WHERE event_type = 'clientele.qualification.v1.AuthorisationExpiring' ORDER BY outbox_id",
    )
    .fetch_all(&*service.pool)
    .await
    .unwrap();
    told.iter().map(|data| AuthorisationExpiring::decode(data.as_slice()).unwrap().lead_days).collect()
}

async fn until_told(service: &Qualification, expected: &[i32]) {
    for _ in 0..500 {
        if leads_told(service).await == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(leads_told(service).await, expected);
}

#[tokio::test]
async fn leads_of_a_later_policy_are_heeded_at_once_also_those_that_are_reached() {
    let service = Qualification::start().await;
    let leads = async |reminder_lead_days: &[i32]| {
        let requirement_policy =
            RequirementPolicy { reminder_lead_days: reminder_lead_days.to_vec(), ..Default::default() };
        let request =
            CreateRequirementPolicyRequest { requirement_policy: Some(requirement_policy), ..Default::default() };
        let mut policies = RequirementPolicyServiceClient::new(service.running.tenant(TENANT));
        policies.create_requirement_policy(request).await.unwrap();
    };
    verified(&service, letter("wei")).await;
    // 80 days before the end, in Shanghai: none of 60, 30 and 7 is reached.
    moved_to(&service, "2026-04-11T16:00:00Z");
    leads(&[120, 90, 75]).await;
    until_told(&service, &[90]).await;
    // What was told of at 90 days is not told of again at 100; of two that are reached, the shorter is.
    leads(&[100]).await;
    leads(&[88, 85, 75]).await;
    until_told(&service, &[90, 85]).await;
    moved_to(&service, "2026-04-16T16:00:00Z");
    until_told(&service, &[90, 85, 75]).await;
    // Of a letter that is verified now, what is behind is not told.
    verified(&service, letter("li")).await;
    leads(&[80, 74, 60]).await;
    moved_to(&service, "2026-04-17T16:00:00Z");
    until_told(&service, &[90, 85, 75, 74, 74]).await;
}

#[tokio::test]
async fn what_is_delegated_is_never_wider_nor_longer_and_falls_with_its_parent() {
    let service = Qualification::start().await;
    let mut maker = of(&service, "maker");
    let parent = verified(&service, Authorisation { total_limit: Some(cny(100)), ..letter("wei") }).await;
    let below = Authorisation {
        parent_authorisation_id: parent.authorisation_id.clone(),
        signatory: None,
        total_limit: Some(cny(40)),
        ..letter("ana")
    };
    let wider = Authorisation {
        matters: vec!["*".into()],
        total_limit: None,
        valid_until_date: Some(Date { year: 2026, month: 7, day: 1 }),
        ..below.clone()
    };
    let refused = create(&mut maker, wider).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::AuthorisationBeyondParent));
    let fields: Vec<_> = violations_of(&refused).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["authorisation.matters", "authorisation.total_limit", "authorisation.valid_until_date"]);

    let child = verified(&service, Authorisation { may_sub_delegate: true, ..below.clone() }).await;
    assert_eq!(child.signatory.unwrap().name, "Person wei", "who holds the parent signs");
    let grandchild = Authorisation {
        parent_authorisation_id: child.authorisation_id.clone(),
        may_sub_delegate: false,
        ..below.clone()
    };
    let grandchild = verified(&service, Authorisation { grantee: Some(person("ben")), ..grandchild }).await;
    let final_one = Authorisation { parent_authorisation_id: grandchild.authorisation_id.clone(), ..below.clone() };
    let refused = create(&mut maker, final_one).await.unwrap_err();
    assert_eq!(violations_of(&refused)[0].field, "authorisation.parent_authorisation_id");

    // To come: they all end then, and a later one too.
    let later = service.clock.now() + SignedDuration::from_hours(48);
    revoke(&mut maker, &parent.authorisation_id, Some(later)).await.unwrap();
    let fallen = get(&service, &grandchild.authorisation_id).await;
    assert_eq!((fallen.state(), fallen.revoke_time.unwrap().seconds), (State::Verified, later.as_second()));
    assert_eq!(fallen.fallen_with_authorisation_id, parent.authorisation_id);
    let late = verified(&service, Authorisation { grantee: Some(person("eve")), ..below.clone() }).await;
    assert_eq!(late.revoke_time.unwrap().seconds, later.as_second());
    let put_off = revoke(&mut maker, &parent.authorisation_id, Some(later + SignedDuration::from_hours(1))).await;
    assert_eq!(reason_of(&put_off.unwrap_err()), Some(Reason::AuthorisationNotInForce));
    service.clock.advance(SignedDuration::from_hours(48));
    for id in [&parent.authorisation_id, &child.authorisation_id, &grandchild.authorisation_id, &late.authorisation_id]
    {
        assert_eq!(get(&service, id).await.state(), State::Revoked);
    }
    // Four entered and verified, four fallen.
    until_events(&service, &["AuthorisationStateChanged"; 12]).await;
    let refused = create(&mut maker, below).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::AuthorisationBeyondParent));
}

#[tokio::test]
async fn a_new_letter_takes_the_place_of_an_old_one_on_its_first_day() {
    let service = Qualification::start().await;
    let old = verified(&service, letter("wei")).await;
    let new = Authorisation {
        superseded_authorisation_id: old.authorisation_id.clone(),
        valid_from_date: Some(Date { year: 2026, month: 4, day: 1 }),
        valid_until_date: None,
        ..letter("wei")
    };
    verified(&service, new.clone()).await;
    moved_to(&service, "2026-03-31T15:59:59Z");
    assert_eq!(get(&service, &old.authorisation_id).await.state(), State::Verified);
    moved_to(&service, "2026-03-31T16:00:00Z");
    assert_eq!(get(&service, &old.authorisation_id).await.state(), State::Superseded);
    let made = create(&mut of(&service, "maker"), new).await.unwrap();
    let over = verify(&mut of(&service, "reviewer"), &made.authorisation_id).await.unwrap_err();
    assert_eq!(reason_of(&over), Some(Reason::AuthorisationNotInForce));
}

#[tokio::test]
async fn lists_tell_the_state_of_now_and_no_identity_numbers() {
    let service = Qualification::start().await;
    let first = verified(&service, letter("wei")).await;
    let second = create(&mut of(&service, "maker"), letter("ana")).await.unwrap();
    let third = verified(&service, letter("ben")).await;
    revoke(&mut of(&service, "maker"), &third.authorisation_id, None).await.unwrap();
    let list = async |filter: &str| {
        let request = ListAuthorisationsRequest { filter: filter.into(), ..Default::default() };
        let listed = of(&service, "reader").list_authorisations(request).await.unwrap().into_inner();
        let numbers = listed.authorisations.iter().filter_map(|one| one.grantee.clone());
        assert!(numbers.into_iter().all(|person| person.identity_number.is_empty()));
        listed.authorisations.into_iter().map(|one| one.authorisation_id).collect::<Vec<_>>()
    };
    let ids = [&third, &second, &first].map(|one| one.authorisation_id.clone());
    assert_eq!(list("").await, ids);
    assert_eq!(list("state = REVOKED").await, std::slice::from_ref(&third.authorisation_id));
    assert_eq!(
        list("state = VERIFIED AND matters:\"place-order\"").await,
        std::slice::from_ref(&first.authorisation_id)
    );
    assert_eq!(list("grantee.external_id = ana").await, [second.authorisation_id]);
    moved_to(&service, "2026-06-30T16:00:00Z");
    assert_eq!(list("state = EXPIRED").await, [first.authorisation_id]);
    assert_eq!(list("state = REVOKED").await, [third.authorisation_id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_maker_and_reviewer_of_a_letter_whatever_comes_first() {
    let service = Qualification::start().await;
    for round in 0..10 {
        let made = create(&mut of(&service, "maker"), letter("wei")).await.unwrap();
        let authorisation = Authorisation {
            authorisation_id: made.authorisation_id.clone(),
            conditions: "c".into(),
            ..Default::default()
        };
        let request = UpdateAuthorisationRequest { authorisation: Some(authorisation), ..Default::default() };
        let (mut one, mut other) = (of(&service, "ben"), of(&service, "ben"));
        let (updated, decided) =
            tokio::join!(one.update_authorisation(request), verify(&mut other, &made.authorisation_id));
        assert!(updated.is_ok() != decided.is_ok(), "round {round}: one of them comes first, and keeps the other out");
        let kept = get(&service, &made.authorisation_id).await;
        assert!(!kept.makers.contains(&kept.reviewer), "{kept:?}");
    }
}
