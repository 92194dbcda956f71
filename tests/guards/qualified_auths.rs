//! Authorisations, acts and ownership structures of a tenant that has some of everything.

use clientele_proto::{
    Date, Money,
    qualification::v1::{
        Act, ActingPerson, Authorisation, AuthorisationBasis, CreateAuthorisationRequest,
        DeclareOwnershipStructureRequest, DeclaredShare, InterestType, OwnershipInterest, OwnershipPerson,
        OwnershipRelationship, OwnershipStructure, RecordActRequest, Signatory, VerifyAuthorisationRequest,
        authorisation_service_client::AuthorisationServiceClient, ownership_relationship::InterestedParty,
        ownership_service_client::OwnershipServiceClient,
    },
};
use clientele_tests::{World, garbage::Ids};

/// Makes them, and answers the ids by the names of the fields that take them.
pub async fn auths(world: &World, tenant: &str, customer_ids: &[String]) -> Ids {
    let mut maker = AuthorisationServiceClient::new(world.qualification.person(tenant, "maker"));
    let mut reviewer = AuthorisationServiceClient::new(world.qualification.person(tenant, "reviewer"));
    let mut owners = OwnershipServiceClient::new(world.qualification.person(tenant, "maker"));
    let (mut ids, mut persons, mut structures) = (Vec::new(), Vec::new(), Vec::new());
    for (place, customer_id) in customer_ids.iter().take(5).enumerate() {
        let key = format!("holder-{place}");
        let request = CreateAuthorisationRequest {
            authorisation: Some(letter(customer_id, &key)),
            ..CreateAuthorisationRequest::default()
        };
        let made = maker.create_authorisation(request).await.unwrap().into_inner();
        // The last two stay drafts, for updates and decisions.
        if place < 3 {
            let authorisation_id = made.authorisation_id.clone();
            let request = VerifyAuthorisationRequest { authorisation_id, ..VerifyAuthorisationRequest::default() };
            reviewer.verify_authorisation(request).await.unwrap();
            let act = Act {
                external_id: format!("cdnow-act-{place}"),
                customer_id: customer_id.clone(),
                person_external_id: key.clone(),
                matter: "place-order".into(),
                amount: Some(Money { currency_code: "EUR".into(), units: 10, nanos: 0 }),
                ..Act::default()
            };
            let request = RecordActRequest { act: Some(act), allow_unqualified: true, ..RecordActRequest::default() };
            maker.record_act(request).await.unwrap();
        }
        ids.push(made.authorisation_id);
        persons.push(key);
        let request = DeclareOwnershipStructureRequest {
            ownership_structure: Some(owned(customer_id)),
            ..DeclareOwnershipStructureRequest::default()
        };
        let declared = owners.declare_ownership_structure(request).await.unwrap().into_inner();
        structures.push(declared.ownership_structure_id);
    }
    Ids::from([
        ("authorisation_id", ids),
        ("person_external_id", persons),
        ("ownership_structure_id", structures),
        ("matter", vec!["place-order".to_owned()]),
    ])
}

/// A letter for orders, without an end.
fn letter(customer_id: &str, holder: &str) -> Authorisation {
    let name = "Buyer's holder".to_owned();
    Authorisation {
        customer_id: customer_id.to_owned(),
        basis: AuthorisationBasis::Letter.into(),
        signatory: Some(Signatory { name: "Buyer's director".into(), position: String::new() }),
        grantee: Some(ActingPerson { name, external_id: holder.to_owned(), ..ActingPerson::default() }),
        matters: vec!["place-order".into()],
        total_limit: Some(Money { currency_code: "EUR".into(), units: 1_000_000, nanos: 0 }),
        may_sub_delegate: true,
        valid_from_date: Some(Date { year: 2000, month: 1, day: 1 }),
        time_zone: "Europe/Berlin".into(),
        conditions: "cdnow-conditions".into(),
        ..Authorisation::default()
    }
}

/// One person with all shares.
fn owned(customer_id: &str) -> OwnershipStructure {
    let share = DeclaredShare { exact: Some(100.0), ..DeclaredShare::default() };
    let interest = OwnershipInterest {
        interest_type: InterestType::Shareholding.into(),
        share: Some(share),
        beneficial_ownership_or_control: true,
        ..OwnershipInterest::default()
    };
    OwnershipStructure {
        customer_id: customer_id.to_owned(),
        subject_record_id: "cdnow-company".into(),
        persons: vec![OwnershipPerson {
            record_id: "cdnow-owner".into(),
            name: "Buyer's owner".into(),
            ..OwnershipPerson::default()
        }],
        relationships: vec![OwnershipRelationship {
            record_id: "cdnow-holding".into(),
            subject_record_id: "cdnow-company".into(),
            interested_party: Some(InterestedParty::InterestedPartyRecordId("cdnow-owner".into())),
            interests: vec![interest],
        }],
        ..OwnershipStructure::default()
    }
}
