//! `ValuePolicyService`: an RPC a file.

mod create_value_policy;
mod get_value_policy;
mod get_value_policy_preview;
mod list_value_policies;
mod message;

use std::sync::Arc;

use clientele_proto::value::v1::{
    CreateValuePolicyRequest, GetValuePolicyPreviewRequest, GetValuePolicyRequest, ListValuePoliciesRequest,
    ListValuePoliciesResponse, ValuePolicy, ValuePolicyPreview,
    value_policy_service_server::{ValuePolicyService, ValuePolicyServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

pub(super) use message::newest;

/// The service over `state`.
pub fn server(state: Arc<State>) -> ValuePolicyServiceServer<Policies> {
    ValuePolicyServiceServer::new(Policies { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct Policies {
    state: Arc<State>,
}

#[tonic::async_trait]
impl ValuePolicyService for Policies {
    async fn create_value_policy(
        &self,
        request: Request<CreateValuePolicyRequest>,
    ) -> Result<Response<ValuePolicy>, Status> {
        unary(request, async |call, request| create_value_policy::create_value_policy(&self.state, call, request).await)
            .await
    }

    async fn get_value_policy(&self, request: Request<GetValuePolicyRequest>) -> Result<Response<ValuePolicy>, Status> {
        unary(request, async |call, request| get_value_policy::get_value_policy(&self.state, call, request).await).await
    }

    async fn list_value_policies(
        &self,
        request: Request<ListValuePoliciesRequest>,
    ) -> Result<Response<ListValuePoliciesResponse>, Status> {
        unary(request, async |call, request| list_value_policies::list_value_policies(&self.state, call, request).await)
            .await
    }

    async fn get_value_policy_preview(
        &self,
        request: Request<GetValuePolicyPreviewRequest>,
    ) -> Result<Response<ValuePolicyPreview>, Status> {
        unary(request, async |call, request| {
            get_value_policy_preview::get_value_policy_preview(&self.state, call, request).await
        })
        .await
    }
}
