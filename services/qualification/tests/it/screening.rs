//! Lists, hits and what they do to a customer's case and standing.

use clientele_error::Reason;
use clientele_proto::qualification::v1::{
    import_screening_list_response::Content as Told, ownership_service_client::OwnershipServiceClient,
    screening_service_client::ScreeningServiceClient, *,
};
use clientele_testkit::Authorised;
use jiff::SignedDuration;
use tonic::{Code, Status};

use crate::{
    cases,
    harness::{Qualification, TENANT},
};

const ANA: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";
pub const LIST: &str = "id,kind,name,country,birth_date
1,person,Sergei Petrovich Volkov,RU,1962-05-12
2,organisation,Orbital Machinery Trading FZE,AE,
";

/// What a message of an import says.
enum Sent {
    ScreeningList(ScreeningList),
    Chunk(Vec<u8>),
}

fn of(service: &Qualification, person: &str) -> ScreeningServiceClient<Authorised> {
    ScreeningServiceClient::new(service.running.person(TENANT, person))
}

async fn send(
    service: &Qualification,
    messages: Vec<Sent>,
) -> Result<(Vec<RejectedListRow>, ScreeningListImport), Status> {
    let messages = messages.into_iter().map(|sent| match sent {
        Sent::ScreeningList(list) => {
            ImportScreeningListRequest { screening_list: Some(list), ..ImportScreeningListRequest::default() }
        }
        Sent::Chunk(chunk) => ImportScreeningListRequest { chunk, ..ImportScreeningListRequest::default() },
    });
    let messages: Vec<_> = messages.collect();
    let mut answers = of(service, "pia").import_screening_list(futures::stream::iter(messages)).await?.into_inner();
    let mut rejected = Vec::new();
    while let Some(answer) = answers.message().await? {
        match answer.content.unwrap() {
            Told::RejectedRow(row) => rejected.push(row),
            Told::Summary(done) => return Ok((rejected, done)),
        }
    }
    panic!("no summary")
}

fn named(id: &str) -> Sent {
    Sent::ScreeningList(ScreeningList {
        screening_list_id: id.into(),
        kind: ScreeningListKind::Internal.into(),
        format: ScreeningListFormat::Csv.into(),
        ..ScreeningList::default()
    })
}

/// Imports a file in pieces of seven bytes.
pub async fn import(service: &Qualification, id: &str, file: &str) -> (Vec<RejectedListRow>, ScreeningListImport) {
    let pieces = file.as_bytes().chunks(7).map(|piece| Sent::Chunk(piece.to_vec()));
    send(service, std::iter::once(named(id)).chain(pieces).collect()).await.unwrap()
}

async fn screen(service: &Qualification, further_names: &[&str]) -> Vec<ScreeningHit> {
    let further_names = further_names.iter().map(|&name| name.to_owned()).collect();
    let request = ScreenCustomerRequest { customer_id: ANA.into(), further_names };
    let mut answers = of(service, "rob").screen_customer(request).await.unwrap().into_inner();
    let mut hits = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        hits.push(answer.screening_hit.unwrap());
    }
    hits
}

pub async fn decide(
    service: &Qualification,
    person: &str,
    hit: &ScreeningHit,
    decision: HitState,
) -> Result<ScreeningHit, Status> {
    let request = DecideScreeningHitRequest {
        screening_hit_id: hit.screening_hit_id.clone(),
        decision: decision.into(),
        reason: "born in another year".into(),
        ..Default::default()
    };
    Ok(of(service, person).decide_screening_hit(request).await?.into_inner())
}

pub async fn get(service: &Qualification, hit: &ScreeningHit) -> ScreeningHit {
    let request = GetScreeningHitRequest { screening_hit_id: hit.screening_hit_id.clone() };
    of(service, "aud").get_screening_hit(request).await.unwrap().into_inner()
}

