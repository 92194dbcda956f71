//! `RequirementPolicyService`: an RPC a file.

mod create_requirement_policy;
mod get_requirement_policy;
mod list_requirement_policies;
mod preview_requirements;

use std::sync::Arc;

use clientele_proto::qualification::v1::{
    CreateRequirementPolicyRequest, GetRequirementPolicyRequest, ListRequirementPoliciesRequest,
    ListRequirementPoliciesResponse, PreviewRequirementsRequest, RequirementPolicy, Requirements,
    requirement_policy_service_server::{RequirementPolicyService, RequirementPolicyServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> RequirementPolicyServiceServer<Policies> {
    RequirementPolicyServiceServer::new(Policies { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Policies {
    state: Arc<State>,
}

#[tonic::async_trait]
impl RequirementPolicyService for Policies {
    async fn create_requirement_policy(
        &self,
        request: Request<CreateRequirementPolicyRequest>,
    ) -> Result<Response<RequirementPolicy>, Status> {
        unary(request, async |call, request| {
            create_requirement_policy::create_requirement_policy(&self.state, call, request).await
        })
        .await
    }

    async fn get_requirement_policy(
        &self,
        request: Request<GetRequirementPolicyRequest>,
    ) -> Result<Response<RequirementPolicy>, Status> {
        unary(request, async |call, request| {
            get_requirement_policy::get_requirement_policy(&self.state, call, request).await
        })
        .await
    }

    async fn list_requirement_policies(
        &self,
        request: Request<ListRequirementPoliciesRequest>,
    ) -> Result<Response<ListRequirementPoliciesResponse>, Status> {
        unary(request, async |call, request| {
            list_requirement_policies::list_requirement_policies(&self.state, call, request).await
        })
        .await
    }

    async fn preview_requirements(
        &self,
        request: Request<PreviewRequirementsRequest>,
    ) -> Result<Response<Requirements>, Status> {
        unary(request, async |call, request| {
            preview_requirements::preview_requirements(&self.state, call, request).await
        })
        .await
    }
}
