//! `DocumentService`: an RPC a file.

mod create_document_upload;
mod deciding;
mod download_document;
mod get_document;
mod get_document_upload;
mod inspection;
mod list_documents;
mod parse;
mod reject_document;
mod revoke_document;
mod start_verification_of_document;
mod update_document;
mod upload_document;
mod verify_document;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    CreateDocumentUploadRequest, Document, DocumentUpload, DownloadDocumentRequest, DownloadDocumentResponse,
    GetDocumentRequest, GetDocumentUploadRequest, ListDocumentsRequest, ListDocumentsResponse, RejectDocumentRequest,
    RevokeDocumentRequest, StartVerificationOfDocumentRequest, UpdateDocumentRequest, UploadDocumentRequest,
    VerifyDocumentRequest,
    document_service_server::{DocumentService, DocumentServiceServer},
};
use clientele_service::rpc::{Answers, streaming, unary};
use tonic::{Request, Response, Status, Streaming};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> DocumentServiceServer<Documents> {
    DocumentServiceServer::new(Documents { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Documents {
    state: Arc<State>,
}

#[tonic::async_trait]
impl DocumentService for Documents {
    type DownloadDocumentStream = Answers<DownloadDocumentResponse>;

    async fn create_document_upload(
        &self,
        request: Request<CreateDocumentUploadRequest>,
    ) -> Result<Response<DocumentUpload>, Status> {
        unary(request, async |call, request| {
            create_document_upload::create_document_upload(&self.state, call, request).await
        })
        .await
    }

    async fn get_document_upload(
        &self,
        request: Request<GetDocumentUploadRequest>,
    ) -> Result<Response<DocumentUpload>, Status> {
        unary(request, async |call, request| get_document_upload::get_document_upload(&self.state, call, request).await)
            .await
    }

    async fn upload_document(
        &self,
        request: Request<Streaming<UploadDocumentRequest>>,
    ) -> Result<Response<Document>, Status> {
        unary(request, async |call, messages| upload_document::upload_document(&self.state, call, messages).await).await
    }

    async fn download_document(
        &self,
        request: Request<DownloadDocumentRequest>,
    ) -> Result<Response<Self::DownloadDocumentStream>, Status> {
        streaming(request, async |call, request| download_document::download_document(&self.state, call, request).await)
            .await
    }

    async fn get_document(&self, request: Request<GetDocumentRequest>) -> Result<Response<Document>, Status> {
        unary(request, async |call, request| get_document::get_document(&self.state, call, request).await).await
    }

    async fn list_documents(
        &self,
        request: Request<ListDocumentsRequest>,
    ) -> Result<Response<ListDocumentsResponse>, Status> {
        unary(request, async |call, request| list_documents::list_documents(&self.state, call, request).await).await
    }

    async fn update_document(&self, request: Request<UpdateDocumentRequest>) -> Result<Response<Document>, Status> {
        unary(request, async |call, request| update_document::update_document(&self.state, call, request).await).await
    }

    async fn start_verification_of_document(
        &self,
        request: Request<StartVerificationOfDocumentRequest>,
    ) -> Result<Response<Document>, Status> {
        unary(request, async |call, request| {
            start_verification_of_document::start_verification_of_document(&self.state, call, request).await
        })
        .await
    }

    async fn verify_document(&self, request: Request<VerifyDocumentRequest>) -> Result<Response<Document>, Status> {
        unary(request, async |call, request| verify_document::verify_document(&self.state, call, request).await).await
    }

    async fn reject_document(&self, request: Request<RejectDocumentRequest>) -> Result<Response<Document>, Status> {
        unary(request, async |call, request| reject_document::reject_document(&self.state, call, request).await).await
    }

    async fn revoke_document(&self, request: Request<RevokeDocumentRequest>) -> Result<Response<Document>, Status> {
        unary(request, async |call, request| revoke_document::revoke_document(&self.state, call, request).await).await
    }
}