/// Waits until the watch has brought a hit to a state.
async fn comes_to(service: &Qualification, hit: &ScreeningHit, state: HitState) -> ScreeningHit {
    loop {
        let now = get(service, hit).await;
        if now.state() == state {
            return now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Waits until everybody is screened.
pub async fn settled(service: &Qualification) {
    while service.count("SELECT count(*) FROM qualification.screening_task").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn reason(status: &Status) -> Reason {
    clientele_error::reason_of(status).unwrap()
}

#[tokio::test]
async fn a_listed_party_is_found_across_scripts_and_says_why() {
    let service = Qualification::start().await;
    let (rejected, done) = import(&service, "own", LIST).await;
    assert_eq!((rejected.len(), done.added, done.changed, done.removed, done.unchanged), (0, 2, 0, 0, 0));
    assert_eq!(done.screening_list.map(|list| (list.version, list.entries)), Some((1, 2)));
    let request = ScreenPartyRequest {
        kind: ScreenedKind::Person.into(),
        names: vec!["Сергей Петрович Волков".into()],
        birth: "1962".into(),
        ..Default::default()
    };
    let mut answers = of(&service, "rob").screen_party(request).await.unwrap().into_inner();
    let found = answers.message().await.unwrap().unwrap().r#match.unwrap();
    assert!(answers.message().await.unwrap().is_none());
    assert_eq!(found.listed_name, "Sergei Petrovich Volkov");
    assert!(found.score > 0.67 && found.score <= 1.0, "{}", found.score);
    let entry = found.entry.unwrap();
    assert_eq!((entry.entry_key.as_str(), entry.births.as_slice()), ("1", ["1962-05-12".to_owned()].as_slice()));
    let words: Vec<_> = found.tokens.iter().filter(|token| !token.listed.is_empty()).collect();
    assert_eq!(words.len(), 3, "{words:?}");
    assert!(found.tokens.iter().any(|token| token.how == "birth_year"), "{:?}", found.tokens);
}

#[tokio::test]
async fn an_import_says_what_it_did_and_bad_rows_lose_no_good_ones() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    let (rejected, done) = import(&service, "own", LIST).await;
    assert_eq!((rejected.len(), done.unchanged, done.added, done.changed, done.removed), (0, 2, 0, 0, 0));
    assert_eq!(done.screening_list.unwrap().version, 1);

    let next = "id,kind,name\n1,person,Sergei Volkov\n3,spaceship,Nostromo\n4,organisation,\n5,organisation,Weyland\n";
    let (rejected, done) = import(&service, "own", next).await;
    assert_eq!((done.added, done.changed, done.removed, done.rejected), (1, 1, 1, 2));
    let told: Vec<_> = rejected.iter().map(|row| (row.place.as_str(), row.violations[0].field.as_str())).collect();
    assert_eq!(told, [("row 3", "kind"), ("row 4", "name")]);
    assert_eq!(done.screening_list.unwrap().version, 2);

    // What is gone and comes back is the same entry.
    let id_of = async |key: &str| {
        let request = ListScreeningEntriesRequest { filter: format!("entry_key = \"{key}\""), ..Default::default() };
        let page = of(&service, "aud").list_screening_entries(request).await.unwrap().into_inner();
        page.screening_entries.first().map(|entry| entry.screening_entry_id.clone())
    };
    assert_eq!(id_of("2").await, None);
    let id = id_of("1").await;
    import(&service, "own", LIST).await;
    assert_eq!(id_of("1").await, id);
    assert!(id_of("2").await.is_some());
}

#[tokio::test]
async fn a_file_that_is_no_list_is_refused_whole() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    for file in ["", "id,kind\n1,person\n", "id,kind,name\n1,ghost,A\n2,ghost,B\n3,person,C\n", "\u{0}\u{1}\u{2}"] {
        let sent = vec![named("own"), Sent::Chunk(file.as_bytes().to_vec())];
        let refused = send(&service, sent).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused)), (Code::InvalidArgument, Reason::InvalidFields), "{file:?}");
    }
    // Somebody who reads on would take the rest for gone.
    let whole = "<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>7</DATAID><FIRST_NAME>ANA</FIRST_NAME></INDIVIDUAL>\
                 </INDIVIDUALS></CONSOLIDATED_LIST>";
    let un = |text: &str| {
        let Sent::ScreeningList(list) = named("un") else { unreachable!() };
        vec![
            Sent::ScreeningList(ScreeningList { format: ScreeningListFormat::UnXml.into(), ..list }),
            Sent::Chunk(text.as_bytes().to_vec()),
        ]
    };
    let cut = send(&service, un(whole.strip_suffix("</INDIVIDUALS></CONSOLIDATED_LIST>").unwrap())).await.unwrap_err();
    assert_eq!(reason(&cut), Reason::InvalidFields);
    assert!(cut.message().contains("breaks off"), "{cut}");
    assert_eq!(send(&service, un(whole)).await.unwrap().1.added, 1);
    // The first message keeps to the contract, and so do keys of entries.
    for wrong in ["OFAC SDN", "a\0", ""] {
        let refused = send(&service, vec![named(wrong), Sent::Chunk(LIST.into())]).await.unwrap_err();
        assert_eq!(reason(&refused), Reason::InvalidFields, "{wrong:?}");
    }
    let long = format!("{LIST}{},person,Long\n\u{1},person,Odd\n", "x".repeat(201));
    let (rejected, done) = import(&service, "long", &long).await;
    assert_eq!((done.added, done.rejected, rejected.len()), (2, 2, 2));

    let refused = send(&service, vec![Sent::Chunk(LIST.into())]).await.unwrap_err();
    assert_eq!(reason(&refused), Reason::InvalidFields);
    let refused = send(&service, vec![named("own"), named("own")]).await.unwrap_err();
    assert_eq!(reason(&refused), Reason::InvalidFields);
    let request = GetScreeningListRequest { screening_list_id: "own".into() };
    let list = of(&service, "aud").get_screening_list(request).await.unwrap().into_inner();
    assert_eq!((list.version, list.entries), (1, 2));
    let lists = of(&service, "aud").list_screening_lists(ListScreeningListsRequest::default()).await.unwrap();
    let ids: Vec<_> = lists.into_inner().screening_lists.into_iter().map(|list| list.screening_list_id).collect();
    assert_eq!(ids, ["long", "own", "un"]);
}

