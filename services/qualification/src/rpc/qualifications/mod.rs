//! `QualificationService`: an RPC a file.

mod batch_check_qualifications;
pub(crate) mod check_qualification;
mod list_qualifications;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    BatchCheckQualificationsRequest, BatchCheckQualificationsResponse, CheckQualificationRequest,
    ListQualificationsRequest, ListQualificationsResponse, Qualification,
    qualification_service_server::{QualificationService, QualificationServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> QualificationServiceServer<Qualifications> {
    QualificationServiceServer::new(Qualifications { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Qualifications {
    state: Arc<State>,
}

#[tonic::async_trait]
impl QualificationService for Qualifications {
    async fn check_qualification(
        &self,
        request: Request<CheckQualificationRequest>,
    ) -> Result<Response<Qualification>, Status> {
        unary(request, async |call, request| check_qualification::check_qualification(&self.state, call, request).await)
            .await
    }

    async fn batch_check_qualifications(
        &self,
        request: Request<BatchCheckQualificationsRequest>,
    ) -> Result<Response<BatchCheckQualificationsResponse>, Status> {
        unary(request, async |call, request| {
            batch_check_qualifications::batch_check_qualifications(&self.state, call, request).await
        })
        .await
    }

    async fn list_qualifications(
        &self,
        request: Request<ListQualificationsRequest>,
    ) -> Result<Response<ListQualificationsResponse>, Status> {
        unary(request, async |call, request| list_qualifications::list_qualifications(&self.state, call, request).await)
            .await
    }
}
