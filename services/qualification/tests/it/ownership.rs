use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::qualification::v1::{
    BeneficialOwner, BeneficialOwnerBasis as Basis, BeneficialOwnerCertainty as Certainty, BeneficialOwnersChanged,
    DeclareOwnershipStructureRequest, DeclaredShare, GetBeneficialOwnershipRequest, GetOwnershipComparisonRequest,
    GetOwnershipStructureRequest, InterestType, ListOwnershipStructuresRequest, OwnershipDifferenceKind as Kind,
    OwnershipEntity, OwnershipInterest, OwnershipPerson, OwnershipRelationship, OwnershipStructure, StatementSource,
    get_beneficial_ownership_request, get_ownership_comparison_request, get_ownership_structure_request,
    ownership_relationship::InterestedParty, ownership_service_client::OwnershipServiceClient,
};
use clientele_testkit::Authorised;
use prost::Message as _;
use tonic::{Code, Status};

use crate::{
    authorisations::ACME,
    harness::{Qualification, TENANT},
};

fn client(service: &Qualification) -> OwnershipServiceClient<Authorised> {
    OwnershipServiceClient::new(service.running.person(TENANT, "maker"))
}

fn holding(holder: &str, subject: &str, percent: f64) -> OwnershipRelationship {
    OwnershipRelationship {
        record_id: format!("{holder} in {subject}"),
        subject_record_id: subject.into(),
        interested_party: Some(InterestedParty::InterestedPartyRecordId(holder.into())),
        interests: vec![OwnershipInterest {
            interest_type: InterestType::Shareholding.into(),
            share: Some(DeclaredShare { exact: Some(percent), ..DeclaredShare::default() }),
            ..OwnershipInterest::default()
        }],
    }
}

fn structure(relationships: Vec<OwnershipRelationship>) -> OwnershipStructure {
    let person =
        |id: &str| OwnershipPerson { record_id: id.into(), name: format!("Person {id}"), ..OwnershipPerson::default() };
    OwnershipStructure {
        customer_id: ACME.into(),
        subject_record_id: "acme".into(),
        persons: ["ann", "bob"].map(person).to_vec(),
        entities: vec![OwnershipEntity { record_id: "holding".into(), ..OwnershipEntity::default() }],
        relationships,
        ..OwnershipStructure::default()
    }
}

/// A circle: the holding has 60 % of acme, acme 10 % of the holding, ann the rest of that and bob the rest of acme. By hand: what goes round is
/// .6 * .1 = .06, so ann has .9 * .6 / (1 - .06) = 57.447 % of acme and bob .4 / (1 - .06) = 42.553 %.
fn circle() -> OwnershipStructure {
    structure(vec![
        holding("holding", "acme", 60.0),
        holding("bob", "acme", 40.0),
        holding("ann", "holding", 90.0),
        holding("acme", "holding", 10.0),
    ])
}

async fn declare(service: &Qualification, structure: OwnershipStructure) -> Result<OwnershipStructure, Status> {
    let request = DeclareOwnershipStructureRequest { ownership_structure: Some(structure), ..Default::default() };
    Ok(client(service).declare_ownership_structure(request).await?.into_inner())
}

async fn owners(service: &Qualification, percent: Option<f64>) -> Vec<BeneficialOwner> {
    let request = GetBeneficialOwnershipRequest {
        key: Some(get_beneficial_ownership_request::Key::CustomerId(ACME.into())),
        threshold_percent: percent,
        ..GetBeneficialOwnershipRequest::default()
    };
    client(service).get_beneficial_ownership(request).await.unwrap().into_inner().beneficial_owners
}

async fn changes(service: &Qualification) -> Vec<BeneficialOwnersChanged> {
    let sql =
        "SELECT data FROM qualification.outbox WHERE event_type LIKE '%BeneficialOwnersChanged' ORDER BY outbox_id";
    let rows: Vec<Vec<u8>> = sqlx::query_scalar(sql).fetch_all(&*service.pool).await.unwrap();
    rows.iter().map(|data| BeneficialOwnersChanged::decode(data.as_slice()).unwrap()).collect()
}