#[tokio::test]
async fn a_false_positive_takes_two_people_and_opens_again_when_it_runs_out_or_a_side_changes() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    let hits = screen(&service, &["Sergey Volkov"]).await;
    let hit = &hits[0];
    assert_eq!((hits.len(), hit.state()), (1, HitState::Open));
    let proposed = decide(&service, "rob", hit, HitState::FalsePositive).await.unwrap();
    assert_eq!((proposed.state(), proposed.proposed_by.as_str()), (HitState::Inconclusive, "rob"));
    let refused = decide(&service, "rob", hit, HitState::FalsePositive).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, Reason::FourEyes));
    let cleared = decide(&service, "eva", hit, HitState::FalsePositive).await.unwrap();
    assert_eq!((cleared.state(), cleared.decided_by.as_str()), (HitState::FalsePositive, "eva"));

    // Looked at again: nothing is new.
    assert_eq!(screen(&service, &["Sergey Volkov"]).await, std::slice::from_ref(&cleared));

    // The list changes what it says of the party.
    import(&service, "own", &LIST.replace("1962-05-12", "1963-05-12")).await;
    let opened = &screen(&service, &["Sergey Volkov"]).await[0];
    assert_eq!((opened.state(), opened.screening_hit_id == hit.screening_hit_id), (HitState::Open, true));
    assert!(opened.decided_by.is_empty() && opened.expire_time.is_none());

    // The customer gets another name.
    decide(&service, "rob", hit, HitState::FalsePositive).await.unwrap();
    decide(&service, "eva", hit, HitState::FalsePositive).await.unwrap();
    let opened = &screen(&service, &["Sergej Wolkow"]).await[0];
    assert_eq!(opened.state(), HitState::Open);

    // A year passes.
    decide(&service, "rob", hit, HitState::FalsePositive).await.unwrap();
    decide(&service, "eva", hit, HitState::FalsePositive).await.unwrap();
    service.clock.advance(SignedDuration::from_hours(24 * 364));
    assert_eq!(get(&service, hit).await.state(), HitState::FalsePositive);
    service.clock.advance(SignedDuration::from_hours(48));
    comes_to(&service, hit, HitState::Open).await;

    // The list drops the party.
    import(&service, "own", "id,kind,name\n2,organisation,Orbital Machinery Trading FZE\n").await;
    assert_eq!(screen(&service, &["Sergej Wolkow"]).await, []);
    let closed = get(&service, hit).await;
    assert_eq!(closed.state(), HitState::Closed);
    let refused = decide(&service, "rob", hit, HitState::TrueMatch).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::FailedPrecondition, Reason::HitClosed));
    assert_eq!(
        service.count("SELECT count(*) FROM qualification.audit_entry WHERE subject_kind = 'screening_hit'").await,
        // Found; proposed, cleared and opened again three times; closed.
        1 + 3 * 3 + 1
    );
    let imports = "SELECT count(*) FROM qualification.audit_entry WHERE subject_kind = 'screening_list_import'";
    assert_eq!(
        service.count(imports).await,
        service.count("SELECT max(version)::bigint FROM qualification.screening_list").await
    );
}

