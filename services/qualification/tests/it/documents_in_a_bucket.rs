use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clientele_error::{Reason, reason_of};
use clientele_feed::Apply as _;
use clientele_proto::{customers::v1::CustomerErased, events::v1::Event};
use clientele_qualification::{
    documents::{bucket::BucketSettings, settings::DocumentSettings},
    jobs::customers_projection::CustomersProjection,
};
use clientele_testkit::Authority;
use jiff::SignedDuration;
use prost::{Message as _, Name as _};
use tonic::Code;

use crate::{
    bucket_server::{BucketServer, Fault, KEY_ID, REGION, SECRET},
    documents_harness::{ANA, Keeping, TENANT, licence, pdf},
};

/// Documents in the folder `in` of the server's bucket, with the key in a file.
fn settings(server: &BucketServer, folder: &Path) -> DocumentSettings {
    let (bucket_key, document_key) = (folder.join("bucket-key"), folder.join("document-key"));
    write_key(&bucket_key, SECRET);
    fs::write(&document_key, STANDARD.encode([7; 32])).unwrap();
    DocumentSettings {
        object_store_url: "s3://papers/in".into(),
        bucket: BucketSettings {
            object_store_endpoint: Some(server.address.clone()),
            object_store_region: Some(REGION.into()),
            object_store_addressing: None,
            object_store_credentials_file: Some(bucket_key),
            object_store_ca: None,
            object_store_allow_plaintext: server.address.starts_with("http:"),
        },
        document_key_file: vec![document_key],
        document_size_limit: 20 << 20,
    }
}

fn write_key(file: &Path, secret: &str) {
    fs::write(file, format!("[default]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {secret}\n")).unwrap();
}

async fn keeping() -> (BucketServer, Keeping) {
    clientele_service::run::install_crypto();
    let server = BucketServer::start().await;
    let service = Keeping::start_in(|folder| settings(&server, folder)).await;
    (server, service)
}

async fn until_empty(server: &BucketServer) {
    for _ in 0..1500 {
        if server.names().is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("objects are left: {:?}", server.names());
}

#[tokio::test]
async fn contents_go_to_a_bucket_sealed_come_back_from_anywhere_and_go_with_their_customer() {
    let (server, service) = keeping().await;
    let content = pdf((9 << 20) + 17);
    let document = service.upload("maker", licence(None), &content).await.unwrap();
    for offset in [0, (4 << 20) - 1, content.len() - 1] {
        let read = service.download(&document.document_id, offset as i64).await.unwrap();
        assert!(read == content[offset..], "from {offset}");
    }
    let names = server.names();
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|name| name.starts_with(&format!("in/{}/", document.document_id))), "{names:?}");
    let sealed = server.object(&names[0]);
    assert!(!sealed.windows(32).any(|window| window == &content[100..132]));

    let erased = CustomerErased { customer_id: ANA.into(), ..Default::default() };
    let event = Event {
        r#type: CustomerErased::full_name(),
        tenant_id: TENANT.into(),
        data: Some(prost_types::Any { type_url: String::new(), value: erased.encode_to_vec() }),
        ..Event::default()
    };
    CustomersProjection.apply(&mut service.pool.acquire().await.unwrap(), &event).await.unwrap();
    until_empty(&server).await;

    // What killed services left, over more than a page of the listing; what is none of ours stays. The store's clock says 2026-11-28.
    for number in 0..5 {
        server.put(&format!("in/0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f/0000{number}-1"), b"sealed".to_vec());
    }
    server.put("elsewhere", b"not ours".to_vec());
    service.clock.advance(SignedDuration::from_hours(24 * 3650));
    for _ in 0..1500 {
        if server.names() == ["elsewhere"] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{:?}", server.names());
}

#[tokio::test]
async fn a_store_that_stumbles_is_asked_again_and_one_that_fails_leaves_an_upload_to_go_on_with() {
    let (server, mut service) = keeping().await;
    let content = pdf((5 << 20) + 3);
    server.fail(&[Fault::Status(503), Fault::Silent, Fault::Status(500)]);
    let document = service.upload("maker", licence(None), &content).await.unwrap();
    assert_eq!(server.faults_left(), 0);
    server.fail(&[Fault::Cut, Fault::Status(500), Fault::Silent]);
    assert!(service.download(&document.document_id, 0).await.unwrap() == content);
    assert_eq!(server.faults_left(), 0);

    let id = service.begin("maker", licence(None), &content).await;
    let cut = service.send("maker", &id, 0, &content[..(4 << 20) + 9]).await.unwrap_err();
    assert_eq!(reason_of(&cut), Some(Reason::DocumentIncomplete));
    server.fail_always(Some(503));
    let out = service.send("maker", &id, 4 << 20, &content[4 << 20..]).await.unwrap_err();
    assert_eq!((out.code(), reason_of(&out)), (Code::Unavailable, Some(Reason::DependencyUnavailable)), "{out:?}");
    assert!(out.message().contains("later"), "{}", out.message());
    let read = service.download(&document.document_id, 0).await.unwrap_err();
    assert_eq!(read.code(), Code::Unavailable, "{read:?}");
    server.fail_always(None);

    service.restart().await;
    let from = service.received(&id).await;
    assert_eq!(from, 4 << 20);
    service.send("maker", &id, from, &content[from..]).await.unwrap();
    assert!(service.download(&id, 0).await.unwrap() == content);
    assert_eq!(server.names().len(), 4, "an object a segment, and nothing else: {:?}", server.names());
    let requests = server.requests();
    assert!(!requests.iter().any(|request| request.starts_with("POST")), "nothing is begun in parts: {requests:?}");
}

