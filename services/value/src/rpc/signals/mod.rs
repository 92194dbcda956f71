//! `AccountSignalsService`: an RPC a file.

mod get_account_signals;
mod message;
mod needs;
mod update_account_signals;

pub(crate) use message::message;

use std::sync::Arc;

use clientele_proto::value::v1::{
    AccountSignals, GetAccountSignalsRequest, UpdateAccountSignalsRequest,
    account_signals_service_server::{AccountSignalsService, AccountSignalsServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> AccountSignalsServiceServer<Signals> {
    AccountSignalsServiceServer::new(Signals { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Signals {
    state: Arc<State>,
}

#[tonic::async_trait]
impl AccountSignalsService for Signals {
    async fn get_account_signals(
        &self,
        request: Request<GetAccountSignalsRequest>,
    ) -> Result<Response<AccountSignals>, Status> {
        unary(request, async |call, request| get_account_signals::get_account_signals(&self.state, call, request).await)
            .await
    }

    async fn update_account_signals(
        &self,
        request: Request<UpdateAccountSignalsRequest>,
    ) -> Result<Response<AccountSignals>, Status> {
        unary(request, async |call, request| {
            update_account_signals::update_account_signals(&self.state, call, request).await
        })
        .await
    }
}
