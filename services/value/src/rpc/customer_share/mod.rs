//! `CustomerShareService`: an RPC a file.

mod delete_target_population;
mod get_customer_share_report;
mod list_target_populations;
mod message;
mod upsert_target_population;

use std::sync::Arc;

use clientele_proto::value::v1::{
    CustomerShareReport, DeleteTargetPopulationRequest, GetCustomerShareReportRequest, ListTargetPopulationsRequest,
    ListTargetPopulationsResponse, TargetPopulation, UpsertTargetPopulationRequest,
    customer_share_service_server::{CustomerShareService, CustomerShareServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> CustomerShareServiceServer<CustomerShares> {
    CustomerShareServiceServer::new(CustomerShares { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct CustomerShares {
    state: Arc<State>,
}

#[tonic::async_trait]
impl CustomerShareService for CustomerShares {
    async fn get_customer_share_report(
        &self,
        request: Request<GetCustomerShareReportRequest>,
    ) -> Result<Response<CustomerShareReport>, Status> {
        unary(request, async |call, request| {
            get_customer_share_report::get_customer_share_report(&self.state, call, request).await
        })
        .await
    }

    async fn upsert_target_population(
        &self,
        request: Request<UpsertTargetPopulationRequest>,
    ) -> Result<Response<TargetPopulation>, Status> {
        unary(request, async |call, request| {
            upsert_target_population::upsert_target_population(&self.state, call, request).await
        })
        .await
    }

    async fn list_target_populations(
        &self,
        request: Request<ListTargetPopulationsRequest>,
    ) -> Result<Response<ListTargetPopulationsResponse>, Status> {
        unary(request, async |call, request| {
            list_target_populations::list_target_populations(&self.state, call, request).await
        })
        .await
    }

    async fn delete_target_population(
        &self,
        request: Request<DeleteTargetPopulationRequest>,
    ) -> Result<Response<TargetPopulation>, Status> {
        unary(request, async |call, request| {
            delete_target_population::delete_target_population(&self.state, call, request).await
        })
        .await
    }
}
