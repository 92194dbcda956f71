//! `ContractService`: an RPC a file.

mod batch_upsert_contracts;
mod cancel_contract;
mod changing;
mod create_contract;
mod get_contract;
mod get_contract_retention_report;
mod get_contract_value;
mod list_contracts;
mod mask;
mod parse;
mod renew_contract;
mod update_contract;

use std::sync::Arc;

use clientele_proto::value::v1::{
    BatchUpsertContractsRequest, BatchUpsertContractsResponse, CancelContractRequest, Contract,
    ContractRetentionReport, ContractValue, CreateContractRequest, GetContractRequest,
    GetContractRetentionReportRequest, GetContractValueRequest, ListContractsRequest, ListContractsResponse,
    RenewContractRequest, UpdateContractRequest,
    contract_service_server::{ContractService, ContractServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> ContractServiceServer<Contracts> {
    ContractServiceServer::new(Contracts { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Contracts {
    state: Arc<State>,
}

#[tonic::async_trait]
impl ContractService for Contracts {
    async fn create_contract(&self, request: Request<CreateContractRequest>) -> Result<Response<Contract>, Status> {
        unary(request, async |call, request| create_contract::create_contract(&self.state, call, request).await).await
    }

    async fn get_contract(&self, request: Request<GetContractRequest>) -> Result<Response<Contract>, Status> {
        unary(request, async |call, request| get_contract::get_contract(&self.state, call, request).await).await
    }

    async fn list_contracts(
        &self,
        request: Request<ListContractsRequest>,
    ) -> Result<Response<ListContractsResponse>, Status> {
        unary(request, async |call, request| list_contracts::list_contracts(&self.state, call, request).await).await
    }

    async fn update_contract(&self, request: Request<UpdateContractRequest>) -> Result<Response<Contract>, Status> {
        unary(request, async |call, request| update_contract::update_contract(&self.state, call, request).await).await
    }

    async fn renew_contract(&self, request: Request<RenewContractRequest>) -> Result<Response<Contract>, Status> {
        unary(request, async |call, request| renew_contract::renew_contract(&self.state, call, request).await).await
    }

    async fn cancel_contract(&self, request: Request<CancelContractRequest>) -> Result<Response<Contract>, Status> {
        unary(request, async |call, request| cancel_contract::cancel_contract(&self.state, call, request).await).await
    }

    async fn batch_upsert_contracts(
        &self,
        request: Request<BatchUpsertContractsRequest>,
    ) -> Result<Response<BatchUpsertContractsResponse>, Status> {
        unary(request, async |call, request| {
            batch_upsert_contracts::batch_upsert_contracts(&self.state, call, request).await
        })
        .await
    }

    async fn get_contract_value(
        &self,
        request: Request<GetContractValueRequest>,
    ) -> Result<Response<ContractValue>, Status> {
        unary(request, async |call, request| get_contract_value::get_contract_value(&self.state, call, request).await)
            .await
    }

    async fn get_contract_retention_report(
        &self,
        request: Request<GetContractRetentionReportRequest>,
    ) -> Result<Response<ContractRetentionReport>, Status> {
        unary(request, async |call, request| {
            get_contract_retention_report::get_contract_retention_report(&self.state, call, request).await
        })
        .await
    }
}
