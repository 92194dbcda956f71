//! `SegmentClusteringService`: an RPC a file.

mod create_segment_clustering;
mod delete_segment_clustering;
mod found;
mod get_segment_clustering;
mod list_segment_clusterings;
mod refresh_segment_clustering;
mod stored;

use std::sync::Arc;

use clientele_proto::value::v1::{
    CreateSegmentClusteringRequest, DeleteSegmentClusteringRequest, GetSegmentClusteringRequest,
    ListSegmentClusteringsRequest, ListSegmentClusteringsResponse, RefreshSegmentClusteringRequest, SegmentClustering,
    segment_clustering_service_server::{SegmentClusteringService, SegmentClusteringServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> SegmentClusteringServiceServer<Clusterings> {
    SegmentClusteringServiceServer::new(Clusterings { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Clusterings {
    state: Arc<State>,
}

#[tonic::async_trait]
impl SegmentClusteringService for Clusterings {
    async fn create_segment_clustering(
        &self,
        request: Request<CreateSegmentClusteringRequest>,
    ) -> Result<Response<SegmentClustering>, Status> {
        unary(request, async |call, request| {
            create_segment_clustering::create_segment_clustering(&self.state, call, request).await
        })
        .await
    }

    async fn get_segment_clustering(
        &self,
        request: Request<GetSegmentClusteringRequest>,
    ) -> Result<Response<SegmentClustering>, Status> {
        unary(request, async |call, request| {
            get_segment_clustering::get_segment_clustering(&self.state, call, request).await
        })
        .await
    }

    async fn list_segment_clusterings(
        &self,
        request: Request<ListSegmentClusteringsRequest>,
    ) -> Result<Response<ListSegmentClusteringsResponse>, Status> {
        unary(request, async |call, request| {
            list_segment_clusterings::list_segment_clusterings(&self.state, call, request).await
        })
        .await
    }

    async fn refresh_segment_clustering(
        &self,
        request: Request<RefreshSegmentClusteringRequest>,
    ) -> Result<Response<SegmentClustering>, Status> {
        unary(request, async |call, request| {
            refresh_segment_clustering::refresh_segment_clustering(&self.state, call, request).await
        })
        .await
    }

    async fn delete_segment_clustering(
        &self,
        request: Request<DeleteSegmentClusteringRequest>,
    ) -> Result<Response<SegmentClustering>, Status> {
        unary(request, async |call, request| {
            delete_segment_clustering::delete_segment_clustering(&self.state, call, request).await
        })
        .await
    }
}
