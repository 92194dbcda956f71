//! `AuthorisationService`: an RPC a file.

mod changing;
mod create_authorisation;
mod get_authorisation;
mod list_acts;
mod list_authorisations;
mod mask;
mod may_act;
mod parse;
mod record_act;
mod reject_authorisation;
mod revoke_authorisation;
mod update_authorisation;
mod verify_authorisation;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    Act, Authorisation, CreateAuthorisationRequest, GetAuthorisationRequest, ListActsRequest, ListActsResponse,
    ListAuthorisationsRequest, ListAuthorisationsResponse, MayAct, MayActRequest, RecordActRequest,
    RejectAuthorisationRequest, RevokeAuthorisationRequest, UpdateAuthorisationRequest, VerifyAuthorisationRequest,
    authorisation_service_server::{AuthorisationService, AuthorisationServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> AuthorisationServiceServer<Authorisations> {
    AuthorisationServiceServer::new(Authorisations { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Authorisations {
    state: Arc<State>,
}

#[tonic::async_trait]
impl AuthorisationService for Authorisations {
    async fn create_authorisation(
        &self,
        request: Request<CreateAuthorisationRequest>,
    ) -> Result<Response<Authorisation>, Status> {
        unary(request, async |call, request| {
            create_authorisation::create_authorisation(&self.state, call, request).await
        })
        .await
    }

    async fn get_authorisation(
        &self,
        request: Request<GetAuthorisationRequest>,
    ) -> Result<Response<Authorisation>, Status> {
        unary(request, async |call, request| get_authorisation::get_authorisation(&self.state, call, request).await)
            .await
    }

    async fn list_authorisations(
        &self,
        request: Request<ListAuthorisationsRequest>,
    ) -> Result<Response<ListAuthorisationsResponse>, Status> {
        unary(request, async |call, request| list_authorisations::list_authorisations(&self.state, call, request).await)
            .await
    }

    async fn update_authorisation(
        &self,
        request: Request<UpdateAuthorisationRequest>,
    ) -> Result<Response<Authorisation>, Status> {
        unary(request, async |call, request| {
            update_authorisation::update_authorisation(&self.state, call, request).await
        })
        .await
    }

    async fn verify_authorisation(
        &self,
        request: Request<VerifyAuthorisationRequest>,
    ) -> Result<Response<Authorisation>, Status> {
        unary(request, async |call, request| {
            verify_authorisation::verify_authorisation(&self.state, call, request).await
        })
        .await
    }

    async fn reject_authorisation(
        &self,
        request: Request<RejectAuthorisationRequest>,
    ) -> Result<Response<Authorisation>, Status> {
        unary(request, async |call, request| {
            reject_authorisation::reject_authorisation(&self.state, call, request).await
        })
        .await
    }

    async fn revoke_authorisation(
        &self,
        request: Request<RevokeAuthorisationRequest>,
    ) -> Result<Response<Authorisation>, Status> {
        unary(request, async |call, request| {
            revoke_authorisation::revoke_authorisation(&self.state, call, request).await
        })
        .await
    }

    async fn may_act(&self, request: Request<MayActRequest>) -> Result<Response<MayAct>, Status> {
        unary(request, async |call, request| may_act::may_act(&self.state, call, request).await).await
    }

    async fn record_act(&self, request: Request<RecordActRequest>) -> Result<Response<Act>, Status> {
        unary(request, async |call, request| record_act::record_act(&self.state, call, request).await).await
    }

    async fn list_acts(&self, request: Request<ListActsRequest>) -> Result<Response<ListActsResponse>, Status> {
        unary(request, async |call, request| list_acts::list_acts(&self.state, call, request).await).await
    }
}