#[tokio::test]
async fn a_stale_decision_is_refused_and_a_trial_changes_nothing() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    let hit = screen(&service, &["Sergei Petrovich Volkov"]).await.remove(0);
    let request = DecideScreeningHitRequest {
        screening_hit_id: hit.screening_hit_id.clone(),
        decision: HitState::TrueMatch.into(),
        reason: "the passport is the same".into(),
        etag: hit.etag.clone(),
        validate_only: true,
        ..Default::default()
    };
    let trial = of(&service, "rob").decide_screening_hit(request.clone()).await.unwrap().into_inner();
    assert_eq!((trial.state(), get(&service, &hit).await.state()), (HitState::TrueMatch, HitState::Open));
    let request = DecideScreeningHitRequest { validate_only: false, ..request };
    of(&service, "rob").decide_screening_hit(request.clone()).await.unwrap();
    let refused = of(&service, "eva").decide_screening_hit(request).await.unwrap_err();
    assert_eq!(reason(&refused), Reason::EtagMismatch);
}

#[tokio::test]
async fn a_case_is_screened_by_itself_and_its_check_says_what_came_out() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    let case_id = cases::draft_as(&service, "Orbital Machinery Trading").await;
    settled(&service).await;
    let request = ListScreeningHitsRequest { filter: format!("customer_id = \"{ANA}\""), ..Default::default() };
    let hits = of(&service, "aud").list_screening_hits(request).await.unwrap().into_inner().screening_hits;
    assert_eq!(hits.len(), 1);
    assert_eq!(check(&service).await, Some(CheckOutcome::Failed));
    // Nobody says that it passed instead of deciding about the hit.
    let case_check = Some(CaseCheck {
        case_id: case_id.clone(),
        check: RequiredCheck::Screening.into(),
        outcome: CheckOutcome::Passed.into(),
        ..CaseCheck::default()
    });
    let record = RecordCaseCheckRequest { case_check, ..Default::default() };
    let overruled = cases::of(&service, "rob").record_case_check(record).await.unwrap_err();
    assert_eq!(clientele_error::reason_of(&overruled), Some(Reason::CheckState));
    assert!(overruled.message().contains("DecideScreeningHit"), "{}", overruled.message());
    decide(&service, "rob", &hits[0], HitState::FalsePositive).await.unwrap();
    assert_eq!(check(&service).await, Some(CheckOutcome::Failed));
    decide(&service, "eva", &hits[0], HitState::FalsePositive).await.unwrap();
    assert_eq!(check(&service).await, Some(CheckOutcome::Passed));
    assert_eq!(cases::get(&service, &case_id).await.state(), CaseState::Draft);
}

#[tokio::test]
async fn without_lists_nothing_counts_as_screened() {
    let service = Qualification::start().await;
    cases::draft_as(&service, "Ana Chemicals").await;
    settled(&service).await;
    assert_eq!(check(&service).await, None);
    import(&service, "own", LIST).await;
    settled(&service).await;
    assert_eq!(check(&service).await, Some(CheckOutcome::Passed));
}

/// What the check SCREENING came to.
async fn check(service: &Qualification) -> Option<CheckOutcome> {
    let outcome: Option<i16> =
        sqlx::query_scalar("SELECT outcome FROM qualification.customer_check WHERE check_kind = $1")
            .bind(RequiredCheck::Screening as i16)
            .fetch_optional(&*service.pool)
            .await
            .unwrap();
    outcome.map(|outcome| CheckOutcome::try_from(i32::from(outcome)).unwrap())
}

