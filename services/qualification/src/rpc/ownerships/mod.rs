//! `OwnershipService`: an RPC a file.

mod declare_ownership_structure;
mod get_beneficial_ownership;
mod get_ownership_comparison;
mod get_ownership_structure;
mod list_ownership_structures;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    BeneficialOwnership, DeclareOwnershipStructureRequest, GetBeneficialOwnershipRequest,
    GetOwnershipComparisonRequest, GetOwnershipStructureRequest, ListOwnershipStructuresRequest,
    ListOwnershipStructuresResponse, OwnershipComparison, OwnershipStructure,
    ownership_service_server::{OwnershipService, OwnershipServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> OwnershipServiceServer<Ownerships> {
    OwnershipServiceServer::new(Ownerships { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Ownerships {
    state: Arc<State>,
}

#[tonic::async_trait]
impl OwnershipService for Ownerships {
    async fn declare_ownership_structure(
        &self,
        request: Request<DeclareOwnershipStructureRequest>,
    ) -> Result<Response<OwnershipStructure>, Status> {
        unary(request, async |call, request| {
            declare_ownership_structure::declare_ownership_structure(&self.state, call, request).await
        })
        .await
    }

    async fn get_ownership_structure(
        &self,
        request: Request<GetOwnershipStructureRequest>,
    ) -> Result<Response<OwnershipStructure>, Status> {
        unary(request, async |call, request| {
            get_ownership_structure::get_ownership_structure(&self.state, call, request).await
        })
        .await
    }

    async fn list_ownership_structures(
        &self,
        request: Request<ListOwnershipStructuresRequest>,
    ) -> Result<Response<ListOwnershipStructuresResponse>, Status> {
        unary(request, async |call, request| {
            list_ownership_structures::list_ownership_structures(&self.state, call, request).await
        })
        .await
    }

    async fn get_beneficial_ownership(
        &self,
        request: Request<GetBeneficialOwnershipRequest>,
    ) -> Result<Response<BeneficialOwnership>, Status> {
        unary(request, async |call, request| {
            get_beneficial_ownership::get_beneficial_ownership(&self.state, call, request).await
        })
        .await
    }

    async fn get_ownership_comparison(
        &self,
        request: Request<GetOwnershipComparisonRequest>,
    ) -> Result<Response<OwnershipComparison>, Status> {
        unary(request, async |call, request| {
            get_ownership_comparison::get_ownership_comparison(&self.state, call, request).await
        })
        .await
    }
}
