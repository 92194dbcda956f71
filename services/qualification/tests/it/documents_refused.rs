use std::io::{Cursor, Write as _};

use clientele_error::{Reason, reason_of};
use clientele_feed::Apply as _;
use clientele_proto::{
    customers::v1::CustomerErased,
    events::v1::Event,
    qualification::v1::{CreateDocumentUploadRequest, DocumentUpload},
};
use clientele_qualification::jobs::customers_projection::CustomersProjection;
use jiff::SignedDuration;
use prost::{Message as _, Name as _};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::documents_harness::{ANA, Keeping, TENANT, licence, objects, pdf};

const ROWS: &str = "SELECT (SELECT count(*) FROM qualification.document) + (SELECT count(*) FROM qualification.document_upload) \
     + (SELECT count(*) FROM qualification.document_segment) + (SELECT count(*) FROM qualification.document_garbage)";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

fn docx(content: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let service = Keeping::start().await;
    let declared = |content_type: &str| {
        let mut document = licence(None);
        content_type.clone_into(&mut document.content_type);
        document
    };
    let mut program = vec![0; 5 << 20];
    program[..4].copy_from_slice(b"\x7fELF");
    let mut late = vec![b'a'; 6 << 20];
    late[(5 << 20) + 3] = 0xff;
    for (content_type, content) in [
        ("application/pdf", program),
        ("text/csv", late),
        ("image/png", pdf(1000)),
        (DOCX, docx(&vec![b' '; 64 << 20])),
        (DOCX, pdf(1000)),
    ] {
        let refused = service.upload("maker", declared(content_type), &content).await.unwrap_err();
        assert_eq!(reason_of(&refused), Some(Reason::DocumentTypeRefused), "{content_type}: {refused:?}");
    }
    let content = pdf(5 << 20);
    let id = service.begin("maker", licence(None), &content).await;
    let mut other = content.clone();
    other[4_500_000] ^= 1;
    let refused = service.send("maker", &id, 0, &other).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::DocumentHashMismatch));
    let id = service.begin("maker", licence(None), &content).await;
    let refused = service.send("maker", &id, 0, &[content.as_slice(), b"x"].concat()).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::DocumentTooLarge));

    service.until(ROWS, 0).await;
    service.until_no_objects().await;
    // And a good one is taken.
    service.upload("maker", declared(DOCX), &docx(b"<w:document/>")).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_good_is_refused_before_a_byte_has_come() {
    let service = Keeping::start().await;
    let refused = async |change: fn(&mut DocumentUpload)| {
        let mut upload = DocumentUpload { document: Some(licence(None)), size_bytes: 10, ..Default::default() };
        change(&mut upload);
        let request = CreateDocumentUploadRequest { document_upload: Some(upload), ..Default::default() };
        reason_of(&service.client("maker").create_document_upload(request).await.unwrap_err()).unwrap()
    };
    assert_eq!(refused(|upload| upload.size_bytes = 0).await, Reason::InvalidFields);
    assert_eq!(refused(|upload| upload.size_bytes = (20 << 20) + 1).await, Reason::DocumentTooLarge);
    assert_eq!(
        refused(|upload| document(upload).content_type = "application/zip".into()).await,
        Reason::DocumentTypeRefused
    );
    assert_eq!(refused(|upload| document(upload).time_zone = "Asia/Atlantis".into()).await, Reason::InvalidFields);
    assert_eq!(refused(|upload| document(upload).supersedes_document_id = ANA.into()).await, Reason::NotFound);
}

fn document(upload: &mut DocumentUpload) -> &mut clientele_proto::qualification::v1::Document {
    upload.document.as_mut().unwrap()
}

#[tokio::test]
async fn a_cut_stream_is_gone_on_with_by_another_process() {
    let mut service = Keeping::start().await;
    let content = pdf((13 << 20) + 5);
    let id = service.begin("maker", licence(None), &content).await;
    let cut = service.send("maker", &id, 0, &content[..6 << 20]).await.unwrap_err();
    assert_eq!(reason_of(&cut), Some(Reason::DocumentIncomplete));
    assert_eq!(service.received(&id).await, 4 << 20);
    let ahead = service.send("maker", &id, 6 << 20, &content[6 << 20..]).await.unwrap_err();
    assert_eq!(reason_of(&ahead), Some(Reason::DocumentOffsetMismatch));
    let stranger = service.send("other", &id, 4 << 20, &content[4 << 20..]).await.unwrap_err();
    assert_eq!(reason_of(&stranger), Some(Reason::PermissionDenied));

    service.restart().await;
    let from = service.received(&id).await;
    let document = service.send("maker", &id, from, &content[from..]).await.unwrap();
    assert_eq!(document.document_id, id);
    assert!(service.download(&id, 0).await.unwrap() == content);
}

#[tokio::test]
async fn uploads_that_run_out_erased_customers_and_orphans_are_swept() {
    let service = Keeping::start().await;
    let content = pdf(5 << 20);
    let id = service.begin("maker", licence(None), &content).await;
    service.send("maker", &id, 0, &content).await.unwrap();
    let half = service.begin("maker", licence(None), &content).await;
    service.send("maker", &half, 0, &content[..4_500_000]).await.unwrap_err();
    assert_eq!(objects(service.folder.path()).len(), 3);
    service.clock.advance(SignedDuration::from_hours(24));
    service.until("SELECT count(*) FROM qualification.document_upload", 0).await;
    let over = service.send("maker", &half, 4 << 20, &content[4 << 20..]).await.unwrap_err();
    assert_eq!(reason_of(&over), Some(Reason::NotFound));

    let erased = CustomerErased { customer_id: ANA.into(), ..Default::default() };
    let event = Event {
        r#type: CustomerErased::full_name(),
        tenant_id: TENANT.into(),
        data: Some(prost_types::Any { type_url: String::new(), value: erased.encode_to_vec() }),
        ..Event::default()
    };
    CustomersProjection.apply(&mut service.pool.acquire().await.unwrap(), &event).await.unwrap();
    service.until(ROWS, 0).await;
    service.until_no_objects().await;

    // What a killed service left: an object whose row was never written. The store's clock is the real one.
    let orphan = service.folder.path().join("documents/0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f");
    std::fs::create_dir_all(&orphan).unwrap();
    std::fs::write(orphan.join("00000-1"), b"sealed").unwrap();
    service.clock.advance(SignedDuration::from_hours(24 * 3650));
    service.until_no_objects().await;
}
