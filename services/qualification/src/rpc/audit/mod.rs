//! `AuditService`: an RPC a file.

mod export_audit_entries;
mod get_audit_consistency_proof;
mod get_audit_inclusion_proof;
mod get_audit_key_set;
mod get_audit_tree_head;
mod list_audit_entries;
mod proof;
mod reply;
mod verify_audit_log;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    AuditConsistencyProof, AuditInclusionProof, AuditKeySet, AuditTreeHead, ExportAuditEntriesRequest,
    ExportAuditEntriesResponse, GetAuditConsistencyProofRequest, GetAuditInclusionProofRequest, GetAuditKeySetRequest,
    GetAuditTreeHeadRequest, ListAuditEntriesRequest, ListAuditEntriesResponse, VerifyAuditLogRequest,
    VerifyAuditLogResponse,
    audit_service_server::{AuditService, AuditServiceServer},
};
use clientele_service::rpc::{Answers, streaming, unary};
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> AuditServiceServer<Audit> {
    AuditServiceServer::new(Audit { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Audit {
    state: Arc<State>,
}

#[tonic::async_trait]
impl AuditService for Audit {
    async fn get_audit_tree_head(
        &self,
        request: Request<GetAuditTreeHeadRequest>,
    ) -> Result<Response<AuditTreeHead>, Status> {
        unary(request, async |call, request| get_audit_tree_head::get_audit_tree_head(&self.state, call, request).await)
            .await
    }

    async fn list_audit_entries(
        &self,
        request: Request<ListAuditEntriesRequest>,
    ) -> Result<Response<ListAuditEntriesResponse>, Status> {
        unary(request, async |call, request| list_audit_entries::list_audit_entries(&self.state, call, request).await)
            .await
    }

    type ExportAuditEntriesStream = Answers<ExportAuditEntriesResponse>;

    async fn export_audit_entries(
        &self,
        request: Request<ExportAuditEntriesRequest>,
    ) -> Result<Response<Self::ExportAuditEntriesStream>, Status> {
        streaming(request, async |call, request| {
            export_audit_entries::export_audit_entries(Arc::clone(&self.state), call, request).await
        })
        .await
    }

    async fn get_audit_inclusion_proof(
        &self,
        request: Request<GetAuditInclusionProofRequest>,
    ) -> Result<Response<AuditInclusionProof>, Status> {
        unary(request, async |call, request| {
            get_audit_inclusion_proof::get_audit_inclusion_proof(&self.state, call, request).await
        })
        .await
    }

    async fn get_audit_consistency_proof(
        &self,
        request: Request<GetAuditConsistencyProofRequest>,
    ) -> Result<Response<AuditConsistencyProof>, Status> {
        unary(request, async |call, request| {
            get_audit_consistency_proof::get_audit_consistency_proof(&self.state, call, request).await
        })
        .await
    }

    async fn get_audit_key_set(
        &self,
        request: Request<GetAuditKeySetRequest>,
    ) -> Result<Response<AuditKeySet>, Status> {
        unary(request, async |_call, _request| get_audit_key_set::get_audit_key_set(&self.state)).await
    }

    type VerifyAuditLogStream = Answers<VerifyAuditLogResponse>;

    async fn verify_audit_log(
        &self,
        request: Request<VerifyAuditLogRequest>,
    ) -> Result<Response<Self::VerifyAuditLogStream>, Status> {
        streaming(request, async |call, _request| Ok(verify_audit_log::verify_audit_log(Arc::clone(&self.state), call)))
            .await
    }
}
