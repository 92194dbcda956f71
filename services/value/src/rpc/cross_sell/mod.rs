//! `CrossSellService`: an RPC a file.

mod list_cross_sell_candidates;
mod list_cross_sell_customers;
mod list_product_affinities;
mod pin;

use std::sync::Arc;

use clientele_proto::value::v1::{
    ListCrossSellCandidatesRequest, ListCrossSellCandidatesResponse, ListCrossSellCustomersRequest,
    ListCrossSellCustomersResponse, ListProductAffinitiesRequest, ListProductAffinitiesResponse,
    cross_sell_service_server::{CrossSellService, CrossSellServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> CrossSellServiceServer<CrossSell> {
    CrossSellServiceServer::new(CrossSell { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct CrossSell {
    state: Arc<State>,
}

#[tonic::async_trait]
impl CrossSellService for CrossSell {
    async fn list_product_affinities(
        &self,
        request: Request<ListProductAffinitiesRequest>,
    ) -> Result<Response<ListProductAffinitiesResponse>, Status> {
        unary(request, async |call, request| {
            list_product_affinities::list_product_affinities(&self.state, call, request).await
        })
        .await
    }

    async fn list_cross_sell_candidates(
        &self,
        request: Request<ListCrossSellCandidatesRequest>,
    ) -> Result<Response<ListCrossSellCandidatesResponse>, Status> {
        unary(request, async |call, request| {
            list_cross_sell_candidates::list_cross_sell_candidates(&self.state, call, request).await
        })
        .await
    }

    async fn list_cross_sell_customers(
        &self,
        request: Request<ListCrossSellCustomersRequest>,
    ) -> Result<Response<ListCrossSellCustomersResponse>, Status> {
        unary(request, async |call, request| {
            list_cross_sell_customers::list_cross_sell_customers(&self.state, call, request).await
        })
        .await
    }
}