#[tokio::test]
async fn a_list_that_names_an_approved_customer_brings_it_to_review_and_a_true_match_suspends_it() {
    let service = Qualification::start().await;
    let case_id = cases::approved(&service).await.case_id;
    import(&service, "own", "id,kind,name\n9,organisation,Ana Chemicals\n").await;
    cases::comes_to(&service, &case_id, CaseState::ReviewDue).await;
    let page = of(&service, "aud").list_screening_hits(ListScreeningHitsRequest::default()).await.unwrap().into_inner();
    decide(&service, "rob", &page.screening_hits[0], HitState::TrueMatch).await.unwrap();
    assert_eq!(cases::get(&service, &case_id).await.state(), CaseState::Suspended);
    let events = service.events().await;
    for told in ["ScreeningListUpdated", "ScreeningHitChanged"] {
        assert!(events.iter().any(|event| event.ends_with(told)), "{told}");
    }
}

#[tokio::test]
async fn owners_are_screened_once_they_are_declared() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    cases::draft_as(&service, "Ana Chemicals").await;
    settled(&service).await;
    let structure = OwnershipStructure {
        customer_id: ANA.into(),
        subject_record_id: "ana".into(),
        persons: vec![OwnershipPerson {
            record_id: "p".into(),
            name: "Sergei Petrovich Volkov".into(),
            ..OwnershipPerson::default()
        }],
        relationships: vec![OwnershipRelationship {
            record_id: "r".into(),
            subject_record_id: "ana".into(),
            interested_party: Some(ownership_relationship::InterestedParty::InterestedPartyRecordId("p".into())),
            interests: vec![OwnershipInterest {
                interest_type: InterestType::Shareholding.into(),
                share: Some(DeclaredShare { exact: Some(100.0), ..DeclaredShare::default() }),
                ..OwnershipInterest::default()
            }],
        }],
        ..OwnershipStructure::default()
    };
    let request = DeclareOwnershipStructureRequest { ownership_structure: Some(structure), ..Default::default() };
    let mut owners = OwnershipServiceClient::new(service.running.person(TENANT, "mia"));
    owners.declare_ownership_structure(request).await.unwrap();
    settled(&service).await;
    let page = of(&service, "aud").list_screening_hits(ListScreeningHitsRequest::default()).await.unwrap().into_inner();
    let found = page.screening_hits[0].r#match.clone().unwrap();
    assert_eq!((page.screening_hits.len(), found.screened_name.as_str()), (1, "Sergei Petrovich Volkov"));
}

#[tokio::test]
async fn a_maker_of_the_case_clears_no_hit_and_whoever_does_approves_nothing() {
    let service = Qualification::start().await;
    let case_id = cases::approved(&service).await.case_id;
    import(&service, "own", "id,kind,name\n9,organisation,Ana Chemicals\n").await;
    cases::comes_to(&service, &case_id, CaseState::ReviewDue).await;
    let page = of(&service, "aud").list_screening_hits(ListScreeningHitsRequest::default()).await.unwrap().into_inner();
    let refused = decide(&service, "mia", &page.screening_hits[0], HitState::FalsePositive).await.unwrap_err();
    assert_eq!(reason(&refused), Reason::FourEyes);
    decide(&service, "ned", &page.screening_hits[0], HitState::FalsePositive).await.unwrap();
    assert!(cases::get(&service, &case_id).await.reviewers.contains(&"ned".to_owned()));
}

#[tokio::test]
async fn decisions_at_the_same_time_never_let_one_person_clear_a_hit() {
    let service = Qualification::start().await;
    import(&service, "own", LIST).await;
    let hit = screen(&service, &["Sergei Petrovich Volkov"]).await.remove(0);
    for _ in 0..10 {
        let (one, other, _) = tokio::join!(
            decide(&service, "rob", &hit, HitState::FalsePositive),
            decide(&service, "rob", &hit, HitState::FalsePositive),
            screen(&service, &["Sergei Petrovich Volkov"]),
        );
        assert!(one.is_err() || other.is_err() || get(&service, &hit).await.state() != HitState::FalsePositive);
        assert_eq!(get(&service, &hit).await.state(), HitState::Inconclusive);
        decide(&service, "rob", &hit, HitState::Open).await.unwrap();
    }
}
