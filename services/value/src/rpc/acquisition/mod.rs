//! `AcquisitionSpendService`: an RPC a file.

mod create_acquisition_spend;
mod delete_acquisition_spend;
mod get_acquisition_report;
mod get_acquisition_spend;
mod list_acquisition_spends;
mod message;
mod update_acquisition_spend;

use std::sync::Arc;

use clientele_proto::value::v1::{
    AcquisitionReport, AcquisitionSpend, CreateAcquisitionSpendRequest, DeleteAcquisitionSpendRequest,
    GetAcquisitionReportRequest, GetAcquisitionSpendRequest, ListAcquisitionSpendsRequest,
    ListAcquisitionSpendsResponse, UpdateAcquisitionSpendRequest,
    acquisition_spend_service_server::{AcquisitionSpendService, AcquisitionSpendServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> AcquisitionSpendServiceServer<AcquisitionSpends> {
    AcquisitionSpendServiceServer::new(AcquisitionSpends { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct AcquisitionSpends {
    state: Arc<State>,
}

#[tonic::async_trait]
impl AcquisitionSpendService for AcquisitionSpends {
    async fn create_acquisition_spend(
        &self,
        request: Request<CreateAcquisitionSpendRequest>,
    ) -> Result<Response<AcquisitionSpend>, Status> {
        unary(request, async |call, request| {
            create_acquisition_spend::create_acquisition_spend(&self.state, call, request).await
        })
        .await
    }

    async fn get_acquisition_spend(
        &self,
        request: Request<GetAcquisitionSpendRequest>,
    ) -> Result<Response<AcquisitionSpend>, Status> {
        unary(request, async |call, request| {
            get_acquisition_spend::get_acquisition_spend(&self.state, call, request).await
        })
        .await
    }

    async fn list_acquisition_spends(
        &self,
        request: Request<ListAcquisitionSpendsRequest>,
    ) -> Result<Response<ListAcquisitionSpendsResponse>, Status> {
        unary(request, async |call, request| {
            list_acquisition_spends::list_acquisition_spends(&self.state, call, request).await
        })
        .await
    }

    async fn update_acquisition_spend(
        &self,
        request: Request<UpdateAcquisitionSpendRequest>,
    ) -> Result<Response<AcquisitionSpend>, Status> {
        unary(request, async |call, request| {
            update_acquisition_spend::update_acquisition_spend(&self.state, call, request).await
        })
        .await
    }

    async fn delete_acquisition_spend(
        &self,
        request: Request<DeleteAcquisitionSpendRequest>,
    ) -> Result<Response<AcquisitionSpend>, Status> {
        unary(request, async |call, request| {
            delete_acquisition_spend::delete_acquisition_spend(&self.state, call, request).await
        })
        .await
    }

    async fn get_acquisition_report(
        &self,
        request: Request<GetAcquisitionReportRequest>,
    ) -> Result<Response<AcquisitionReport>, Status> {
        unary(request, async |call, request| {
            get_acquisition_report::get_acquisition_report(&self.state, call, request).await
        })
        .await
    }
}
