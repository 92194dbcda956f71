//! `ScoreChangeService`: an RPC a file. All compare two succeeded runs of one currency.

mod get_score_run_comparison;
mod list_score_changes;
mod message;
mod pair;

use std::sync::Arc;

use clientele_proto::value::v1::{
    GetScoreRunComparisonRequest, ListScoreChangesRequest, ListScoreChangesResponse, ScoreRunComparison,
    score_change_service_server::{ScoreChangeService, ScoreChangeServiceServer},
};
use clientele_service::rpc::unary;
use tonic::{Request, Response, Status};

use crate::State;

/// The service over `state`.
pub fn server(state: Arc<State>) -> ScoreChangeServiceServer<ScoreChanges> {
    ScoreChangeServiceServer::new(ScoreChanges { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct ScoreChanges {
    state: Arc<State>,
}

#[tonic::async_trait]
impl ScoreChangeService for ScoreChanges {
    async fn get_score_run_comparison(
        &self,
        request: Request<GetScoreRunComparisonRequest>,
    ) -> Result<Response<ScoreRunComparison>, Status> {
        unary(request, async |call, request| {
            get_score_run_comparison::get_score_run_comparison(&self.state, call, request).await
        })
        .await
    }

    async fn list_score_changes(
        &self,
        request: Request<ListScoreChangesRequest>,
    ) -> Result<Response<ListScoreChangesResponse>, Status> {
        unary(request, async |call, request| list_score_changes::list_score_changes(&self.state, call, request).await)
            .await
    }
}
