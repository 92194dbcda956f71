//! A document of 100 MiB on its way in and out: what of it the service holds in memory.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clientele_proto::qualification::v1::{
    CreateDocumentUploadRequest, Document, DocumentKind, DocumentUpload, DownloadDocumentRequest,
    UploadDocumentRequest, document_service_client::DocumentServiceClient,
};

use crate::{
    Size,
    house::{House, QUALIFICATION},
    scoring::authorised,
    spread::Spread,
    table::{Bar, Row},
};

const DATABASE: &str = "bench_documents";
/// Bytes of the documents.
const SMALL: i64 = 20 << 20;
const LARGE: i64 = 100 << 20;
/// Bytes of one message.
const PART: i64 = 1 << 20;

/// Uploads and downloads a small document in one process and a large one in another.
pub async fn measure(house: &House, _size: Size) -> Result<Vec<Row>> {
    house.database(DATABASE).await?;
    let (small, _) = there_and_back(house, SMALL).await?;
    let (large, rate) = there_and_back(house, LARGE).await?;
    house.drop_database(DATABASE).await?;
    let what = "UploadDocument and DownloadDocument, 100 MiB";
    Ok(vec![
        Row::ratio(
            format!("{what}: memory of qualification at most"),
            format!("{large:.0} MiB"),
            format!("20 MiB: {small:.0} MiB"),
            Spread::of(&[large / small]),
            Bar::AtMost(1.25),
        ),
        Row::figure(format!("{what}: taken in"), "-".into(), Spread::of(&[rate]), " MiB/s", Bar::Shown),
    ])
}

/// The most memory that took, in MiB, and the MiB a second that came in.
async fn there_and_back(house: &House, bytes: i64) -> Result<(f64, f64)> {
    let store = house.folder().join("documents");
    let store = format!("file:{}", store.display());
    let served = house.serve_with(QUALIFICATION, DATABASE, &["--object-store-url", &store]).await?;
    let (channel, token) = (served.channel().await?, house.token("bench"));
    let mut client = DocumentServiceClient::new(channel);
    let document = Document {
        customer_id: uuid::Uuid::from_u128(1).to_string(),
        kind: DocumentKind::FinancialStatements.into(),
        time_zone: "UTC".into(),
        content_type: "application/pdf".into(),
        ..Document::default()
    };
    let upload = DocumentUpload { document: Some(document), size_bytes: bytes, ..DocumentUpload::default() };
    let request = CreateDocumentUploadRequest { document_upload: Some(upload), ..Default::default() };
    let id = client.create_document_upload(authorised(request, &token)?).await?.into_inner().document_upload_id;
    let began = Instant::now();
    let parts = tokio_stream::iter((0..bytes / PART).map(move |number| {
        let mut data = vec![number as u8; PART as usize];
        if number > 0 {
            return UploadDocumentRequest { data, ..Default::default() };
        }
        data[..9].copy_from_slice(b"%PDF-1.7\n");
        UploadDocumentRequest { document_upload_id: id.clone(), offset: 0, data }
    }));
    let document = client.upload_document(authorised(parts, &token)?).await?.into_inner();
    let rate = bytes as f64 / f64::from(1 << 20) / began.elapsed().as_secs_f64();
    let request = DownloadDocumentRequest { document_id: document.document_id, offset: 0 };
    let mut parts = client.download_document(authorised(request, &token)?).await?.into_inner();
    let mut read = 0;
    while let Some(part) = parts.message().await.context("the document does not come back")? {
        read += part.data.len() as i64;
    }
    ensure!(read == bytes, "{read} of {bytes} bytes came back");
    let peak = served.peak_mib()?;
    served.stop().await?;
    Ok((peak, rate))
}
