//! The service is killed in the middle of an upload; the caller goes on from what stands, and nothing is there twice or for nobody.

use std::{collections::BTreeSet, fs, path::Path};

use clientele_proto::qualification::v1::{
    CreateDocumentUploadRequest, Document, DocumentKind, DocumentUpload, DownloadDocumentRequest,
    GetDocumentUploadRequest, UploadDocumentRequest, document_service_client::DocumentServiceClient,
};
use clientele_tests::eventually;
use sqlx::query_as;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::site::Site;

/// Bytes of the document: segments of 4 MiB, the last one cut.
const BYTES: usize = (21 << 20) + 77;
const SEGMENT: i64 = 4 << 20;
/// Bytes of a message.
const PART: usize = 256 << 10;

fn content() -> Vec<u8> {
    let mut content: Vec<u8> = (0..BYTES).map(|at| (at % 251) as u8).collect();
    content[..9].copy_from_slice(b"%PDF-1.7\n");
    content
}

async fn begin(site: &Site) -> String {
    let document = Document {
        customer_id: "0198c1f2-7d3a-7cc3-8a51-000000000001".into(),
        kind: DocumentKind::FinancialStatements.into(),
        time_zone: "UTC".into(),
        content_type: "application/pdf".into(),
        ..Document::default()
    };
    let upload = DocumentUpload { document: Some(document), size_bytes: BYTES as i64, ..DocumentUpload::default() };
    let request = CreateDocumentUploadRequest { document_upload: Some(upload), ..Default::default() };
    let mut client = DocumentServiceClient::new(site.channel(&site.qualification));
    client.create_document_upload(request).await.unwrap().into_inner().document_upload_id
}

async fn received(site: &Site, id: &str) -> i64 {
    let mut client = DocumentServiceClient::new(site.channel(&site.qualification));
    let request = GetDocumentUploadRequest { document_upload_id: id.to_owned() };
    eventually("the upload is told of", async || client.get_document_upload(request.clone()).await.ok())
        .await
        .into_inner()
        .received_bytes
}

/// Sends the content from an offset, as fast as it is taken.
async fn send(site: &Site, id: &str, content: &[u8], from: i64) -> Result<Document, Status> {
    let (messages, stream) = mpsc::channel(1);
    let (id, rest) = (id.to_owned(), content[from as usize..].to_vec());
    tokio::spawn(async move {
        for (number, part) in rest.chunks(PART).enumerate() {
            let data = part.to_vec();
            let first = UploadDocumentRequest { document_upload_id: id.clone(), offset: from, data: data.clone() };
            let message =
                if number == 0 { first } else { UploadDocumentRequest { data, ..UploadDocumentRequest::default() } };
            if messages.send(message).await.is_err() {
                return;
            }
        }
    });
    let mut client = DocumentServiceClient::new(site.channel(&site.qualification));
    Ok(client.upload_document(ReceiverStream::new(stream)).await?.into_inner())
}

/// The files of a document's folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_service_is_killed_goes_on_from_what_stands() {
    let mut site = Site::start().await;
    let content = content();
    let id = begin(&site).await;
    let mut from = 0;
    for segments in [1, 3] {
        let folder = site.documents().join(&id);
        let killed = async {
            // So many segments are whole, and a further one is on its way.
            eventually("segments stand", async || (folder.exists() && files(&folder).len() >= segments).then_some(()))
                .await;
        };
        tokio::select! {
            done = send(&site, &id, &content, from) => panic!("the upload was over before the service was killed: {done:?}"),
            () = killed => {}
        }
        site.qualification.kill();
        site.qualification.restart();
        site.until_answering().await;
        let stands = received(&site, &id).await;
        assert!(stands >= from && stands % SEGMENT == 0 && stands < BYTES as i64, "{stands} after {from}");
        from = stands;
    }
    let document = send(&site, &id, &content, from).await.unwrap();

    let mut client = DocumentServiceClient::new(site.channel(&site.qualification));
    let request = DownloadDocumentRequest { document_id: document.document_id.clone(), offset: 0 };
    let mut parts = client.download_document(request).await.unwrap().into_inner();
    let mut read = Vec::new();
    while let Some(part) = parts.message().await.unwrap() {
        read.extend(part.data);
    }
    assert!(read == content, "it comes back as it was sent");

    let rows: Vec<(i32, i32)> =
        query_as("SELECT segment_number, attempt FROM qualification.document_segment ORDER BY segment_number")
            .fetch_all(&mut site.owner().await)
            .await
            .unwrap();
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5], "each once");
    let named: BTreeSet<String> = rows.iter().map(|(number, attempt)| format!("{number:05}-{attempt}")).collect();
    let there = files(&site.documents().join(&id));
    assert!(there.is_superset(&named), "{named:?} of {there:?}");
    // What was on its way when the service was killed: at most one of each time, for the sweep.
    assert!(there.len() - named.len() <= 2, "{there:?}");
}
