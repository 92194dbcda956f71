//! Persons who stand for a customer: who may act for it, and who represents it by law.

use clientele_proto::{
    Date,
    qualification::v1::{
        ActingPerson, Authorisation, Case, CaseFacts, HitState, ListScreeningHitsRequest, RejectAuthorisationRequest,
        ScreeningHit, UpdateCaseRequest, screening_service_client::ScreeningServiceClient,
    },
};
use jiff::Timestamp;
use prost_types::FieldMask;

use crate::{
    authorisations::{create, letter, of, person, revoke, verified},
    cases,
    harness::{Qualification, TENANT},
    screening::{LIST, decide, get, import, settled},
};

const VOLKOV: &str = "Sergei Petrovich Volkov";

/// All hits, whatever became of them.
async fn hits(service: &Qualification) -> Vec<ScreeningHit> {
    settled(service).await;
    let mut client = ScreeningServiceClient::new(service.running.person(TENANT, "aud"));
    client.list_screening_hits(ListScreeningHitsRequest::default()).await.unwrap().into_inner().screening_hits
}

/// A letter for somebody of a name.
fn for_one(key: &str, name: &str) -> Authorisation {
    Authorisation { grantee: Some(ActingPerson { name: name.into(), ..person(key) }), ..letter(key) }
}

#[tokio::test]
async fn who_may_act_is_screened_from_when_a_letter_is_entered_until_it_is_over() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    cases::draft_as(&service, "Ana Chemicals").await;
    assert_eq!(hits(&service).await, []);

    // Entered, before anybody verifies it, and rejected for that.
    let made = create(&mut of(&service, "maker"), for_one("volkov", VOLKOV)).await.unwrap();
    let hit = hits(&service).await.remove(0);
    assert_eq!((hit.state(), hit.r#match.clone().unwrap().screened_name.as_str()), (HitState::Open, VOLKOV));
    let reject = RejectAuthorisationRequest {
        authorisation_id: made.authorisation_id,
        reason: "sanctioned".into(),
        ..Default::default()
    };
    of(&service, "reviewer").reject_authorisation(reject).await.unwrap();
    settled(&service).await;
    assert_eq!(get(&service, &hit).await.state(), HitState::Closed);

    // As a cosignatory of a letter that is verified, and revoked.
    let volkov = ActingPerson { name: VOLKOV.into(), ..person("volkov") };
    let with =
        Authorisation { cosignatories: vec![volkov.clone()], required_cosignatures: 1, ..for_one("wei", "Wei Ling") };
    let made = verified(&service, with).await;
    settled(&service).await;
    assert_eq!(get(&service, &hit).await.state(), HitState::Open);
    revoke(&mut of(&service, "reviewer"), &made.authorisation_id, None).await.unwrap();
    settled(&service).await;
    assert_eq!(get(&service, &hit).await.state(), HitState::Closed);

    // Until the letter's last day is over.
    verified(&service, for_one("volkov", VOLKOV)).await;
    settled(&service).await;
    assert_eq!(get(&service, &hit).await.state(), HitState::Open);
    let end: Timestamp = "2026-06-30T16:00:00Z".parse().unwrap();
    service.clock.advance(end.duration_since(service.clock.now()));
    while get(&service, &hit).await.state() != HitState::Closed {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_cleared_hit_opens_again_for_somebody_else_who_is_close_to_the_entry_and_for_nobody_else() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    cases::draft_as(&service, "Ana Chemicals").await;
    create(&mut of(&service, "maker"), for_one("volkov", VOLKOV)).await.unwrap();
    let hit = hits(&service).await.remove(0);
    for reviewer in ["rob", "eva"] {
        decide(&service, reviewer, &hit, HitState::FalsePositive).await.unwrap();
    }
    create(&mut of(&service, "maker"), for_one("wei", "Wei Ling")).await.unwrap();
    settled(&service).await;
    assert_eq!(get(&service, &hit).await.state(), HitState::FalsePositive);
    // The closest name is the one that was cleared; whoever cleared it did not know of the other one.
    create(&mut of(&service, "maker"), for_one("other", "Sergey Volkov")).await.unwrap();
    settled(&service).await;
    assert_eq!(get(&service, &hit).await.state(), HitState::Open);
    assert_eq!(hits(&service).await.len(), 1);
}

#[tokio::test]
async fn a_representatives_day_of_birth_tells_people_of_one_name_apart() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    let case_id = cases::draft_as(&service, "Ana Chemicals").await;
    let update = async |facts: CaseFacts, path: &str| {
        let request = UpdateCaseRequest {
            case: Some(Case { case_id: case_id.clone(), facts: Some(facts), ..Case::default() }),
            update_mask: Some(FieldMask { paths: vec![path.to_owned()] }),
            ..Default::default()
        };
        cases::of(&service, "mia").update_case(request).await.map(tonic::Response::into_inner)
    };
    let named = CaseFacts { legal_representative: VOLKOV.into(), ..CaseFacts::default() };
    update(named, "facts.legal_representative").await.unwrap();
    let undated = hits(&service).await.remove(0);
    let reasons = |hit: &ScreeningHit| {
        let tokens = hit.r#match.clone().unwrap().tokens.into_iter();
        tokens.map(|token| token.how).filter(|how| how.contains("birth")).collect::<Vec<_>>()
    };
    assert_eq!((undated.state(), reasons(&undated)), (HitState::Open, vec![]));

    let born = |year, month, day| CaseFacts {
        legal_representative_birth_date: Some(Date { year, month, day }),
        ..CaseFacts::default()
    };
    let birth = "facts.legal_representative_birth_date";
    let updated = update(born(1962, 5, 12), birth).await.unwrap();
    assert_eq!(updated.facts.unwrap().legal_representative, VOLKOV);
    let same = hits(&service).await.remove(0);
    assert_eq!(reasons(&same), ["birth_date"]);
    let score = |hit: &ScreeningHit| hit.r#match.as_ref().unwrap().score;
    assert!(score(&same) >= score(&undated), "{} {}", score(&same), score(&undated));
    update(born(1990, 1, 1), birth).await.unwrap();
    settled(&service).await;
    let other = get(&service, &same).await;
    assert!(
        other.state() == HitState::Closed || reasons(&other) == ["other_birth_year"] && score(&other) < score(&same),
        "{other:?}"
    );
    let refused = update(born(1990, 2, 30), birth).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
    assert!(clientele_error::violations_of(&refused)[0].field.ends_with("legal_representative_birth_date"));
}
