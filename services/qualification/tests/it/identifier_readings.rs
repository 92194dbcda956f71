use clientele_proto::qualification::v1::{
    Case, CaseFacts, CaseIdentifier, CreateCaseRequest, Document, DocumentFact, DocumentFactField, IdentifierReading,
    ListCasesRequest, PartyKind, UpdateCaseRequest,
};

use crate::{
    cases,
    documents_harness::{ANA, Keeping, licence, pdf},
    harness::Qualification,
};

fn identifier(scheme: &str, value: &str) -> CaseIdentifier {
    CaseIdentifier { scheme: scheme.into(), value: value.into() }
}

fn told(readings: &[IdentifierReading]) -> Vec<(i32, &str, bool, &str)> {
    let told = readings.iter();
    told.map(|one| (one.place, one.scheme_code.as_str(), one.well_formed, one.normalised_value.as_str())).collect()
}

#[tokio::test]
async fn identifiers_of_a_case_are_read_when_they_are_entered_and_kept_as_they_were_given() {
    let service = Qualification::start().await;
    let facts = CaseFacts {
        party_kind: PartyKind::Organisation.into(),
        legal_name: "Ana Chemicals".into(),
        country_code: "CN".into(),
        identifiers: vec![
            identifier("USCC", "9111 0000 7109 2546 2x"),
            identifier("cn.uscc", "91110000710925462Y"),
            identifier("house number", "12"),
        ],
        ..CaseFacts::default()
    };
    let case = Case { customer_id: ANA.into(), facts: Some(facts.clone()), ..Case::default() };
    let mut mia = cases::of(&service, "mia");
    let made =
        mia.create_case(CreateCaseRequest { case: Some(case), ..Default::default() }).await.unwrap().into_inner();
    assert_eq!(made.facts.as_ref(), Some(&facts), "nothing is changed for the reader");
    assert_eq!(
        told(&made.identifier_readings),
        [(0, "cn.uscc", true, "91110000710925462X"), (1, "cn.uscc", false, ""), (2, "", false, "")]
    );
    assert!(made.identifier_readings[0].problem.is_empty());
    assert!(made.identifier_readings[1..].iter().all(|reading| !reading.problem.is_empty()));

    let right = CaseFacts { identifiers: vec![identifier("uscc", "91110000710925462X")], ..CaseFacts::default() };
    let case = Some(Case { case_id: made.case_id, facts: Some(right), ..Case::default() });
    let updated = mia.update_case(UpdateCaseRequest { case, ..Default::default() }).await.unwrap().into_inner();
    assert_eq!(told(&updated.identifier_readings), [(0, "cn.uscc", true, "91110000710925462X")]);
    let listed = mia.list_cases(ListCasesRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.cases[0].identifier_readings, []);
}

#[tokio::test]
async fn identifiers_that_a_document_names_are_read_when_it_is_handed_in() {
    let service = Keeping::start().await;
    let fact = |field: DocumentFactField, scheme: &str, value: &str| DocumentFact {
        field: field.into(),
        scheme: scheme.into(),
        value: value.into(),
        ..DocumentFact::default()
    };
    let facts = vec![
        fact(DocumentFactField::LegalName, "", "Ana Chemicals"),
        fact(DocumentFactField::Identifier, "USCC", "91110000-710925462-X"),
        fact(DocumentFactField::Identifier, "lei", "529900T8BM49AURSDO54"),
    ];
    let document = Document { facts: facts.clone(), ..licence(None) };
    let document = service.upload("maker", document, &pdf(1000)).await.unwrap();
    assert_eq!(
        told(&document.identifier_readings),
        [(1, "cn.uscc", true, "91110000710925462X"), (2, "lei", false, "")]
    );
    assert_eq!(document.facts[1].value, facts[1].value);
}
