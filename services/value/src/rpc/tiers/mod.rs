//! `TierService`: an RPC a file.

mod create_tier_override;
mod end_tier_override;
mod get_tier_override;
mod list_tier_moves;
mod message;

use std::sync::Arc;

use clientele_proto::value::v1::{
    CreateTierOverrideRequest, EndTierOverrideRequest, GetTierOverrideRequest, ListTierMovesRequest,
    ListTierMovesResponse, TierOverride,
    tier_service_server::{TierService, TierServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> TierServiceServer<Tiers> {
    TierServiceServer::new(Tiers { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Tiers {
    state: Arc<State>,
}

#[tonic::async_trait]
impl TierService for Tiers {
    async fn create_tier_override(
        &self,
        request: Request<CreateTierOverrideRequest>,
    ) -> Result<Response<TierOverride>, Status> {
        unary(request, async |call, request| {
            create_tier_override::create_tier_override(&self.state, call, request).await
        })
        .await
    }

    async fn get_tier_override(
        &self,
        request: Request<GetTierOverrideRequest>,
    ) -> Result<Response<TierOverride>, Status> {
        unary(request, async |call, request| get_tier_override::get_tier_override(&self.state, call, request).await)
            .await
    }

    async fn end_tier_override(
        &self,
        request: Request<EndTierOverrideRequest>,
    ) -> Result<Response<TierOverride>, Status> {
        unary(request, async |call, request| end_tier_override::end_tier_override(&self.state, call, request).await)
            .await
    }

    async fn list_tier_moves(
        &self,
        request: Request<ListTierMovesRequest>,
    ) -> Result<Response<ListTierMovesResponse>, Status> {
        unary(request, async |call, request| list_tier_moves::list_tier_moves(&self.state, call, request).await).await
    }
}