#[tokio::test]
async fn a_key_that_is_not_let_in_is_told_by_the_setting_and_a_renewed_one_is_taken_at_once() {
    let (server, service) = keeping().await;
    let content = pdf(1000);
    let id = service.begin("maker", licence(None), &content).await;
    let key = service.folder.path().join("bucket-key");
    write_key(&key, "another");
    let refused = service.send("maker", &id, 0, &content).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    assert!(refused.message().contains("object_store_credentials_file"), "{}", refused.message());
    assert!(server.names().is_empty());
    fs::remove_file(&key).unwrap();
    let gone = service.send("maker", &id, 0, &content).await.unwrap_err();
    assert!(gone.message().contains("object_store_credentials_file"), "{}", gone.message());
    write_key(&key, SECRET);
    service.send("maker", &id, 0, &content).await.unwrap();
    assert!(service.download(&id, 0).await.unwrap() == content);
}

#[tokio::test]
async fn a_start_names_what_is_wrong_with_the_settings_and_does_not_wait_for_a_store_that_is_out_of_reach() {
    clientele_service::run::install_crypto();
    let server = BucketServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let good = settings(&server, folder.path());
    let check = async |settings: &DocumentSettings| match settings.open() {
        Ok(documents) => documents.contents.check().await.map_err(|error| format!("{error:#}")),
        Err(error) => Err(format!("{error:#}")),
    };
    check(&good).await.unwrap();

    let mut other = good.clone();
    other.bucket.object_store_region = Some("us-east-1".into());
    let error = check(&other).await.unwrap_err();
    assert!(error.contains("object_store_region"), "{error}");
    let mut other = good.clone();
    other.object_store_url = "s3://nothing".into();
    let error = check(&other).await.unwrap_err();
    assert!(error.contains("no such bucket"), "{error}");
    let mut other = good.clone();
    other.document_key_file.clear();
    let error = check(&other).await.unwrap_err();
    assert!(error.contains("document_key_file"), "{error}");
    write_key(&folder.path().join("bucket-key"), "another");
    let error = check(&good).await.unwrap_err();
    assert!(error.contains("object_store_credentials_file") && error.contains("SignatureDoesNotMatch"), "{error}");
    assert!(!error.contains("another"), "{error}");

    let mut other = good.clone();
    other.bucket.object_store_endpoint = Some("http://127.0.0.1:1".into());
    check(&other).await.unwrap();
}

#[tokio::test]
async fn a_server_is_known_by_its_certificate() {
    clientele_service::run::install_crypto();
    let (authority, strange) = (Authority::new(), Authority::new());
    let server = BucketServer::start_secured(&authority).await;
    let secured = |trusted: &Authority, folder: &Path| {
        let mut settings = settings(&server, folder);
        settings.bucket.object_store_ca = Some(trusted.file("ca.pem"));
        settings
    };
    let service = Keeping::start_in(|folder| secured(&authority, folder)).await;
    let content = pdf((4 << 20) + 3);
    let document = service.upload("maker", licence(None), &content).await.unwrap();
    assert!(service.download(&document.document_id, 0).await.unwrap() == content);
    assert_eq!(server.names().len(), 2);

    let before = server.requests().len();
    let service = Keeping::start_in(|folder| secured(&strange, folder)).await;
    let id = service.begin("maker", licence(None), &content).await;
    let refused = service.send("maker", &id, 0, &content).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    assert_eq!(server.requests().len(), before, "a server of another authority is told nothing");

    let folder = tempfile::tempdir().unwrap();
    let mut unreadable = secured(&authority, folder.path());
    for (file, content) in
        [("none.pem", ""), ("broken.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")]
    {
        let file = folder.path().join(file);
        fs::write(&file, content).unwrap();
        unreadable.bucket.object_store_ca = Some(file);
        let error = format!("{:#}", unreadable.open().err().unwrap());
        assert!(error.contains("object_store_ca"), "{error}");
    }
}