#[tokio::test]
async fn owners_are_found_through_chains_and_circles() {
    let service = Qualification::start().await;
    let declared = declare(&service, circle()).await.unwrap();
    assert_eq!(
        (declared.version, declared.etag.as_str(), declared.source()),
        (1, "1", StatementSource::SelfDeclaration)
    );
    let found = owners(&service, None).await;
    let share = |owner: &BeneficialOwner| (owner.economic.unwrap().low * 1000.0).round() / 1000.0;
    let told: Vec<_> =
        found.iter().map(|owner| (owner.record_id.as_str(), owner.name.as_str(), share(owner))).collect();
    assert_eq!(told, [("ann", "Person ann", 57.447), ("bob", "Person bob", 42.553)]);
    assert_eq!(found[0].bases().collect::<Vec<_>>(), [Basis::Ownership, Basis::Control]);
    assert_eq!(found[0].certainty(), Certainty::Certain);
    assert_eq!(found[0].control_record_ids, ["ann", "holding", "acme"]);
    assert_eq!(found[0].chains[0].record_ids, ["ann", "holding", "acme"]);
    assert_eq!(owners(&service, Some(50.0)).await.len(), 1);

    let key = get_ownership_structure_request::Key::OwnershipStructureId(declared.ownership_structure_id.clone());
    let request = GetOwnershipStructureRequest { key: Some(key) };
    assert_eq!(client(&service).get_ownership_structure(request.clone()).await.unwrap().into_inner(), declared);
    let mut stranger = OwnershipServiceClient::new(service.running.tenant("globex"));
    assert_eq!(stranger.get_ownership_structure(request).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(
        service
            .count("SELECT count(*) FROM qualification.audit_entry WHERE subject_kind = 'ownership_structure'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_new_version_keeps_the_old_one_and_tells_of_other_owners() {
    let service = Qualification::start().await;
    declare(&service, circle()).await.unwrap();
    // The same owners with other shares: nothing to tell.
    let mut shifted = circle();
    shifted.relationships[0] = holding("holding", "acme", 65.0);
    shifted.relationships[1] = holding("bob", "acme", 35.0);
    declare(&service, OwnershipStructure { etag: "1".into(), ..shifted.clone() }).await.unwrap();
    let stale = declare(&service, OwnershipStructure { etag: "1".into(), ..shifted }).await.unwrap_err();
    assert_eq!(reason_of(&stale), Some(Reason::EtagMismatch));
    let sold = structure(vec![holding("holding", "acme", 100.0), holding("ann", "holding", 100.0)]);
    assert_eq!(declare(&service, sold).await.unwrap().version, 3);

    let told = changes(&service).await;
    assert_eq!(told.iter().map(|change| change.version).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(
        (told[0].certain_record_ids.as_slice(), told[0].earlier_certain_record_ids.len()),
        (["ann".to_owned(), "bob".to_owned()].as_slice(), 0)
    );
    assert_eq!(
        (told[1].certain_record_ids.as_slice(), told[1].earlier_certain_record_ids.len()),
        (["ann".to_owned()].as_slice(), 2)
    );

    let request = ListOwnershipStructuresRequest { filter: format!("customer_id = \"{ACME}\""), ..Default::default() };
    let listed = client(&service).list_ownership_structures(request).await.unwrap().into_inner().ownership_structures;
    assert_eq!(listed.iter().map(|one| (one.version, one.persons.len())).collect::<Vec<_>>(), [(3, 0), (2, 0), (1, 0)]);
    service.log_agrees_until("DELETE FROM qualification.ownership_structure").await;
}

#[tokio::test]
async fn declared_owners_are_compared_with_computed_ones() {
    let service = Qualification::start().await;
    let mut structure = circle();
    // Bob is declared with 42 %, within a point of what is computed, and ann is left out.
    structure.relationships[1].interests[0].beneficial_ownership_or_control = true;
    structure.relationships[1].interests[0].share =
        Some(DeclaredShare { exact: Some(40.0), ..DeclaredShare::default() });
    declare(&service, structure.clone()).await.unwrap();
    let compare = async |tolerance: Option<f64>| {
        let request = GetOwnershipComparisonRequest {
            key: Some(get_ownership_comparison_request::Key::CustomerId(ACME.into())),
            tolerance_percent: tolerance,
            ..GetOwnershipComparisonRequest::default()
        };
        client(&service).get_ownership_comparison(request).await.unwrap().into_inner()
    };
    let compared = compare(Some(3.0)).await;
    assert_eq!(compared.declared_record_ids, ["bob"]);
    let kinds = |compared: &clientele_proto::qualification::v1::OwnershipComparison| {
        compared.differences.iter().map(|one| (one.kind(), one.record_id.clone())).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&compared), [(Kind::ComputedNotDeclared, "ann".to_owned())]);
    // 42.553 computed, 40 declared.
    assert_eq!(
        kinds(&compare(None).await),
        [(Kind::Share, "bob".to_owned()), (Kind::ComputedNotDeclared, "ann".to_owned())]
    );
}

#[tokio::test]
async fn statements_that_do_not_hang_together_are_refused_by_their_places() {
    let service = Qualification::start().await;
    let refused =
        declare(&service, structure(vec![holding("eve", "acme", 10.0), holding("ann", "bob", 1.0)])).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let fields: Vec<_> = violations_of(&refused).into_iter().map(|violation| violation.field).collect();
    assert_eq!(
        fields,
        [
            "ownership_structure.relationships[0].interested_party_record_id",
            "ownership_structure.relationships[1].subject_record_id"
        ]
    );
    let nothing = GetBeneficialOwnershipRequest {
        key: Some(get_beneficial_ownership_request::Key::CustomerId(ACME.into())),
        ..GetBeneficialOwnershipRequest::default()
    };
    assert_eq!(client(&service).get_beneficial_ownership(nothing).await.unwrap_err().code(), Code::NotFound);
    // Nothing is known of who owns it: that is a statement too.
    declare(&service, structure(Vec::new())).await.unwrap();
    assert!(owners(&service, None).await.is_empty());
}
