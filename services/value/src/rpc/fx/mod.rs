//! `FxRateService`: an RPC a file.

mod batch_upsert_fx_rates;
mod list_fx_rates;
mod message;

use std::sync::Arc;

use clientele_proto::value::v1::{
    BatchUpsertFxRatesRequest, BatchUpsertFxRatesResponse, ListFxRatesRequest, ListFxRatesResponse,
    fx_rate_service_server::{FxRateService, FxRateServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> FxRateServiceServer<FxRates> {
    FxRateServiceServer::new(FxRates { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct FxRates {
    state: Arc<State>,
}

#[tonic::async_trait]
impl FxRateService for FxRates {
    async fn batch_upsert_fx_rates(
        &self,
        request: Request<BatchUpsertFxRatesRequest>,
    ) -> Result<Response<BatchUpsertFxRatesResponse>, Status> {
        unary(request, async |call, request| {
            batch_upsert_fx_rates::batch_upsert_fx_rates(&self.state, call, request).await
        })
        .await
    }

    async fn list_fx_rates(
        &self,
        request: Request<ListFxRatesRequest>,
    ) -> Result<Response<ListFxRatesResponse>, Status> {
        unary(request, async |call, request| list_fx_rates::list_fx_rates(&self.state, call, request).await).await
    }
}
