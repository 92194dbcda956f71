use clientele_error::{Reason, reason_of};
use clientele_proto::Date;
use clientele_proto::qualification::v1::{
    Document, DocumentDecisionReason, DocumentFact, DocumentFactField, DocumentFactSource, DocumentState,
    GetDocumentRequest, ListDocumentsRequest, RejectDocumentRequest, RevokeDocumentRequest, UpdateDocumentRequest,
    VerifyDocumentRequest,
};
use std::fs;

use crate::documents_harness::{Keeping, licence, objects, pdf};

#[tokio::test]
async fn a_content_comes_back_as_it_came_from_anywhere_and_is_sealed_at_rest() {
    let service = Keeping::start().await;
    let content = pdf((9 << 20) + 17);
    let document = service.upload("maker", licence(None), &content).await.unwrap();
    assert_eq!((document.state(), document.uploader.as_str()), (DocumentState::Received, "maker"));
    assert_eq!(document.size_bytes, content.len() as i64);
    for offset in [0, 1, 4 << 20, (4 << 20) - 1, content.len() - 1, content.len()] {
        let read = service.download(&document.document_id, offset as i64).await.unwrap();
        assert!(read == content[offset..], "from {offset}");
    }
    let beyond = service.download(&document.document_id, content.len() as i64 + 1).await.unwrap_err();
    assert_eq!(reason_of(&beyond), Some(Reason::InvalidFields));

    let segments = objects(service.folder.path());
    assert_eq!(segments.len(), 3);
    for segment in &segments {
        let sealed = fs::read(segment).unwrap();
        assert!(
            !sealed
                .windows(32)
                .any(|window| window == &content[100..132] || window == &content[5 << 20..(5 << 20) + 32])
        );
    }
    // What is altered, or put in another's place, is not handed out.
    let (first, second) = (fs::read(&segments[0]).unwrap(), fs::read(&segments[1]).unwrap());
    fs::write(&segments[0], &second).unwrap();
    assert_eq!(reason_of(&service.download(&document.document_id, 0).await.unwrap_err()), Some(Reason::Internal));
    fs::write(&segments[0], &first).unwrap();
    fs::remove_file(&segments[2]).unwrap();
    let mut cut = service.download(&document.document_id, 8 << 20).await;
    assert_eq!(cut.as_ref().map_err(reason_of).err(), Some(Some(Reason::Internal)));
    cut = service.download(&document.document_id, 0).await;
    assert!(cut.is_err());
}

#[tokio::test]
async fn whoever_uploaded_it_never_decides_about_it() {
    let service = Keeping::start().await;
    let document = service.upload("maker", licence(None), &pdf(1000)).await.unwrap();
    let id = document.document_id;
    let refused = service.verify("maker", &id).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::DocumentSamePerson));
    let early = VerifyDocumentRequest { document_id: id.clone(), ..Default::default() };
    let early = service.client("reviewer").verify_document(early).await.unwrap_err();
    assert_eq!(reason_of(&early), Some(Reason::DocumentStateUnfit));
    let verified = service.verify("reviewer", &id).await.unwrap();
    assert_eq!((verified.state(), verified.verifier.as_str()), (DocumentState::Verified, "reviewer"));

    let revoke = |etag: &str| RevokeDocumentRequest {
        document_id: id.clone(),
        decision_reason: DocumentDecisionReason::WithdrawnByIssuer.into(),
        decision_text: "吊销".into(),
        etag: etag.into(),
        ..Default::default()
    };
    let stale = service.client("reviewer").revoke_document(revoke("1")).await.unwrap_err();
    assert_eq!(reason_of(&stale), Some(Reason::EtagMismatch));
    let revoked = service.client("reviewer").revoke_document(revoke(&verified.etag)).await.unwrap().into_inner();
    assert_eq!((revoked.state(), revoked.decision_text.as_str()), (DocumentState::Revoked, "吊销"));
    let entries: Vec<String> =
        sqlx::query_scalar("SELECT subject_kind FROM qualification.audit_entry WHERE subject_id = $1")
            .bind(&id)
            .fetch_all(&*service.pool)
            .await
            .unwrap();
    assert_eq!(entries, ["document"; 4]);
}

