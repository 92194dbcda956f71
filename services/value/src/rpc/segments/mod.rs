//! `SegmentService`: an RPC a file.

mod change_segment_members;
mod create_segment;
mod delete_segment;
mod get_segment;
mod get_segment_movement_report;
mod get_segment_preview;
mod list_customer_segments;
mod list_segment_members;
mod list_segments;
mod parse;
mod stored;
mod update_segment;

use std::sync::Arc;

use clientele_proto::value::v1::{
    AddSegmentMembersRequest, CreateSegmentRequest, DeleteSegmentRequest, GetSegmentMovementReportRequest,
    GetSegmentPreviewRequest, GetSegmentRequest, ListCustomerSegmentsRequest, ListCustomerSegmentsResponse,
    ListSegmentMembersRequest, ListSegmentMembersResponse, ListSegmentsRequest, ListSegmentsResponse,
    RemoveSegmentMembersRequest, Segment, SegmentMembers, SegmentMovementReport, SegmentPreview, UpdateSegmentRequest,
    segment_service_server::{SegmentService, SegmentServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

pub(super) use stored::name_taken;

/// The service over `state`.
pub fn server(state: Arc<State>) -> SegmentServiceServer<Segments> {
    SegmentServiceServer::new(Segments { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Segments {
    state: Arc<State>,
}

#[tonic::async_trait]
impl SegmentService for Segments {
    async fn create_segment(&self, request: Request<CreateSegmentRequest>) -> Result<Response<Segment>, Status> {
        unary(request, async |call, request| create_segment::create_segment(&self.state, call, request).await).await
    }

    async fn get_segment(&self, request: Request<GetSegmentRequest>) -> Result<Response<Segment>, Status> {
        unary(request, async |call, request| get_segment::get_segment(&self.state, call, request).await).await
    }

    async fn list_segments(
        &self,
        request: Request<ListSegmentsRequest>,
    ) -> Result<Response<ListSegmentsResponse>, Status> {
        unary(request, async |call, request| list_segments::list_segments(&self.state, call, request).await).await
    }

    async fn update_segment(&self, request: Request<UpdateSegmentRequest>) -> Result<Response<Segment>, Status> {
        unary(request, async |call, request| update_segment::update_segment(&self.state, call, request).await).await
    }

    async fn delete_segment(&self, request: Request<DeleteSegmentRequest>) -> Result<Response<Segment>, Status> {
        unary(request, async |call, request| delete_segment::delete_segment(&self.state, call, request).await).await
    }

    async fn add_segment_members(
        &self,
        request: Request<AddSegmentMembersRequest>,
    ) -> Result<Response<SegmentMembers>, Status> {
        unary(request, async |call, request| {
            change_segment_members::add_segment_members(&self.state, call, request).await
        })
        .await
    }

    async fn remove_segment_members(
        &self,
        request: Request<RemoveSegmentMembersRequest>,
    ) -> Result<Response<SegmentMembers>, Status> {
        unary(request, async |call, request| {
            change_segment_members::remove_segment_members(&self.state, call, request).await
        })
        .await
    }

    async fn list_segment_members(
        &self,
        request: Request<ListSegmentMembersRequest>,
    ) -> Result<Response<ListSegmentMembersResponse>, Status> {
        unary(request, async |call, request| {
            list_segment_members::list_segment_members(&self.state, call, request).await
        })
        .await
    }

    async fn list_customer_segments(
        &self,
        request: Request<ListCustomerSegmentsRequest>,
    ) -> Result<Response<ListCustomerSegmentsResponse>, Status> {
        unary(request, async |call, request| {
            list_customer_segments::list_customer_segments(&self.state, call, request).await
        })
        .await
    }

    async fn get_segment_preview(
        &self,
        request: Request<GetSegmentPreviewRequest>,
    ) -> Result<Response<SegmentPreview>, Status> {
        unary(request, async |call, request| get_segment_preview::get_segment_preview(&self.state, call, request).await)
            .await
    }

    async fn get_segment_movement_report(
        &self,
        request: Request<GetSegmentMovementReportRequest>,
    ) -> Result<Response<SegmentMovementReport>, Status> {
        unary(request, async |call, request| {
            get_segment_movement_report::get_segment_movement_report(&self.state, call, request).await
        })
        .await
    }
}
