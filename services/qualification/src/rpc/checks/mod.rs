//! `CheckService` and `RegistryConnectorService`.

mod run_checks;
mod waivers;

use std::sync::Arc;

use clientele_error::{Error, Reason, Result};
use clientele_page::Page;
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    ApproveWaivedCheckRequest, Check, Checks, GetCheckRequest, GetRegistryRecordRequest, ListChecksRequest,
    ListChecksResponse, RegistryRecord, RunChecksRequest, WaiveCheckRequest,
    check_service_server::{CheckService, CheckServiceServer},
    registry_connector_service_server::{RegistryConnectorService, RegistryConnectorServiceServer},
};
use clientele_service::{Call, rpc::unary};
use tonic::{Request, Response, Status};

use super::{listing::list, risk::id};
use crate::{
    State,
    registry::{Answer, LONGEST, look_up_within},
    store::{check_run::check_get, risk_list::Table},
};

/// The services over `state`.
pub fn servers(state: &Arc<State>) -> (CheckServiceServer<Runs>, RegistryConnectorServiceServer<Runs>) {
    let runs = || Runs { state: Arc::clone(state) };
    (CheckServiceServer::new(runs()), RegistryConnectorServiceServer::new(runs()))
}

/// The table of their RPCs.
#[derive(Debug)]
pub struct Runs {
    state: Arc<State>,
}

#[tonic::async_trait]
impl CheckService for Runs {
    async fn run_checks(&self, request: Request<RunChecksRequest>) -> Result<Response<Checks>, Status> {
        unary(request, async |call, request| run_checks::run_checks(&self.state, call, request).await).await
    }

    async fn get_check(&self, request: Request<GetCheckRequest>) -> Result<Response<Check>, Status> {
        unary(request, async |call, request| get_check(&self.state, call, request).await).await
    }

    async fn list_checks(&self, request: Request<ListChecksRequest>) -> Result<Response<ListChecksResponse>, Status> {
        unary(request, async |call, request| list_checks(&self.state, call, request).await).await
    }

    async fn waive_check(&self, request: Request<WaiveCheckRequest>) -> Result<Response<Check>, Status> {
        unary(request, async |call, request| waivers::waive_check(&self.state, call, request).await).await
    }

    async fn approve_waived_check(
        &self,
        request: Request<ApproveWaivedCheckRequest>,
    ) -> Result<Response<Check>, Status> {
        unary(request, async |call, request| waivers::approve_waived_check(&self.state, call, request).await).await
    }
}

#[tonic::async_trait]
impl RegistryConnectorService for Runs {
    async fn get_registry_record(
        &self,
        request: Request<GetRegistryRecordRequest>,
    ) -> Result<Response<RegistryRecord>, Status> {
        unary(request, async |call, request| get_registry_record(&self.state, call, request).await).await
    }
}

async fn get_check(state: &State, call: Call, request: GetCheckRequest) -> Result<Check> {
    let check_id = id(&request.check_id, "check_id")?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let found = check_get(&mut connection, call.tenant(), check_id).await.map_err(failed)?;
    found.map(|(check, _)| check).ok_or_else(|| Error::not_found("check", request.check_id))
}

async fn list_checks(state: &State, call: Call, request: ListChecksRequest) -> Result<ListChecksResponse> {
    let Page { items, next_page_token } = list!(state, call, request, Table::Checks, "list_checks");
    Ok(ListChecksResponse { checks: items, next_page_token })
}

async fn get_registry_record(state: &State, call: Call, request: GetRegistryRecordRequest) -> Result<RegistryRecord> {
    let key = request.registry_key.unwrap_or_default();
    let missing = || Error::not_found("registry_record", key.scheme.clone());
    let Some(registry) = &state.registry else { return Err(missing()) };
    match look_up_within(&**registry, &key, call.remaining().unwrap_or(LONGEST)).await {
        Answer::Found(record) => Ok(*record),
        Answer::NotFound => Err(missing()),
        Answer::Unavailable(why) => Err(Error::new(Reason::DependencyUnavailable, why)),
    }
}
