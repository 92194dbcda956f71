//! Documents of a tenant, for the guards.

use clientele_proto::qualification::v1::{
    CreateDocumentUploadRequest, Document, DocumentKind, DocumentUpload, UploadDocumentRequest,
    document_service_client::DocumentServiceClient,
};
use clientele_tests::{World, garbage::Ids};
use futures::stream;

/// Gives a tenant three documents of each of some customers, and an upload that is under way.
pub async fn docs(world: &World, tenant: &str, customer_ids: &[String]) -> Ids {
    let mut client = DocumentServiceClient::new(world.qualification.tenant(tenant));
    let content = b"%PDF-1.7\n%%EOF\n".to_vec();
    let mut ids = Ids::default();
    for (number, customer_id) in customer_ids.iter().take(2).cycle().take(6).enumerate() {
        let document = Document {
            customer_id: customer_id.clone(),
            kind: DocumentKind::BusinessLicence.into(),
            time_zone: "Asia/Shanghai".into(),
            content_type: "application/pdf".into(),
            file_name: format!("licence-{number}.pdf"),
            ..Default::default()
        };
        let size_bytes = content.len() as i64;
        let upload = DocumentUpload { document: Some(document), size_bytes, ..Default::default() };
        let request = CreateDocumentUploadRequest { document_upload: Some(upload), ..Default::default() };
        let id = client.create_document_upload(request).await.unwrap().into_inner().document_upload_id;
        if number == 5 {
            ids.entry("document_upload_id").or_default().push(id);
            break;
        }
        let message = UploadDocumentRequest { document_upload_id: id.clone(), offset: 0, data: content.clone() };
        client.upload_document(stream::iter([message])).await.unwrap();
        ids.entry("document_id").or_default().push(id);
    }
    ids
}