#[tokio::test]
async fn a_rejected_document_is_handed_in_again_and_a_successor_takes_over_when_it_is_verified() {
    let service = Keeping::start().await;
    let first = service.upload("maker", licence(None), &pdf(1000)).await.unwrap();
    let reject = RejectDocumentRequest {
        document_id: first.document_id.clone(),
        decision_reason: DocumentDecisionReason::Illegible.into(),
        decision_text: "page 2".into(),
        ..Default::default()
    };
    let rejected = service.client("reviewer").reject_document(reject).await.unwrap().into_inner();
    assert_eq!(rejected.decision_reason(), DocumentDecisionReason::Illegible);

    let again = |old: &str| {
        let mut document = licence(None);
        old.clone_into(&mut document.supersedes_document_id);
        document
    };
    let second = service.upload("maker", again(&first.document_id), &pdf(2000)).await.unwrap();
    service.verify("reviewer", &second.document_id).await.unwrap();
    let third = service.upload("maker", again(&second.document_id), &pdf(3000)).await.unwrap();
    let state = async |id: &str| {
        let request = GetDocumentRequest { document_id: id.into() };
        service.client("reader").get_document(request).await.unwrap().into_inner().state()
    };
    assert_eq!(state(&first.document_id).await, DocumentState::Rejected);
    assert_eq!(state(&second.document_id).await, DocumentState::Verified, "uploading alone replaces nothing");
    service.verify("reviewer", &third.document_id).await.unwrap();
    assert_eq!(state(&second.document_id).await, DocumentState::Superseded);

    let request =
        ListDocumentsRequest { filter: "state = VERIFIED AND kind = BUSINESS_LICENCE".into(), ..Default::default() };
    let listed = service.client("reader").list_documents(request).await.unwrap().into_inner().documents;
    assert_eq!(listed.iter().map(|one| one.document_id.as_str()).collect::<Vec<_>>(), [third.document_id.as_str()]);
}

fn update(id: &str, document: Document) -> UpdateDocumentRequest {
    let document = Document { document_id: id.to_owned(), ..document };
    UpdateDocumentRequest { document: Some(document), ..Default::default() }
}

fn fact(field: DocumentFactField, value: &str) -> DocumentFact {
    DocumentFact { field: field.into(), value: value.into(), page: 1, ..DocumentFact::default() }
}

#[tokio::test]
async fn what_is_known_of_a_document_is_corrected_and_whoever_does_it_does_not_decide() {
    let service = Keeping::start().await;
    let document = service.upload("maker", licence(None), &pdf(1000)).await.unwrap();
    let id = document.document_id.as_str();
    // Reading what it says is part of looking at it.
    let facts = vec![fact(DocumentFactField::LegalName, "甲有限公司")];
    let read = update(id, Document { facts: facts.clone(), ..Document::default() });
    let read = service.client("reviewer").update_document(read).await.unwrap().into_inner();
    assert_eq!((read.facts.len(), read.facts[0].source()), (1, DocumentFactSource::Person));
    assert!(read.editors.is_empty());
    assert_eq!(read.number, document.number, "an update takes what is set");

    let day = |year, month, day| Some(Date { year, month, day });
    let until = update(id, Document { valid_until_date: day(2028, 2, 29), ..Document::default() });
    let corrected = service.client("editor").update_document(until).await.unwrap().into_inner();
    assert_eq!(
        (corrected.editors.as_slice(), corrected.valid_until_date),
        (["editor".to_owned()].as_slice(), day(2028, 2, 29))
    );
    // The end of that day in Shanghai.
    assert_eq!(corrected.expire_time.map(|time| time.seconds), Some(1_835_452_800));
    for person in ["maker", "editor"] {
        let refused = service.verify(person, id).await.unwrap_err();
        assert_eq!(reason_of(&refused), Some(Reason::DocumentSamePerson), "{person}");
    }
    let stale = update(id, Document { issuer: "x".into(), etag: document.etag.clone(), ..Document::default() });
    assert_eq!(
        reason_of(&service.client("editor").update_document(stale).await.unwrap_err()),
        Some(Reason::EtagMismatch)
    );
    let wrong = [
        Document { valid_until_date: day(2027, 2, 29), ..Document::default() },
        Document { time_zone: "Mars/Olympus".into(), ..Document::default() },
        Document { facts: vec![fact(DocumentFactField::Identifier, "1")], ..Document::default() },
    ];
    for wrong in wrong {
        let refused = service.client("editor").update_document(update(id, wrong)).await.unwrap_err();
        assert_eq!(reason_of(&refused), Some(Reason::InvalidFields));
    }
    service.verify("reviewer", id).await.unwrap();
    let late = update(id, Document { issuer: "x".into(), ..Document::default() });
    let late = service.client("editor").update_document(late).await.unwrap_err();
    assert_eq!(reason_of(&late), Some(Reason::DocumentStateUnfit));
}
